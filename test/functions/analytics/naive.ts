/** Reports as anybody would work them out: from all rows of the ledger, one after another, in hundredths. */
import type postgres from "postgres";
import { type Interval, periodsOf, plusDays, type Range, startOf } from "../../../functions/analytics/range";
import { decimalsOf } from "../../../functions/runtime/currencies";
import { fromHundredths, toHundredths } from "../../../functions/runtime/money";

interface Balance {
  balance_id: string;
  user_id: string;
  group_id: string;
  currency: string;
  opening_amount: string;
  amount: string;
  closed_on: string | null;
}

interface Transaction {
  user_id: string;
  group_id: string;
  type: "expense" | "income" | "movement";
  amount: string;
  currency: string;
  from_balance_id: string;
  to_balance_id: string | null;
  to_amount: string | null;
  category_id: string | null;
  entries: { amount: string; category_id: string | null }[];
  day: string;
}

export interface Ledger {
  balances: Balance[];
  /** Approved, and not deleted. */
  transactions: Transaction[];
}

/** All that some people have. */
export async function readLedger(sql: postgres.Sql, userIds: string[]): Promise<Ledger> {
  const [balances, transactions] = await Promise.all([
    sql<Balance[]>`
      select balance_id, user_id, group_id, currency, opening_amount, amount, (deleted_at at time zone 'UTC')::date::text as closed_on
      from balances
      where user_id in ${sql(userIds)}
    `,
    sql<Transaction[]>`
      select user_id, group_id, type, amount, currency, from_balance_id, to_balance_id, to_amount, category_id, entries,
        transacted_on::text as day
      from transactions
      where user_id in ${sql(userIds)} and approved_at is not null and deleted_at is null
    `,
  ]);
  return { balances, transactions };
}

/** What of a ledger somebody may see. */
export const restricted = (
  { balances, transactions }: Ledger,
  visible: (row: { user_id: string; group_id: string }) => boolean,
): Ledger => ({ balances: balances.filter(visible), transactions: transactions.filter(visible) });

/** How many of the display currency one of another is worth on a day, in 10⁻⁸; undefined: nobody knows. */
export type Rate = (currency: string, day: string) => bigint | undefined;

/** What all is shown in; undefined: each in its own currency. */
export type Display = { currency: string; rate: Rate } | undefined;

const ONE = 10n ** 8n;

/** Sums by name, of amounts that are worth something in the currency they are shown in; rounded when they are read. */
const sums = (display: Display) => {
  const known = new Map<string, { converted: boolean; currency: string; worth: bigint; count: number }>();
  return {
    add: (name: string[], currency: string, day: string, hundredths: bigint) => {
      const factor = display === undefined || display.currency === currency ? ONE : display.rate(currency, day);
      const converted = factor !== undefined;
      const shownIn = display !== undefined && converted ? display.currency : currency;
      const key = JSON.stringify([converted, shownIn, ...name]);
      const sum = known.get(key) ?? { converted, currency: shownIn, worth: 0n, count: 0 };
      known.set(key, { ...sum, worth: sum.worth + hundredths * (factor ?? ONE), count: sum.count + 1 });
    },
    all: () =>
      [...known].map(([key, { worth, ...sum }]) => {
        const unit = sum.converted && display && decimalsOf(display.currency) === 0 ? 100n : 1n;
        const name: string[] = JSON.parse(key).slice(2);
        return { ...sum, name, hundredths: rounded(worth, ONE * unit) * unit };
      }),
  };
};

/** Halves go away from zero. */
const rounded = (value: bigint, unit: bigint): bigint =>
  value < 0n ? -((-value * 2n + unit) / (unit * 2n)) : (value * 2n + unit) / (unit * 2n);

const isIn = ({ from, to }: Range, day: string): boolean => day >= from && day <= to;

type Item = Record<string, unknown>;
export interface NaiveReport {
  items: Item[];
  unconverted: Item[];
}

