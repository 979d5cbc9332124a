import { rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres from "postgres";
import { openDataFolder } from "../../local/data-folder";
import { PROJECT_FOLDER } from "../../local/program/stack-config";
import { type Stack, startStack } from "../../local/stack";

interface TestStack extends Stack {
  /** The database `users`, as superuser: to look at what no route shows, and to make time pass. */
  users: postgres.Sql;
  /** The database `transactions`, likewise. */
  transactions: postgres.Sql;
  /** What functions and services wrote, by source. */
  logged: { source: string; line: string }[];
}

let running: Promise<TestStack> | undefined;
let cleanUp = () => {};

/** The stack that all tests of this process share. Each test makes users of its own on it. */
export const stack = (): Promise<TestStack> => {
  running ??= start();
  return running;
};

async function start(): Promise<TestStack> {
  const path = join(tmpdir(), `ahorro-test-${process.pid}`);
  const dataFolder = openDataFolder(PROJECT_FOLDER, { ...process.env, AHORRO_DATA_DIR: path });
  cleanUp = () => {
    dataFolder.release();
    rmSync(path, { recursive: true, force: true });
  };
  const logged: TestStack["logged"] = [];
  const started = await startStack({
    dataFolder,
    ports: { api: 0, cognito: 0, postgres: 0, aws: 0, mail: 0, kafka: 0 },
    log: (source, line) => logged.push({ source, line }),
  });
  const database = (name: string) => {
    const url = started.endpoints.postgres[name];
    if (url === undefined) throw new Error(`The stack has no database ${name}.`);
    return postgres(url, { max: 4, onnotice: () => undefined });
  };
  return { ...started, users: database("users"), transactions: database("transactions"), logged };
}

export const stopStack = async (): Promise<void> => {
  if (running === undefined) return;
  const stack = await running.catch(() => undefined);
  await stack?.users.end();
  await stack?.transactions.end();
  await stack?.stop();
  cleanUp();
};
