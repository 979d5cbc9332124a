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
  /** The database `analytics`, likewise. */
  analytics: postgres.Sql;
  /** What functions and services wrote, by source. */
  logged: { source: string; line: string }[];
  /** Holds the relays back, as the stack does from its start: outboxes keep what is written. Waits for relays at work. */
  holdEvents(): Promise<void>;
  /** Lets the relays work. Events written before are forgotten, so that only a test's own ones travel. */
  releaseEvents(): Promise<void>;
}

let running: Promise<TestStack> | undefined;
let cleanUp = () => {};

/** The stack that all tests of this process share. Each test makes users of its own on it; events travel `withEvents` only. */
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
    ports: { web: 0, api: 0, cognito: 0, postgres: 0, aws: 0, mail: 0, kafka: 0 },
    kafkaBrokers: process.env.KAFKA_BROKERS || undefined,
    log: (source, line) => logged.push({ source, line }),
  });
  const database = (name: string, max = 4) => {
    const url = started.endpoints.postgres[name];
    if (url === undefined) throw new Error(`The stack has no database ${name}.`);
    return postgres(url, { max, max_lifetime: null, onnotice: () => undefined });
  };
  const users = database("users");
  const transactions = database("transactions");
  const analytics = database("analytics");
  const locks = [database("users", 1), database("transactions", 1)];
  const holdEvents = async () => {
    await Promise.all(locks.map(takeTurns));
  };
  await holdEvents();
  return {
    ...started,
    users,
    transactions,
    analytics,
    logged,
    holdEvents,
    releaseEvents: async () => {
      await users`delete from outbox where status = 'pending'`;
      await transactions`delete from outbox`;
      await Promise.all(locks.map((sql) => sql`select pg_advisory_unlock_all()`));
    },
    stop: async () => {
      await Promise.all([users, transactions, analytics, ...locks].map((sql) => sql.end()));
      await started.stop();
    },
  };
}

/**
 * Takes the turns of both relays that can be there, the one at work and the one that waits (functions/outbox/relay.ts): whoever
 * is called now goes at once. The second first, or a relay could wait for us while we wait for it.
 */
const takeTurns = async (sql: postgres.Sql): Promise<void> => {
  await sql`select pg_advisory_lock(hashtext('outbox'), 2)`;
  await sql`select pg_advisory_lock(hashtext('outbox'), 1)`;
};

/** Runs a test in which events travel: those that are written meanwhile. */
export async function withEvents<Result>(run: () => Promise<Result>): Promise<Result> {
  const { holdEvents, releaseEvents } = await stack();
  await releaseEvents();
  try {
    return await run();
  } finally {
    await holdEvents();
  }
}

export const stopStack = async (): Promise<void> => {
  if (running === undefined) return;
  const stack = await running.catch(() => undefined);
  await stack?.stop();
  cleanUp();
};
