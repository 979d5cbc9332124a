/** The ledger as the read model is rebuilt from it, and compared with it: read as `transactions_copier`, who may do nothing else. */
import type { Connection } from "../runtime/postgres";
import type { LedgerBalance, LedgerTransaction } from "./fact";

/** Transactions that are read at once. */
const atOnce = 1_000;

/** All that the ledger has of a user, as it is at one moment. Transactions come some at a time. */
export const readLedger = async (
  ledger: Connection,
  userId: string,
  take: {
    balances: (balances: LedgerBalance[]) => Promise<void> | void;
    transactions: (transactions: LedgerTransaction[]) => Promise<void> | void;
  },
): Promise<void> => {
  await ledger.begin("isolation level repeatable read read only", async (sql) => {
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
};

/** Who has balances in a database, after somebody, in the order of their ids. */
export const ownersAfter = async (sql: Connection, userId: string, most: number): Promise<string[]> => {
  const rows = await sql<{ user_id: string }[]>`
    select distinct user_id from balances where user_id > ${userId} order by user_id limit ${most}
  `;
  return rows.map(({ user_id }) => user_id);
};
