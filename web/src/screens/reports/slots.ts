/** Reports brought into one currency and one row for each part of the period. Pure. */
import type { CashFlow, NetWorth } from "../../api/analytics";
import { type Interval, type Period, slotsOf } from "../../dates/periods";
import { inCurrency, type Rate } from "../../money/rates";

export interface Amounts {
  start: string;
  values: Record<string, string>;
}

export interface Slots {
  slots: Amounts[];
  approximate: boolean;
  /** Currencies that no rate leads from; they are left out. */
  missing: string[];
}

interface Into {
  period: Period;
  interval: Interval;
  currency: string;
  rates: Rate[];
}

/** Sums by part of the period: `names` says which amounts of an item. Parts without items hold zeros. */
const fill = (
  items: { period_start: string; currency: string; amounts: Record<string, string> }[],
  names: string[],
  { period, interval, currency, rates }: Into,
): Slots => {
  const missing = new Set<string>();
  let approximate = false;
  const usable = items.filter((item) => {
    const known = inCurrency([{ currency: item.currency, amount: "1.00" }], currency, rates) !== undefined;
    if (!known) missing.add(item.currency);
    return known;
  });
  const slots = slotsOf(period, interval).map((start) => {
    const here = usable.filter((item) => item.period_start === start);
    const values: Record<string, string> = {};
    for (const name of names) {
      const sum = inCurrency(
        here.map((item) => ({ currency: item.currency, amount: item.amounts[name] ?? "0.00" })),
        currency,
        rates,
      );
      values[name] = sum?.amount ?? "0.00";
      approximate ||= sum?.approximate ?? false;
    }
    return { start, values };
  });
  return { slots, approximate, missing: [...missing] };
};

export const cashFlowSlots = (items: CashFlow[], into: Into): Slots =>
  fill(
    items.map(({ period_start, currency, income, expense, net }) => ({
      period_start,
      currency,
      amounts: { income, expense, net },
    })),
    ["income", "expense", "net"],
    into,
  );

export const netWorthSlots = (items: NetWorth[], into: Into): Slots => {
  const all = fill(
    items.map(({ period_start, currency, amount }) => ({ period_start, currency, amounts: { amount } })),
    ["amount"],
    into,
  );
  const known = new Set(items.map(({ period_start }) => period_start));
  return { ...all, slots: all.slots.filter(({ start }) => known.has(start)) };
};

/** Parts by key, the keys with the most money first. */
export const trendSlots = (
  items: { period_start: string; key: string | null; currency: string; amount: string }[],
  into: Into,
): { key: string; slots: Amounts[]; total: number }[] => {
  const keys = [...new Set(items.map(({ key }) => key ?? ""))];
  return keys
    .map((key) => {
      const own = items
        .filter((item) => (item.key ?? "") === key)
        .map((item) => ({ ...item, amounts: { amount: item.amount } }));
      const { slots } = fill(own, ["amount"], into);
      return { key, slots, total: slots.reduce((sum, { values }) => sum + Number(values.amount), 0) };
    })
    .filter(({ total }) => total !== 0)
    .sort((one, other) => other.total - one.total);
};
