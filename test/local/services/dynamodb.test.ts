import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  ResourceNotFoundException,
  TransactWriteItemsCommand,
  UpdateTimeToLiveCommand,
} from "@aws-sdk/client-dynamodb";
import {
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  NumberValue,
  PutCommand,
  QueryCommand,
  UpdateCommand,
} from "@aws-sdk/lib-dynamodb";
import { startAwsEndpoint } from "../../../local/services/aws-endpoint";
import { type DynamoDb, readWriteLock, startDynamoDb } from "../../../local/services/dynamodb";
import type { TableDefinition } from "../../../local/services/dynamodb-tables";
import type { HttpServer } from "../../../local/services/http-server";
import { removeFolder, temporaryFolder } from "./temporary";

const TableName = "scores";
const TABLE: TableDefinition = {
  TableName,
  AttributeDefinitions: [
    { AttributeName: "user", AttributeType: "S" },
    { AttributeName: "name", AttributeType: "S" },
    { AttributeName: "score", AttributeType: "N" },
  ],
  KeySchema: [
    { AttributeName: "user", KeyType: "HASH" },
    { AttributeName: "name", KeyType: "RANGE" },
  ],
  LocalSecondaryIndexes: [
    {
      IndexName: "score",
      KeySchema: [
        { AttributeName: "user", KeyType: "HASH" },
        { AttributeName: "score", KeyType: "RANGE" },
      ],
      Projection: { ProjectionType: "ALL" },
    },
  ],
  BillingMode: "PAY_PER_REQUEST",
};

const clientOf = (endpoint: string) =>
  DynamoDBDocumentClient.from(
    new DynamoDBClient({
      endpoint,
      region: "eu-west-1",
      credentials: { accessKeyId: "local", secretAccessKey: "local" },
      maxAttempts: 1,
    }),
    { unmarshallOptions: { wrapNumbers: true } },
  );

