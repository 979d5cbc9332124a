import * as v from "valibot";
import { type Answer, type Page, page } from "../runtime/answer";
import { decodeCursor, InstantKey, pageOf } from "../runtime/cursor";
import type { Caller } from "../runtime/endpoint";
import { Choice, Day, Flag, Id, Ids, Line, Moment, paging } from "../runtime/fields";
import { groupsOf, isMember } from "../runtime/memberships";
import { AmountBound, Money, toHundredths } from "../runtime/money";
import { type Fragment, plannedForItsValues, type Sql } from "../runtime/postgres";
import { problem } from "../runtime/problem";
import type { Statements } from "../runtime/statement-work";
import { type RecordedTransaction, shown } from "./ledger";
import { searchable } from "./record";
import { type Transaction, TransactionType } from "./schemas";
import { transactionColumns } from "./store";

/** A bound in time: a whole calendar day of the sender, or an instant. */
const Bound = () => v.union([Day(), Moment()]);
type Bound = v.InferOutput<ReturnType<typeof Bound>>;

/** The same as a query parameter. A union would complain as if only days were taken. */
const DayOrMoment = () =>
  v.optional(
    v.pipe(
      v.string(),
      v.check((text) => v.is(Bound(), text), "must be a date, or an RFC 3339 time with an offset"),
      v.transform((text) => v.parse(Bound(), text)),
      v.metadata({ schema: Bound() }),
    ),
  );

/** The query parameters of `GET /transactions`. */
export const listQuery = () => ({
  ...paging(),
  user_id: v.optional(Id()),
  group_id: v.optional(Id()),
  balance_id: v.optional(Id()),
  type: v.optional(TransactionType()),
  category: Ids(),
  from: DayOrMoment(),
  to: DayOrMoment(),
  min_amount: AmountBound(),
  max_amount: AmountBound(),
  q: v.optional(Line(100)),
  approved: Choice(),
  include_deleted: Flag(),
  updated_since: v.optional(Moment()),
  sorted_by: v.optional(v.picklist(["transacted_at", "amount", "created_at", "updated_at"]), "transacted_at"),
  order: v.optional(v.picklist(["asc", "desc"]), "desc"),
});

type ListQuery = { [K in keyof ReturnType<typeof listQuery>]: v.InferOutput<ReturnType<typeof listQuery>[K]> };

interface ListContext {
  caller: Caller;
  query: ListQuery;
  route: string;
  unit: Statements;
}

/**
 * One page of transactions: an index read in order from where the cursor points, so that no page costs more than another.
 * A balance stands in two columns: its list is two such reads, merged. In other orders than by day it is looked for among its
 * owner's, who alone writes on it: most people have a few balances, and each index more slows down every write.
 */
export const listTransactions = async ({
  caller,
  query,
  route,
  unit: { sql },
}: ListContext): Promise<Answer<Page<Transaction>>> => {
  requireOrdered(query);
  const { limit, cursor, ...list } = query;
  const scope = { route, caller, list };
  const key = list.sorted_by === "amount" ? Money() : InstantKey();
  const after = cursor ? decodeCursor(scope, cursor, v.tuple([key, Id()])) : undefined;
  const rows = await plannedForItsValues(sql, transactionsAfter(sql, list, caller.user_id, limit + 1, after));
  const [items, nextCursor] = pageOf(scope, rows, fitting(rows, limit), (row) => [
    row[list.sorted_by],
    row.transaction_id,
  ]);
  return page(items.map(shown), nextCursor);
};

/** Where a list goes on: the sort key and the id of the last row before. */
export type Place = readonly [key: string, transactionId: string];

/** The next `limit` transactions of a list, as far as the caller may see them; from its beginning without a place. */
export const transactionsAfter = (sql: Sql, list: Filters, callerId: string, limit: number, after?: Place) => {
  const sort = sortColumn(sql, list.sorted_by);
  const direction = list.order === "asc" ? sql`asc` : sql`desc`;
  const conditions = [...access(sql, list, callerId), ...filters(sql, list)];
  if (after) {
    const beyond = list.order === "asc" ? sql`>` : sql`<`;
    conditions.push(
      sql`(${sort.column}, transaction_id) ${beyond} (${after[0]}::text::${sort.type}, ${after[1]}::uuid)`,
    );
  }
  const select = (more: Fragment[]) => sql`
    select ${transactionColumns(sql)}
    from transactions
    where ${all(sql, [...conditions, ...more])}
    order by ${sort.column} ${direction}, transaction_id ${direction}
    limit ${limit}
  `;
  return sql<RecordedTransaction[]>`
    ${
      list.balance_id === undefined
        ? select([])
        : list.sorted_by !== "transacted_at"
          ? select([
              sql`user_id = (select user_id from balances where balance_id = ${list.balance_id})`,
              sql`(from_balance_id = ${list.balance_id} or to_balance_id = ${list.balance_id})`,
            ])
          : sql`
              select * from (
                (${select([sql`from_balance_id = ${list.balance_id}`])})
                union all
                (${select([sql`to_balance_id = ${list.balance_id}`])})
              ) as either
              order by transacted_at ${direction}, transaction_id ${direction}
              limit ${limit}
            `
    }
  `;
};

