/**
 * The ledger's rules, as pure functions: what a transaction looks like once it is recorded, and what it does to balances.
 * The invariant: a balance's amount is its opening amount plus the effects of its approved, not deleted transactions.
 */
import { newId } from "../runtime/ids";
import { fitsCurrency, fromHundredths, isInRange, toHundredths, wholeOnly } from "../runtime/money";
import { problem } from "../runtime/problem";
import { invalidBody } from "../runtime/validation";
import type { Entry, NewTransaction, Transaction } from "./schemas";

/** What never changes about a balance, and what a decision needs to know besides. */
export interface KnownBalance {
  balance_id: string;
  user_id: string;
  group_id: string;
  currency: string;
  deleted: boolean;
  /** Undefined when remembered from an earlier request: then the statement that writes is the judge. */
  amount: string | undefined;
}

/** A transaction with all that is stored of it. */
export interface RecordedTransaction extends Transaction {
  approved_at: Date | null;
  transacted_at: Date;
  created_at: Date;
  updated_at: Date;
  deleted_at: Date | null;
  to_currency: string | null;
  /** The calendar day where the sender was, `YYYY-MM-DD`. */
  transacted_on: string;
  /** Counts its changes, from 1. */
  version: number;
}

/** What a transaction adds to a balance; negative where it takes away. */
export interface Effect {
  balance_id: string;
  delta: string;
}

/** One change of the ledger: a transaction before (undefined: it is new) and after. */
export interface LedgerChange {
  before: RecordedTransaction | undefined;
  after: RecordedTransaction;
}

/** What a transaction does to balances: nothing while it is pending or deleted. */
export const effectsOf = (transaction: RecordedTransaction): Effect[] => {
  const { type, amount, to_amount, from_balance_id, to_balance_id, approved_at, deleted_at } = transaction;
  if (approved_at === null || deleted_at !== null) return [];
  if (type === "income") return [{ balance_id: from_balance_id, delta: amount }];
  const taken = { balance_id: from_balance_id, delta: `-${amount}` };
  return to_balance_id === null ? [taken] : [taken, { balance_id: to_balance_id, delta: to_amount ?? amount }];
};

/** What a change adds to balances: the old effect is reversed, the new one applied. */
export const deltasOf = ({ before, after }: LedgerChange): Effect[] => [
  ...(before === undefined ? [] : effectsOf(before).map(reversed)),
  ...effectsOf(after),
];

const reversed = ({ balance_id, delta }: Effect): Effect => ({
  balance_id,
  delta: fromHundredths(-toHundredths(delta)),
});

/** The balances that a transaction names, whether it has an effect on them or not. */
export const balancesNamed = (transaction: { from_balance_id: string; to_balance_id: string | null }): string[] =>
  [transaction.from_balance_id, transaction.to_balance_id].filter((id) => id !== null);

/**
 * The transaction that is recorded for what somebody sent.
 *
 * @param current the transaction that is changed; undefined for a new one.
 * @throws a problem: 404 for a balance that is not the caller's, 409 for a deleted one, 422 for amounts that do not go with it.
 */
export const recorded = (
  input: NewTransaction,
  balances: Map<string, KnownBalance>,
  now: Date,
  current?: RecordedTransaction,
): RecordedTransaction => {
  const from = usable(balances, input.from_balance_id);
  const to = input.to_balance_id === null ? undefined : usable(balances, input.to_balance_id);
  checkAmounts(input, from, to);
  const moment = momentOf(input, now, current);
  return {
    transaction_id: current?.transaction_id ?? newId(),
    user_id: from.user_id,
    group_id: from.group_id,
    type: input.type,
    amount: input.amount,
    currency: from.currency,
    from_balance_id: from.balance_id,
    to_balance_id: to?.balance_id ?? null,
    to_amount: input.to_amount,
    category_id: input.category_id,
    description: input.description,
    entries: entriesOf(input, current),
    approved_at: input.approved ? (current?.approved_at ?? now) : null,
    transacted_at: moment.at,
    created_at: current?.created_at ?? now,
    updated_at: changedAt(now, current),
    deleted_at: null,
    to_currency: to?.currency ?? null,
    transacted_on: moment.on,
    version: (current?.version ?? 0) + 1,
  };
};

/**
 * When it happened. Left out, what is there stays; so does the calendar day when the same instant is sent again, as clients do
 * that have only seen it in UTC.
 */
