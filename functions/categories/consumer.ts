import * as v from "valibot";
import { type CloudEvent, consumer } from "../runtime/consumer";
import type { Table } from "../runtime/dynamodb";
import { Id } from "../runtime/fields";
import { purgeAccount, seedCatalogue } from "./account";
import { contribute } from "./contribution";
import { weightsOf } from "./score";

/** What this service reads of a transaction's events; the rest is none of its business. */
const TransactionData = () =>
  v.object({
    transaction_id: Id(),
    user_id: Id(),
    version: v.pipe(v.number(), v.integer()),
    category_id: v.nullable(Id()),
    entries: v.array(v.object({ category_id: v.nullable(Id()) })),
    approved_at: v.nullable(v.string()),
    deleted_at: v.nullable(v.string()),
    transacted_at: v.pipe(v.string(), v.isoTimestamp()),
    created_at: v.pipe(v.string(), v.isoTimestamp()),
  });

const UserData = () => v.object({ user_id: Id(), locale: v.optional(v.string(), "en") });

/**
 * Keeps scores and catalogues in step with events. Each handler may be given an event again, at any later time: the newest
 * version of a transaction wins, and a user is seeded once.
 *
 * @throws Error naming the event whose data are not what they should be.
 */
export const categoriesConsumer = ({ table, halfLifeDays }: { table: Table; halfLifeDays: number }) => {
  const transactionData = TransactionData();
  const userData = UserData();

  const count = async (event: CloudEvent): Promise<void> => {
    const { transaction_id, user_id, version, ...use } = parse(transactionData, event);
    const weights = event.type === "TransactionDeleted" ? {} : weightsOf(use, halfLifeDays);
    await contribute(table, { user_id, transaction_id, version, weights });
  };

  return consumer({
    TransactionCreated: count,
    TransactionUpdated: count,
    TransactionDeleted: count,
    UserCreated: async (event) => {
      const { user_id, locale } = parse(userData, event);
      await seedCatalogue(table, user_id, locale);
    },
    UserDeleted: async (event) => purgeAccount(table, parse(userData, event).user_id),
  });
};

const parse = <S extends v.GenericSchema>(schema: S, event: CloudEvent): v.InferOutput<S> => {
  const parsed = v.safeParse(schema, event.data);
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  throw new Error(
    `The ${event.type} ${event.id} is not as expected: ${v.getDotPath(issue) ?? "data"}: ${issue.message}`,
  );
};
