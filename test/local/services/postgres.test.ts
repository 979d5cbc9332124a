import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import connect from "postgres";
import { choosePorts } from "../../../local/ports";
import { startPostgres } from "../../../local/services/postgres";
import { isAlive, waitUntilGone } from "../../../local/services/processes";
import { removeFolder, temporaryFolder } from "./temporary";

const PASSWORD = "p@ss word/%";

describe("postgres", function () {
  this.timeout(120_000); // the first start makes a database cluster
  let dataFolder: string;
  let cluster: string;
  const start = (port = 0) => startPostgres({ dataFolder, port, password: PASSWORD, log: () => {} });

  before(async () => {
    dataFolder = temporaryFolder();
    cluster = join(dataFolder, "postgres", "cluster");
    // What a stack leaves that was killed while it made the cluster.
    mkdirSync(`${cluster}.new`, { recursive: true });
    writeFileSync(join(`${cluster}.new`, "PG_VERSION"), "17\n");
    const postgres = await start();
    await query(postgres.superuserUrl, "create table kept (value text)");
    await postgres.stop();
  });
  after(() => removeFolder(dataFolder));

  it("starts as Aurora would: UTF-8, UTC, SCRAM, the role rds_iam, and durable", async () => {
    const postgres = await start();
    const settings =
      "server_encoding timezone password_encryption fsync max_connections listen_addresses unix_socket_directories";
    const rows = await query(
      postgres.superuserUrl,
      `select lower(name) as name, setting from pg_settings where lower(name) = any(string_to_array('${settings}', ' '))`,
    );
    const roles = await query(postgres.superuserUrl, "select rolcanlogin from pg_roles where rolname = 'rds_iam'");
    const [unicode] = await query(postgres.superuserUrl, "select upper('ñandú') as upper, version() as version");
    const wrong = await query(postgres.superuserUrl.replace(encodeURIComponent(PASSWORD), "wrong"), "select 1").catch(
      (e) => e.code,
    );
    await postgres.stop();
    assert.deepEqual(Object.fromEntries(rows.map(({ name, setting }) => [name, setting])), {
      server_encoding: "UTF8",
      timezone: "UTC",
      password_encryption: "scram-sha-256",
      fsync: "on",
      max_connections: "200",
      listen_addresses: "127.0.0.1",
      unix_socket_directories: "",
    });
    assert.deepEqual([...roles], [{ rolcanlogin: false }]);
    assert.equal(unicode?.upper, "ÑANDÚ");
    assert.match(String(unicode?.version), /^PostgreSQL 17\./);
    assert.equal(wrong, "28P01");
  });

  it("keeps data over a restart, and leaves no process behind", async () => {
    const first = await start();
    await query(first.superuserUrl, "insert into kept values ('restart')");
    const pid = postmasterPid(cluster);
    await Promise.all([first.stop(), first.stop()]);
    assert.equal(isAlive(pid), false);
    assert.equal(await watchdogGone(pid), true);
    const second = await start();
    assert.deepEqual(
      [...(await query(second.superuserUrl, "select * from kept where value = 'restart'"))],
      [{ value: "restart" }],
    );
    await second.stop();
  });

  it("ends with its parent when that is killed with SIGKILL, and keeps what was committed", async () => {
    const { parent, url } = await startInChild(dataFolder);
    await query(url, "insert into kept values ('kill -9')");
    const pid = postmasterPid(cluster);
    await kill(parent);
    assert.equal(await waitUntilGone(pid, 20_000), true);
    assert.equal(await watchdogGone(pid), true);
    assert.equal(existsSync(join(cluster, "postmaster.pid")), false);
    const postgres = await start();
    assert.equal((await query(postgres.superuserUrl, "select * from kept where value = 'kill -9'")).length, 1);
    await postgres.stop();
  });

  it("starts at once after parent and watchdog were killed, ending the server they left", async () => {
    const { parent, url } = await startInChild(dataFolder);
    await query(url, "insert into kept values ('orphan')");
    const pid = postmasterPid(cluster);
    for (const watchdog of watchdogsOf(pid)) process.kill(watchdog, "SIGKILL");
    await kill(parent);
    assert.equal(isAlive(pid), true);
    const postgres = await start();
    assert.equal(isAlive(pid), false);
    assert.equal((await query(postgres.superuserUrl, "select * from kept where value = 'orphan'")).length, 1);
    await postgres.stop();
  });

  it("does not take another program with the number of an old server for that server", async () => {
    writeFileSync(join(cluster, "postmaster.pid"), `${process.pid}\n${cluster}\n`);
    const postgres = await start();
    assert.notEqual(postmasterPid(cluster), process.pid);
    await postgres.stop();
  });

  it("refuses data of another version, saying which, where and what to do", async () => {
    const file = join(cluster, "PG_VERSION");
    writeFileSync(file, "16\n");
    try {
      await assert.rejects(start(), (error: Error) => {
        assert.match(error.message, /made by version 16; the installed server is version 17.*npm start -- --fresh/);
        assert.ok(error.message.includes(cluster));
        return true;
      });
    } finally {
      writeFileSync(file, "17\n");
    }
  });

  it("refuses data with another password, saying so", async () => {
    await assert.rejects(
      startPostgres({ dataFolder, port: 0, password: "other", log: () => {} }),
      /another superuser password/,
    );
    assert.equal(existsSync(join(cluster, "postmaster.pid")), false);
  });

  it("says which port is taken", async () => {
    const { postgres: port } = await choosePorts({ postgres: 0 });
    const holder = createServer().listen(port, "127.0.0.1");
    await once(holder, "listening");
    await assert.rejects(start(port), new RegExp(`Port ${port} for postgres is taken.*AHORRO_POSTGRES_PORT`));
    holder.close();
  });
});

async function query(url: string, sql: string) {
  const connection = connect(url, { max: 1, onnotice: () => {} });
  try {
    return await connection.unsafe(sql);
  } finally {
    await connection.end();
  }
}

/** Starts a server in a process of its own, as a stack would, and waits until it is ready. */
async function startInChild(dataFolder: string): Promise<{ parent: ChildProcess; url: string }> {
  const program =
    'require("./local/services/postgres").startPostgres({ dataFolder: process.argv[1], port: 0, password: process.argv[2], log() {} })' +
    ".then((postgres) => { console.log(postgres.superuserUrl); setInterval(() => {}, 60_000); });";
  const args = ["-r", "ts-node/register/transpile-only", "-e", program, dataFolder, PASSWORD];
  const parent = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const [output] = await once(parent.stdout, "data");
  return { parent, url: String(output).trim() };
}

async function kill(child: ChildProcess): Promise<void> {
  const gone = once(child, "exit");
  child.kill("SIGKILL");
  await gone;
}

const postmasterPid = (cluster: string): number =>
  Number.parseInt(readFileSync(join(cluster, "postmaster.pid"), "utf8"), 10);

function watchdogsOf(pid: number): number[] {
  const processes = spawnSync("ps", ["-ww", "-A", "-o", "pid=,command="], { encoding: "utf8" }).stdout.split("\n");
  return processes.filter((line) => line.includes(`watchdog.js ${pid} `)).map((line) => Number.parseInt(line, 10));
}

async function watchdogGone(pid: number): Promise<boolean> {
  const gone = await Promise.all(watchdogsOf(pid).map((watchdog) => waitUntilGone(watchdog, 5_000)));
  return gone.every(Boolean);
}
