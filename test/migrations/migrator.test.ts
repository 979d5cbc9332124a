import "../../local/program/stub-arborist";
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres from "postgres";
import { parseMigration } from "../../components/database/migration-file";
import { migrationsHandler } from "../../components/database/migrations";
import { stack } from "../support/stack";

const file = (up: string, { down = "select 1;", how = "" } = {}) =>
  `-- Up Migration${how}\n\n${up}\n\n-- Down Migration\n\n${down}\n`;

describe("migration files", () => {
  it("have a way up and a way down", () => {
    assert.deepEqual(parseMigration(file("create table a ();", { down: "drop table a;" })), {
      up: "create table a ();",
      down: "drop table a;",
      transactional: true,
    });
    assert.equal(parseMigration(file("select 1;", { how: ", outside a transaction" })).transactional, false);
  });

  for (const content of [
    "",
    "create table a ();",
    "-- Up Migration\n\nselect 1;\n",
    "-- Up Migration, somehow\n\n-- Down Migration\n",
  ]) {
    it(`are refused without: ${JSON.stringify(content)}`, () => {
      assert.throws(() => parseMigration(content), /a part below the line "-- Up Migration" and one below/);
    });
  }
});

describe("the migrator", () => {
  const environment = { ...process.env };
  const { log, warn } = console;
  let sql: postgres.Sql;
  let folder: string;

  beforeEach(async () => {
    const { users, endpoints } = await stack();
    const name = `migrations_${randomUUID().replaceAll("-", "")}`;
    await users.unsafe(`create database ${name}`);
    const url = new URL(endpoints.postgres.users ?? "");
    url.pathname = name;
    sql = postgres(url.href, { max: 4, onnotice: () => undefined });
    folder = mkdtempSync(join(tmpdir(), "ahorro-migrations-"));
    mkdirSync(join(folder, "migrations"));
    Object.assign(process.env, {
      DATABASE_HOST: url.hostname,
      DATABASE_PORT: url.port,
      DATABASE_NAME: name,
      DATABASE_USER: url.username,
      PGPASSWORD: decodeURIComponent(url.password),
      PGSSLMODE: "disable",
      LAMBDA_TASK_ROOT: folder,
    });
    console.log = () => undefined;
    console.warn = () => undefined;
  });
  afterEach(async () => {
    process.env = { ...environment };
    Object.assign(console, { log, warn });
    rmSync(folder, { recursive: true, force: true });
    const name = sql.options.database;
    await sql.end();
    const { users } = await stack();
    await users.unsafe(`drop database ${name} with (force)`);
  });

  const write = (name: string, content: string) => writeFileSync(join(folder, "migrations", `${name}.sql`), content);
  const migrate = () => migrationsHandler()();
  const tables = async () =>
    (await sql`select relname from pg_class where relnamespace = 'public'::regnamespace and relname like 't%'`)
      .map(({ relname }) => relname)
      .sort();

  it("applies what is missing, in order, once", async () => {
    write("1_first", file("create table t1 (a integer);"));
    assert.deepEqual(await migrate(), { applied: ["1_first"] });
    write("2_second", file("alter table t1 add column b integer; create table t2 ();"));
    assert.deepEqual(await migrate(), { applied: ["2_second"] });
    assert.deepEqual(await migrate(), { applied: [] });
    assert.deepEqual(await tables(), ["t1", "t2"]);
  });

  it("applies each whole or not at all, and keeps what came before", async () => {
    write("1_first", file("create table t1 ();"));
    write("2_broken", file("create table t2 (); select no_such_function();"));
    write("3_third", file("create table t3 ();"));
    await assert.rejects(migrate(), /no_such_function/);
    assert.deepEqual(await tables(), ["t1"]);
    write("2_broken", file("create table t2 ();"));
    assert.deepEqual(await migrate(), { applied: ["2_broken", "3_third"] });
  });

  it("makes an index beside those who write, outside a transaction", async () => {
    write("1_first", file("create table t1 (a integer);"));
    const concurrently = "create index concurrently t1_by_a on t1 (a);";
    write("2_index", file(concurrently));
    await assert.rejects(migrate(), /cannot run inside a transaction block/);
    // Somebody writes, and does not end for longer than the migrator waits for locks of others.
    const writer = sql.begin(async (tx) => {
      await tx`insert into t1 values (1)`;
      await tx`select pg_sleep(6)`;
    });
    write("2_index", file(concurrently, { how: ", outside a transaction" }));
    const [applied] = await Promise.all([migrate(), writer]);
    assert.deepEqual(applied, { applied: ["2_index"] });
    const [index] = await sql`select indisvalid from pg_index where indexrelid = 't1_by_a'::regclass`;
    assert.equal(index?.indisvalid, true);
  });

  it("gives up on a lock after five seconds, so that nobody has to wait behind it", async () => {
    write("1_first", file("create table t1 (a integer);"));
    await migrate();
    write("2_second", file("alter table t1 add column b integer;"));
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const taken = Promise.withResolvers<void>();
    const holder = sql.begin(async (tx) => {
      await tx`lock table t1 in access share mode`;
      taken.resolve();
      await held;
    });
    await taken.promise;
    const started = Date.now();
    await assert.rejects(migrate(), /lock timeout/);
    assert.ok(Date.now() - started < 10_000);
    release();
    await holder;
    assert.deepEqual(await migrate(), { applied: ["2_second"] });
  });
});
