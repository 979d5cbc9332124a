/**
 * Amounts of money: decimal strings with exactly two decimals (`"12.50"`), the form they have in `numeric(18,2)` columns
 * and in JSON. They are never JavaScript numbers; arithmetic is done in SQL, or in hundredths as `bigint`.
 */
import * as v from "valibot";
import { decimalsOf } from "./currencies";

/** Hundredths of an amount. */
export const toHundredths = (amount: string): bigint => BigInt(amount.replace(".", ""));

/** The amount of so many hundredths. */
export const fromHundredths = (hundredths: bigint): string => {
  const digits = (hundredths < 0n ? -hundredths : hundredths).toString().padStart(3, "0");
  return `${hundredths < 0n ? "-" : ""}${digits.slice(0, -2)}.${digits.slice(-2)}`;
};

/** Whether a `numeric(18,2)` can hold it. */
export const isInRange = (hundredths: bigint): boolean => hundredths < 10n ** 18n && hundredths > -(10n ** 18n);

/** Whether the currency has units this small: yen come in whole ones only. */
export const fitsCurrency = (amount: string, currency: string): boolean =>
  decimalsOf(currency) === 2 || amount.endsWith(".00");

/** What must be said of an amount that does not fit. */
export const wholeOnly = (currency: string): string => `must be a whole amount: ${currency} has no smaller unit`;

const metadata = (jsonSchema: Record<string, unknown>) =>
  v.metadata<string, { jsonSchema: Record<string, unknown> }>({ jsonSchema });

const decimal = (pattern: RegExp, message: string) =>
  v.pipe(
    v.union([v.string(), v.number()]),
    v.transform(String),
    v.regex(pattern, message),
    v.transform((text) => {
      const [whole = "", decimals = ""] = text.split(".");
      return `${whole}.${decimals.padEnd(2, "0")}`.replace(/^-(0\.00)$/, "$1");
    }),
  );

const form = "must be a decimal number with at most 16 digits before the point and 2 after it";

/** An amount above zero, as people send it: a decimal string, or a JSON number with at most two decimals. */
export const Amount = () =>
  v.pipe(
    decimal(/^(0|[1-9]\d{0,15})(\.\d{1,2})?$/, form),
    v.check((amount) => amount !== "0.00", "must be more than zero"),
    metadata({
      type: ["string", "number"],
      pattern: "^(0|[1-9][0-9]{0,15})(\\.[0-9]{1,2})?$",
      maxLength: 19,
      exclusiveMinimum: 0,
      exclusiveMaximum: 1e16,
      example: "12.50",
    }),
  );

/** The same, but zero and debts are allowed: what an account holds. */
export const Holding = () =>
  v.pipe(
    decimal(/^-?(0|[1-9]\d{0,15})(\.\d{1,2})?$/, form),
    metadata({
      type: ["string", "number"],
      pattern: "^-?(0|[1-9][0-9]{0,15})(\\.[0-9]{1,2})?$",
      maxLength: 20,
      exclusiveMinimum: -1e16,
      exclusiveMaximum: 1e16,
      example: "1250.00",
    }),
  );

/** An amount as we send it. */
export const Money = () =>
  v.pipe(
    v.string(),
    v.regex(/^-?(0|[1-9]\d{0,15})\.\d{2}$/, form),
    metadata({ type: "string", pattern: "^-?(0|[1-9][0-9]{0,15})\\.[0-9]{2}$", maxLength: 20, example: "12.50" }),
  );

/** Query parameter: a bound for amounts, zero or more. */
export const AmountBound = () =>
  v.optional(
    v.pipe(
      v.string(),
      v.regex(/^(0|[1-9]\d{0,15})(\.\d{1,2})?$/, form),
      metadata({ type: "string", pattern: "^(0|[1-9][0-9]{0,15})(\\.[0-9]{1,2})?$", maxLength: 19 }),
    ),
  );
