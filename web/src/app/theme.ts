/** Light, dark, or as the device is set. */
import { useSyncExternalStore } from "react";

export type Theme = "system" | "light" | "dark";

const STORE = "ahorro.theme";
const dark = window.matchMedia("(prefers-color-scheme: dark)");
const listeners = new Set<() => void>();

export const theme = (): Theme => {
  const kept = localStorage.getItem(STORE);
  return kept === "light" || kept === "dark" ? kept : "system";
};

const apply = () => {
  const chosen = theme();
  const shown = chosen === "system" ? (dark.matches ? "dark" : "light") : chosen;
  document.documentElement.dataset.theme = shown;
  for (const meta of document.querySelectorAll<HTMLMetaElement>('meta[name="theme-color"]')) {
    meta.content = shown === "dark" ? "#151412" : "#faf8f4";
  }
};

export function startTheme(): void {
  apply();
  dark.addEventListener("change", apply);
}

export const setTheme = (next: Theme): void => {
  if (next === "system") localStorage.removeItem(STORE);
  else localStorage.setItem(STORE, next);
  apply();
  for (const listener of listeners) listener();
};

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

export const useTheme = (): Theme => useSyncExternalStore(subscribe, theme);
