/**
 * One DynamoDB table, seen by a service: items by key, collections in order, and writes that are conditional, each of one item. A
 * condition that is not met is an answer here, not an error, since all of our algorithms live on it.
 */
import type { NativeAttributeValue, NumberValue } from "@aws-sdk/lib-dynamodb";
import { isOutage } from "./failures";
import { problem } from "./problem";

/** An item. Numbers come as `NumberValue`, which keeps all 38 digits; strings sets as `Set`. */
export type Item = Record<string, NativeAttributeValue>;
export type Key = Record<string, string>;

/** A condition or key condition with what it names: `#name` placeholders for attributes, `:value` for values. */
export interface Expression {
  names?: Record<string, string>;
  values?: Record<string, NativeAttributeValue>;
}

export interface Condition extends Expression {
  /** Condition expression; the write happens only if it holds. */
  condition?: string;
}

export interface Table {
  /** The item as it is now (strongly consistent). */
  get(key: Key): Promise<Item | undefined>;
  /** All items of a collection that the key condition selects, strongly consistent, in the order of the index. */
  query(
    query: Expression & { keyCondition: string; index?: string; descending?: boolean; projection?: string },
  ): Promise<Item[]>;
  /** False when the condition does not hold. */
  put(item: Item, condition?: Condition): Promise<boolean>;
  /** The item afterwards; undefined when the condition does not hold. */
  update(key: Key, update: Condition & { update: string }): Promise<Item | undefined>;
  /** False when the condition does not hold. */
  delete(key: Key, condition?: Condition): Promise<boolean>;
  /** A number beyond what JavaScript's can tell apart, from its decimal digits. */
  number(digits: string): NumberValue;
}

/** How a table is reached, where that is not told by the environment, as it is in a function. */
export interface Connection {
  endpoint: string;
  region: string;
  credentials: { accessKeyId: string; secretAccessKey: string };
}

/** The table of this name. Makes the SDK's client, which connects when it is first used. */
export const connectTable = (tableName: string, connection?: Connection): Table => {
  // Imported here, not captured: the program itself has no use for the SDK and loads faster without it.
  const { DynamoDBClient }: typeof import("@aws-sdk/client-dynamodb") = require("@aws-sdk/client-dynamodb");
  const {
    DynamoDBDocumentClient,
    DeleteCommand,
    GetCommand,
    NumberValue,
    PutCommand,
    QueryCommand,
    UpdateCommand,
  }: typeof import("@aws-sdk/lib-dynamodb") = require("@aws-sdk/lib-dynamodb");
  const client = DynamoDBDocumentClient.from(new DynamoDBClient({ ...connection }), {
    marshallOptions: { removeUndefinedValues: true },
    unmarshallOptions: { wrapNumbers: true },
  });
  const TableName = tableName;

  return {
    get: async (Key) => {
      const { Item } = await guarded(client.send(new GetCommand({ TableName, Key, ConsistentRead: true })));
      return Item;
    },
    query: async ({ keyCondition, index, descending = false, projection, ...expression }) => {
      const items: Item[] = [];
      let start: Item | undefined;
      do {
        const page = await guarded(
          client.send(
            new QueryCommand({
              TableName,
              KeyConditionExpression: keyCondition,
              ScanIndexForward: !descending,
              ConsistentRead: true,
              ...(index !== undefined && { IndexName: index }),
              ...(projection !== undefined && { ProjectionExpression: projection }),
              ...(start && { ExclusiveStartKey: start }),
              ...placeholders(expression),
            }),
          ),
        );
        items.push(...(page.Items ?? []));
        start = page.LastEvaluatedKey;
      } while (start !== undefined);
      return items;
    },
    put: async (Item, condition = {}) =>
      (await unlessRefused(client.send(new PutCommand({ TableName, Item, ...conditional(condition) })))) !== undefined,
    update: async (Key, { update, ...condition }) => {
      const answer = await unlessRefused(
        client.send(
          new UpdateCommand({
            TableName,
            Key,
            UpdateExpression: update,
            ReturnValues: "ALL_NEW",
            ...conditional(condition),
          }),
        ),
      );
      return answer && (answer.Attributes ?? {});
    },
    delete: async (Key, condition = {}) =>
      (await unlessRefused(client.send(new DeleteCommand({ TableName, Key, ...conditional(condition) })))) !==
      undefined,
    number: (digits) => NumberValue.from(digits),
  };
};

const conditional = ({ condition, ...expression }: Condition) => ({
  ...(condition !== undefined && { ConditionExpression: condition }),
  ...placeholders(expression),
});

const placeholders = ({ names, values }: Expression) => ({
  ...(names && { ExpressionAttributeNames: names }),
  ...(values && { ExpressionAttributeValues: values }),
});

/** Undefined when the condition of a write did not hold. */
const unlessRefused = async <T>(write: Promise<T>): Promise<T | undefined> => {
  try {
    return await guarded(write);
  } catch (error) {
    if (nameOf(error) === "ConditionalCheckFailedException") return undefined;
    throw error;
  }
};

/** After the SDK's own retries: what may work a moment later asks the client to try again (503). */
const guarded = async <T>(call: Promise<T>): Promise<T> => {
  try {
    return await call;
  } catch (error) {
    if (!isOutage(error)) throw error;
    console.error({ message: "DynamoDB is not available", error: String(error) });
    throw problem(503, "unavailable", "The service is not available right now.", { retryAfter: 1 });
  }
};

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : "");
