import type { Answer } from "../runtime/answer";
import { type Caller, type EndpointTable, endpoint } from "../runtime/endpoint";
import type { Sql } from "../runtime/postgres";
import { problem } from "../runtime/problem";
import { requireCurrency } from "./conversion";
import { cashFlow, type Question, type Series, spending, trends } from "./flows";
import { netWorth } from "./net-worth";
import { type Interval, periodsOf, rangeOf } from "./range";
import {
  By,
  CashFlow,
  Interval as IntervalChoice,
  Kind,
  Limit,
  mostItems,
  NetWorth,
  reportQuery,
  Spending,
  Trends,
} from "./schemas";
import { requireGroup, scopeOf } from "./scope";

const common =
  "From `from` to `to`, both included: calendar days of whoever recorded it, at most ten years; left out, the last twelve months up to " +
  "today. Of the caller, unless `user_id` or `group_id` says otherwise: of somebody else what is in groups that the caller is in, of a " +
  "group what all have in it. Each currency for itself, unless `display_currency` says into which one to convert, each day's amounts " +
  "at that day's rate; what has no rate is then listed in `unconverted`, as it is. Pending and deleted transactions do not count.";

/** The reports. Each is one statement on the read model. */
export const analyticsEndpoints = (): EndpointTable<Sql> => ({
  "GET /analytics/cash-flow": endpoint({
    summary: "Income and expenses over time",
    description: `${common} Movements are neither income nor expense. Every period is there, also when nothing happened in it.`,
    query: { ...reportQuery(), interval: IntervalChoice() },
    answers: { 200: CashFlow() },
    problems,
    handle: async ({ caller, query, unit }) => {
      const question = questionOf(caller, query);
      const series = await found(unit, question, cashFlow(unit, question, query.interval));
      const nothing = { income: "0.00", expense: "0.00", net: "0.00", count: 0 };
      return overTime(question, query.interval, series, nothing);
    },
  }),

  "GET /analytics/spending": endpoint({
    summary: "What money is spent on",
    description:
      `${common} Expenses, or with \`type\` income, by category, balance or user, the greatest first; \`share\` is the part of all of ` +
      "that currency. What comes after `limit` keys is added up under the key `other`. Entries count for their own category, and for " +
      "that of their transaction where they have none; the key null stands for no category at all. `count` tells how many " +
      "transactions have something in it.",
    query: { ...reportQuery(), by: By(), type: Kind(), limit: Limit() },
    answers: { 200: Spending() },
    problems,
    handle: async ({ caller, query, unit }) => {
      const question = questionOf(caller, query);
      const rows = await found(unit, question, spending(unit, question, query));
      return report(question, rows, (shown) =>
        shown.map(({ converted: _, other, ...row }) => (other ? { ...row, key: "other" as const } : row)),
      );
    },
  }),

  "GET /analytics/net-worth": endpoint({
    summary: "What all balances hold, over time",
    description:
      `${common} At the end of each period, of the last one at the end of the range: opening amounts, and all that came and went since, ` +
      "movements included. A balance that was closed counts until that day. Converted at the rate of the period's last day.",
    query: { ...reportQuery(), interval: IntervalChoice() },
    answers: { 200: NetWorth() },
    problems,
    handle: async ({ caller, query, unit }) => {
      const question = questionOf(caller, query);
      const series = await found(unit, question, netWorth(unit, question, query.interval));
      return overTime(question, query.interval, series, { amount: "0.00" });
    },
  }),

  "GET /analytics/trends": endpoint({
    summary: "Spending by key over time",
    description:
      `${common} As \`GET /analytics/spending\`, period by period: for every key that occurs, every period. ` +
      `More than ${mostItems} items are refused.`,
    query: { ...reportQuery(), by: By(), type: Kind(), interval: IntervalChoice() },
    answers: { 200: Trends() },
    problems,
    handle: async ({ caller, query, unit }) => {
      const question = questionOf(caller, query);
      const series = await found(unit, question, trends(unit, question, query));
      return overTime(question, query.interval, series, { amount: "0.00" });
    },
  }),
});

const problems = { 404: ["group_not_found"], 422: ["unknown_currency"] };

interface ReportQuery {
  from?: string | undefined;
  to?: string | undefined;
  group_id?: string | undefined;
  user_id?: string | undefined;
  display_currency?: string | undefined;
}

const questionOf = (caller: Caller, query: ReportQuery): Question => {
  const range = rangeOf(query, new Date());
  requireCurrency(query.display_currency);
  return { scope: scopeOf(caller, query), range, display: query.display_currency };
};

/** The rows of a report; 404 where there are none because there is no such group. */
const found = async <Row>(sql: Sql, { scope }: Question, query: PromiseLike<Row[]>): Promise<Row[]> => {
  const rows = await query;
  if (rows.length === 0) await requireGroup(sql, scope);
  return rows;
};

/** The answer; where all is shown in one currency, what has no rate stands apart. */
const report = <Row extends { converted: boolean }, Item>(
  { display }: Question,
  rows: Row[],
  itemsOf: (rows: Row[], apart: boolean) => Item[],
): Answer<{ items: Item[]; unconverted?: Item[]; next_cursor: null }> => {
  const those = (apart: boolean) =>
    itemsOf(
      rows.filter(({ converted }) => converted !== apart),
      apart,
    );
  const unconverted = display === undefined ? {} : { unconverted: those(true) };
  return { kind: "list", status: 200, body: { items: those(false), ...unconverted, next_cursor: null } };
};

/**
 * A report over time: period by period, of every series its item. Where nothing happened it says so, but for what has no rate: that is
 * told where it is.
 */
const overTime = <Point extends object, One extends Series<Point>>(
  question: Question,
  interval: Interval,
  all: One[],
  nothing: Point,
) => {
  const periods = periodsOf(interval, question.range);
  const most = periods.length * all.length;
  if (most > mostItems) throw tooLarge(most);
  return report(question, all, (series, apart) =>
    periods.flatMap((period_start) =>
      series.flatMap(({ converted: _, points, ...which }) => {
        const point = points[period_start] ?? (apart ? undefined : nothing);
        return point === undefined ? [] : [{ period_start, ...which, ...point }];
      }),
    ),
  );
};

const tooLarge = (items: number) =>
  problem(
    400,
    "report_too_large",
    `These would be ${items} items; ${mostItems} is the most. Ask for longer intervals or fewer days.`,
  );
