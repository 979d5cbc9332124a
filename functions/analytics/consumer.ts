import { eventHandlers } from "../events/handlers";
import type { EventOf } from "../events/types";
import { consumer } from "../runtime/consumer";
import { isTransient } from "../runtime/failures";
import { isCalendarDay } from "../runtime/fields";
import { forgetGroup, rememberMembers } from "../runtime/memberships";
import type { Connection } from "../runtime/postgres";
import { type BalanceState, balanceStateOf, type Fact, factOf } from "./fact";
import { eraseUser, takeIn } from "./projection";

type MembersEvent = EventOf<"GroupCreated" | "GroupUpdated" | "UserInvitedGroup" | "UserJoinedGroup" | "UserLeftGroup">;
type BalanceEvent = EventOf<"BalanceCreated" | "BalanceUpdated" | "BalanceDeleted">;
type TransactionEvent = EventOf<"TransactionCreated" | "TransactionUpdated" | "TransactionDeleted">;

/**
 * Keeps the read model in step with events. Each may come again, at any later time and in any order: the newest version of a balance,
 * transaction or group wins. Balances and transactions of one invocation are collected, and taken in at its end all at once: much
 * faster than one by one. When the database refuses what was collected, all comes again one by one, so that only what it refuses is
 * set aside. An instance serves one invocation at a time.
 */
export const analyticsConsumer = (sql: Connection) => {
  let balances: BalanceState[] = [];
  let facts: Fact[] = [];
  const collect = consumerOf(sql, async (balance, fact) => {
    balances.push(...balance);
    facts.push(...fact);
  });
  const one = consumerOf(sql, (balance, fact) => takeIn(sql, balance, fact));

  return async (event: Parameters<typeof collect>[0]): Promise<void> => {
    [balances, facts] = [[], []];
    try {
      await collect(event);
    } finally {
      // What is good is taken in also where something else is not, and all is delivered again.
      await takeIn(sql, balances, facts).catch((error: unknown) => {
        if (isTransient(error)) throw error;
        return one(event);
      });
    }
  };
};

/** Handles events; `take` is given the state of a balance, or the fact of a transaction. */
const consumerOf = (sql: Connection, take: (balances: BalanceState[], facts: Fact[]) => Promise<void>) => {
  const remember = ({ data: { group_id, version, members } }: MembersEvent): Promise<void> =>
    rememberMembers(sql, { group_id, version, members: members.map(({ user_id }) => user_id) });
  const takeBalance = ({ data }: BalanceEvent): Promise<void> => take([balanceStateOf(data)], []);
  const takeTransaction = async (event: TransactionEvent): Promise<void> => {
    requireStorable(event);
    await take([], [factOf(event.data)]);
  };
  return consumer(
    eventHandlers({
      GroupCreated: remember,
      GroupUpdated: remember,
      UserInvitedGroup: remember,
      UserJoinedGroup: remember,
      UserLeftGroup: remember,
      GroupDeleted: ({ data }) => forgetGroup(sql, data),
      UserDeleted: ({ data }) => eraseUser(sql, data.user_id),
      BalanceCreated: takeBalance,
      BalanceUpdated: takeBalance,
      BalanceDeleted: takeBalance,
      TransactionCreated: takeTransaction,
      TransactionUpdated: takeTransaction,
      TransactionDeleted: takeTransaction,
    }),
  );
};

/** What the contract's patterns let pass and no table can hold must not hold up the events it comes with. */
const requireStorable = ({ type, id, data: { transacted_on } }: TransactionEvent): void => {
  if (!isCalendarDay(transacted_on))
    throw new Error(`The ${type} ${id} is not as expected: data.transacted_on: no such day`);
};
