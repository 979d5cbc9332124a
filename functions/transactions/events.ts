/**
 * The events of the transactions service, as ../events/transactions.ts has them, keyed by user. `data` is the whole resource and its
 * `version`, by which consumers tell older from newer; transactions carry the calendar day of the sender besides.
 */
import type { NewEvent } from "../events/types";
import { type LedgerChange, type RecordedTransaction, shown } from "./ledger";
import type { Balance } from "./schemas";

const state = (transaction: RecordedTransaction) => ({
  ...shown(transaction),
  to_currency: transaction.to_currency,
  transacted_on: transaction.transacted_on,
  version: transaction.version,
});

/** The event of a change: a restored transaction is an updated one. */
export const transactionEvent = ({
  before,
  after,
}: LedgerChange): NewEvent<"TransactionCreated" | "TransactionUpdated" | "TransactionDeleted"> => {
  const about = { source: "transactions", aggregateId: after.user_id } as const;
  const { deleted_at } = after;
  if (deleted_at !== null) return { type: "TransactionDeleted", ...about, data: { ...state(after), deleted_at } };
  if (before === undefined) return { type: "TransactionCreated", ...about, data: state(after) };
  return { type: "TransactionUpdated", ...about, data: { ...state(after), previous: state(before) } };
};

export const balanceCreated = (balance: Balance): NewEvent<"BalanceCreated"> => ({
  type: "BalanceCreated",
  source: "transactions",
  aggregateId: balance.user_id,
  data: { ...balance, deleted_at: null, version: 1 },
});
