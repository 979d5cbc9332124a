/**
 * Amounts are decimal strings with two decimals (`"12.50"`), as the API has them; arithmetic is done in hundredths as `bigint`. Never in
 * JavaScript numbers, but where something is drawn.
 */
import { decimalsOf } from "../api/currencies";

/** Hundredths of an amount. */
export const toHundredths = (amount: string): bigint => {
  const [whole = "0", decimals = ""] = amount.split(".");
  return BigInt(whole + decimals.padEnd(2, "0").slice(0, 2));
};

/** The amount of so many hundredths. */
export const fromHundredths = (hundredths: bigint): string => {
  const digits = abs(hundredths).toString().padStart(3, "0");
  return `${hundredths < 0n ? "-" : ""}${digits.slice(0, -2)}.${digits.slice(-2)}`;
};

export const abs = (value: bigint): bigint => (value < 0n ? -value : value);

export const add = (...amounts: string[]): string =>
  fromHundredths(amounts.reduce((sum, amount) => sum + toHundredths(amount), 0n));

export const negate = (amount: string): string => fromHundredths(-toHundredths(amount));

export const isZero = (amount: string): boolean => toHundredths(amount) === 0n;
export const isNegative = (amount: string): boolean => amount.startsWith("-");
export const compare = (one: string, other: string): number => {
  const difference = toHundredths(one) - toHundredths(other);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
};

/** For drawing only: as near as a JavaScript number gets. */
export const approximate = (amount: string): number => Number(amount);

/** Divides and rounds half away from zero. */
export const divideRounded = (dividend: bigint, divisor: bigint): bigint => {
  const negative = dividend < 0n !== divisor < 0n;
  const [a, b] = [abs(dividend), abs(divisor)];
  const rounded = (2n * a + b) / (2n * b);
  return negative ? -rounded : rounded;
};

/** Hundredths to a whole number of the smallest unit of a currency: yen come in whole ones. */
export const roundFor = (hundredths: bigint, currency: string): bigint =>
  decimalsOf(currency) === 2 ? hundredths : divideRounded(hundredths, 100n) * 100n;

/** Sums by currency, largest absolute first. */
export const sumByCurrency = (
  items: { currency: string; amount: string }[],
): { currency: string; amount: string }[] => {
  const sums = new Map<string, bigint>();
  for (const { currency, amount } of items) sums.set(currency, (sums.get(currency) ?? 0n) + toHundredths(amount));
  return [...sums]
    .map(([currency, sum]) => ({ currency, amount: fromHundredths(sum) }))
    .sort((one, other) => compare(other.amount.replace("-", ""), one.amount.replace("-", "")));
};
