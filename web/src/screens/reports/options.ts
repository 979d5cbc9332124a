/** What a report is about, as the address of the page holds it. Pure. */
import type { By } from "../../api/analytics";
import { type Interval, type Period, type PeriodKind, periodOf, stepPeriod, usualInterval } from "../../dates/periods";

export type ReportName = "cash-flow" | "spending" | "trends" | "net-worth";
export const REPORTS: ReportName[] = ["cash-flow", "spending", "trends", "net-worth"];
export const PERIODS: PeriodKind[] = ["month", "quarter", "year", "twelve_months"];
export const INTERVALS: Interval[] = ["day", "week", "month", "quarter", "year"];

export interface Options {
  period: Period;
  interval: Interval;
  /** Undefined for the display currency. */
  currency: string | undefined;
  by: By;
  type: "expense" | "income";
}

/** Spending is looked at by the month, the rest over a year; whatever the address says goes first. */
export const optionsOf = (search: string, report: ReportName, today: string): Options => {
  const query = new URLSearchParams(search);
  const kind =
    PERIODS.find((one) => one === query.get("period")) ?? (report === "spending" ? "month" : "twelve_months");
  const from = query.get("from");
  const current = periodOf(kind, today);
  const period = from !== null && /^\d{4}-\d\d-01$/.test(from) ? stepPeriod({ ...current, from }, 0) : current;
  return {
    period,
    interval: INTERVALS.find((one) => one === query.get("interval")) ?? usualInterval(kind),
    currency: query.get("currency") ?? undefined,
    by: (["category", "balance", "user"] as const).find((one) => one === query.get("by")) ?? "category",
    type: query.get("type") === "income" ? "income" : "expense",
  };
};

export const searchOfOptions = ({ period, interval, currency, by, type }: Options): string => {
  const query = new URLSearchParams({ period: period.kind, from: period.from, interval, by, type });
  if (currency !== undefined) query.set("currency", currency);
  return query.toString();
};
