import { connectTable, type Table } from "../../functions/runtime/dynamodb";
import { transient } from "../../functions/runtime/failures";
import { stack } from "./stack";

/** The stack's table of categories, as functions see it. */
export async function categoriesTable(): Promise<Table> {
  const { endpoint, table } = (await stack()).endpoints.dynamodb;
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  return connectTable(table ?? "", { endpoint, region: "eu-west-1", credentials });
}

/** A table for a function that dies before or after its n-th write (from 1): from then on every call fails. */
export function dyingAt(table: Table, nth: number, when: "before" | "after"): Table & { died(): boolean } {
  let writes = 0;
  let dead = false;
  const call = async <T>(run: () => Promise<T>): Promise<T> => {
    if (dead) throw transient("died");
    return run();
  };
  const write = <T>(run: () => Promise<T>): Promise<T> =>
    call(async () => {
      writes += 1;
      const dies = writes === nth;
      dead = dies && when === "before";
      if (dead) throw transient("died");
      const result = await run();
      dead = dies;
      if (dead) throw transient("died");
      return result;
    });
  return {
    get: (key) => call(() => table.get(key)),
    query: (query) => call(() => table.query(query)),
    put: (item, condition) => write(() => table.put(item, condition)),
    update: (key, update) => write(() => table.update(key, update)),
    delete: (key, condition) => write(() => table.delete(key, condition)),
    number: (digits) => table.number(digits),
    died: () => dead,
  };
}

/** A table for a function that stands still before its n-th write (from 1) until `meanwhile` has come to its end. */
export function pausingAt(table: Table, nth: number, meanwhile: () => Promise<unknown>): Table {
  let writes = 0;
  const write = async <T>(run: () => Promise<T>): Promise<T> => {
    writes += 1;
    if (writes === nth) await meanwhile();
    return run();
  };
  return {
    ...table,
    put: (item, condition) => write(() => table.put(item, condition)),
    update: (key, update) => write(() => table.update(key, update)),
    delete: (key, condition) => write(() => table.delete(key, condition)),
  };
}
