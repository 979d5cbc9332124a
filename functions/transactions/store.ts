/** SQL that several endpoints of the transactions service share. Access is decided here, in the `where`: no row, no resource. */
import type { Fragment, Sql } from "../runtime/postgres";
import { problem } from "../runtime/problem";
import type { Statements } from "../runtime/statement-work";
import type { KnownBalance, RecordedTransaction } from "./ledger";

/** The columns of a Balance. */
export const balanceColumns = (sql: Sql): Fragment => sql`
  balance_id, user_id, group_id, name, currency, opening_amount, amount, created_at, updated_at
`;

/** The columns of all that is stored of a transaction, in the order of a Transaction. */
export const transactionColumns = (sql: Sql): Fragment => sql`
  transaction_id, user_id, group_id, type, amount, currency, from_balance_id, to_balance_id, to_amount, category_id,
  description, entries, approved_at, transacted_at, created_at, updated_at, deleted_at,
  to_currency, transacted_on::text, version::int
`;

/** One's own transaction, deleted or not; 404 for all others. */
export const ownTransaction = async (sql: Sql, transactionId: string, userId: string): Promise<RecordedTransaction> => {
  const [transaction] = await sql<RecordedTransaction[]>`
    select ${transactionColumns(sql)}
    from transactions
    where transaction_id = ${transactionId} and user_id = ${userId}
  `;
  if (transaction === undefined) throw transactionNotFound();
  return transaction;
};

export const transactionNotFound = () =>
  problem(404, "transaction_not_found", "There is no such transaction, or you may not do this with it.");

/** How many balances an instance remembers; a few hundred bytes each. */
const remembered = 10_000;

/**
 * Reads one's own balances by id, and remembers what never changes of them: on most writes, then, nothing has to be read at
 * all. The statement that writes checks all of it again (record.ts), so that a memory that is wrong costs a second try and
 * nothing else.
 */
export const balanceMemory = () => {
  const memory = new Map<string, KnownBalance>();

  const recall = (ids: string[], userId: string): Map<string, KnownBalance> | undefined => {
    const known = new Map<string, KnownBalance>();
    for (const id of ids) {
      const balance = memory.get(id);
      if (balance === undefined || balance.user_id !== userId) return undefined;
      known.set(id, balance);
    }
    return known;
  };

  /** The caller's balances among these, deleted ones too. */
  return async ({ sql, again }: Statements, ids: string[], userId: string): Promise<Map<string, KnownBalance>> => {
    const known = again ? undefined : recall(ids, userId);
    if (known !== undefined) return known;
    const rows = await sql<(KnownBalance & { amount: string })[]>`
      select balance_id, user_id, group_id, currency, amount, deleted_at is not null as deleted
      from balances
      where balance_id = any (${`{${ids.join(",")}}`}::text::uuid[]) and user_id = ${userId}
    `;
    if (memory.size > remembered) memory.clear();
    for (const row of rows) if (!row.deleted) memory.set(row.balance_id, { ...row, amount: undefined });
    return new Map(rows.map((row) => [row.balance_id, row]));
  };
};
export type ReadBalances = ReturnType<typeof balanceMemory>;
