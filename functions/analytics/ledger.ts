/** The ledger as the read model is rebuilt from it, and compared with it: read as `transactions_copier`, who may do nothing else. */
import type { GroupMembers } from "../runtime/memberships";
import type { Connection, Sql } from "../runtime/postgres";
import type { LedgerBalance, LedgerTransaction } from "./fact";

/** Rows that are read at once. */
const atOnce = 1_000;

/** Reads a database as it is at one moment, however long it takes: what comes some at a time takes as long as its rows are worked on. */
export const snapshot = async (database: Connection, read: (sql: Sql) => Promise<void>): Promise<void> => {
  await database.begin("isolation level repeatable read read only", async (sql) => {
    await sql`set local statement_timeout = 0`;
    await read(sql);
  });
};

/** All that the ledger has of a user, as it is at one moment. Transactions come some at a time. */
export const readLedger = (
  ledger: Connection,
  userId: string,
  take: {
    balances: (balances: LedgerBalance[]) => Promise<void> | void;
    transactions: (transactions: LedgerTransaction[]) => Promise<void> | void;
  },
): Promise<void> =>
  snapshot(ledger, async (sql) => {
    const balances = await sql<LedgerBalance[]>`
      select balance_id, user_id, group_id, currency, opening_amount, amount, deleted_at, version::int
      from balances
      where user_id = ${userId}
    `;
    await take.balances([...balances]);
    const transactions = sql<LedgerTransaction[]>`
      select transaction_id, user_id, group_id, type, amount, currency, from_balance_id, to_balance_id, to_amount, category_id,
        entries, approved_at, transacted_on::text, deleted_at, version::int
      from transactions
      where user_id = ${userId}
    `;
    for await (const some of transactions.cursor(atOnce)) await take.transactions([...some]);
  });

/** Who is in which group, as the ledger's projection of the same events has it. */
export const readMemberships = (
  ledger: Connection,
  take: { erased: (userId: string) => Promise<void>; group: (group: GroupMembers) => Promise<void> },
): Promise<void> =>
  snapshot(ledger, async (sql) => {
    const erased = await sql<{ user_id: string }[]>`select user_id from erased_users`;
    for (const { user_id } of erased) await take.erased(user_id);
    const groups = sql<GroupMembers[]>`
      select group_id, g.version::int, coalesce(json_agg(m.user_id) filter (where m.user_id is not null), '[]') as members
      from groups g
      left join group_members m using (group_id)
      group by group_id
    `;
    for await (const some of groups.cursor(atOnce)) for (const group of some) await take.group(group);
  });

/** Who has balances in a database, after somebody, in the order of their ids. */
export const ownersAfter = async (sql: Connection, userId: string, most: number): Promise<string[]> => {
  const rows = await sql<{ user_id: string }[]>`
    select distinct user_id from balances where user_id > ${userId} order by user_id limit ${most}
  `;
  return rows.map(({ user_id }) => user_id);
};
