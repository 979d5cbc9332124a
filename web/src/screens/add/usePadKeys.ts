import { useEffect, useRef } from "react";

interface PadKeys {
  key: (name: string) => void;
  submit: () => void;
  close: () => void;
}

const NAMES: Record<string, string> = {
  Backspace: "backspace",
  Delete: "clear",
  ",": ".",
  "×": "*",
  x: "*",
  "÷": "/",
  ":": "/",
};

/** The keys of a keyboard, as long as nobody types into something else. */
export function usePadKeys(actions: PadKeys): void {
  const latest = useRef(actions);
  latest.current = actions;
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
      const target = event.target as HTMLElement | null;
      const types = target?.closest("input:not([type=radio]), textarea, select") != null;
      if (event.key === "Escape") {
        if (types) target?.blur();
        else latest.current.close();
        return;
      }
      if (types) return;
      const name = NAMES[event.key] ?? event.key;
      if (/^([\d.+\-*/]|backspace|clear)$/.test(name)) {
        event.preventDefault();
        latest.current.key(name);
      } else if (event.key === "Enter" && target?.closest("button, a") == null) {
        event.preventDefault();
        latest.current.submit();
      }
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
}
