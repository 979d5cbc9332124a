/**
 * What the lake knows: ids, times, numbers and choices from lists. Nothing that somebody has typed is in it (names, descriptions,
 * addresses), no codes of invites, and not what is in balances: docs/lake.md says why. Types of rows are made from these tables, so
 * that a row that does not fit them does not compile.
 */
import type { Column, ColumnType } from "../../components/lake/schema";
import type { Topic } from "../events/types";

interface EventTable {
  topic: Topic;
  comment: string;
  columns: Record<string, Column>;
}

export const column = <T extends ColumnType>(type: T, comment: string) => ({ type, comment });

/** What all events have. One that was delivered again has a second row, with the same id. */
const event = {
  event_id: column("string", "Tells events apart; count these distinct, since an event may come twice"),
  event_type: column("string", "UserCreated, GroupCreated, …: see docs/events.md"),
  happened_at: column("timestamp", "When it happened, UTC"),
} as const;

export const lakeTables = {
  user_events: {
    topic: "ahorro.users",
    comment: "Accounts, groups and invitations: a row for each event",
    columns: {
      ...event,
      user_id: column("string", "Whose account; who joined, left or invited; of other group events, the owner"),
      group_id: column("string", "Null where it is about an account"),
      personal: column("boolean", "Whether the group is somebody's own, for one; null where it is about an account"),
      members: column("bigint", "How many are in the group afterwards; null where it is about an account"),
      version: column("bigint", "Of the group: grows with its changes"),
      invite_id: column("string", "Of UserInvitedGroup, and of the UserJoinedGroup that answers it"),
      role: column("string", "What somebody is invited as or joins as: admin or member"),
      currency: column("string", "ISO 4217; the default of an account"),
    },
  },
  transaction_events: {
    topic: "ahorro.transactions",
    comment: "Transactions and balances: a row for each event, as things are after it",
    columns: {
      ...event,
      user_id: column("string", "Whose it is"),
      group_id: column("string", "In which group"),
      personal: column("boolean", "Whether that group is the user's own, for one"),
      transaction_id: column("string", "Null where it is about a balance"),
      balance_id: column("string", "The balance; of a transaction the one it is paid from or into"),
      version: column("bigint", "Of the transaction or balance: grows with its changes"),
      kind: column("string", "expense, income or movement; null where it is about a balance"),
      amount: column(
        "string",
        "A decimal with two digits: cast(amount as decimal(18, 2)); null where it is about a balance",
      ),
      currency: column("string", "ISO 4217; of the amount, or of the balance"),
      to_amount: column("string", "Of a movement between currencies: what arrives; a decimal with two digits"),
      to_currency: column("string", "Of a movement: ISO 4217 of what arrives"),
      transacted_on: column(
        "string",
        "The calendar day that the user gave it, YYYY-MM-DD: cast(transacted_on as date)",
      ),
      approved: column("boolean", "Whether it has an effect; null where it is about a balance"),
      category_ids: column(
        "array<string>",
        "Ids of its entries' categories, or its own; each once; see the table categories",
      ),
    },
  },
} as const satisfies Record<string, EventTable>;

export type TableName = keyof typeof lakeTables;

interface Values {
  string: string;
  bigint: number;
  boolean: boolean;
  /** RFC 3339 in UTC. */
  timestamp: string;
  "array<string>": string[];
}

type RowOf<Columns extends Record<string, Column>> = { [C in keyof Columns]: Values[Columns[C]["type"]] | null };

/** Rows by table. */
export type Rows = { [T in TableName]: RowOf<(typeof lakeTables)[T]["columns"]> };
