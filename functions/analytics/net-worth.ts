import type { Sql } from "../runtime/postgres";
import { conversionTo } from "./conversion";
import { type AmountPoint, grainsOf, type Question, type Series } from "./flows";
import { type Interval, plusDays, segmentsOf, startOf } from "./range";
import { within } from "./scope";

/** Before all that can be recorded. */
const beginning = "1900-01-01";

/**
 * What balances held at the end of each period (of the last one: at the end of the range): opening amounts, which were there before the
 * first transaction, and all that came and went since, movements too. A closed balance counts until the day it was closed (or until the
 * last day that has a transaction of it); what was left in it then, leaves with it.
 *
 * What lies before the range is added up from years, months and days, so that it does not matter how much that is.
 */
export const netWorth = (sql: Sql, { scope, range, display }: Question, interval: Interval) => {
  const { from, to } = range;
  const conversion = conversionTo(sql, display, range);
  const segments = [
    ...segmentsOf({ from: beginning, to: plusDays(from, -1) }, grainsOf("whole", false)),
    ...segmentsOf(range, grainsOf(interval, false)),
  ].map((segment) => sql`(${segment.grain}, ${segment.from}::text::date, ${segment.to}::text::date)`);
  const step = interval === "quarter" ? "3 months" : `1 ${interval}`;
  const periodOf = (day: ReturnType<Sql>) =>
    sql`date_trunc(${interval}, greatest(${day}, ${from}::text::date)::timestamp)::date`;
  return sql<Series<AmountPoint>[]>`
    with segments (grain, first, last) as (
      values ${segments.reduce((all, row) => sql`${all}, ${row}`)}
    ), held as materialized (
      select b.balance_id, b.currency, b.opening_amount, b.closing_amount, closing.day as closed_on
      from balances b
      left join lateral (
        select greatest(b.closed_on, max(r.period)) as day
        from balance_rollups r
        where r.balance_id = b.balance_id and r.grain = 'day' and r.incomes + r.expenses + r.movements <> 0
      ) as closing on b.closed_on is not null
      where ${within(sql, scope, sql`b`)} and (b.closed_on is null or closing.day >= ${from}::text::date)
    ), currencies as (
      select distinct currency, ${conversion.isOwn(sql`currency`)} as own from held
    ), periods as (
      select start::date as period_start, least((start + ${step}::text::interval)::date - 1, ${to}::text::date) as last
      from generate_series(${startOf(interval, from)}::text::timestamp, ${to}::text::timestamp, ${step}::text::interval) as start
    ), changes as (
      select currency, ${periodOf(sql`${from}::text::date`)} as period_start, opening_amount as amount from held
      union all
      select currency, ${periodOf(sql`closed_on`)}, -closing_amount from held where closed_on <= ${to}::text::date
      union all
      select h.currency, ${periodOf(sql`r.period`)}, r.income - r.expense + r.moved
      from held h
      cross join segments s
      join balance_rollups r on r.balance_id = h.balance_id and r.grain = s.grain and r.period between s.first and s.last
    ), changed as (
      select currency, period_start, sum(amount) as amount from changes group by currency, period_start
    ), worth as (
      select c.currency, p.period_start, p.last,
        sum(coalesce(x.amount, 0)) over (partition by c.currency order by p.period_start) as amount
      from periods p
      cross join currencies c
      left join changed x on x.currency = c.currency and x.period_start = p.period_start
    )
    ${conversion.rates}, shown as (
      select ${conversion.isConverted(sql`w.currency`)} as converted, ${conversion.shownIn(sql`w.currency`)} as currency,
        w.period_start, sum(${conversion.converted(sql`w.amount`)}) as amount
      from worth w
      ${conversion.join(sql`w.currency`, sql`w.last`)}
      group by 1, 2, 3
    )
    select converted, currency,
      json_object_agg(period_start, json_build_object('amount', ${conversion.shown(sql`amount`)}::text)) as points
    from shown
    where converted or amount <> 0
    group by converted, currency
    order by currency
  `;
};
