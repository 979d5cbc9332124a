/** Calendar days as `YYYY-MM-DD`, in the calendar of the person who looks. */

const two = (number: number): string => String(number).padStart(2, "0");

export const dayOf = (date: Date): string =>
  `${String(date.getFullYear()).padStart(4, "0")}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;

export const today = (now = new Date()): string => dayOf(now);

/** Noon of a day, local time: far from both midnights, whatever the clock is set to. */
export const noonOf = (day: string): Date => {
  const [year = 1970, month = 1, date = 1] = day.split("-").map(Number);
  return new Date(year, month - 1, date, 12);
};

export const addDays = (day: string, days: number): string => {
  const date = noonOf(day);
  date.setDate(date.getDate() + days);
  return dayOf(date);
};

/** Months later; the last day of a month where the other has fewer days. */
export const addMonths = (day: string, months: number): string => {
  const [year = 1970, month = 1, date = 1] = day.split("-").map(Number);
  const lastOfMonth = new Date(year, month + months, 0).getDate();
  return dayOf(new Date(year, month - 1 + months, Math.min(date, lastOfMonth), 12));
};

export const firstOfMonth = (day: string): string => `${day.slice(0, 8)}01`;
export const lastOfMonth = (day: string): string => addDays(addMonths(firstOfMonth(day), 1), -1);

/** RFC 3339 with the offset of the place where we are: the API keeps the calendar day as it was written. */
export const momentOf = (date: Date): string => {
  const offset = -date.getTimezoneOffset();
  const sign = offset < 0 ? "-" : "+";
  const zone = `${sign}${two(Math.floor(Math.abs(offset) / 60))}:${two(Math.abs(offset) % 60)}`;
  return `${dayOf(date)}T${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}${zone}`;
};

/** Something that happened on a day: now, if it is today; else at noon of it. */
export const momentOn = (day: string, now = new Date()): string => momentOf(day === dayOf(now) ? now : noonOf(day));

export interface DayGroup<Item> {
  day: string;
  items: Item[];
}

/** Consecutive items of the same local day, in the order they come. */
export const groupByDay = <Item extends { transacted_at: string }>(items: Item[]): DayGroup<Item>[] => {
  const groups: DayGroup<Item>[] = [];
  for (const item of items) {
    const day = dayOf(new Date(item.transacted_at));
    const last = groups.at(-1);
    if (last?.day === day) last.items.push(item);
    else groups.push({ day, items: [item] });
  }
  return groups;
};
