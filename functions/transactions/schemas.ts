/** What the transactions service takes and gives. Functions, for the reason given in ../runtime/fields.ts. */
import * as v from "valibot";
import { anything, Count, Currency, Id, Instant, Line, Moment } from "../runtime/fields";
import { Amount, Holding, Money, toHundredths } from "../runtime/money";

export const BalanceName = () => Line(100);
export const Description = () => Line(500);

/** Money somewhere: a wallet, an account, a piggy bank. `amount` is what is in it now. */
export const Balance = () =>
  v.pipe(
    v.strictObject({
      balance_id: Id(),
      user_id: Id(),
      group_id: Id(),
      name: BalanceName(),
      currency: Currency(),
      opening_amount: Money(),
      amount: Money(),
      created_at: Instant(),
      updated_at: Instant(),
    }),
    v.title("Balance"),
  );
export type Balance = v.InferInput<ReturnType<typeof Balance>>;

export const NewBalance = () =>
  v.strictObject({
    name: BalanceName(),
    currency: Currency(),
    group_id: v.optional(Id()),
    opening_amount: v.optional(Holding(), "0.00"),
  });
export type NewBalance = v.InferOutput<ReturnType<typeof NewBalance>>;

export const TransactionType = () => v.picklist(["expense", "income", "movement"]);
export type TransactionType = v.InferOutput<ReturnType<typeof TransactionType>>;

/** A line item, as on a receipt. */
export const Entry = () =>
  v.strictObject({
    entry_id: Id(),
    description: v.nullable(Description()),
    amount: Money(),
    category_id: v.nullable(Id()),
  });
export type Entry = v.InferInput<ReturnType<typeof Entry>>;

export const Transaction = () =>
  v.pipe(
    v.strictObject({
      transaction_id: Id(),
      user_id: Id(),
      group_id: Id(),
      type: TransactionType(),
      amount: Money(),
      currency: Currency(),
      from_balance_id: Id(),
      to_balance_id: v.nullable(Id()),
      to_amount: v.nullable(Money()),
      category_id: v.nullable(Id()),
      description: v.nullable(Description()),
      entries: v.pipe(v.array(Entry()), v.maxLength(50)),
      approved_at: v.nullable(Instant()),
      transacted_at: Instant(),
      created_at: Instant(),
      updated_at: Instant(),
      deleted_at: v.nullable(Instant()),
    }),
    v.title("Transaction"),
  );
export type Transaction = v.InferInput<ReturnType<typeof Transaction>>;

const NewEntry = () =>
  v.strictObject({
    /** Taken where a PUT repeats an entry that is there; others get an id of their own. */
    entry_id: v.optional(Id()),
    description: v.nullish(Description(), null),
    amount: Amount(),
    category_id: v.nullish(Id(), null),
  });

/** A transaction as people record it: POST, PUT and each item of a batch. */
export const NewTransaction = () =>
  v.pipe(
    v.strictObject({
      type: TransactionType(),
      amount: Amount(),
      from_balance_id: Id(),
      to_balance_id: v.nullish(Id(), null),
      to_amount: v.nullish(Amount(), null),
      category_id: v.nullish(Id(), null),
      description: v.nullish(Description(), null),
      entries: v.nullish(v.pipe(v.array(NewEntry()), v.maxLength(50, "must be at most 50 entries")), []),
      transacted_at: v.optional(Moment()),
      approved: v.optional(v.boolean(), true),
    }),
    v.forward(
      v.check(
        ({ type, to_balance_id }) => (type === "movement") === (to_balance_id !== null),
        "goes with a movement, and only with one",
      ),
      ["to_balance_id"],
    ),
    v.forward(
      v.check(({ from_balance_id, to_balance_id }) => from_balance_id !== to_balance_id, "must be another balance"),
      ["to_balance_id"],
    ),
    v.forward(
      v.check(({ type, to_amount }) => type === "movement" || to_amount === null, "goes with a movement only"),
      ["to_amount"],
    ),
    v.forward(
      v.check(
        ({ amount, entries }) =>
          entries.length === 0 ||
          entries.reduce((sum, entry) => sum + toHundredths(entry.amount), 0n) === toHundredths(amount),
        "must add up to the amount",
      ),
      ["entries"],
    ),
    v.title("NewTransaction"),
  );
export type NewTransaction = v.InferOutput<ReturnType<typeof NewTransaction>>;

/** Each item is judged by itself, later: what is wrong with one must not refuse the others. */
export const Batch = () =>
  v.strictObject({
    items: v.pipe(
      v.array(anything(NewTransaction())),
      v.minLength(1, "must be at least 1 item"),
      v.maxLength(1000, "must be at most 1000 items"),
      // The answer repeats everything, and Lambda answers with 6 MB at most.
      v.check((items) => entriesIn(items) <= 5000, "must have at most 5000 entries in all"),
    ),
  });

const entriesIn = (items: unknown[]): number =>
  items.reduce<number>((sum, item) => {
    const entries = typeof item === "object" && item !== null && "entries" in item ? item.entries : undefined;
    return sum + (Array.isArray(entries) ? entries.length : 0);
  }, 0);

/** The problem document of one item, as of any other request. */
const ItemProblem = () =>
  v.pipe(
    v.strictObject({
      type: v.string(),
      title: v.string(),
      status: Count(),
      detail: v.string(),
      code: v.string(),
      errors: v.optional(v.array(v.strictObject({ path: v.string(), message: v.string() }))),
    }),
    v.metadata({ jsonSchema: { $ref: "#/components/schemas/Problem" } }),
  );

export const BatchResult = () =>
  v.strictObject({
    items: v.pipe(
      v.array(
        v.union([
          v.strictObject({ index: Count(), status: Count(), transaction: Transaction() }),
          v.strictObject({ index: Count(), status: Count(), problem: ItemProblem() }),
        ]),
      ),
      v.maxLength(1000),
    ),
  });
export type BatchResult = v.InferInput<ReturnType<typeof BatchResult>>;
