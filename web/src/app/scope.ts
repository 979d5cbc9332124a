import { useSyncExternalStore } from "react";

/** Whose money is looked at: one's own, or that of a group. */
export interface Scope {
  groupId?: string;
}

const STORE = "ahorro.scope";
const own: Scope = {};
let current: Scope = read();
const listeners = new Set<() => void>();

function read(): Scope {
  const groupId = localStorage.getItem(STORE);
  return groupId ? { groupId } : own;
}

export const setScope = (groupId: string | undefined): void => {
  current = groupId === undefined ? own : { groupId };
  if (groupId === undefined) localStorage.removeItem(STORE);
  else localStorage.setItem(STORE, groupId);
  for (const listener of listeners) listener();
};

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/** The same in every screen, and after the app was closed. */
export const useScope = (): Scope => useSyncExternalStore(subscribe, () => current);

/** The scope in the terms of `GET /transactions` and of the reports. */
export const scopeQuery = ({ groupId }: Scope): { group_id?: string } =>
  groupId === undefined ? {} : { group_id: groupId };
