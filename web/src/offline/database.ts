/** What the app keeps on this device: waiting writes, and the answers of the last time. */
import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import type { QueuedWrite } from "./writes";

interface Schema extends DBSchema {
  writes: { key: string; value: QueuedWrite };
  kept: { key: string; value: string };
}

let opening: Promise<IDBPDatabase<Schema>> | undefined;

const database = (): Promise<IDBPDatabase<Schema>> => {
  opening ??= openDB<Schema>("ahorro", 1, {
    upgrade: (db) => {
      db.createObjectStore("writes", { keyPath: "key" });
      db.createObjectStore("kept");
    },
  });
  return opening;
};

/** Writes in the order in which they were made. */
export const readWrites = async (): Promise<QueuedWrite[]> =>
  (await (await database()).getAll("writes")).sort((one, other) => one.order - other.order);

/** Puts and removes writes at once. */
export async function storeWrites(put: QueuedWrite[], removed: string[] = []): Promise<void> {
  const transaction = (await database()).transaction("writes", "readwrite");
  await Promise.all([
    ...put.map((write) => transaction.store.put(write)),
    ...removed.map((key) => transaction.store.delete(key)),
    transaction.done,
  ]);
}

/** A store of texts by key, as TanStack's persister wants it. */
export const keptTexts = {
  getItem: async (key: string): Promise<string | undefined> => (await database()).get("kept", key),
  setItem: async (key: string, value: string): Promise<void> => void (await (await database()).put("kept", value, key)),
  removeItem: async (key: string): Promise<void> => (await database()).delete("kept", key),
};

/** Forgets everything, for the next person on this device. */
export async function forgetDevice(): Promise<void> {
  const db = await database();
  await Promise.all([db.clear("writes"), db.clear("kept")]);
}
