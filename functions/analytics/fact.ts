/** What the read model keeps of balances and transactions: rows of its tables, made of what events, or the ledger's own rows, tell. */
import { fromHundredths, toHundredths } from "../runtime/money";

/** What is read of a transaction; the events' `data`, and the ledger's rows, have it all. */
export interface LedgerTransaction {
  transaction_id: string;
  user_id: string;
  group_id: string;
  type: "expense" | "income" | "movement";
  amount: string;
  currency: string;
  from_balance_id: string;
  to_balance_id: string | null;
  to_amount: string | null;
  category_id: string | null;
  entries: { amount: string; category_id: string | null }[];
  approved_at: Date | string | null;
  /** The calendar day of the sender. */
  transacted_on: string;
  deleted_at: Date | string | null;
  version: number;
}

/** What is read of a balance. */
export interface LedgerBalance {
  balance_id: string;
  user_id: string;
  group_id: string;
  currency: string;
  opening_amount: string;
  amount: string;
  deleted_at: Date | string | null;
  version: number;
}

/** A row of `facts`: the version of a transaction, and what it adds; nothing while it is pending or deleted. */
export interface Fact {
  transaction_id: string;
  user_id: string;
  version: number;
  day?: string;
  kind?: LedgerTransaction["type"];
  group_id?: string;
  currency?: string;
  balance_id?: string;
  amount?: string;
  to_balance_id?: string | null;
  to_amount?: string | null;
  /** Of the parts, each once; null for none. */
  categories?: (string | null)[];
  parts?: string[];
}

export const factOf = (transaction: LedgerTransaction): Fact => {
  const { transaction_id, user_id, version, to_balance_id } = transaction;
  const id = { transaction_id, user_id, version };
  if (transaction.approved_at === null || transaction.deleted_at !== null) return id;
  const parts = transaction.type === "movement" ? [] : [...partsOf(transaction)];
  return {
    ...id,
    day: transaction.transacted_on,
    kind: transaction.type,
    group_id: transaction.group_id,
    currency: transaction.currency,
    balance_id: transaction.from_balance_id,
    amount: transaction.amount,
    to_balance_id,
    to_amount: to_balance_id === null ? null : (transaction.to_amount ?? transaction.amount),
    categories: parts.map(([category]) => category),
    parts: parts.map(([, hundredths]) => fromHundredths(hundredths)),
  };
};

/** A transaction by category: entries have their own, or that of the transaction; without entries it is one part. */
const partsOf = ({ amount, category_id, entries }: LedgerTransaction): Map<string | null, bigint> => {
  const parts = new Map<string | null, bigint>();
  for (const part of entries.length > 0 ? entries : [{ amount, category_id }]) {
    const category = part.category_id ?? category_id;
    parts.set(category, (parts.get(category) ?? 0n) + toHundredths(part.amount));
  }
  return parts;
};

/** A row of `balances`. */
export interface BalanceState {
  balance_id: string;
  user_id: string;
  group_id: string;
  currency: string;
  opening_amount: string;
  /** In UTC. */
  closed_on: string | null;
  closing_amount: string | null;
  version: number;
}

export const balanceStateOf = ({ amount, deleted_at, ...balance }: LedgerBalance): BalanceState => ({
  balance_id: balance.balance_id,
  user_id: balance.user_id,
  group_id: balance.group_id,
  currency: balance.currency,
  opening_amount: balance.opening_amount,
  closed_on: deleted_at === null ? null : new Date(deleted_at).toISOString().slice(0, 10),
  closing_amount: deleted_at === null ? null : amount,
  version: balance.version,
});
