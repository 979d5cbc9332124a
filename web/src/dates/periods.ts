/** Periods of reports: a month, a quarter, a year, twelve months; each with the one before. */
import { addDays, addMonths, firstOfMonth, lastOfMonth } from "./days";

export type PeriodKind = "month" | "quarter" | "year" | "twelve_months";
export type Interval = "day" | "week" | "month" | "quarter" | "year";

/** Both days count. */
export interface Period {
  kind: PeriodKind;
  from: string;
  to: string;
}

const MONTHS: Record<PeriodKind, number> = { month: 1, quarter: 3, year: 12, twelve_months: 12 };

/** The period of a kind that a day lies in; the twelve months are those that end with its month. */
export const periodOf = (kind: PeriodKind, day: string): Period => {
  const first = firstOfMonth(day);
  if (kind === "month") return { kind, from: first, to: lastOfMonth(day) };
  if (kind === "twelve_months") return { kind, from: addMonths(first, -11), to: lastOfMonth(day) };
  const month = Number(day.slice(5, 7)) - 1;
  const from = kind === "year" ? `${day.slice(0, 4)}-01-01` : addMonths(first, -(month % 3));
  return { kind, from, to: addDays(addMonths(from, MONTHS[kind]), -1) };
};

export const stepPeriod = (period: Period, steps: number): Period => {
  const from = addMonths(period.from, MONTHS[period.kind] * steps);
  return { kind: period.kind, from, to: addDays(addMonths(from, MONTHS[period.kind]), -1) };
};

/** The interval that shows a period best: some five to thirty bars. */
export const usualInterval = (kind: PeriodKind): Interval =>
  kind === "month" ? "week" : kind === "quarter" ? "week" : "month";

/** The first and last day of the part of a period that starts on a day, not beyond the period. */
export const slotOf = (start: string, interval: Interval, period: Period): { from: string; to: string } => {
  const ends: Record<Interval, string> = {
    day: start,
    week: addDays(start, 6),
    month: addDays(addMonths(start, 1), -1),
    quarter: addDays(addMonths(start, 3), -1),
    year: addDays(addMonths(start, 12), -1),
  };
  const end = ends[interval];
  return { from: start < period.from ? period.from : start, to: end > period.to ? period.to : end };
};

/** The starts of all parts of a period, so that those without money are shown too. */
export const slotsOf = (period: Period, interval: Interval): string[] => {
  const starts: string[] = [];
  for (let start = startOf(period.from, interval); start <= period.to; start = next(start, interval))
    starts.push(start);
  return starts;
};

/** The start of the part that a day is in; weeks start on Monday (ISO 8601). */
const startOf = (day: string, interval: Interval): string => {
  if (interval === "day") return day;
  if (interval === "week") return addDays(day, -((new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7));
  if (interval === "month") return firstOfMonth(day);
  return periodOf(interval, day).from;
};

const next = (start: string, interval: Interval): string =>
  interval === "day"
    ? addDays(start, 1)
    : interval === "week"
      ? addDays(start, 7)
      : addMonths(start, interval === "month" ? 1 : interval === "quarter" ? 3 : 12);
