import { useEffect, useRef } from "react";

type Shortcuts = Record<string, (event: KeyboardEvent) => void>;

/** Whether a key is meant for something that takes text, or for the button that is in focus. */
const isTaken = (event: KeyboardEvent): boolean => {
  const target = event.target as HTMLElement | null;
  if (event.key === "Enter" && target?.closest("a, button, summary") != null) return true;
  const typing =
    target?.closest("input:not([type=radio]):not([type=checkbox]), textarea, select, [contenteditable]") != null;
  return event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || typing;
};

/** Single keys that do something while the component is there, by `KeyboardEvent.key`. Not while somebody types, or a sheet is open. */
export function useShortcuts(shortcuts: Shortcuts): void {
  const latest = useRef(shortcuts);
  latest.current = shortcuts;
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (isTaken(event) || document.querySelector("dialog[open]") !== null) return;
      const run = latest.current[event.key];
      if (run === undefined) return;
      event.preventDefault();
      run(event);
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
}
