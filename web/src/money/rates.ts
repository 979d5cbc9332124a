/**
 * What one currency is worth in another, as one's own money tells: the rate of the newest movement between the two. There is no other source of
 * rates; where nobody has exchanged anything, nothing is converted.
 */
import { divideRounded, fromHundredths, roundFor, toHundredths } from "./decimal";

export interface Rate {
  from: string;
  to: string;
  /** One unit of `from` is `top / bottom` of `to`. */
  top: bigint;
  bottom: bigint;
  /** Day of the exchange, `YYYY-MM-DD`. */
  on: string;
}

/** A movement as rates need it. */
export interface Exchange {
  currency: string;
  amount: string;
  to_currency: string;
  to_amount: string;
  on: string;
}

export const ratesOf = (exchanges: Exchange[]): Rate[] => {
  const newest = new Map<string, Rate>();
  for (const { currency, amount, to_currency, to_amount, on } of exchanges) {
    const [top, bottom] = [toHundredths(to_amount), toHundredths(amount)];
    if (currency === to_currency || top <= 0n || bottom <= 0n) continue;
    for (const rate of [
      { from: currency, to: to_currency, top, bottom, on },
      { from: to_currency, to: currency, top: bottom, bottom: top, on },
    ]) {
      const known = newest.get(`${rate.from}${rate.to}`);
      if (known === undefined || known.on < on) newest.set(`${rate.from}${rate.to}`, rate);
    }
  }
  return [...newest.values()];
};

export interface Converted {
  amount: string;
  currency: string;
  /** Whether any of it was converted. */
  approximate: boolean;
  /** The oldest day of the rates that were used. */
  on: string | undefined;
}

/** All amounts in one currency; undefined where a rate is missing. */
export const inCurrency = (
  amounts: { currency: string; amount: string }[],
  currency: string,
  rates: Rate[],
): Converted | undefined => {
  let sum = 0n;
  let on: string | undefined;
  for (const part of amounts) {
    const hundredths = toHundredths(part.amount);
    if (part.currency === currency) sum += hundredths;
    else if (hundredths !== 0n) {
      const rate = rates.find(({ from, to }) => from === part.currency && to === currency);
      if (rate === undefined) return undefined;
      sum += divideRounded(hundredths * rate.top, rate.bottom);
      if (on === undefined || rate.on < on) on = rate.on;
    }
  }
  return { amount: fromHundredths(roundFor(sum, currency)), currency, approximate: on !== undefined, on };
};

/** `1.0843`: what one unit came to in an exchange; undefined without two amounts. At most four decimals, six below one hundredth. */
export const impliedRate = (amount: string, toAmount: string): number | undefined => {
  const [from, to] = [Number(amount), Number(toAmount)];
  return from > 0 && to > 0 ? to / from : undefined;
};
