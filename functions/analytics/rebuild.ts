/**
 * Rebuilds the read model from the ledger, user by user, while everything is in use: reports show what was there until what is there
 * now is whole, and events of a user who is being rebuilt wait for that moment. Or compares the two, and changes nothing.
 */
import type { Context } from "aws-lambda";
import { rememberMembers } from "../runtime/memberships";
import type { Connection } from "../runtime/postgres";
import { differenceOf } from "./check";
import { balanceStateOf, factOf } from "./fact";
import { ownersAfter, readLedger, readMemberships } from "./ledger";
import { eraseUser, forget, takeIn } from "./projection";

export interface RebuildRequest {
  /** Only compares. */
  check?: boolean;
  /** Where an earlier invocation has stopped. */
  after?: string;
}

export interface RebuildResult {
  /** How many users were rebuilt, or compared. */
  users: number;
  /** What was found to differ, by user. */
  differing: { user_id: string; difference: string }[];
  /** Where to go on; null at the end. */
  next: string | null;
}

export interface Databases {
  /** The read model, as its consumer. */
  sql: Connection;
  /** The database `transactions`, as its copier. */
  ledger: Connection;
}

/** Users that are looked for at once. */
const atOnce = 100;
/** What is left of an invocation's time when it stops and tells where, in ms: enough for whoever has most. */
const RESERVE = 120_000;
const NOBODY = "00000000-0000-0000-0000-000000000000";

export const rebuild =
  (databases: Databases) =>
  async (
    { check = false, after }: RebuildRequest,
    context: Pick<Context, "getRemainingTimeInMillis">,
  ): Promise<RebuildResult> => {
    const result: RebuildResult = { users: 0, differing: [], next: after ?? NOBODY };
    if (after === undefined && !check) await copyMemberships(databases);
    while (result.next !== null) {
      const users = await usersAfter(databases, result.next);
      for (const userId of users) {
        if (context.getRemainingTimeInMillis() < RESERVE) return result;
        if (check) {
          const difference = await lasting(() => differenceOf(databases, userId));
          if (difference !== undefined) result.differing.push({ user_id: userId, difference });
        } else {
          await rebuildUser(databases, userId);
        }
        result.users += 1;
        result.next = userId;
      }
      if (users.length === 0) result.next = null;
    }
    return result;
  };

/** Whoever has something in either of the two. */
const usersAfter = async ({ sql, ledger }: Databases, userId: string): Promise<string[]> => {
  const [known, owners] = await Promise.all([ownersAfter(sql, userId, atOnce), ownersAfter(ledger, userId, atOnce)]);
  return [...new Set([...known, ...owners])].sort().slice(0, atOnce);
};

/**
 * Replaces what the model has of a user. The user is held first, and the ledger read then: whatever the model had by events was in the
 * ledger before, and what comes by events afterwards is newer, or known. So the order of the two is what makes it exact.
 */
export const rebuildUser = async ({ sql, ledger }: Databases, userId: string): Promise<void> => {
  await sql.begin(async (sql) => {
    await sql`set local statement_timeout = 0`;
    await sql`select hold_user(${userId})`;
    await forget(sql, userId);
    await readLedger(ledger, userId, {
      balances: (balances) => takeIn(sql, balances.map(balanceStateOf), []),
      transactions: (transactions) => takeIn(sql, [], transactions.map(factOf)),
    });
  });
};

/** Of two states of a group the newer wins. */
const copyMemberships = ({ sql, ledger }: Databases): Promise<void> =>
  readMemberships(ledger, {
    erased: (userId) => eraseUser(sql, userId),
    group: (group) => rememberMembers(sql, group),
  });

/** Ms between two looks, and how many there are: events are under way for a moment, and only what lasts is a difference. */
const PAUSE = 250;
const LOOKS = 20;

const lasting = async (look: () => Promise<string | undefined>): Promise<string | undefined> => {
  for (let looks = 1; ; looks += 1) {
    const difference = await look();
    if (difference === undefined || looks === LOOKS) return difference;
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
};
