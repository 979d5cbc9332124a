import { groupByDay } from "../../dates/days";
import { add, negate, sumByCurrency } from "../../money/decimal";
import type { ShownTransaction } from "../../offline/overlay";

/** A line of the list: the head of a day, or a transaction. */
export type Row =
  | { kind: "day"; day: string; totals: { currency: string; amount: string }[] }
  | { kind: "transaction"; transaction: ShownTransaction; first: boolean; last: boolean };

/** Transactions as lines, by day. A day's total is what came in less what went out; movements and pending ones are no part of it. */
export const rowsOf = (transactions: ShownTransaction[]): Row[] =>
  groupByDay(transactions).flatMap(({ day, items }) => [
    { kind: "day" as const, day, totals: totalsOf(items) },
    ...linesOf(items),
  ]);

/** Transactions as lines, in the order they have: each of the largest is of another day. */
export const linesOf = (transactions: ShownTransaction[]): (Row & { kind: "transaction" })[] =>
  transactions.map((transaction, index) => ({
    kind: "transaction",
    transaction,
    first: index === 0,
    last: index === transactions.length - 1,
  }));

const totalsOf = (items: ShownTransaction[]) =>
  sumByCurrency(
    items
      .filter(({ type, approved_at }) => type !== "movement" && approved_at !== null)
      .map(({ type, amount, currency }) => ({ currency, amount: type === "income" ? add(amount) : negate(amount) })),
  );
