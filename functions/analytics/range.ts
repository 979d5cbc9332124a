/**
 * The days that a report is about, and how they are cut: into periods for the reader, and into pieces that roll-ups have a row for.
 * Pure functions on calendar days, `YYYY-MM-DD`, which compare as texts do. Nothing here knows a time zone: a day is the sender's.
 */
import { problem } from "../runtime/problem";

/** The first and the last day, both within. */
export interface Range {
  from: string;
  to: string;
}

export type Interval = "day" | "week" | "month" | "quarter" | "year";

/** What roll-ups add up over: from the longest to the shortest. Weeks do not fit into months, but do into what is left of them. */
export type Grain = "year" | "month" | "week" | "day";

/** Periods of one grain, by their first days: the first of them and the last. */
export interface Segment extends Range {
  grain: Grain;
}

/** Ten years: as many days as they have at most. */
export const mostDays = 3653;

const DAY = 86_400_000;

const numberOf = (day: string): number => Date.parse(`${day}T00:00:00Z`) / DAY;
const dayOf = (number: number): string => new Date(number * DAY).toISOString().slice(0, 10);

/** So many days later. */
export const plusDays = (day: string, days: number): string => dayOf(numberOf(day) + days);

/** How many days these are. */
export const daysIn = ({ from, to }: Range): number => numberOf(to) - numberOf(from) + 1;

const monthsLater = (day: string, months: number): string => {
  const date = new Date(`${day.slice(0, 7)}-01T00:00:00Z`);
  date.setUTCMonth(date.getUTCMonth() + months);
  return date.toISOString().slice(0, 10);
};

/** The first day of the period that a day is in; of a week it is the Monday (ISO 8601), which may be in another year. */
export const startOf = (interval: Interval, day: string): string => {
  const month = Number(day.slice(5, 7));
  switch (interval) {
    case "day":
      return day;
    case "week":
      // 1970-01-01, day 0, was a Thursday.
      return plusDays(day, -((((numberOf(day) + 3) % 7) + 7) % 7));
    case "month":
      return `${day.slice(0, 7)}-01`;
    case "quarter":
      return monthsLater(day, -((month - 1) % 3));
    case "year":
      return `${day.slice(0, 4)}-01-01`;
  }
};

/** The first day of the period after the one that begins on this day. */
const nextOf = (interval: Interval, start: string): string => {
  switch (interval) {
    case "day":
      return plusDays(start, 1);
    case "week":
      return plusDays(start, 7);
    default:
      return monthsLater(start, { month: 1, quarter: 3, year: 12 }[interval]);
  }
};

/** The last day of the period that begins on this day. */
const endOf = (interval: Interval, start: string): string => plusDays(nextOf(interval, start), -1);

/** The first days of all periods that have a day in the range, in order. */
export const periodsOf = (interval: Interval, { from, to }: Range): string[] => {
  const starts: string[] = [];
  for (let start = startOf(interval, from); start <= to; start = nextOf(interval, start)) starts.push(start);
  return starts;
};

/**
 * Cuts a range into as few pieces as there are, each of whole periods of a grain: of the first of these grains what fits, at both ends
 * what the next have. Days fit everywhere, so they have to be the last.
 */
export const segmentsOf = ({ from, to }: Range, [grain, ...finer]: Grain[]): Segment[] => {
  if (from > to || grain === undefined) return [];
  const around = startOf(grain, from);
  const first = around === from ? from : nextOf(grain, around);
  const last =
    endOf(grain, startOf(grain, to)) === to ? startOf(grain, to) : startOf(grain, plusDays(startOf(grain, to), -1));
  if (first > last) return segmentsOf({ from, to }, finer);
  return [
    ...segmentsOf({ from, to: plusDays(first, -1) }, finer),
    { grain, from: first, to: last },
    ...segmentsOf({ from: plusDays(endOf(grain, last), 1), to }, finer),
  ];
};

/**
 * The range that is asked for. Left out, it ends today (UTC), and begins eleven months before the month it ends in: a year's months.
 *
 * @throws a problem, 400, when it ends before it begins or is longer than ten years.
 */
export const rangeOf = (query: { from?: string | undefined; to?: string | undefined }, now: Date): Range => {
  const to = query.to ?? now.toISOString().slice(0, 10);
  const from = query.from ?? monthsLater(to, -11);
  if (from > to) throw invalidRange("to", "must not be before from");
  if (daysIn({ from, to }) > mostDays) {
    throw invalidRange("to", `must be within ten years of from: at most ${mostDays} days, both included`);
  }
  return { from, to };
};

const invalidRange = (path: string, message: string) =>
  problem(400, "invalid_query", "The query has invalid parameters.", { errors: [{ path, message }] });
