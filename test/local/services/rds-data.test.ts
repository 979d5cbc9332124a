import assert from "node:assert/strict";
import {
  BeginTransactionCommand,
  ExecuteStatementCommand,
  type ExecuteStatementCommandInput,
  RDSDataClient,
} from "@aws-sdk/client-rds-data";
import type { HttpServer } from "../../../local/services/http-server";
import { type Postgres, startPostgres } from "../../../local/services/postgres";
import { startRdsData } from "../../../local/services/rds-data";
import { numberParameters } from "../../../local/services/rds-data-values";
import { removeFolder, temporaryFolder } from "./temporary";

const CLUSTER = "arn:aws:rds:eu-west-1:000000000000:cluster:test";
const SECRET = "arn:aws:secretsmanager:eu-west-1:000000000000:secret:test";

describe("rds-data", function () {
  this.timeout(120_000); // makes a database cluster
  let dataFolder: string;
  let postgres: Postgres;
  let api: HttpServer;
  let client: RDSDataClient;
  const execute = (sql: string, more: Partial<ExecuteStatementCommandInput> = {}) =>
    client.send(new ExecuteStatementCommand({ resourceArn: CLUSTER, secretArn: SECRET, sql, ...more }));

  before(async () => {
    dataFolder = temporaryFolder();
    postgres = await startPostgres({ dataFolder, port: 0, password: "secret", log: () => {} });
    api = await startRdsData({ port: 0, clusterArns: [CLUSTER], postgresUrl: postgres.url });
    // As a function's environment has it; the SDK reads it when the client is made.
    process.env.AWS_ENDPOINT_URL_RDS_DATA = api.endpoint;
    const credentials = { accessKeyId: "local", secretAccessKey: "local" };
    client = new RDSDataClient({ region: "eu-west-1", credentials, maxAttempts: 1 });
    await execute("create table numbers (n int)");
  });
  after(async () => {
    delete process.env.AWS_ENDPOINT_URL_RDS_DATA;
    client?.destroy();
    await api?.close();
    await postgres?.stop();
    removeFolder(dataFolder);
  });

  it("creates databases and roles, and works within them", async () => {
    assert.deepEqual(plain(await execute("create database users")), { numberOfRecordsUpdated: 0 });
    await execute("create role users_api login");
    await execute("grant rds_iam to users_api");
    const { records } = await execute("select current_database()", { database: "users" });
    assert.deepEqual(records, [[{ stringValue: "users" }]]);
  });

  it("answers values by type", async () => {
    const { records, numberOfRecordsUpdated } = await execute(
      "select 'x'::text, 9007199254740991::bigint, 1.5::float8, 1.50::numeric, true, null, '\\x00ff'::bytea union all select '', -1, 0, 0, false, 't', ''",
    );
    assert.equal(numberOfRecordsUpdated, 0);
    assert.deepEqual(records, [
      [
        { stringValue: "x" },
        { longValue: 9007199254740991 },
        { doubleValue: 1.5 },
        { stringValue: "1.50" },
        { booleanValue: true },
        { isNull: true },
        { blobValue: new Uint8Array([0, 255]) },
      ],
      [
        { stringValue: "" },
        { longValue: -1 },
        { doubleValue: 0 },
        { stringValue: "0" },
        { booleanValue: false },
        { stringValue: "t" },
        { blobValue: new Uint8Array() },
      ],
    ]);
  });

  it("takes named parameters and counts what was written", async () => {
    const parameters = [{ name: "n", value: { longValue: 7 } }];
    const inserted = await execute("insert into numbers select :n from generate_series(1, 3)", { parameters });
    assert.deepEqual(plain(inserted), { numberOfRecordsUpdated: 3 });
    assert.deepEqual((await execute("select n from numbers where n = :n limit 1", { parameters })).records, [
      [{ longValue: 7 }],
    ]);
    assert.deepEqual((await execute("select n from numbers where n = 8")).records, []);
    await assert.rejects(execute("select :missing::int", { parameters }), {
      name: "BadRequestException",
      message: /missing/,
    });
  });

  it("answers PostgreSQL's errors as DatabaseErrorException", async () => {
    await assert.rejects(execute("select * from nowhere"), {
      name: "DatabaseErrorException",
      message: 'ERROR: relation "nowhere" does not exist; Position: 15; SQLState: 42P01',
    });
    await assert.rejects(execute("select 1", { database: "nowhere" }), {
      name: "DatabaseErrorException",
      message: /3D000/,
    });
    await assert.rejects(execute("select 1; select 2"), {
      name: "DatabaseErrorException",
      message: /multiple commands/,
    });
  });

  it("refuses another cluster and what it does not emulate", async () => {
    await assert.rejects(execute("select 1", { resourceArn: `${CLUSTER}2` }), {
      name: "BadRequestException",
      message: /cluster:test2/,
    });
    await assert.rejects(execute("select 1", { transactionId: "t" }), {
      name: "BadRequestException",
      message: /transactionId/,
    });
    const begin = new BeginTransactionCommand({ resourceArn: CLUSTER, secretArn: SECRET });
    await assert.rejects(client.send(begin), { name: "UnknownOperationException", message: /BeginTransaction/ });
  });

  it("refuses requests that are unsigned, for another API, or no JSON, with the type in a header", async () => {
    const post = async (authorization: string | undefined, body = "{}") => {
      const headers: Record<string, string> = authorization ? { authorization } : {};
      const response = await fetch(`${api.endpoint}/Execute`, { method: "POST", body, headers });
      return [response.status, response.headers.get("x-amzn-errortype")];
    };
    const signed = (service: string) =>
      `AWS4-HMAC-SHA256 Credential=x/20260101/eu-west-1/${service}/aws4_request, SignedHeaders=host, Signature=0`;
    assert.deepEqual(await post(undefined), [403, "MissingAuthenticationTokenException"]);
    assert.deepEqual(await post(signed("sqs")), [400, "UnknownServiceException"]);
    assert.deepEqual(await post(signed("constructor")), [400, "UnknownServiceException"]);
    assert.deepEqual(await post(signed("rds-data"), "no"), [400, "BadRequestException"]);
    assert.deepEqual(await post(signed("rds-data"), "[]"), [400, "BadRequestException"]);
    assert.deepEqual(await post(signed("rds-data"), "x".repeat(8_000_000)), [413, null]);
  });

  it("finds parameters only where SQL has none of its colons", () => {
    const untouched = [
      `':a'`,
      `"x:a"`,
      "1::int",
      "-- :a\n",
      "/* :a\n */",
      "$$ :a $$",
      "$f$ :a $$ :b $f$",
      `E'\\':a'`,
      "'it''s :a'",
    ];
    for (const sql of untouched) assert.deepEqual(numberParameters(sql), { sql, names: [] });
    assert.deepEqual(numberParameters(":a + :b_1::int + :a"), { sql: "$1 + $2::int + $1", names: ["a", "b_1"] });
  });
});

const plain = ({ $metadata: _, ...output }: { $metadata: unknown }): object => output;
