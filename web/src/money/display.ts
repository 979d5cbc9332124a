/** Rows of money brought into one currency, as far as that is possible. Pure. */
import { compare, sumByCurrency } from "./decimal";
import { type Converted, inCurrency, type Rate } from "./rates";

export interface Money {
  currency: string;
  amount: string;
}

export interface Total {
  /** All of it in one currency where that is possible, else what is in that currency, else the largest. */
  main: Converted;
  /** What could not be converted. */
  rest: Money[];
}

/** Adds up. Currencies without a rate are left apart, never added. */
export const totalIn = (amounts: Money[], currency: string, rates: Rate[]): Total => {
  const sums = sumByCurrency(amounts);
  const all = inCurrency(sums, currency, rates);
  if (all !== undefined) return { main: all, rest: [] };
  const convertible = sums.filter((sum) => inCurrency([sum], currency, rates) !== undefined);
  const rest = sums.filter((sum) => !convertible.includes(sum));
  const main = inCurrency(convertible, currency, rates);
  const [first, ...others] = rest;
  if (convertible.length > 0 && main !== undefined) return { main, rest };
  return { main: { ...(first ?? { amount: "0.00", currency }), approximate: false, on: undefined }, rest: others };
};

export interface Share {
  key: string;
  amount: string;
  approximate: boolean;
}

/** The key of all that a report folds into one row. */
export const REST = "other";

/** Rows by key in one currency, the largest first, and what is folded together last; what has no rate is left out and told by `missing`. */
export const sharesIn = (
  rows: (Money & { key: string | null })[],
  currency: string,
  rates: Rate[],
): { shares: Share[]; missing: string[] } => {
  const byKey = new Map<string, Money[]>();
  const missing = new Set<string>();
  for (const { key, ...money } of rows) {
    if (inCurrency([money], currency, rates) === undefined) missing.add(money.currency);
    else byKey.set(key ?? "", [...(byKey.get(key ?? "") ?? []), money]);
  }
  const shares = [...byKey].flatMap(([key, amounts]) => {
    const sum = inCurrency(amounts, currency, rates);
    return sum === undefined ? [] : [{ key, amount: sum.amount, approximate: sum.approximate }];
  });
  const isRest = ({ key }: Share) => Number(key === REST);
  shares.sort((one, other) => isRest(one) - isRest(other) || compare(other.amount, one.amount));
  return { shares, missing: [...missing] };
};