/** The most entries on a page: Lambda answers with 6 MB at most, and an entry may have 500 characters. */
const mostEntries = 1500;

/** How many of these rows make a page: `limit`, or fewer where they have very many entries; one at least. */
const fitting = (rows: RecordedTransaction[], limit: number): number => {
  let entries = 0;
  const surplus = rows.findIndex((row) => {
    entries += row.entries.length;
    return entries > mostEntries;
  });
  return surplus === -1 ? limit : Math.min(limit, Math.max(1, surplus));
};

const sortColumn = (sql: Sql, sortedBy: ListQuery["sorted_by"]): { column: Fragment; type: Fragment } =>
  sortedBy === "amount"
    ? { column: sql`amount`, type: sql`numeric` }
    : {
        column: { transacted_at: sql`transacted_at`, created_at: sql`created_at`, updated_at: sql`updated_at` }[
          sortedBy
        ],
        type: sql`timestamptz`,
      };

export type Filters = Omit<ListQuery, "limit" | "cursor">;

/** Whose transactions are listed, and which of these the caller may see: their own, and those of groups they are in now. */
const access = (sql: Sql, list: Filters, caller: string): Fragment[] => {
  const { user_id, group_id, balance_id } = list;
  const user = user_id ?? (group_id === undefined && balance_id === undefined ? caller : undefined);
  const conditions: Fragment[] = [];
  if (user !== undefined) conditions.push(sql`user_id = ${user}`);
  if (group_id !== undefined) conditions.push(sql`group_id = ${group_id}`);
  if (user !== caller) {
    if (group_id !== undefined) conditions.push(sql`(select ${isMember(sql, group_id, caller)})`);
    else {
      // Within `coalesce` for the planner's sake: it takes groups that it does not know for next to nothing, and would rather
      // fetch and sort all that they hold than read an index in order.
      const shared = sql`coalesce(group_id = any (${groupsOf(sql, caller)}), false)`;
      conditions.push(user === undefined ? sql`(user_id = ${caller} or ${shared})` : shared);
    }
  }
  if (!list.include_deleted) conditions.push(sql`deleted_at is null`);
  else if (user !== caller) conditions.push(sql`(deleted_at is null or user_id = ${caller})`);
  return conditions;
};

const filters = (sql: Sql, list: Filters): Fragment[] => {
  const conditions: Fragment[] = [];
  if (list.type !== undefined) conditions.push(sql`type = ${list.type}`);
  if (list.category !== undefined) {
    conditions.push(sql`category_ids && ${`{${list.category.join(",")}}`}::text::uuid[]`);
  }
  if (list.from !== undefined) conditions.push(...notBefore(sql, list.from));
  if (list.to !== undefined) conditions.push(...notAfter(sql, list.to));
  if (list.min_amount !== undefined) conditions.push(sql`amount >= ${list.min_amount}::numeric`);
  if (list.max_amount !== undefined) conditions.push(sql`amount <= ${list.max_amount}::numeric`);
  if (list.q !== undefined) {
    conditions.push(sql`search like ${`%${searchable(list.q).replace(/[\\%_]/g, "\\$&")}%`}`);
  }
  if (list.approved !== undefined) {
    conditions.push(list.approved ? sql`approved_at is not null` : sql`approved_at is null`);
  }
  if (list.updated_since !== undefined) conditions.push(sql`updated_at >= ${list.updated_since.at}::timestamptz`);
  return conditions;
};

/** Days are those of the sender, up to a day away from UTC: the bound on the instant only leads the index to the place. */
const notBefore = (sql: Sql, from: Bound): Fragment[] =>
  typeof from === "string"
    ? [sql`transacted_on >= ${from}::text::date`, sql`transacted_at >= ${from}::text::date - interval '1 day'`]
    : [sql`transacted_at >= ${from.at}::timestamptz`];

const notAfter = (sql: Sql, to: Bound): Fragment[] =>
  typeof to === "string"
    ? [sql`transacted_on <= ${to}::text::date`, sql`transacted_at < ${to}::text::date + interval '2 days'`]
    : [sql`transacted_at <= ${to.at}::timestamptz`];

const all = (sql: Sql, conditions: Fragment[]): Fragment =>
  conditions.reduce((joined, condition) => sql`${joined} and ${condition}`);

export const requireOrdered = (query: Filters): void => {
  const { from, to, min_amount, max_amount } = query;
  if (from !== undefined && to !== undefined && isAfter(from, to)) throw disordered("to", "from");
  if (min_amount !== undefined && max_amount !== undefined && cents(min_amount) > cents(max_amount)) {
    throw disordered("max_amount", "min_amount");
  }
};

/** An instant is compared with a day as the sender's day that it was written with. */
const isAfter = (from: Bound, to: Bound): boolean =>
  typeof from === "string" || typeof to === "string" ? dayOf(from) > dayOf(to) : from.at > to.at;

const dayOf = (bound: Bound): string => (typeof bound === "string" ? bound : bound.on);

const cents = (bound: string): bigint => {
  const [whole = "", decimals = ""] = bound.split(".");
  return toHundredths(`${whole}.${decimals.padEnd(2, "0")}`);
};

const disordered = (path: string, other: string) =>
  problem(400, "invalid_query", "The query has invalid parameters.", {
    errors: [{ path, message: `must not be less than ${other}` }],
  });
