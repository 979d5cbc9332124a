/** All transactions at once, as a file: for spreadsheets, other programs, and for keeps. */
import * as v from "valibot";
import { type Answer, file, seeOther } from "../runtime/answer";
import type { Objects } from "../runtime/bucket";
import { type Caller, type EndpointTable, endpoint } from "../runtime/endpoint";
import { newId } from "../runtime/ids";
import type { Connection, Sql } from "../runtime/postgres";
import { problem } from "../runtime/problem";
import type { RecordedTransaction } from "./ledger";
import { type Filters, listQuery, type Place, requireOrdered, transactionsAfter } from "./listing";
import type { Format, Rendering } from "./rendering";
import { Transaction } from "./schemas";

/** What the export reads and writes. */
export interface ExportUnit {
  sql: Connection;
  /** Takes files that are too large for an answer. */
  bucket: Objects;
  renderings: Record<Format, Rendering>;
}

/** Rows that are held at a time: some 25 MB at worst, with fifty long entries in each. */
const ROWS_AT_ONCE = 500;

/** An answer of a function has 6 MB at most ("Lambda quotas"), as JSON, with its headers. */
const LARGEST_ANSWER = 5_500_000;

/** So long the API waits for an answer is 30 s ("Quotas for HTTP APIs"); what takes longer is broken off before, in ms. */
const LONGEST = 25_000;

/** How long a link to a file is good, in seconds: it is followed at once. */
const LINK_SECONDS = 300;

const exportQuery = () => {
  const { limit: _limit, cursor: _cursor, ...filters } = listQuery();
  return { ...filters, format: v.optional(v.picklist(["csv", "json"]), "csv") };
};

/** A list of transactions of one page, however many there are. */
const TransactionsFile = () =>
  v.strictObject({ items: v.pipe(v.array(Transaction()), v.maxLength(10_000_000)), next_cursor: v.null() });

export const exportEndpoints = (): EndpointTable<ExportUnit> => ({
  "GET /transactions/export": endpoint({
    summary: "Transactions as a file",
    description:
      "All that `GET /transactions` would list with the same filters, in the same order, as they are at one moment. `csv` (RFC 4180, UTF-8, with a " +
      "header) has a line for each transaction, with `entries` as JSON in one cell; text that a spreadsheet would take for a formula begins with " +
      "an apostrophe. `json` is a list of one page. A small file is the answer itself; a larger one is at the `Location` of a 303, for five minutes.",
    query: exportQuery(),
    answers: { 200: TransactionsFile(), 303: null },
    media: { 200: ["text/csv"] },
    problems: { 422: ["export_too_large"] },
    handle: ({ caller, query: { format, ...list }, unit }) => {
      requireOrdered(list);
      return exported(unit, caller, list, format);
    },
  }),
});

/** Reads by keyset, in one snapshot; what comes is rendered and sent on, so that it does not matter how much there is. */
const exported = async (
  { sql, bucket, renderings }: ExportUnit,
  caller: Caller,
  list: Filters,
  format: Format,
): Promise<Answer<never>> => {
  const rendering = renderings[format];
  const kind = { type: rendering.type, name: `transactions.${format}` };
  const answer = await sql.begin("isolation level repeatable read read only", async (sql) => {
    await sql`set local plan_cache_mode = force_custom_plan`;
    const parts = renderedParts(rendering, transactionPages(sql, list, caller.user_id, Date.now() + LONGEST));
    const beginning = await takeWhileSmall(parts);
    if (beginning.done) return file(beginning.parts.join(""), kind);
    const key = `${caller.user_id}/transactions-${newId()}.${format}`;
    await bucket.write(key, joined(beginning.parts, parts), kind);
    return seeOther(await bucket.link(key, LINK_SECONDS));
  });
  return answer as Answer<never>;
};

/** Page after page; the next is read while one is being rendered. */
const transactionPages = (
  sql: Sql,
  list: Filters,
  callerId: string,
  deadline: number,
): AsyncIterable<RecordedTransaction[]> => {
  const read = async (after?: Place): Promise<RecordedTransaction[]> => {
    if (Date.now() > deadline) throw tooLarge();
    return transactionsAfter(sql, list, callerId, ROWS_AT_ONCE, after);
  };
  const pages = async function* () {
    let next: Promise<RecordedTransaction[]> | undefined = read();
    while (next !== undefined) {
      const rows: RecordedTransaction[] = await next;
      const last = rows.length === ROWS_AT_ONCE ? rows.at(-1) : undefined;
      next = last && read(placeOf(last, list.sorted_by));
      next?.catch(() => undefined); // it is looked at later, or not at all
      yield rows;
    }
  };
  return pages();
};

const placeOf = (row: RecordedTransaction, sortedBy: Filters["sorted_by"]): Place => {
  const key = row[sortedBy];
  return [key instanceof Date ? key.toISOString() : key, row.transaction_id];
};

const renderedParts = (rendering: Rendering, pages: AsyncIterable<RecordedTransaction[]>): AsyncIterator<string> => {
  const parts = async function* () {
    let first = true;
    for await (const rows of pages) {
      yield rendering.rows(rows, first);
      first = false;
    }
    yield rendering.end;
  };
  return parts();
};

/** Takes parts until there are more than an answer holds, or no more. */
const takeWhileSmall = async (all: AsyncIterator<string>): Promise<{ parts: string[]; done: boolean }> => {
  const parts: string[] = [];
  let size = 0;
  while (size <= LARGEST_ANSWER) {
    const { value, done } = await all.next();
    if (done) return { parts, done };
    parts.push(value);
    size += Buffer.byteLength(JSON.stringify(value));
  }
  return { parts, done: false };
};

const joined = (beginning: string[], rest: AsyncIterator<string>): AsyncIterable<string> => {
  const all = async function* () {
    while (beginning.length > 0) yield beginning.shift() ?? "";
    for (;;) {
      const { value, done } = await rest.next();
      if (done) return;
      yield value;
    }
  };
  return all();
};

const tooLarge = () =>
  problem(
    422,
    "export_too_large",
    "These are more transactions than can be exported at once. Export them in parts, by `from` and `to`; or all that is stored of you, by GET /users/me/export.",
  );
