import "../../local/program/stub-arborist";
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bootstrapSteps } from "../../components/database/bootstrap";
import { readMigrations } from "../../components/database/migrations";
import { createLambdaHost, functionsOf, type LambdaHost } from "../../local/lambda";
import { graphOf, LOAD_TIMEOUT, resource } from "../infrastructure/graphs";

describe("steps that create a database", () => {
  it("create roles before what is granted to them, and ask before creating", () => {
    assert.deepEqual(
      bootstrapSteps(["users"]).map(
        ({ database, sql, unless }) => `${database}: ${sql}${unless ? " unless found" : ""}`,
      ),
      [
        "postgres: create role users_migrator login unless found",
        "postgres: create role users_api login unless found",
        "postgres: create role users_relay login unless found",
        "postgres: create role users_reader login unless found",
        "postgres: create role users_consumer login unless found",
        "postgres: create role users_loader login unless found",
        "postgres: create role users_exporter login unless found",
        "postgres: create role users_copier login unless found",
        "postgres: create role users_auditor login unless found",
        "postgres: grant rds_iam to users_migrator",
        "postgres: grant rds_iam to users_api",
        "postgres: grant rds_iam to users_relay",
        "postgres: grant rds_iam to users_reader",
        "postgres: grant rds_iam to users_consumer",
        "postgres: grant rds_iam to users_loader",
        "postgres: grant rds_iam to users_exporter",
        "postgres: grant rds_iam to users_copier",
        "postgres: grant rds_iam to users_auditor",
        "postgres: create database users unless found",
        "postgres: revoke all on database users from public",
        "postgres: grant connect on database users to users_migrator, users_api, users_relay, users_reader, users_consumer, users_loader, users_exporter, users_copier, users_auditor",
        "postgres: grant create, temporary on database users to users_migrator",
        "users: revoke all on schema public from public",
        "users: grant all on schema public to users_migrator",
        "users: grant usage on schema public to users_api, users_relay, users_reader, users_consumer, users_loader, users_exporter, users_copier, users_auditor",
      ],
    );
  });

  it("never make the master a member of a role that signs in by IAM, which would lock it out", () => {
    for (const { sql } of bootstrapSteps(["users"])) assert.doesNotMatch(sql, /to (current_user|ahorro)|owner/);
  });

  for (const name of ["Users", "users; drop database x", "1users", "", "a".repeat(41)]) {
    it(`are refused for the name "${name.slice(0, 25)}"`, () => {
      assert.throws(() => bootstrapSteps([name]), /cannot be a database name/);
    });
  }
});

describe("the bootstrap's bundle", function () {
  this.timeout(LOAD_TIMEOUT);
  let dataApi: Server;
  let lambda: LambdaHost;
  let input: unknown;
  const statements: { database: string; sql: string }[] = [];
  let existing: RegExp;
  let failures: string[];

  before(async () => {
    const graph = await graphOf("local");
    input = JSON.parse(resource(graph, "aws:lambda/invocation:Invocation", "database-bootstrap").inputs.input);
    dataApi = createServer(async (request, response) => {
      let body = "";
      for await (const chunk of request) body += chunk;
      const failure = failures.shift();
      response.setHeader("content-type", "application/json");
      if (failure) {
        response.writeHead(400, { "x-amzn-errortype": failure }).end(JSON.stringify({ message: failure }));
        return;
      }
      const { database, sql, resourceArn, secretArn } = JSON.parse(body);
      assert.match(resourceArn, /^arn:aws:rds:/);
      assert.match(secretArn, /^arn:aws:secretsmanager:/);
      statements.push({ database, sql });
      response.end(JSON.stringify({ records: existing.test(sql) ? [[{ longValue: 1 }]] : [] }));
    });
    await new Promise<void>((resolve) => dataApi.listen(0, "127.0.0.1", resolve));
    const { port } = dataApi.address() as AddressInfo;
    lambda = createLambdaHost({
      functions: functionsOf(graph).filter(({ name }) => name === "ahorro-local-database-bootstrap"),
      region: "eu-west-1",
      accountId: "123456789012",
      extraEnvironment: { AWS_ENDPOINT_URL_RDS_DATA: `http://127.0.0.1:${port}` },
      log: () => undefined,
    });
  });
  after(async () => {
    await lambda?.close();
    dataApi?.close();
  });
  beforeEach(() => {
    statements.length = 0;
    existing = /^never$/;
    failures = [];
  });

  const run = () => lambda.invoke("ahorro-local-database-bootstrap", input);

  it("runs every step on its database when nothing exists", async () => {
    const expected = bootstrapSteps(["users", "transactions", "analytics"]);
    assert.deepEqual(await run(), { ok: true, payload: { executed: expected.map(({ sql }) => sql) } });
    assert.deepEqual(
      statements,
      expected.flatMap(({ database, sql, unless }) => [
        ...(unless ? [{ database, sql: unless }] : []),
        { database, sql },
      ]),
    );
  });

  it("creates nothing again that exists", async () => {
    existing = /^select 1/;
    assert.ok((await run()).ok);
    assert.ok(statements.every(({ sql }) => !sql.startsWith("create")));
  });

  it("waits for a cluster that is resuming", async () => {
    failures = ["DatabaseResumingException"];
    assert.ok((await run()).ok);
    assert.equal(statements[0]?.sql, "select 1 from pg_roles where rolname = 'users_migrator'");
  });

  it("fails with the database's own message", async () => {
    failures = ["DatabaseErrorException"];
    const result = await run();
    assert.ok(!result.ok);
    assert.equal(result.error.errorType, "DatabaseErrorException");
  });
});

describe("migration files", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "ahorro-migrations-"));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it("are read by name, in order", async () => {
    const migration = (sql: string) => `-- Up Migration\n${sql}\n-- Down Migration\n`;
    await writeFile(join(folder, "2_later.sql"), migration("select 2"));
    await writeFile(join(folder, "1_first.sql"), migration("select 1"));
    assert.deepEqual(Object.entries(readMigrations(folder)), [
      ["1_first.sql", migration("select 1")],
      ["2_later.sql", migration("select 2")],
    ]);
  });

  it("without a way back stop the program, by name", async () => {
    await writeFile(join(folder, "1_first.sql"), "-- Up Migration\nselect 1\n");
    assert.throws(() => readMigrations(folder), /1_first\.sql cannot be read/);
  });

  it("that are none stop the program", async () => {
    await writeFile(join(folder, "notes.txt"), "");
    assert.throws(() => readMigrations(folder), /notes\.txt is not a migration: name it/);
  });

  it("must be there", () => {
    assert.throws(() => readMigrations(folder), /There are no migrations in/);
  });
});