describe("dynamodb", () => {
  let dataFolder: string;
  let dynamodb: DynamoDb;
  let api: HttpServer;
  let client: DynamoDBDocumentClient;

  const start = async () => {
    dynamodb = await startDynamoDb({ dataFolder, tables: [TABLE] });
    api = await startAwsEndpoint({ port: 0, services: { dynamodb: dynamodb.service } });
    client = clientOf(api.endpoint);
  };
  const stop = async () => {
    client.destroy();
    await api.close();
    await dynamodb.stop();
  };
  before(async () => {
    dataFolder = temporaryFolder();
    await start();
  });
  after(async () => {
    await stop();
    removeFolder(dataFolder);
  });

  const put = (user: string, name: string, more: Record<string, unknown> = {}) =>
    client.send(new PutCommand({ TableName, Item: { user, name, ...more } }));
  const ranked = async (user: string) => {
    const { Items = [] } = await client.send(
      new QueryCommand({
        TableName,
        IndexName: "score",
        KeyConditionExpression: "#user = :user",
        ExpressionAttributeNames: { "#user": "user" },
        ExpressionAttributeValues: { ":user": user },
        ScanIndexForward: false,
      }),
    );
    return Items.map(({ name, score }) => `${name} ${score}`);
  };

  it("serves the declared table and its index, in which only items with its key are", async () => {
    await put("a", "small", { score: 1 });
    await put("a", "large", { score: 200 });
    await put("a", "none");
    await put("b", "other", { score: 5 });
    assert.deepEqual(await ranked("a"), ["large 200", "small 1"]);
    await client.send(new DeleteCommand({ TableName, Key: { user: "a", name: "large" } }));
    assert.deepEqual(await ranked("a"), ["small 1"]);
  });

  it("writes under conditions, and adds beyond what a double can tell", async () => {
    const Key = { user: "c", name: "sum" };
    const add = (amount: string, event: string) =>
      client.send(
        new UpdateCommand({
          TableName,
          Key,
          UpdateExpression: "add score :amount, seen :events",
          ConditionExpression: "not contains(seen, :event)",
          ExpressionAttributeValues: {
            ":amount": NumberValue.from(amount),
            ":events": new Set([event]),
            ":event": event,
          },
        }),
      );
    await add("75557863725914323419136.000000001", "one");
    await add("0.5", "two");
    await assert.rejects(add("1", "two"), ConditionalCheckFailedException);
    const { Item } = await client.send(new GetCommand({ TableName, Key }));
    assert.equal(String(Item?.score), "75557863725914323419136.500000001");
    assert.deepEqual(Item?.seen, new Set(["one", "two"]));
  });

  it("refuses what it does not emulate, by name, and answers mistakes as AWS does", async () => {
    await assert.rejects(client.send(new TransactWriteItemsCommand({ TransactItems: [] })), {
      name: "UnknownOperationException",
      message: "DynamoDB's TransactWriteItems is not emulated on this machine.",
    });
    const ttl = { TableName, TimeToLiveSpecification: { AttributeName: "x", Enabled: true } };
    await assert.rejects(client.send(new UpdateTimeToLiveCommand(ttl)), /UpdateTimeToLive is not emulated/);
    const Key = { user: "a", name: "b" };
    await assert.rejects(client.send(new GetCommand({ TableName: "unknown", Key })), ResourceNotFoundException);
    await assert.rejects(client.send(new GetCommand({ TableName, Key: { user: "a" } })), {
      name: "ValidationException",
    });
    for (const [body, error] of [
      ["{", "SerializationException"],
      ['{"TableName":1}', "SerializationException"],
      ["null", "SerializationException"],
    ]) {
      const response = await fetch(api.endpoint, {
        method: "POST",
        headers: {
          authorization: "AWS4-HMAC-SHA256 Credential=x/20260101/eu-west-1/dynamodb/aws4_request, Signature=x",
          "x-amz-target": "DynamoDB_20120810.GetItem",
        },
        body: body ?? "",
      });
      assert.equal(response.status, 400, body);
      assert.equal(response.headers.get("x-amzn-errortype"), error);
    }
  });

  it("shows each item in the index at every moment while it is changed", async () => {
    await put("d", "moving", { score: 1 });
    let changing = true;
    const changes = (async () => {
      for (let score = 2; score < 300; score += 1) await put("d", "moving", { score });
      changing = false;
    })();
    let looks = 0;
    while (changing) {
      assert.equal((await ranked("d")).length, 1);
      looks += 1;
    }
    await changes;
    assert.ok(looks > 20, `${looks} looks`);
  });

  it("keeps data over a restart", async () => {
    await put("e", "kept", { score: 7 });
    await stop();
    await start();
    assert.deepEqual(await ranked("e"), ["kept 7"]);
  });

  it("loses nothing it has acknowledged to kill -9, and keeps items and index at one", async function () {
    this.timeout(60_000);
    await stop();
    const { child, endpoint } = await startInChild(dataFolder);
    const remote = clientOf(endpoint);
    const users = Array.from({ length: 8 }, (_, i) => `killed ${i}`);
    const acknowledged = new Map<string, number>();
    const writers = users.map(async (user) => {
      for (let score = 1; ; score += 1) {
        await remote.send(new PutCommand({ TableName, Item: { user, name: "item", score } }));
        acknowledged.set(user, score);
        if (score === 40) child.kill("SIGKILL");
      }
    });
    await Promise.allSettled(writers);
    remote.destroy();
    await start();
    for (const user of users) {
      const { Item } = await client.send(new GetCommand({ TableName, Key: { user, name: "item" } }));
      const score = Number(Item?.score);
      const last = acknowledged.get(user) ?? 0;
      assert.ok(score === last || score === last + 1, `${user}: ${score} after ${last}`);
      assert.deepEqual(await ranked(user), [`item ${score}`]);
    }
  });

  it("refuses data of a table with other keys, and says what to do", async () => {
    await stop();
    const changed = { ...TABLE, KeySchema: TABLE.KeySchema.slice(0, 1) };
    await assert.rejects(
      startDynamoDb({ dataFolder, tables: [changed] }),
      /table scores .*other keys.*npm start -- --fresh/,
    );
    await start();
  });
});

describe("readWriteLock", () => {
  it("lets readers work side by side and writers alone, in their order", async () => {
    const lock = readWriteLock();
    const log: string[] = [];
    const task = (name: string) => async () => {
      log.push(`${name} begins`);
      await new Promise((resolve) => setImmediate(resolve));
      log.push(`${name} ends`);
    };
    const failing = lock.write(async () => {
      throw new Error("no");
    });
    await Promise.all([
      assert.rejects(failing),
      lock.read(task("r1")),
      lock.read(task("r2")),
      lock.write(task("w1")),
      lock.write(task("w2")),
      lock.read(task("r3")),
    ]);
    assert.deepEqual(log, [
      "r1 begins",
      "r2 begins",
      "r1 ends",
      "r2 ends",
      "w1 begins",
      "w1 ends",
      "w2 begins",
      "w2 ends",
      "r3 begins",
      "r3 ends",
    ]);
  });
});

/** DynamoDB in a process of its own, to be killed. */
async function startInChild(dataFolder: string): Promise<{ child: ChildProcess; endpoint: string }> {
  const services = join(__dirname, "../../../local/services");
  const script = `
    const { startDynamoDb } = require(${JSON.stringify(join(services, "dynamodb.ts"))});
    const { startAwsEndpoint } = require(${JSON.stringify(join(services, "aws-endpoint.ts"))});
    startDynamoDb(${JSON.stringify({ dataFolder, tables: [TABLE] })})
      .then(({ service }) => startAwsEndpoint({ port: 0, services: { dynamodb: service } }))
      .then(({ endpoint }) => console.log(endpoint));`;
  const child = spawn(process.execPath, ["-r", "ts-node/register/transpile-only", "-e", script], {
    cwd: join(services, "..", ".."),
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [endpoint] = await once(child.stdout, "data");
  return { child, endpoint: String(endpoint).trim() };
}