export function cashFlow({ transactions }: Ledger, range: Range, interval: Interval, display: Display): NaiveReport {
  const found = sums(display);
  for (const { type, day, currency, amount } of transactions) {
    if (type === "movement" || !isIn(range, day)) continue;
    found.add([startOf(interval, day), type], currency, day, toHundredths(amount));
  }
  const flows = found.all();
  const itemsOf = (converted: boolean): Item[] => {
    const mine = flows.filter((flow) => flow.converted === converted);
    const currencies = [...new Set(mine.map(({ currency }) => currency))].sort();
    return periodsOf(interval, range).flatMap((period_start) =>
      currencies.flatMap((currency) => {
        const of = (type: string) =>
          mine.find(({ name, ...flow }) => flow.currency === currency && name[0] === period_start && name[1] === type);
        const [income, expense] = [of("income"), of("expense")];
        if (!converted && !income && !expense) return [];
        const [came, went] = [income?.hundredths ?? 0n, expense?.hundredths ?? 0n];
        return {
          period_start,
          currency,
          income: fromHundredths(came),
          expense: fromHundredths(went),
          net: fromHundredths(came - went),
          count: (income?.count ?? 0) + (expense?.count ?? 0),
        };
      }),
    );
  };
  return { items: itemsOf(true), unconverted: itemsOf(false) };
}

export type By = "category" | "balance" | "user";

/** A transaction by what it is told apart by: keys, each once, and how much of it is theirs. */
const partsOf = ({ category_id, entries, ...transaction }: Transaction, by: By): [key: string | null, bigint][] => {
  if (by === "user") return [[transaction.user_id, toHundredths(transaction.amount)]];
  if (by === "balance") return [[transaction.from_balance_id, toHundredths(transaction.amount)]];
  const parts = new Map<string | null, bigint>();
  for (const { category_id: own, amount } of entries) {
    parts.set(own ?? category_id, (parts.get(own ?? category_id) ?? 0n) + toHundredths(amount));
  }
  return entries.length > 0 ? [...parts] : [[category_id, toHundredths(transaction.amount)]];
};

interface Chosen {
  by: By;
  type: "expense" | "income";
}

export function spending(
  { transactions }: Ledger,
  range: Range,
  { by, type, limit }: Chosen & { limit: number },
  display: Display,
): NaiveReport {
  const found = sums(display);
  for (const transaction of transactions) {
    const { day, currency } = transaction;
    if (transaction.type !== type || !isIn(range, day)) continue;
    for (const [key, part] of partsOf(transaction, by)) found.add([key ?? "null"], currency, day, part);
  }
  const all = found.all();
  const itemsOf = (converted: boolean): Item[] => {
    const mine = all.filter((sum) => sum.converted === converted);
    return [...new Set(mine.map(({ currency }) => currency))].sort().flatMap((currency) => {
      const ranked = mine
        .filter((sum) => sum.currency === currency)
        .sort((a, b) =>
          a.hundredths === b.hundredths ? byKey(a.name[0], b.name[0]) : a.hundredths < b.hundredths ? 1 : -1,
        );
      const total = ranked.reduce((sum, { hundredths }) => sum + hundredths, 0n);
      const rest = ranked.slice(limit);
      const shown = ranked.slice(0, limit).map(({ name, hundredths, count }) => ({
        key: name[0] === "null" ? null : name[0],
        hundredths,
        count,
      }));
      const other = {
        key: "other",
        hundredths: rest.reduce((sum, { hundredths }) => sum + hundredths, 0n),
        count: rest.reduce((sum, { count }) => sum + count, 0),
      };
      return [...shown, ...(rest.length > 0 ? [other] : [])].map(({ key, hundredths, count }) => ({
        key,
        currency,
        amount: fromHundredths(hundredths),
        share: shareOf(hundredths, total),
        count,
      }));
    });
  };
  return { items: itemsOf(true), unconverted: itemsOf(false) };
}

/** Null comes last. */
const byKey = (a = "", b = ""): number => (a === "null" ? 1 : b === "null" ? -1 : a < b ? -1 : 1);

