/**
 * The six events of the transactions service, keyed by user. `data` is the whole resource and its `version`, by which consumers
 * tell older from newer; transactions carry the calendar day of the sender besides.
 */
import type { Event } from "../runtime/outbox";
import { type LedgerChange, type RecordedTransaction, shown } from "./ledger";
import type { Balance } from "./schemas";

const state = (transaction: RecordedTransaction) => ({
  ...shown(transaction),
  to_currency: transaction.to_currency,
  transacted_on: transaction.transacted_on,
  version: transaction.version,
});

/** The event of a change: a restored transaction is an updated one. */
export const transactionEvent = ({ before, after }: LedgerChange): Event => ({
  type:
    before === undefined
      ? "TransactionCreated"
      : after.deleted_at === null
        ? "TransactionUpdated"
        : "TransactionDeleted",
  source: "transactions",
  aggregateId: after.user_id,
  data: {
    ...state(after),
    ...(before !== undefined && after.deleted_at === null ? { previous: state(before) } : {}),
  },
});

export const balanceCreated = (balance: Balance): Event => ({
  type: "BalanceCreated",
  source: "transactions",
  aggregateId: balance.user_id,
  data: { ...balance, deleted_at: null, version: 1 },
});
