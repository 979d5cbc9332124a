import type { EventOf } from "../events/types";
import { personalGroupId } from "../runtime/ids";
import type { Rows } from "./tables";

type UserEvent = EventOf<"UserCreated" | "UserUpdated" | "UserDeleted">;
type GroupEvent = EventOf<
  "GroupCreated" | "GroupUpdated" | "GroupDeleted" | "UserInvitedGroup" | "UserJoinedGroup" | "UserLeftGroup"
>;
type TransactionEvent = EventOf<"TransactionCreated" | "TransactionUpdated" | "TransactionDeleted">;
type BalanceEvent = EventOf<"BalanceCreated" | "BalanceUpdated" | "BalanceDeleted">;

/** What tells an event from others: of its envelope nothing else is kept. */
const about = ({ id, type, time }: { id: string; type: string; time: string }) => ({
  event_id: id,
  event_type: type,
  happened_at: time,
});

/** The row of an event about an account. Each column is named here: what is not named does not get into the lake. */
export const userRow = (event: UserEvent): Rows["user_events"] => ({
  ...about(event),
  user_id: event.data.user_id,
  group_id: null,
  personal: null,
  members: null,
  version: null,
  invite_id: null,
  role: null,
  currency: event.type === "UserDeleted" ? null : event.data.default_currency,
});

/** The row of an event about a group, or about who is in it. */
export const groupRow = (event: GroupEvent): Rows["user_events"] => {
  const { group_id, personal, members, version } = event.data;
  return {
    ...about(event),
    user_id: actorOf(event),
    group_id,
    personal,
    members: members.length,
    version,
    invite_id: "invite_id" in event.data ? event.data.invite_id : null,
    role: "role" in event.data ? event.data.role : null,
    currency: null,
  };
};

const actorOf = ({ data }: GroupEvent): string => {
  if ("inviter_id" in data) return data.inviter_id;
  return "user_id" in data ? data.user_id : data.owner_id;
};

/** The row of an event about a transaction, as it is afterwards. */
export const transactionRow = (event: TransactionEvent): Rows["transaction_events"] => {
  const { data } = event;
  return {
    ...about(event),
    user_id: data.user_id,
    group_id: data.group_id,
    personal: data.group_id === personalGroupId(data.user_id),
    transaction_id: data.transaction_id,
    balance_id: data.from_balance_id,
    version: data.version,
    kind: data.type,
    amount: data.amount,
    currency: data.currency,
    to_amount: data.to_amount,
    to_currency: data.to_currency,
    transacted_on: data.transacted_on,
    approved: data.approved_at !== null,
    category_ids: categoriesOf(data),
  };
};

/** Each entry counts for its own category, else for the transaction's, as everywhere; each category once. */
const categoriesOf = ({ entries, category_id }: TransactionEvent["data"]): string[] => {
  const used = entries.length === 0 ? [{ category_id }] : entries;
  return [...new Set(used.flatMap((entry) => entry.category_id ?? category_id ?? []))];
};

/** The row of an event about a balance: that there is one, and of which currency. Not what it is called, nor what is in it. */
export const balanceRow = (event: BalanceEvent): Rows["transaction_events"] => {
  const { data } = event;
  return {
    ...about(event),
    user_id: data.user_id,
    group_id: data.group_id,
    personal: data.group_id === personalGroupId(data.user_id),
    transaction_id: null,
    balance_id: data.balance_id,
    version: data.version,
    kind: null,
    amount: null,
    currency: data.currency,
    to_amount: null,
    to_currency: null,
    transacted_on: null,
    approved: null,
    category_ids: null,
  };
};
