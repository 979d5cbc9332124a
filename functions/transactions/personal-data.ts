/** What the transactions service keeps of a person, for that person: balances and transactions, closed, pending and deleted ones too. */
import * as v from "valibot";
import { Id } from "../runtime/fields";
import { jsonFile, type ReadFilePage } from "../runtime/personal-data";
import type { Connection } from "../runtime/postgres";
import type { RecordedTransaction } from "./ledger";
import type { Format, Rendering } from "./rendering";
import { balanceColumns, transactionColumns } from "./store";

/** Files of this service, for whoever asks for them. */
export const TRANSACTIONS_FILES = ["balances.json", "transactions.csv", "transactions.json"];

/** Rows that are read at a time. */
const ROWS_AT_ONCE = 500;

/** A page of a file has some more characters than this at most: one row, which has 50 kB at worst. An answer takes 6 MB. */
const PAGE_CHARACTERS = 1_000_000;

export const transactionsData = (
  sql: Connection,
  renderings: Record<Format, Rendering>,
): Record<string, ReadFilePage> => ({
  "balances.json": jsonFile(
    (userId) => sql`
      select ${balanceColumns(sql)}, deleted_at
      from balances
      where user_id = ${userId}
      order by created_at, balance_id
    `,
  ),
  "transactions.csv": transactionsFile(sql, renderings.csv),
  "transactions.json": transactionsFile(sql, renderings.json),
});

/** Where a file goes on: the row that was the last, in the order of recording, which no later change of a transaction moves. */
const Cursor = () => v.pipe(v.string(), v.parseJson(), v.tuple([v.pipe(v.string(), v.isoTimestamp()), Id()]));

const transactionsFile =
  (sql: Connection, rendering: Rendering): ReadFilePage =>
  async (userId, cursor) => {
    const after = cursor === null ? undefined : v.parse(Cursor(), cursor);
    const read = await sql<RecordedTransaction[]>`
      select ${transactionColumns(sql)}
      from transactions
      where user_id = ${userId}
        ${after ? sql`and (created_at, transaction_id) > (${after[0]}::text::timestamptz, ${after[1]}::uuid)` : sql``}
      order by created_at, transaction_id
      limit ${ROWS_AT_ONCE}
    `;
    const rows = fitting(read);
    const text = rendering.rows(rows, cursor === null);
    const last = rows.at(-1);
    if (last === undefined || (rows.length === read.length && read.length < ROWS_AT_ONCE)) {
      return { text: text + rendering.end, cursor: null };
    }
    return { text, cursor: JSON.stringify([last.created_at, last.transaction_id]) };
  };

/** As many of the rows as make a page; one at least. */
const fitting = (rows: RecordedTransaction[]): RecordedTransaction[] => {
  let size = 0;
  const surplus = rows.findIndex((row, index) => {
    size += JSON.stringify(row).length;
    return index > 0 && size > PAGE_CHARACTERS;
  });
  return surplus === -1 ? rows : rows.slice(0, surplus);
};
