import { useEffect, useRef } from "react";

type Shortcuts = Record<string, (event: KeyboardEvent) => void>;

/** Whether keys are meant for something that takes text, or for a sheet that is open. */
const isTaken = (event: KeyboardEvent): boolean => {
  const target = event.target as HTMLElement | null;
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
