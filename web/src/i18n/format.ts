/** Money, numbers and dates as people of a locale write them. `Intl` objects are dear to make and kept. */
import { decimalsOf } from "../api/currencies";
import { addDays, noonOf, today } from "../dates/days";

const kept = new Map<string, unknown>();
const once = <Made>(key: string, make: () => Made): Made => {
  if (!kept.has(key)) kept.set(key, make());
  return kept.get(key) as Made;
};

const moneyFormat = (locale: string, currency: string, signed: boolean, whole: boolean) =>
  once(`money ${locale} ${currency} ${signed} ${whole}`, () => {
    const digits = whole ? 0 : decimalsOf(currency);
    return new Intl.NumberFormat(locale, {
      style: "currency",
      currency,
      currencyDisplay: "narrowSymbol",
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
      signDisplay: signed ? "exceptZero" : "negative",
      useGrouping: "always",
    } as Intl.NumberFormatOptions);
  });

/** As wide as the plus; the hyphen that `Intl` takes is not. */
const MINUS = "\u2212";

// A decimal string is formatted exactly, whatever its size (ECMA-402, Intl.NumberFormat v3); TypeScript knows this by a template type only.
type Decimal = `${number}`;

export const formatMoney = (
  locale: string,
  amount: string,
  currency: string,
  options: { signed?: boolean; whole?: boolean } = {},
): string =>
  moneyFormat(locale, currency, options.signed ?? false, options.whole ?? false)
    .format(amount as Decimal)
    .replace("-", MINUS);

/** The parts of an amount, so that its minor units can be set smaller. */
export const moneyParts = (
  locale: string,
  amount: string,
  currency: string,
  signed: boolean,
): Intl.NumberFormatPart[] =>
  moneyFormat(locale, currency, signed, false)
    .formatToParts(amount as Decimal)
    .map((part) => (part.type === "minusSign" ? { ...part, value: MINUS } : part));

/** The symbol between whole and parts, for the amount pad. */
export const decimalMark = (locale: string): string =>
  once(
    `mark ${locale}`,
    () => new Intl.NumberFormat(locale).formatToParts(1.5).find(({ type }) => type === "decimal")?.value ?? ".",
  );

export const formatNumber = (locale: string, number: number, digits = 0): string =>
  once(`number ${locale} ${digits}`, () => new Intl.NumberFormat(locale, { maximumFractionDigits: digits })).format(
    number,
  );

/** An amount whose currency is not known, as in a filter: always with two decimals. */
export const formatAmount = (locale: string, amount: string): string =>
  once(
    `amount ${locale}`,
    () => new Intl.NumberFormat(locale, { minimumFractionDigits: 2, maximumFractionDigits: 2 }),
  ).format(amount as Decimal);

export const formatPercent = (locale: string, share: number): string =>
  once(`percent ${locale}`, () => new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 0 })).format(
    share,
  );

/** `12k`: on axes, where there is little room. */
export const formatShort = (locale: string, number: number): string =>
  once(`short ${locale}`, () => new Intl.NumberFormat(locale, { notation: "compact", maximumFractionDigits: 1 }))
    .format(number)
    .replace("-", MINUS);

const dateFormat = (locale: string, options: Intl.DateTimeFormatOptions) =>
  once(`date ${locale} ${JSON.stringify(options)}`, () => new Intl.DateTimeFormat(locale, options));

export const formatDate = (locale: string, day: string, options: Intl.DateTimeFormatOptions): string =>
  dateFormat(locale, options).format(noonOf(day));

export const formatInstant = (locale: string, instant: string): string =>
  dateFormat(locale, { dateStyle: "medium", timeStyle: "short" }).format(new Date(instant));

export const formatTime = (locale: string, instant: string): string =>
  dateFormat(locale, { timeStyle: "short" }).format(new Date(instant));

/** `Today`, `Yesterday`, `Monday 16 November`, with the year where it is another one. */
export const formatDay = (locale: string, day: string, now = today()): string => {
  if (day === now || day === addDays(now, -1)) {
    const words = once(`relative ${locale}`, () => new Intl.RelativeTimeFormat(locale, { numeric: "auto" }));
    return capitalized(words.format(day === now ? 0 : -1, "day"), locale);
  }
  const year = day.slice(0, 4) === now.slice(0, 4) ? {} : { year: "numeric" as const };
  return capitalized(formatDate(locale, day, { weekday: "long", day: "numeric", month: "long", ...year }), locale);
};

export const formatMonth = (locale: string, day: string): string =>
  capitalized(formatDate(locale, day, { month: "long", year: "numeric" }), locale);

const capitalized = (text: string, locale: string): string => text.charAt(0).toLocaleUpperCase(locale) + text.slice(1);

export const currencyName = (locale: string, code: string): string =>
  once(`currencies ${locale}`, () => new Intl.DisplayNames(locale, { type: "currency" })).of(code) ?? code;

export const compareNames = (locale: string): ((one: string, other: string) => number) =>
  once(`collator ${locale}`, () => new Intl.Collator(locale, { sensitivity: "base", numeric: true })).compare;
