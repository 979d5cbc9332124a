import { isDeepStrictEqual } from "node:util";
import { type Graph, type Resource, resourcesOf } from "../program/graph";

/** A table in the words of DynamoDB's own API (`CreateTable`). */
export interface TableDefinition {
  TableName: string;
  AttributeDefinitions: { AttributeName: string; AttributeType: string }[];
  KeySchema: KeyElement[];
  LocalSecondaryIndexes?: IndexDefinition[];
  GlobalSecondaryIndexes?: IndexDefinition[];
  BillingMode: "PAY_PER_REQUEST";
}

interface KeyElement {
  AttributeName: string;
  KeyType: "HASH" | "RANGE";
}

interface IndexDefinition {
  IndexName: string;
  KeySchema: KeyElement[];
  Projection: { ProjectionType: string; NonKeyAttributes?: string[] };
}

/**
 * The tables that a program declares, from its `aws:dynamodb/table:Table` resources: names, keys and indexes. Capacity, backups
 * and encryption have no counterpart here; nor has the expiry of items (TTL), which on AWS may take days too. In the order of
 * their names, since resources register in an order of their own.
 */
export function tablesOf(graph: Graph): TableDefinition[] {
  return resourcesOf(graph, "aws:dynamodb/table:Table")
    .map(tableOf)
    .sort((a, b) => (a.TableName < b.TableName ? -1 : 1));
}

function tableOf({ inputs, outputs }: Resource): TableDefinition {
  const { hashKey, rangeKey, localSecondaryIndexes = [], globalSecondaryIndexes = [] } = inputs;
  return {
    TableName: outputs.name,
    AttributeDefinitions: inputs.attributes.map(({ name, type }: { name: string; type: string }) => ({
      AttributeName: name,
      AttributeType: type,
    })),
    KeySchema: keySchema(hashKey, rangeKey),
    ...(localSecondaryIndexes.length > 0 && {
      LocalSecondaryIndexes: localSecondaryIndexes.map((index: DeclaredIndex) => indexOf(index, hashKey)),
    }),
    ...(globalSecondaryIndexes.length > 0 && {
      GlobalSecondaryIndexes: globalSecondaryIndexes.map((index: DeclaredIndex) => indexOf(index, index.hashKey)),
    }),
    BillingMode: "PAY_PER_REQUEST",
  };
}

interface DeclaredIndex {
  name: string;
  hashKey: string;
  rangeKey?: string;
  projectionType: string;
  nonKeyAttributes?: string[];
}

const indexOf = (index: DeclaredIndex, hashKey: string): IndexDefinition => ({
  IndexName: index.name,
  KeySchema: keySchema(hashKey, index.rangeKey),
  Projection: {
    ProjectionType: index.projectionType,
    ...(index.nonKeyAttributes && { NonKeyAttributes: index.nonKeyAttributes }),
  },
});

const keySchema = (hashKey: string, rangeKey?: string): KeyElement[] => [
  { AttributeName: hashKey, KeyType: "HASH" },
  ...(rangeKey === undefined ? [] : [{ AttributeName: rangeKey, KeyType: "RANGE" as const }]),
];

/** Whether a table that is there has the keys and indexes of its definition; names of indexes and attributes count. */
export function hasSchema(table: Partial<TableDefinition>, definition: TableDefinition): boolean {
  return isDeepStrictEqual(schemaOf(table), schemaOf(definition));
}

const schemaOf = (table: Partial<TableDefinition>) => ({
  attributes: Object.fromEntries(
    (table.AttributeDefinitions ?? []).map(({ AttributeName, AttributeType }) => [AttributeName, AttributeType]),
  ),
  key: table.KeySchema,
  indexes: Object.fromEntries(
    [...(table.LocalSecondaryIndexes ?? []), ...(table.GlobalSecondaryIndexes ?? [])].map((index) => [
      index.IndexName,
      [index.KeySchema, index.Projection],
    ]),
  ),
});
