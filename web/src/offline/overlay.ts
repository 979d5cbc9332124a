/** The server's state with the waiting writes on top. Pure. */

import type { Filters } from "../api/filters";
import { matches } from "../api/filters";
import type { Balance, Transaction } from "../api/types";
import { fromHundredths, toHundredths } from "../money/decimal";
import { type QueuedWrite, subjectOf } from "./writes";

/** A transaction on the screen; `queued` when what is shown is not yet the server's. */
export type ShownTransaction = Transaction & { queued?: QueuedWrite["state"] };

/** Transactions as they will be. Those that wait are put where they belong in the order of time, newest first. */
export const overlayTransactions = (
  transactions: Transaction[],
  writes: QueuedWrite[],
  filters: Filters,
): ShownTransaction[] => {
  if (writes.length === 0) return transactions;
  const shown = new Map<string, ShownTransaction>(transactions.map((one) => [one.transaction_id, one]));
  for (const write of writes) {
    const { change, state } = write;
    const id = subjectOf(write);
    if (change.kind === "delete") shown.delete(id);
    else {
      const next = change.kind === "restore" ? { ...change.before, deleted_at: null } : change.shown;
      const queued = worst(shown.get(id)?.queued, state);
      if (matches(next, filters)) shown.set(id, { ...next, transaction_id: id, queued });
      else shown.delete(id);
    }
  }
  const items = [...shown.values()];
  return filters.sorted_by === "amount" ? items : items.sort(newestFirst);
};

const worst = (one: QueuedWrite["state"] | undefined, other: QueuedWrite["state"]): QueuedWrite["state"] =>
  one === undefined || one === "waiting" ? other : one;

/** The order of `GET /transactions`. */
const newestFirst = (one: Transaction, other: Transaction): number =>
  other.transacted_at.localeCompare(one.transacted_at) || other.transaction_id.localeCompare(one.transaction_id);

/** What a transaction does to balances, in hundredths. */
export const effectsOf = (transaction: Transaction): Map<string, bigint> => {
  const effects = new Map<string, bigint>();
  if (transaction.approved_at === null || transaction.deleted_at !== null) return effects;
  const amount = toHundredths(transaction.amount);
  effects.set(transaction.from_balance_id, transaction.type === "income" ? amount : -amount);
  if (transaction.to_balance_id !== null)
    effects.set(transaction.to_balance_id, toHundredths(transaction.to_amount ?? transaction.amount));
  return effects;
};

/** Balances as they will be. */
export const overlayBalances = <B extends Balance>(balances: B[], writes: QueuedWrite[]): B[] => {
  const moved = new Map<string, bigint>();
  const count = (transaction: Transaction, sign: bigint) => {
    for (const [id, effect] of effectsOf(transaction)) moved.set(id, (moved.get(id) ?? 0n) + sign * effect);
  };
  for (const { change, state } of writes) {
    if (state !== "waiting") continue;
    if (change.kind === "update" || change.kind === "delete") count(change.before, -1n);
    if (change.kind === "create" || change.kind === "update") count(change.shown, 1n);
    if (change.kind === "restore") count({ ...change.before, deleted_at: null }, 1n);
  }
  if (moved.size === 0) return balances;
  return balances.map((balance) => {
    const by = moved.get(balance.balance_id);
    return by === undefined ? balance : { ...balance, amount: fromHundredths(toHundredths(balance.amount) + by) };
  });
};
