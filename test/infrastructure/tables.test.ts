import assert from "node:assert/strict";
import { type Graph, resourcesOf } from "../../local/program/graph";
import { tablesOf } from "../../local/services/dynamodb-tables";
import { graphOf, LOAD_TIMEOUT, resource } from "./graphs";

const TABLE = "aws:dynamodb/table:Table";

describe("tables as declared for prod", () => {
  let graph: Graph;
  before(async function () {
    this.timeout(LOAD_TIMEOUT);
    graph = await graphOf("prod");
  });

  it("are that of categories and a small one of notes: keyed, paid by request, encrypted, restorable, guarded", () => {
    assert.deepEqual(
      resourcesOf(graph, TABLE)
        .map(({ name }) => name)
        .sort(),
      ["categories", "notifications"],
    );
    const table = resource(graph, TABLE, "categories");
    assert.deepEqual(table.inputs, {
      name: "ahorro-prod-categories",
      billingMode: "PAY_PER_REQUEST",
      hashKey: "user_id",
      rangeKey: "type#name",
      attributes: [
        { name: "user_id", type: "S" },
        { name: "type#name", type: "S" },
        { name: "score", type: "N" },
      ],
      localSecondaryIndexes: [{ name: "score", rangeKey: "score", projectionType: "ALL" }],
      ttl: { attributeName: "expires_at", enabled: true },
      pointInTimeRecovery: { enabled: true },
      serverSideEncryption: { enabled: true },
      deletionProtectionEnabled: true,
    });
    assert.equal(table.protect, true);
    const notes = resource(graph, TABLE, "notifications");
    assert.deepEqual(notes.inputs, {
      name: "ahorro-prod-notifications",
      billingMode: "PAY_PER_REQUEST",
      hashKey: "event_id",
      attributes: [{ name: "event_id", type: "S" }],
      ttl: { attributeName: "expires_at", enabled: true },
      pointInTimeRecovery: { enabled: false },
      serverSideEncryption: { enabled: true },
      deletionProtectionEnabled: false,
    });
    assert.equal(notes.protect, false);
  });

  it("can be deleted in dev", async function () {
    this.timeout(LOAD_TIMEOUT);
    const table = resource(await graphOf("dev"), TABLE, "categories");
    assert.deepEqual([table.inputs.deletionProtectionEnabled, table.protect], [false, false]);
  });

  it("are what the local stack makes of them", () => {
    assert.deepEqual(tablesOf(graph), [
      {
        TableName: "ahorro-prod-categories",
        AttributeDefinitions: [
          { AttributeName: "user_id", AttributeType: "S" },
          { AttributeName: "type#name", AttributeType: "S" },
          { AttributeName: "score", AttributeType: "N" },
        ],
        KeySchema: [
          { AttributeName: "user_id", KeyType: "HASH" },
          { AttributeName: "type#name", KeyType: "RANGE" },
        ],
        LocalSecondaryIndexes: [
          {
            IndexName: "score",
            KeySchema: [
              { AttributeName: "user_id", KeyType: "HASH" },
              { AttributeName: "score", KeyType: "RANGE" },
            ],
            Projection: { ProjectionType: "ALL" },
          },
        ],
        BillingMode: "PAY_PER_REQUEST",
      },
      {
        TableName: "ahorro-prod-notifications",
        AttributeDefinitions: [{ AttributeName: "event_id", AttributeType: "S" }],
        KeySchema: [{ AttributeName: "event_id", KeyType: "HASH" }],
        BillingMode: "PAY_PER_REQUEST",
      },
    ]);
  });
});
