import { eventHandlers } from "../events/handlers";
import { consumer } from "../runtime/consumer";
import { balanceRow, groupRow, transactionRow, userRow } from "./rows";
import type { PutLines } from "./stream";
import type { Rows, TableName } from "./tables";

/**
 * Takes every event into the lake, without what is personal in it. Rows of one invocation are put at its end, together. What is put and
 * then delivered again has a second row with the same `event_id`; queries count those once. An instance serves one invocation at a
 * time.
 */
export const lakeConsumer = (put: PutLines) => {
  const lines: Record<TableName, string[]> = { user_events: [], transaction_events: [] };
  const keep =
    <T extends TableName, E>(table: T, rowOf: (event: E) => Rows[T]) =>
    async (event: E): Promise<void> => {
      lines[table].push(JSON.stringify(rowOf(event)));
    };
  const [user, group] = [keep("user_events", userRow), keep("user_events", groupRow)];
  const transaction = keep("transaction_events", transactionRow);
  const balance = keep("transaction_events", balanceRow);
  const collect = consumer(
    eventHandlers({
      UserCreated: user,
      UserUpdated: user,
      UserDeleted: user,
      GroupCreated: group,
      GroupUpdated: group,
      GroupDeleted: group,
      UserInvitedGroup: group,
      UserJoinedGroup: group,
      UserLeftGroup: group,
      TransactionCreated: transaction,
      TransactionUpdated: transaction,
      TransactionDeleted: transaction,
      BalanceCreated: balance,
      BalanceUpdated: balance,
      BalanceDeleted: balance,
    }),
  );

  return async (event: Parameters<typeof collect>[0]): Promise<void> => {
    lines.user_events = [];
    lines.transaction_events = [];
    try {
      await collect(event);
    } finally {
      // What is good is put also where something else is not.
      await Promise.all([put("user_events", lines.user_events), put("transaction_events", lines.transaction_events)]);
    }
  };
};
