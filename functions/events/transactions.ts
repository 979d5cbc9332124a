/**
 * The events of the transactions service. Each carries the whole resource, as it is after the change, and its `version`, by which
 * consumers tell older from newer.
 */
import * as v from "valibot";
import { Id } from "../runtime/fields";
import { cloudEvent } from "./envelope";
import { Currency, Day, Money, Rarely, Text, Timestamp, Version } from "./fields";

const Entry = () =>
  v.pipe(
    v.object({
      entry_id: Id(),
      description: v.nullable(Text("Bread and milk")),
      amount: Money(),
      category_id: v.nullable(Id()),
    }),
    v.title("Entry"),
  );

const transactionFields = () => ({
  transaction_id: Id(),
  user_id: Id(),
  group_id: Id(),
  type: v.picklist(["expense", "income", "movement"]),
  amount: Money(),
  currency: v.pipe(Currency(), v.description("Of `amount` and `from_balance_id`.")),
  from_balance_id: Id(),
  to_balance_id: v.pipe(Rarely(Id()), v.description("Of a movement.")),
  to_amount: v.pipe(Rarely(Money()), v.description("What arrives, where the currencies differ.")),
  to_currency: v.pipe(Rarely(Currency()), v.description("Of `to_balance_id`.")),
  category_id: v.nullable(Id()),
  description: v.nullable(Text("Corner market")),
  entries: v.array(Entry()),
  approved_at: v.pipe(v.nullable(Timestamp()), v.description("Null while it is pending, without an effect.")),
  transacted_at: Timestamp(),
  transacted_on: v.pipe(Day(), v.description("The calendar day where the sender was.")),
  created_at: Timestamp(),
  updated_at: Timestamp(),
  deleted_at: Rarely(Timestamp()),
  version: Version(),
});
const Transaction = () => v.pipe(v.object(transactionFields()), v.title("Transaction"));

export const TransactionCreated = () => cloudEvent("TransactionCreated", "transactions", Transaction());
/** Also of one that is restored: then `previous` has a `deleted_at`. */
export const TransactionUpdated = () =>
  cloudEvent("TransactionUpdated", "transactions", v.object({ ...transactionFields(), previous: Transaction() }));
export const TransactionDeleted = () =>
  cloudEvent("TransactionDeleted", "transactions", v.object({ ...transactionFields(), deleted_at: Timestamp() }));

/** `amount` is what was in it at that moment. Transactions move it on, and tell so by their own events only. */
const balanceFields = () => ({
  balance_id: Id(),
  user_id: Id(),
  group_id: Id(),
  name: Text("Family account"),
  currency: Currency(),
  opening_amount: Money(),
  amount: Money(),
  created_at: Timestamp(),
  updated_at: Timestamp(),
  deleted_at: Rarely(Timestamp()),
  version: Version(),
});
const Balance = () => v.pipe(v.object(balanceFields()), v.title("Balance"));

export const BalanceCreated = () => cloudEvent("BalanceCreated", "transactions", Balance());
export const BalanceUpdated = () =>
  cloudEvent("BalanceUpdated", "transactions", v.object({ ...balanceFields(), previous: Balance() }));
export const BalanceDeleted = () =>
  cloudEvent("BalanceDeleted", "transactions", v.object({ ...balanceFields(), deleted_at: Timestamp() }));
