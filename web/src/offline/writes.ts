/**
 * Writes that wait to be sent: transactions recorded, changed, deleted and restored. Every write goes this way, with or without
 * network, so that there is one way only. Pure: what is shown is the server's state with the waiting writes on top, and nothing has to be rolled
 * back when one is refused.
 */
import type { NewTransaction, Transaction } from "../api/types";

export type Change =
  | { kind: "create"; body: NewTransaction; shown: Transaction }
  | { kind: "update"; body: NewTransaction; before: Transaction; shown: Transaction }
  | { kind: "delete"; before: Transaction }
  | { kind: "restore"; before: Transaction };

export interface QueuedWrite {
  /** The Idempotency-Key; of a transaction that is not recorded yet also its id until then. */
  key: string;
  user_id: string;
  order: number;
  queued_at: string;
  change: Change;
  /** Refused: the API would not have it. Conflict: somebody changed the same transaction meanwhile. */
  state: "waiting" | "refused" | "conflict";
  /** Whether it may have reached the API without our learning of it. */
  attempted: boolean;
  problem?: { code: string; detail: string };
  /** In a conflict, what the API has now. */
  theirs?: Transaction;
}

/** The transaction that a write is about. */
export const subjectOf = (write: QueuedWrite): string =>
  write.change.kind === "create" ? write.key : write.change.before.transaction_id;

/** The first write that can be sent: waiting, and not behind a stuck one about the same transaction. */
export const nextWrite = (writes: QueuedWrite[]): QueuedWrite | undefined => {
  const stuck = new Set<string>();
  for (const write of writes) {
    const subject = subjectOf(write);
    if (write.state !== "waiting") stuck.add(subject);
    else if (!stuck.has(subject)) return write;
  }
  return undefined;
};

/**
 * Later writes about the same transaction, after one of them was carried out: they now change what the API answered.
 *
 * @param result what the API has now; undefined after a deletion, which leaves ids as they are.
 */
export const rebased = (writes: QueuedWrite[], done: QueuedWrite, result: Transaction | undefined): QueuedWrite[] =>
  result === undefined
    ? []
    : writes
        .filter(
          (write) => write.key !== done.key && write.change.kind !== "create" && subjectOf(write) === subjectOf(done),
        )
        .map((write) => ({ ...write, change: onTopOf(write.change, result) }));

const onTopOf = (change: Change, before: Transaction): Change => {
  if (change.kind === "create") return change;
  if (change.kind === "update") {
    return { ...change, before, shown: { ...change.shown, transaction_id: before.transaction_id } };
  }
  return { ...change, before };
};

/** A transaction as it will be, before the API has said so. */
export const draftOf = (
  body: NewTransaction,
  known: {
    transaction_id: string;
    user_id: string;
    group_id: string;
    currency: string;
    now: string;
    before?: Transaction;
  },
): Transaction => ({
  transaction_id: known.transaction_id,
  user_id: known.user_id,
  group_id: known.group_id,
  type: body.type,
  amount: decimal(body.amount),
  currency: known.currency,
  from_balance_id: body.from_balance_id,
  to_balance_id: body.to_balance_id ?? null,
  to_amount: body.to_amount == null ? null : decimal(body.to_amount),
  category_id: body.category_id ?? null,
  description: body.description ?? null,
  entries: (body.entries ?? []).map((entry, index) => ({
    entry_id: entry.entry_id ?? `${known.transaction_id}-${index}`,
    description: entry.description ?? null,
    amount: decimal(entry.amount),
    category_id: entry.category_id ?? null,
  })),
  approved_at: body.approved === false ? null : (known.before?.approved_at ?? known.now),
  transacted_at: new Date(body.transacted_at ?? known.before?.transacted_at ?? known.now).toISOString(),
  created_at: known.before?.created_at ?? known.now,
  updated_at: known.now,
  deleted_at: null,
});

/** The body that says the same as a transaction: to change a part of it, or to send it once more. */
export const bodyOf = (transaction: Transaction): NewTransaction => ({
  type: transaction.type,
  amount: transaction.amount,
  from_balance_id: transaction.from_balance_id,
  to_balance_id: transaction.to_balance_id,
  to_amount: transaction.to_amount,
  category_id: transaction.category_id,
  description: transaction.description,
  entries: transaction.entries.map(({ description, amount, category_id }) => ({ description, amount, category_id })),
  transacted_at: transaction.transacted_at,
  approved: transaction.approved_at !== null,
});

/** Whether the API has what a write asked for already: its answer was lost on the way. */
export const isApplied = (transaction: Transaction, body: NewTransaction): boolean => {
  const wanted = draftOf(body, { ...transaction, now: transaction.updated_at, before: transaction });
  const essence = (one: Transaction) =>
    JSON.stringify([
      one.type,
      one.amount,
      one.from_balance_id,
      one.to_balance_id,
      one.to_amount,
      one.category_id,
      one.description,
      one.entries.map(({ amount, description, category_id }) => [amount, description, category_id]),
      one.approved_at !== null,
      Date.parse(one.transacted_at),
    ]);
  return essence(wanted) === essence(transaction);
};

const decimal = (amount: string | number): string => {
  const [whole = "0", decimals = ""] = String(amount).split(".");
  return `${whole}.${decimals.padEnd(2, "0")}`;
};