const momentOf = (input: NewTransaction, now: Date, current: RecordedTransaction | undefined) => {
  const { transacted_at: sent } = input;
  if (current !== undefined && (sent === undefined || sent.at.getTime() === current.transacted_at.getTime())) {
    return { at: current.transacted_at, on: current.transacted_on };
  }
  return sent ?? { at: now, on: now.toISOString().slice(0, 10) };
};

/** The same transaction, deleted. */
export const deleted = (current: RecordedTransaction, now: Date): RecordedTransaction => {
  const at = changedAt(now, current);
  return { ...current, deleted_at: at, updated_at: at, version: current.version + 1 };
};

/** The same transaction, no longer deleted. */
export const restored = (current: RecordedTransaction, now: Date): RecordedTransaction => ({
  ...current,
  deleted_at: null,
  updated_at: changedAt(now, current),
  version: current.version + 1,
});

/** Clocks of different machines differ; the order of changes does not. */
const changedAt = (now: Date, current: RecordedTransaction | undefined): Date =>
  current === undefined ? now : new Date(Math.max(now.getTime(), current.updated_at.getTime() + 1));

/** The transaction as clients see it. */
export const shown = (transaction: RecordedTransaction): Transaction => {
  const { to_currency: _currency, transacted_on: _day, version: _version, ...visible } = transaction;
  return visible;
};

const usable = (balances: Map<string, KnownBalance>, balanceId: string): KnownBalance => {
  const balance = balances.get(balanceId);
  if (balance === undefined) throw balanceNotFound();
  if (balance.deleted) throw balanceDeleted();
  return balance;
};

export const balanceNotFound = () => problem(404, "balance_not_found", "There is no such balance, or it is not yours.");

const balanceDeleted = () =>
  problem(409, "balance_deleted", "This balance is deleted: its transactions can be read, but no longer changed.");

/** All balances of a change must still be there to be changed. */
export const requireUsable = (balances: Map<string, KnownBalance>, balanceIds: string[]): void => {
  for (const balanceId of balanceIds) usable(balances, balanceId);
};

const checkAmounts = (input: NewTransaction, from: KnownBalance, to: KnownBalance | undefined): void => {
  const errors: { path: string; message: string }[] = [];
  const needsWhole = (path: string, amount: string, currency: string) => {
    if (!fitsCurrency(amount, currency)) errors.push({ path, message: wholeOnly(currency) });
  };
  needsWhole("amount", input.amount, from.currency);
  for (const [index, entry] of input.entries.entries()) {
    needsWhole(`entries.${index}.amount`, entry.amount, from.currency);
  }
  if (to !== undefined) {
    const exchange = to.currency !== from.currency;
    if (exchange && input.to_amount === null) {
      errors.push({ path: "to_amount", message: `is required: how many ${to.currency} arrive` });
    }
    if (!exchange && input.to_amount !== null) {
      errors.push({ path: "to_amount", message: `is refused: both balances are in ${to.currency}` });
    }
    if (input.to_amount !== null) needsWhole("to_amount", input.to_amount, to.currency);
  }
  if (errors.length > 0) throw invalidBody(errors);
};

const entriesOf = (input: NewTransaction, current: RecordedTransaction | undefined): Entry[] => {
  const free = new Set(current?.entries.map(({ entry_id }) => entry_id));
  return input.entries.map(({ entry_id, description, amount, category_id }) => ({
    entry_id: entry_id !== undefined && free.delete(entry_id) ? entry_id : newId(),
    description,
    amount,
    category_id,
  }));
};

/**
 * Amounts as they run on while changes are made one after another, to refuse the one that no `numeric(18,2)` can hold.
 * Where an amount is not known nothing is refused: the statement that writes checks it.
 */
export const runningAmounts = (balances: Map<string, KnownBalance>) => {
  const amounts = new Map<string, bigint>();
  for (const { balance_id, amount } of balances.values()) {
    if (amount !== undefined) amounts.set(balance_id, toHundredths(amount));
  }
  return {
    /** @throws a problem, 422, when a balance could not hold its new amount; then nothing has run on. */
    add: (change: LedgerChange): void => {
      const next = new Map<string, bigint>();
      for (const { balance_id, delta } of deltasOf(change)) {
        const amount = next.get(balance_id) ?? amounts.get(balance_id);
        if (amount !== undefined) next.set(balance_id, amount + toHundredths(delta));
      }
      for (const amount of next.values()) if (!isInRange(amount)) throw amountOutOfRange();
      for (const [balanceId, amount] of next) amounts.set(balanceId, amount);
    },
  };
};

export const amountOutOfRange = () =>
  problem(422, "amount_out_of_range", "The balance cannot hold an amount of more than 16 digits before the point.");
