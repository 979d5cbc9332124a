import { eventHandlers } from "../events/handlers";
import type { EventOf } from "../events/types";
import { consumer } from "../runtime/consumer";
import type { Table } from "../runtime/dynamodb";
import { purgeAccount, seedCatalogue } from "./account";
import { contribute } from "./contribution";
import { weightsOf } from "./score";

type TransactionEvent = EventOf<"TransactionCreated" | "TransactionUpdated" | "TransactionDeleted">;

/**
 * Keeps scores and catalogues in step with events. Each handler may be given an event again, at any later time: the newest
 * version of a transaction wins, and a user is seeded once.
 */
export const categoriesConsumer = ({ table, halfLifeDays }: { table: Table; halfLifeDays: number }) => {
  const count = async ({ type, data }: TransactionEvent): Promise<void> => {
    const { user_id, transaction_id, version } = data;
    const weights = type === "TransactionDeleted" ? {} : weightsOf(data, halfLifeDays);
    // Nothing comes before the first version, so that one without a category has nothing to be remembered for.
    if (version === 1 && Object.keys(weights).length === 0) return;
    await contribute(table, { user_id, transaction_id, version, weights });
  };

  return consumer(
    eventHandlers({
      TransactionCreated: count,
      TransactionUpdated: count,
      TransactionDeleted: count,
      UserCreated: ({ data }) => seedCatalogue(table, data.user_id, data.locale),
      UserDeleted: ({ data }) => purgeAccount(table, data.user_id),
    }),
  );
};
