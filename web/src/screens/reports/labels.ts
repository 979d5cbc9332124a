import type { Interval } from "../../dates/periods";
import { formatDate } from "../../i18n/format";

/** What is written below a part of a period: as short as it can be. */
export const slotLabel = (locale: string, start: string, interval: Interval): string => {
  if (interval === "year") return start.slice(0, 4);
  if (interval === "quarter") return `${Math.floor((Number(start.slice(5, 7)) - 1) / 3) + 1}/${start.slice(2, 4)}`;
  if (interval === "month") return formatDate(locale, start, { month: "short" });
  return formatDate(locale, start, { day: "numeric", month: "numeric" });
};

/** The same in full, for reading off and for the table. */
export const slotName = (locale: string, start: string, interval: Interval): string => {
  if (interval === "year") return start.slice(0, 4);
  if (interval === "quarter") return slotLabel(locale, start, interval);
  if (interval === "month") return formatDate(locale, start, { month: "long", year: "numeric" });
  return formatDate(locale, start, { day: "numeric", month: "short", year: "numeric" });
};
