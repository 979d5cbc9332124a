import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import connect from "postgres";
import { choosePorts } from "../ports";
import { guard } from "./guard";
import { postgresBinaries } from "./postgres-binaries";
import {
  clusterFolder,
  createPostgresFolder,
  endLeftoverPostgres,
  ensureCluster,
  postgresEnvironment,
  SUPERUSER,
} from "./postgres-cluster";
import { type SystemUser, serverUser } from "./system-user";

export interface PostgresOptions {
  /** Absolute path of a data folder that is ours alone (see openDataFolder). The databases in it persist. */
  dataFolder: string;
  /** TCP port on 127.0.0.1; 0 picks a free one. */
  port: number;
  /** Password of the superuser `postgres`. Belongs to the data: keep to the one they were made with. */
  password: string;
  /** Takes the lines of the server's log. */
  log: (line: string) => void;
}

/** A PostgreSQL server that runs. */
export interface Postgres {
  port: number;
  /** Connection URL of a database, as the superuser. */
  url(database: string): string;
  /** Connection URL of the database `postgres`, as the superuser. */
  superuserUrl: string;
  /** Ends connections, writes everything down and ends the server. */
  stop(): Promise<void>;
}

/** How long a server may take to recover from a crash before it accepts connections, and to shut down. */
const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 15_000;

/**
 * Starts a real PostgreSQL server on 127.0.0.1, with a database cluster made on first use. It has the role `rds_iam`, as
 * Aurora has. The server ends with this process, even when that is killed with SIGKILL; committed data survive all of it.
 *
 * @throws Error for a taken port, data of another version, a wrong password or a server that does not start.
 */
export async function startPostgres(options: PostgresOptions): Promise<Postgres> {
  const { dataFolder, password, log } = options;
  const user = serverUser();
  const folder = createPostgresFolder(dataFolder, user);
  const binaries = await postgresBinaries(folder, user);
  await endLeftoverPostgres(dataFolder);
  await ensureCluster(dataFolder, password, binaries, user);
  const { postgres: port } = await choosePorts({ postgres: options.port });

  const server = await launch(binaries.postgres, clusterFolder(dataFolder), port, user, log);
  const url = (database: string) =>
    `postgres://${SUPERUSER}:${encodeURIComponent(password)}@127.0.0.1:${port}/${encodeURIComponent(database)}`;
  try {
    await prepareRoles(url("postgres"), dataFolder);
  } catch (error) {
    await server.stop();
    throw error;
  }
  return { port, url, superuserUrl: url("postgres"), stop: server.stop };
}

/** Server settings that must hold for every start, whatever the cluster was made with. */
const settings = (port: number): Record<string, string | number> => ({
  listen_addresses: "127.0.0.1",
  port,
  unix_socket_directories: "", // paths of sockets are limited to about 100 characters; checkouts' paths are not
  max_connections: 200,
  timezone: "UTC",
  log_timezone: "UTC",
  log_checkpoints: "off",
  // Aurora writes no checkpoints, whose disk traffic every commit would have to wait for. Recovery after a kill takes seconds.
  max_wal_size: "2GB",
  checkpoint_timeout: "15min",
});

async function launch(
  program: string,
  cluster: string,
  port: number,
  user: SystemUser | undefined,
  log: PostgresOptions["log"],
) {
  const flags = Object.entries(settings(port)).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const server = spawn(program, ["-D", cluster, ...flags], {
    ...(user && { uid: user.uid, gid: user.gid }),
    cwd: "/",
    // A session of its own: Ctrl-C in our terminal must not end the server before the functions that use it have ended.
    detached: true,
    env: postgresEnvironment(),
    stdio: ["ignore", "ignore", "pipe"],
  });
  const watch = server.pid === undefined ? undefined : guard(server.pid, "SIGINT");
  const state: { stopped?: Promise<void> } = {};
  server.once("exit", (code, signal) => {
    watch?.release();
    if (!state.stopped)
      log(`PostgreSQL ended unexpectedly (${signal ?? `exit code ${code}`}). Its data are in ${cluster}.`);
  });
  const shutDown = async (): Promise<void> => {
    if (server.exitCode !== null || server.signalCode !== null) return;
    const ended = once(server, "exit");
    server.kill("SIGINT"); // fast shutdown: open transactions are rolled back, a checkpoint is written
    const impatience = setTimeout(() => server.kill("SIGQUIT"), STOP_TIMEOUT_MS);
    await ended;
    clearTimeout(impatience);
  };
  await untilReady(server, server.stderr, cluster, log);
  return {
    stop: (): Promise<void> => {
      state.stopped ??= shutDown();
      return state.stopped;
    },
  };
}

/** Passes the server's log on, and returns at the line that says it is ready. */
function untilReady(
  server: ChildProcess,
  stderr: Readable,
  cluster: string,
  log: PostgresOptions["log"],
): Promise<void> {
  return new Promise((resolve, reject) => {
    const recent: string[] = [];
    const fail = (reason: string) => reject(new Error(`PostgreSQL on ${cluster} ${reason}.\n${recent.join("\n")}`));
    const timeout = setTimeout(() => {
      server.kill("SIGQUIT");
      fail(`was not ready after ${START_TIMEOUT_MS / 1000} s`);
    }, START_TIMEOUT_MS);
    createInterface({ input: stderr }).on("line", (line) => {
      log(line);
      if (recent.push(line) > 20) recent.shift();
      if (line.includes("database system is ready to accept connections")) {
        clearTimeout(timeout);
        resolve();
      }
    });
    server.once("error", (error) => fail(`could not be started: ${error.message}`));
    server.once("close", (code, signal) => {
      clearTimeout(timeout);
      fail(`ended while starting (${signal ?? `exit code ${code}`})`);
    });
  });
}

/** Proves that the server answers to this password, and gives it the roles that Aurora's PostgreSQL has from the start. */
async function prepareRoles(url: string, dataFolder: string): Promise<void> {
  const sql = connect(url, { max: 1, connect_timeout: 10, onnotice: () => {} });
  try {
    const [role] = await sql`select from pg_roles where rolname = 'rds_iam'`;
    if (!role) await sql`create role rds_iam nologin`;
  } catch (error) {
    if (error instanceof connect.PostgresError && error.code === "28P01") {
      throw new Error(
        `The PostgreSQL data in ${dataFolder} were made with another superuser password. Start with that one, or let ` +
          "npm start -- --fresh forget these data.",
      );
    }
    throw error;
  } finally {
    await sql.end();
  }
}
