/**
 * The calculator of the amount pad: what is typed is kept as it is (`12+3.50`), and evaluated exactly, as fractions of `bigint`.
 * Multiplication and division go first, as everybody expects.
 */
import { divideRounded, fromHundredths, roundFor } from "./decimal";

export type Operator = "+" | "-" | "*" | "/";

interface Fraction {
  top: bigint;
  bottom: bigint;
}

const operators = "+-*/";
/** Digits before the point that `numeric(18,2)` holds. */
const MOST_DIGITS = 16;

/** The input after one more key; unchanged where the key makes no sense. Keys: digits, `.`, operators, `backspace`, `clear`. */
export const press = (input: string, key: string, decimals: 0 | 2): string => {
  if (key === "clear") return "";
  if (key === "backspace") return input.slice(0, -1);
  if (key.length !== 1) return input;
  const last = input.at(-1) ?? "";
  if (operators.includes(key)) return pressOperator(input, last, key);
  const current = /[^+\-*/]*$/.exec(input)?.[0] ?? "";
  if (key === ".") return pressPoint(input, current, decimals);
  return /^\d$/.test(key) ? pressDigit(input, current, key) : input;
};

/**
 * The same for an amount that was there before anything was typed: a digit or the decimal mark begins anew, as on any calculator that
 * shows a result; an operator or `backspace` goes on with it.
 */
export const pressAnew = (input: string, key: string, decimals: 0 | 2): string =>
  press(/^[\d.]$/.test(key) ? "" : input, key, decimals);

const pressOperator = (input: string, last: string, key: string): string => {
  if (input === "" || last === ".") return input;
  return operators.includes(last) ? input.slice(0, -1) + key : input + key;
};

const pressPoint = (input: string, current: string, decimals: 0 | 2): string => {
  // A factor may have decimals where an amount may not: 100 yen × 1.1.
  const isFactor = /[*/][^+\-*/]*$/.test(input);
  if (current.includes(".") || (decimals === 0 && !isFactor)) return input;
  return `${input}${current === "" ? "0." : "."}`;
};

const pressDigit = (input: string, current: string, key: string): string => {
  const [whole = "", fraction] = current.split(".");
  if (fraction !== undefined) return fraction.length >= 2 ? input : input + key;
  if (whole === "0") return input.slice(0, -1) + key;
  return whole.length >= MOST_DIGITS ? input : input + key;
};

/**
 * What the input comes to, in the smallest unit of the currency; rounded half up. Undefined while it is incomplete, divides by zero,
 * or comes to more than can be kept.
 */
export const evaluate = (input: string, currency: string): string | undefined => {
  const complete = input.replace(/[+\-*/.]+$/, "");
  if (complete === "") return undefined;
  const terms = complete.match(/\d+(\.\d*)?|[+\-*/]/g) ?? [];
  const sum = sumOf(terms);
  if (sum === undefined) return undefined;
  const hundredths = roundFor(divideRounded(sum.top * 100n, sum.bottom), currency);
  return hundredths > -(10n ** 18n) && hundredths < 10n ** 18n ? fromHundredths(hundredths) : undefined;
};

/** Whether there is something to work out. */
export const isSum = (input: string): boolean => /\d[+\-*/]\d/.test(input);

const sumOf = (terms: string[]): Fraction | undefined => {
  let sum: Fraction = { top: 0n, bottom: 1n };
  let product = fractionOf(terms[0] ?? "0");
  let sign = 1n;
  for (let index = 1; index + 1 < terms.length; index += 2) {
    const operator = terms[index] ?? "+";
    const operand = fractionOf(terms[index + 1] ?? "0");
    if (operator === "*") product = { top: product.top * operand.top, bottom: product.bottom * operand.bottom };
    else if (operator === "/") {
      if (operand.top === 0n) return undefined;
      product = { top: product.top * operand.bottom, bottom: product.bottom * operand.top };
    } else {
      sum = plus(sum, product, sign);
      sign = operator === "-" ? -1n : 1n;
      product = operand;
    }
  }
  return plus(sum, product, sign);
};

const plus = (one: Fraction, other: Fraction, sign: bigint): Fraction => ({
  top: one.top * other.bottom + sign * other.top * one.bottom,
  bottom: one.bottom * other.bottom,
});

const fractionOf = (text: string): Fraction => {
  const [whole = "0", decimals = ""] = text.split(".");
  return { top: BigInt(whole + decimals), bottom: 10n ** BigInt(decimals.length) };
};
