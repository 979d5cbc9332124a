/** What reports take and give. Functions, for the reason given in ../runtime/fields.ts. */
import * as v from "valibot";
import { Count, Currency, Day, documented, Id, Limit } from "../runtime/fields";

/** Sums may be longer than any single amount. */
const Sum = () =>
  v.pipe(
    v.string(),
    v.regex(/^-?(0|[1-9]\d{0,25})\.\d{2}$/),
    documented<string>({
      type: "string",
      pattern: "^-?(0|[1-9][0-9]{0,25})\\.[0-9]{2}$",
      maxLength: 30,
      example: "12.50",
    }),
  );

/** A part of a whole, 0 to 1, with four decimals. */
const Share = () =>
  v.pipe(
    v.string(),
    v.regex(/^[01]\.\d{4}$/),
    documented<string>({ type: "string", pattern: "^[01]\\.[0-9]{4}$", maxLength: 6, example: "0.2500" }),
  );

/** Query parameter: how long a period is; a month unless told. */
export const Interval = () => v.optional(v.picklist(["day", "week", "month", "quarter", "year"]), "month");

/** Query parameter: what amounts are told apart by; their category unless told. */
export const By = () => v.optional(v.picklist(["category", "balance", "user"]), "category");
export type By = v.InferOutput<ReturnType<typeof By>>;

/** Query parameter: what is added up; expenses unless told. */
export const Kind = () => v.optional(v.picklist(["expense", "income"]), "expense");
export type Kind = v.InferOutput<ReturnType<typeof Kind>>;

/** Query parameter: taken as it is, to be refused as content (422) and not as a query. */
const DisplayCurrency = () => v.optional(v.pipe(v.string(), v.metadata({ schema: Currency() })));

/** The query parameters of every report. */
export const reportQuery = () => ({
  from: v.optional(Day()),
  to: v.optional(Day()),
  group_id: v.optional(Id()),
  user_id: v.optional(Id()),
  display_currency: DisplayCurrency(),
});

export { Limit };

/** More items than this do not fit into an answer: Lambda's may have 6 MB. */
export const mostItems = 40_000;

const items = <S extends v.GenericSchema>(item: S) => v.pipe(v.array(item), v.maxLength(mostItems));

/** A report: a list that is never cut into pages. */
const Report = <S extends v.GenericSchema>(item: S) =>
  v.strictObject({ items: items(item), unconverted: v.optional(items(item)), next_cursor: v.null() });

/** Null: of no category. `other`: what is beyond the limit. */
const Key = () => v.nullable(Id());

export const CashFlow = () =>
  Report(
    v.strictObject({
      period_start: Day(),
      currency: Currency(),
      income: Sum(),
      expense: Sum(),
      net: Sum(),
      count: Count(),
    }),
  );

export const Spending = () =>
  Report(
    v.strictObject({
      key: v.nullable(v.union([Id(), v.literal("other")])),
      currency: Currency(),
      amount: Sum(),
      share: Share(),
      count: Count(),
    }),
  );

export const NetWorth = () => Report(v.strictObject({ period_start: Day(), currency: Currency(), amount: Sum() }));

export const Trends = () =>
  Report(v.strictObject({ period_start: Day(), key: Key(), currency: Currency(), amount: Sum() }));
