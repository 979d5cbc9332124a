import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Mail } from "../../local/mail";
import { choosePorts } from "../../local/ports";
import { PROJECT_FOLDER } from "../../local/program/stack-config";
import { cognitoClient } from "../../local/services/cognito-client";
import { isAlive, waitUntilGone } from "../../local/services/processes";
import type { Endpoints } from "../../local/stack";

/** What `npm start` runs, started and ended in every way. The tests build on each other: they share one data folder. */
describe("npm start", () => {
  const dataFolder = join(tmpdir(), `ahorro-start-test-${process.pid}`);
  const user = { email: "ana@example.org", password: "correct-Horse-9-battery" };
  let env: NodeJS.ProcessEnv;
  let child: ChildProcess;
  let printed = "";

  before(async () => {
    const ports = await choosePorts({ WEB: 0, API: 0, COGNITO: 0, POSTGRES: 0, AWS: 0, MAIL: 0, KAFKA: 0 });
    const variables = Object.entries(ports).map(([name, port]) => [`AHORRO_${name}_PORT`, String(port)]);
    env = { ...process.env, ...Object.fromEntries(variables), AHORRO_DATA_DIR: dataFolder };
  });
  after(async () => {
    if (child?.exitCode === null && child.signalCode === null) {
      child.kill("SIGTERM");
      await once(child, "exit");
    }
    rmSync(dataFolder, { recursive: true, force: true });
  });

  /** Runs the command until it is ready; or to its end, when it does not get there. */
  const start = async (...args: string[]): Promise<number | undefined> => {
    printed = "";
    child = spawn(process.execPath, [join(PROJECT_FOLDER, "local", "start.js"), ...args], { env, stdio: "pipe" });
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        printed += text;
      });
    }
    return new Promise((resolve) => {
      child.stdout?.on("data", () => printed.includes("is running") && resolve(undefined));
      child.once("close", (code) => resolve(code ?? -1));
    });
  };

  const endpoints = (): Endpoints => JSON.parse(readFileSync(join(dataFolder, "endpoints.json"), "utf8"));
  const stackPid = (): number => JSON.parse(readFileSync(join(dataFolder, "lock.json"), "utf8")).pid;
  const postgresPid = (): number =>
    Number(readFileSync(join(dataFolder, "postgres", "cluster", "postmaster.pid"), "utf8").split("\n")[0]);

  const me = async () => {
    const { api, cognito } = endpoints();
    const { idToken } = await cognitoClient({ endpoint: cognito.endpoint, clientId: cognito.client_id }).signIn(user);
    return fetch(`${api}/users/me`, { headers: { authorization: `Bearer ${idToken}` } });
  };

  it("makes a working platform: sign up by mail, register, ask", async () => {
    assert.equal(await start("--no-seed"), undefined, printed);
    const { api, mail, cognito } = endpoints();
    const client = cognitoClient({ endpoint: cognito.endpoint, clientId: cognito.client_id });
    await client.signUp(user);
    const response = await fetch(mail, { headers: { accept: "application/json" } });
    const [message] = (await response.json()) as [Mail];
    assert.equal(message.to, user.email);
    await client.confirm({ email: user.email, code: /\d{6}/.exec(message.text)?.[0] ?? "" });
    const { idToken } = await client.signIn(user);
    const headers = { authorization: `Bearer ${idToken}` };
    assert.equal((await fetch(`${api}/users`, { method: "POST", headers })).status, 201);
    assert.equal((await me()).status, 200);
    const page = await (await fetch(mail)).text();
    assert.match(page, /ana@example\.org/);
    assert.match(printed, /Declared, not emulated: .*Role ×/);
  });

  it("refuses a second stack on the same data, and says who has them", async () => {
    const first = child;
    const code = await start();
    assert.equal(code, 1);
    assert.match(printed, new RegExp(`Ahorro did not start[\\s\\S]*${stackPid()}`));
    child = first;
  });

  it("stops in order on Ctrl-C: nothing runs on, nothing is locked", async () => {
    const pids = [stackPid(), postgresPid()];
    child.kill("SIGINT");
    const [code] = await once(child, "exit");
    assert.equal(code, 0);
    assert.deepEqual(pids.map(isAlive), [false, false]);
    assert.equal(existsSync(join(dataFolder, "lock.json")), false);
    assert.equal(existsSync(join(dataFolder, "endpoints.json")), false);
  });

  it("keeps the data, and survives a kill -9 without leaving a process", async () => {
    assert.equal(await start("--no-seed"), undefined, printed);
    assert.match(await (await me()).text(), new RegExp(user.email));
    const postgres = postgresPid();
    process.kill(stackPid(), "SIGKILL");
    await once(child, "exit");
    assert.ok(await waitUntilGone(postgres, 20_000), "PostgreSQL is left behind");
  });

  it("starts at once after a kill -9, with all that was committed; ends when its parent is killed", async () => {
    assert.equal(await start("--no-seed"), undefined, printed);
    assert.equal((await me()).status, 200);
    const pids = [stackPid(), postgresPid()];
    child.kill("SIGKILL");
    for (const pid of pids) assert.ok(await waitUntilGone(pid, 20_000), `process ${pid} is left behind`);
    assert.equal(existsSync(join(dataFolder, "lock.json")), false);
  });

  it("names the port that is taken, and what to do", async () => {
    const blocker = createServer().listen(Number(env.AHORRO_API_PORT), "127.0.0.1");
    await once(blocker, "listening");
    assert.equal(await start("--no-seed"), 1);
    blocker.close();
    assert.match(printed, new RegExp(`Port ${env.AHORRO_API_PORT} for api is taken[\\s\\S]*AHORRO_API_PORT`));
    assert.equal(existsSync(join(dataFolder, "lock.json")), false);
  });

  it("does not know other options", async () => {
    assert.equal(await start("--frsh"), 2);
    assert.match(printed, /--frsh[\s\S]*--fresh {2,}forget all data first/);
  });
});
