/**
 * What came in and what went out, added up from roll-ups in one statement: for each currency, amounts that are shown as they are from
 * the longest periods that fit, and amounts that are converted from days, since each day has a rate of its own.
 */
import type { Fragment, Sql } from "../runtime/postgres";
import { type Conversion, conversionTo } from "./conversion";
import { type Grain, type Interval, type Range, segmentsOf } from "./range";
import type { By, Kind } from "./schemas";
import { type Scope, within } from "./scope";

export interface Question {
  scope: Scope;
  range: Range;
  /** The currency that all is shown in, each in its own unless told. */
  display: string | undefined;
}

/** The grains that periods are added up from; by category there are weeks, too. */
export const grainsOf = (interval: Interval | "whole", weeks: boolean): Grain[] => {
  const week: Grain[] = weeks ? ["week"] : [];
  const grains: Record<Interval | "whole", Grain[]> = {
    day: ["day"],
    week: [...week, "day"],
    month: ["month", ...week, "day"],
    quarter: ["month", ...week, "day"],
    year: ["year", "month", ...week, "day"],
    whole: ["year", "month", ...week, "day"],
  };
  return grains[interval];
};

/** The CTEs that every flow begins with. */
const basis = (sql: Sql, { scope, range }: Question, conversion: Conversion, grains: Grain[]): Fragment => {
  const rows = [
    ...segmentsOf(range, grains).map((segment) => ({ own: true, ...segment })),
    { own: false, grain: "day", ...range },
  ].map(({ own, grain, from, to }) => sql`(${own}::bool, ${grain}, ${from}::text::date, ${to}::text::date)`);
  return sql`
    currencies as materialized (
      select distinct b.currency, ${conversion.isOwn(sql`b.currency`)} as own
      from balances b
      where ${within(sql, scope, sql`b`)}
    ), segments (own, grain, first, last) as (
      values ${rows.reduce((all, row) => sql`${all}, ${row}`)}
    )
    ${conversion.rates}
  `;
};

const periodOf = (sql: Sql, interval: Interval, day: Fragment): Fragment =>
  interval === "day" ? day : sql`date_trunc(${interval}, ${day}::timestamp)::date`;

/** What a report tells over time, of one currency (and key): by the first day of each period in which there is something. */
export interface Series<Point> {
  converted: boolean;
  currency: string;
  points: Record<string, Point>;
}

export interface CashFlowPoint {
  income: string;
  expense: string;
  net: string;
  count: number;
}

/** Income and expense. Movements are neither. */
export const cashFlow = (sql: Sql, question: Question, interval: Interval) => {
  const { scope, range, display } = question;
  const conversion = conversionTo(sql, display, range);
  const { converted, shown } = conversion;
  return sql<Series<CashFlowPoint>[]>`
    with ${basis(sql, question, conversion, grainsOf(interval, false))}, flow as (
      select ${conversion.isConverted(sql`b.currency`)} as converted, ${conversion.shownIn(sql`b.currency`)} as currency,
        ${periodOf(sql, interval, sql`r.period`)} as period_start, sum(${converted(sql`r.income`)}) as income,
        sum(${converted(sql`r.expense`)}) as expense, sum(r.incomes + r.expenses)::int as count
      from balances b
      join segments s on s.own = ${conversion.isOwn(sql`b.currency`)}
      join balance_rollups r on r.balance_id = b.balance_id and r.grain = s.grain and r.period between s.first and s.last
      ${conversion.join(sql`b.currency`, sql`r.period`)}
      where ${within(sql, scope, sql`b`)}
      group by 1, 2, 3
    ), shown as (
      select converted, currency, period_start, ${shown(sql`income`)} as income, ${shown(sql`expense`)} as expense, count
      from flow
      where count <> 0
    )
    select converted, currency, json_object_agg(period_start, json_build_object(
      'income', income::text, 'expense', expense::text, 'net', (income - expense)::text, 'count', count
    )) as points
    from shown
    group by converted, currency
    order by currency
  `;
};

