import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { create, type LevelOperation, type Store } from "dynalite/db";
import { checkTypes, checkValidations } from "dynalite/validations";
import type { AwsResponse, AwsService } from "./aws-endpoint";
import { hasSchema, type TableDefinition } from "./dynamodb-tables";

export interface DynamoDbOptions {
  /** Data live in its folder `dynamodb`. */
  dataFolder: string;
  /** Tables that must be there. */
  tables: TableDefinition[];
}

/** An embedded DynamoDB. */
export interface DynamoDb {
  /** Its API, to be served at an endpoint (signing name `dynamodb`). */
  service: AwsService;
  /** Finishes what is under way and closes the data. Harmless when called again. */
  stop(): Promise<void>;
}

/** Operations that functions have use for, and whether they only read. */
const OPERATIONS: Record<string, "read" | "write"> = {
  BatchGetItem: "read",
  BatchWriteItem: "write",
  DeleteItem: "write",
  DescribeTable: "read",
  GetItem: "read",
  ListTables: "read",
  PutItem: "write",
  Query: "read",
  Scan: "read",
  UpdateItem: "write",
};

/**
 * DynamoDB's item API on dynalite (LevelDB), called as a library, with its tables made at the start. Data survive a restart and
 * a kill -9. Not emulated, and refused by name: transactions, PartiQL, streams, changes of tables. Items do not expire.
 *
 * dynalite writes an item and its index entries one after the other, so that an index query can miss an item that is just
 * being changed, and a kill leave both at odds. Here one operation's writes are one atomic batch, and nobody reads meanwhile.
 *
 * @throws Error when a table is there with another schema, saying what to do.
 */
export async function startDynamoDb({ dataFolder, tables }: DynamoDbOptions): Promise<DynamoDb> {
  const path = join(dataFolder, "dynamodb");
  mkdirSync(path, { recursive: true });
  const store = create({ path, createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  await store.db.open();
  const lock = readWriteLock();
  const writes = bufferWrites(store);
  const perform = (operation: string, input: unknown): Promise<unknown> =>
    OPERATIONS[operation] === "read"
      ? lock.read(() => act(store, operation, input))
      : lock.write(() => writes.atomically(() => act(store, operation, input)));
  let stopped: Promise<void> | undefined;
  const stop = () => {
    stopped ??= lock.write(() => store.lifecycleManager.gracefulClose());
    return stopped;
  };
  try {
    for (const table of tables) await ensureTable(store, table, path);
  } catch (error) {
    await stop();
    throw error;
  }
  return { service: serviceOf(perform), stop };
}

/** The JSON protocol: the operation is named in `X-Amz-Target` (AWS JSON 1.0; DynamoDB low-level API). */
const serviceOf =
  (perform: (operation: string, input: unknown) => Promise<unknown>): AwsService =>
  async ({ headers, body }) => {
    const [, operation = ""] = String(headers["x-amz-target"]).split(".");
    if (!Object.hasOwn(OPERATIONS, operation)) {
      const message = `DynamoDB's ${operation || "unnamed operation"} is not emulated on this machine.`;
      return { status: 400, error: "UnknownOperationException", message };
    }
    try {
      const input: unknown = JSON.parse(body.toString("utf8"));
      if (typeof input !== "object" || input === null) throw new SyntaxError("The body is not a JSON object.");
      return { status: 200, body: await perform(operation, input) };
    } catch (error) {
      return refusal(error);
    }
  };

/** dynalite's own errors are data for the client; any other is a fault, which the endpoint logs. */
function refusal(error: unknown): AwsResponse {
  if (error instanceof SyntaxError) return { status: 400, error: "SerializationException", message: error.message };
  const { statusCode, body } = error as DynaliteError;
  if (statusCode === undefined || body === undefined) throw error;
  const [, name = body.__type] = body.__type.split("#");
  return { status: statusCode >= 500 ? 500 : 400, error: name, message: body.message ?? body.Message ?? "" };
}

/** What dynalite's request handler does with a request that has arrived. */
function act(store: Store, operation: string, input: unknown): Promise<unknown> {
  const name = operation.charAt(0).toLowerCase() + operation.slice(1);
  const { types, custom } = require(`dynalite/validations/${name}`);
  const data = checkTypes(input, types);
  checkValidations(data, types, custom, store);
  const action: (store: Store, data: unknown, callback: (error: Error | null, result: unknown) => void) => void =
    require(`dynalite/actions/${name}`);
  return new Promise((resolve, reject) => {
    action(store, data, (error, result) => (error ? reject(error) : resolve(result)));
  });
}

/** Holds back what an operation writes, and writes it all at once when the operation has succeeded. */
function bufferWrites({ db }: Store) {
  const { put, del, batch } = db;
  let buffer: LevelOperation[] | undefined;
  db.put = (key, value, callback) => {
    if (buffer === undefined) return put.call(db, key, value, callback);
    buffer.push({ type: "put", key, value });
    setImmediate(callback, null);
  };
  db.del = (key, callback) => {
    if (buffer === undefined) return del.call(db, key, callback);
    buffer.push({ type: "del", key });
    setImmediate(callback, null);
  };
  return {
    /** For one operation at a time. */
    async atomically<T>(run: () => Promise<T>): Promise<T> {
      const written: LevelOperation[] = [];
      buffer = written;
      const result = await run().finally(() => {
        buffer = undefined;
      });
      await new Promise<void>((resolve, reject) => {
        batch.call(db, written, (error) => (error ? reject(error) : resolve()));
      });
      return result;
    },
  };
}

/** Lets readers work side by side and writers alone, in the order in which they come. */
export function readWriteLock() {
  let lastWriter: Promise<unknown> = Promise.resolve();
  const readers = new Set<Promise<unknown>>();
  return {
    read<T>(run: () => Promise<T>): Promise<T> {
      const result = lastWriter.then(run);
      const done: Promise<unknown> = result.then(
        () => readers.delete(done),
        () => readers.delete(done),
      );
      readers.add(done);
      return result;
    },
    write<T>(run: () => Promise<T>): Promise<T> {
      const result = Promise.all([lastWriter, ...readers]).then(run);
      lastWriter = result.catch(() => undefined);
      return result;
    },
  };
}

async function ensureTable(store: Store, definition: TableDefinition, path: string): Promise<void> {
  const name = definition.TableName;
  const found = await describe(store, name);
  if (found === undefined) {
    await act(store, "CreateTable", definition);
    // It says when the table is there, and then writes once more.
    while ((await describe(store, name))?.TableStatus !== "ACTIVE") await sleep(1);
    return;
  }
  if (!hasSchema(found, definition)) {
    throw new Error(
      `The DynamoDB table ${name} in ${path} has other keys or indexes than the program declares. DynamoDB cannot change them: ` +
        "npm start -- --fresh forgets the data and makes the table anew.",
    );
  }
  if (found.TableStatus === "ACTIVE") return;
  // A kill came between the two writes.
  await new Promise<void>((resolve, reject) => {
    const active = { ...found, TableStatus: "ACTIVE" };
    store.tableDb.put(name, active, (error) => (error ? reject(error) : resolve()));
  });
}

async function describe(store: Store, name: string): Promise<(TableDefinition & { TableStatus: string }) | undefined> {
  try {
    const { Table } = (await act(store, "DescribeTable", { TableName: name })) as {
      Table: TableDefinition & { TableStatus: string };
    };
    return Table;
  } catch (error) {
    if ((error as DynaliteError).body?.__type.endsWith("ResourceNotFoundException")) return undefined;
    throw error;
  }
}
