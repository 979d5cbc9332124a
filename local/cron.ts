/**
 * Cron expressions of EventBridge rules: minutes, hours, day of month, month, day of week, year, in UTC ("Cron expressions", EventBridge
 * user guide). Of its wildcards `L`, `W` and `#` are left out.
 */

const MONTHS = "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split(" ");
const WEEKDAYS = "SUN MON TUE WED THU FRI SAT".split(" ");

interface Field {
  least: number;
  most: number;
  /** Names for the values from `least` on. */
  names?: string[];
  of(time: Date): number;
}

const FIELDS: Field[] = [
  { least: 0, most: 59, of: (time) => time.getUTCMinutes() },
  { least: 0, most: 23, of: (time) => time.getUTCHours() },
  { least: 1, most: 31, of: (time) => time.getUTCDate() },
  { least: 1, most: 12, names: MONTHS, of: (time) => time.getUTCMonth() + 1 },
  { least: 1, most: 7, names: WEEKDAYS, of: (time) => time.getUTCDay() + 1 },
  { least: 1970, most: 2199, of: (time) => time.getUTCFullYear() },
];

/** Whether an expression such as `cron(30 15 ? * MON-FRI *)` means the minute of a moment; undefined where it is none that is known. */
export function cronMatcher(expression: string): ((time: Date) => boolean) | undefined {
  const texts = /^cron\((.+)\)$/.exec(expression)?.[1]?.split(" ") ?? [];
  if (texts.length !== FIELDS.length) return undefined;
  // "You can't specify the Day-of-month and Day-of-week fields in the same cron expression."
  if ((texts[2] === "?") === (texts[4] === "?")) return undefined;
  const values = FIELDS.map((field, index) => valuesOf(texts[index] ?? "", field));
  if (values.some((known) => known === undefined)) return undefined;
  return (time) => FIELDS.every((field, index) => values[index]?.has(field.of(time)));
}

/** All values that a field means, such as `1,3-5,0/10`; undefined where it means none. */
function valuesOf(text: string, field: Field): Set<number> | undefined {
  const all = new Set<number>();
  for (const part of text.split(",")) {
    const [, range = "", step] = /^([^/]+)(?:\/(\d+))?$/.exec(part) ?? [];
    const [first = "", last, ...more] = range.split("-");
    const every = first === "*" || (first === "?" && (field.most === 31 || field.most === 7) && step === undefined);
    const start = every ? field.least : numberOf(first, field);
    const end = every || (last === undefined && step !== undefined) ? field.most : numberOf(last ?? first, field);
    if (start === undefined || end === undefined || end < start || more.length > 0 || step === "0") return undefined;
    for (let value = start; value <= end; value += Number(step ?? 1)) all.add(value);
  }
  return all;
}

function numberOf(text: string, { least, most, names = [] }: Field): number | undefined {
  const named = names.indexOf(text.toUpperCase());
  const value = named >= 0 ? least + named : /^\d{1,4}$/.test(text) ? Number(text) : Number.NaN;
  return value >= least && value <= most ? value : undefined;
}
