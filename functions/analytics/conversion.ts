/**
 * Amounts in another currency: each day's at that day's rate. The European Central Bank gives reference rates, units of a currency for
 * one euro, on its working days; a day without one takes the last before it, no more than a week old. A day to come takes today's.
 * What has no rate stays what it is, and is told apart: nothing is taken one to one, nothing left out.
 */
import { decimalsOf, isCurrency } from "../runtime/currencies";
import type { Fragment, Sql } from "../runtime/postgres";
import { problem } from "../runtime/problem";
import type { Range } from "./range";

/** How old a rate may be, in days: longer than banks are ever closed. */
const oldestRate = 7;

/** The parts of a statement that convert amounts; without a display currency there is nothing to convert. */
export interface Conversion {
  /** CTEs, each with a comma before it, after one that is called `currencies`: `currency`, and whether it is `own`. */
  rates: Fragment;
  /** Whether amounts in this currency are shown as they are, in SQL. */
  isOwn(currency: Fragment): Fragment;
  /** The join that brings the rate of a day (`date`). */
  join(currency: Fragment, day: Fragment): Fragment;
  /** What an amount counts; itself where there is no rate. */
  converted(amount: Fragment): Fragment;
  /** The sum as it is shown, with two decimals; in whole units where the currency has no smaller ones. */
  shown(sum: Fragment): Fragment;
  /** Whether the amounts in this currency of this day are converted (or need not be). */
  isConverted(currency: Fragment): Fragment;
  /** The currency that amounts in this one are shown in. */
  shownIn(currency: Fragment): Fragment;
}

/** @throws a problem, 422, for what is no currency. */
export const requireCurrency = (code: string | undefined): void => {
  if (code === undefined || isCurrency(code)) return;
  throw problem(422, "unknown_currency", "There is no such currency.", {
    errors: [{ path: "display_currency", message: "must be the ISO 4217 code of a currency in use" }],
  });
};

/** @param display the currency that all is shown in; undefined: each in its own. */
export const conversionTo = (sql: Sql, display: string | undefined, range: Range): Conversion =>
  display === undefined ? noConversion(sql) : intoOne(sql, display, range);

const noConversion = (sql: Sql): Conversion => ({
  rates: sql``,
  isOwn: () => sql`true`,
  join: () => sql``,
  converted: (amount) => amount,
  shown: (sum) => sql`round(${sum}, 2)`,
  isConverted: () => sql`true`,
  shownIn: (currency) => currency,
});

const intoOne = (sql: Sql, display: string, { from, to }: Range): Conversion => {
  const isOwn = (currency: Fragment) => sql`(${currency} = ${display})`;
  const isConverted = (currency: Fragment) => sql`(${isOwn(currency)} or rate.factor is not null)`;
  const digits = decimalsOf(display);
  return {
    rates: sql`
      , needed as materialized (
        select currency from currencies where not own
        union all
        select ${display} where exists (select from currencies where not own)
      ), quotes as (
        select currency, day, per_eur, lead(day) over (partition by currency order by day) as next
        from rates
        where currency in (select currency from needed where currency <> 'EUR')
          and day between least(${from}::text::date, current_date) - ${oldestRate}::int and ${to}::text::date
      ), quoted as (
        select currency, valid::date as day, per_eur
        from quotes, generate_series(day, least(next - 1, day + ${oldestRate}::int), interval '1 day') as valid
        union all
        select 'EUR', valid::date, 1
        from generate_series(
          least(${from}::text::date, current_date), least(${to}::text::date, current_date), interval '1 day'
        ) as valid
        where exists (select from needed where currency = 'EUR')
      ), factors as materialized (
        select held.currency || day::text as currency_day, target.per_eur / held.per_eur as factor
        from quoted as target
        join quoted as held using (day)
        where target.currency = ${display} and held.currency <> ${display}
      )
    `,
    isOwn,
    // One key: with two the planner, who cannot know how many days there are, may sort by the currency alone, and then compares each
    // day with each.
    join: (currency, day) => sql`
      left join factors as rate on rate.currency_day = ${currency} || least(${day}, current_date)::text
    `,
    converted: (amount) => sql`${amount} * coalesce(rate.factor, 1)`,
    // What is not converted keeps its own two decimals: it has no more.
    shown: (sum) => sql`round(round(${sum}, case when converted then ${digits}::int else 2 end), 2)`,
    isConverted,
    shownIn: (currency) => sql`case when ${isConverted(currency)} then ${display} else ${currency} end`,
  };
};