/** The rows of roll-ups that hold amounts of one kind, by what they are told apart by. */
const source = (sql: Sql, { scope }: Question, by: By, kind: Kind, conversion: Conversion) => {
  if (by === "category") {
    return {
      key: sql`r.category_id`,
      currency: sql`c.currency`,
      amount: sql`r.amount`,
      count: sql`r.count`,
      rows: sql`
        from currencies c
        join segments s on s.own = c.own
        join category_rollups r on r.grain = s.grain and r.currency = c.currency and r.period between s.first and s.last
          and r.kind = ${kind} and ${within(sql, scope, sql`r`)}
        ${conversion.join(sql`c.currency`, sql`r.period`)}
      `,
    };
  }
  return {
    key: by === "balance" ? sql`b.balance_id` : sql`b.user_id`,
    currency: sql`b.currency`,
    ...(kind === "income"
      ? { amount: sql`r.income`, count: sql`r.incomes` }
      : { amount: sql`r.expense`, count: sql`r.expenses` }),
    rows: sql`
      from balances b
      join segments s on s.own = ${conversion.isOwn(sql`b.currency`)}
      join balance_rollups r on r.balance_id = b.balance_id and r.grain = s.grain and r.period between s.first and s.last
        and ${within(sql, scope, sql`b`)}
      ${conversion.join(sql`b.currency`, sql`r.period`)}
    `,
  };
};

export interface SpendingRow {
  converted: boolean;
  currency: string;
  /** What is beyond the limit, all in one. */
  other: boolean;
  key: string | null;
  amount: string;
  share: string;
  count: number;
}

/** Amounts of one kind by key, the greatest first, each currency for itself; after `limit` keys the rest in one. */
export const spending = (sql: Sql, question: Question, { by, type, limit }: { by: By; type: Kind; limit: number }) => {
  const conversion = conversionTo(sql, question.display, question.range);
  const { key, currency, amount, count, rows } = source(sql, question, by, type, conversion);
  return sql<SpendingRow[]>`
    with ${basis(sql, question, conversion, grainsOf("whole", by === "category"))}, flow as (
      select ${conversion.isConverted(currency)} as converted, ${conversion.shownIn(currency)} as currency, ${key} as key,
        sum(${conversion.converted(amount)}) as amount, sum(${count})::int as count
      ${rows}
      group by 1, 2, 3
    ), shown as (
      select converted, currency, key, ${conversion.shown(sql`amount`)} as amount, count
      from flow
      where count <> 0
    ), ranked as (
      select *, row_number() over (partition by converted, currency order by amount desc, key) > ${limit} as other,
        sum(amount) over (partition by converted, currency) as total
      from shown
    )
    select converted, other, case when other then null else key end as key, currency, sum(amount) as amount,
      round(coalesce(sum(amount) / nullif(max(total), 0), 0), 4)::text as share, sum(count)::int as count
    from ranked
    group by 1, 2, 3, 4
    order by currency, other, sum(amount) desc, key
  `;
};

export interface AmountPoint {
  amount: string;
}

/** Amounts of one kind by key and period; the keys with the greatest amounts in all first. */
export const trends = (
  sql: Sql,
  question: Question,
  { by, type, interval }: { by: By; type: Kind; interval: Interval },
) => {
  const conversion = conversionTo(sql, question.display, question.range);
  const { key, currency, amount, count, rows } = source(sql, question, by, type, conversion);
  return sql<(Series<AmountPoint> & { key: string | null })[]>`
    with ${basis(sql, question, conversion, grainsOf(interval, by === "category"))}, flow as (
      select ${conversion.isConverted(currency)} as converted, ${conversion.shownIn(currency)} as currency, ${key} as key,
        ${periodOf(sql, interval, sql`r.period`)} as period_start, sum(${conversion.converted(amount)}) as amount,
        sum(${count})::int as count
      ${rows}
      group by 1, 2, 3, 4
    ), shown as (
      select converted, currency, key, period_start, ${conversion.shown(sql`amount`)} as amount
      from flow
      where count <> 0
    )
    select converted, key, currency, json_object_agg(period_start, json_build_object('amount', amount::text)) as points
    from shown
    group by converted, key, currency
    order by currency, sum(amount) desc, key
  `;
};
