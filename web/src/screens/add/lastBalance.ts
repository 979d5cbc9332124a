import type { Balance } from "../../api/types";

const STORE = "ahorro.lastBalance";

export const rememberBalance = (id: string): void => localStorage.setItem(STORE, id);

/** The balance that is asked for, else the one used last, else the first. */
export const lastBalance = (balances: Balance[], asked: string | null): string | undefined =>
  [asked, localStorage.getItem(STORE)].find((id) => balances.some(({ balance_id }) => balance_id === id)) ??
  balances[0]?.balance_id;