const shareOf = (part: bigint, total: bigint): string => {
  const share = (total === 0n ? 0n : rounded(part * 10_000n, total)).toString().padStart(5, "0");
  return `${share.slice(0, -4)}.${share.slice(-4)}`;
};

export function trends(
  { transactions }: Ledger,
  range: Range,
  { by, type, interval }: Chosen & { interval: Interval },
  display: Display,
): NaiveReport {
  const found = sums(display);
  for (const transaction of transactions) {
    const { day, currency } = transaction;
    if (transaction.type !== type || !isIn(range, day)) continue;
    for (const [key, part] of partsOf(transaction, by)) {
      found.add([key ?? "null", startOf(interval, day)], currency, day, part);
    }
  }
  const all = found.all();
  const itemsOf = (converted: boolean): Item[] => {
    const totals = new Map<string, { currency: string; key: string; total: bigint; points: Map<string, string> }>();
    for (const { currency, name, hundredths } of all.filter((sum) => sum.converted === converted)) {
      const [key = "", period = ""] = name;
      const id = `${currency} ${key}`;
      const one = totals.get(id) ?? { currency, key, total: 0n, points: new Map<string, string>() };
      one.points.set(period, fromHundredths(hundredths));
      totals.set(id, { ...one, total: one.total + hundredths });
    }
    const series = [...totals.values()].sort((a, b) =>
      a.currency !== b.currency
        ? byKey(a.currency, b.currency)
        : a.total !== b.total
          ? a.total < b.total
            ? 1
            : -1
          : byKey(a.key, b.key),
    );
    return periodsOf(interval, range).flatMap((period_start) =>
      series
        .filter(({ points }) => converted || points.has(period_start))
        .map(({ currency, key, points }) => ({
          period_start,
          key: key === "null" ? null : key,
          currency,
          amount: points.get(period_start) ?? "0.00",
        })),
    );
  };
  return { items: itemsOf(true), unconverted: itemsOf(false) };
}

/** What a transaction adds to a balance. */
const effectOn = (balanceId: string, { type, amount, ...transaction }: Transaction): bigint => {
  if (transaction.to_balance_id === balanceId) return toHundredths(transaction.to_amount ?? amount);
  if (transaction.from_balance_id !== balanceId) return 0n;
  return type === "income" ? toHundredths(amount) : -toHundredths(amount);
};

/** @param all the whole ledger: what moves a balance may be recorded in another group than the balance's. */
export function netWorth(
  { balances }: Ledger,
  all: Ledger,
  range: Range,
  interval: Interval,
  display: Display,
): NaiveReport {
  const found = sums(display);
  const periods = periodsOf(interval, range);
  for (const { balance_id, currency, opening_amount, closed_on } of balances) {
    const moves = all.transactions
      .map((transaction) => ({ day: transaction.day, effect: effectOn(balance_id, transaction) }))
      .filter(({ effect }) => effect !== 0n);
    const gone = closed_on === null ? "9999" : ([closed_on, ...moves.map(({ day }) => day)].sort().at(-1) ?? "");
    if (gone < range.from) continue;
    for (const [index, period_start] of periods.entries()) {
      const next = periods[index + 1];
      const last = next === undefined ? range.to : plusDays(next, -1);
      const moved = moves.filter(({ day }) => day <= last).reduce((sum, { effect }) => sum + effect, 0n);
      found.add([period_start], currency, last, gone <= last ? 0n : toHundredths(opening_amount) + moved);
    }
  }
  const all_ = found.all();
  const itemsOf = (converted: boolean): Item[] => {
    const mine = all_.filter((sum) => sum.converted === converted);
    const currencies = [...new Set(mine.map(({ currency }) => currency))].sort();
    return periods.flatMap((period_start) =>
      currencies.flatMap((currency) => {
        const sum = mine.find(({ name, ...one }) => one.currency === currency && name[0] === period_start);
        if (!converted && (sum?.hundredths ?? 0n) === 0n) return [];
        return { period_start, currency, amount: fromHundredths(sum?.hundredths ?? 0n) };
      }),
    );
  };
  return { items: itemsOf(true), unconverted: itemsOf(false) };
}
