import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { PostgresBinaries } from "./postgres-binaries";
import { commandOf, isAlive, waitUntilGone } from "./processes";
import type { SystemUser } from "./system-user";

/** Everything of PostgreSQL in a data folder: the cluster (PGDATA), and the server programs where they must be copied. */
export const postgresFolder = (dataFolder: string): string => join(dataFolder, "postgres");

/** The database cluster (what PostgreSQL calls PGDATA) in a data folder. */
export const clusterFolder = (dataFolder: string): string => join(postgresFolder(dataFolder), "cluster");

/** Role of the superuser in every cluster made here. */
export const SUPERUSER = "postgres";

/** Creates the folder of PostgreSQL's things and gives it to the user that the server runs as. */
export function createPostgresFolder(dataFolder: string, user: SystemUser | undefined): string {
  const folder = postgresFolder(dataFolder);
  mkdirSync(folder, { recursive: true });
  chmodSync(folder, 0o700);
  if (user) chownSync(folder, user.uid, user.gid);
  return folder;
}

/**
 * Makes sure of a complete database cluster of this server's version in a data folder. A cluster is made under another
 * name and renamed when complete, so an attempt that was killed midway is never taken for data: it is made anew.
 *
 * @throws Error when the data belong to another major version or are damaged, saying where they are and what to do.
 */
export async function ensureCluster(
  dataFolder: string,
  password: string,
  binaries: PostgresBinaries,
  user: SystemUser | undefined,
): Promise<void> {
  const cluster = clusterFolder(dataFolder);
  if (!existsSync(cluster)) return createCluster(cluster, password, binaries, user);
  const found = versionOf(cluster);
  if (found === binaries.major) return;
  const remedy = "npm start -- --fresh forgets these data and begins anew; AHORRO_DATA_DIR names another folder.";
  if (found === undefined)
    throw new Error(`The PostgreSQL data in ${cluster} are damaged: PG_VERSION is missing. ${remedy}`);
  throw new Error(
    `The PostgreSQL data in ${cluster} were made by version ${found}; the installed server is version ${binaries.major}, ` +
      `which cannot read them. ${remedy}`,
  );
}

/**
 * Ends a server that still runs on the cluster of a data folder. The caller must have the folder for itself (see
 * openDataFolder): then such a server is what a stack that was killed left behind, and is on its way out or forgotten.
 *
 * @throws Error when it cannot be ended.
 */
export async function endLeftoverPostgres(dataFolder: string): Promise<void> {
  const cluster = clusterFolder(dataFolder);
  const pidFile = join(cluster, "postmaster.pid");
  const pid = existsSync(pidFile) ? Number.parseInt(readFileSync(pidFile, "utf8"), 10) : Number.NaN;
  if (Number.isNaN(pid) || !isAlive(pid)) return;
  if (!commandOf(pid)?.includes(cluster)) {
    // After a restart of the machine the number may be another program's, which PostgreSQL would take for a server.
    await rm(pidFile, { force: true });
    return;
  }
  for (const [signal, patience] of [["SIGINT", 15_000] as const, ["SIGQUIT", 5_000] as const]) {
    process.kill(pid, signal);
    if (await waitUntilGone(pid, patience)) return;
  }
  throw new Error(`PostgreSQL (process ${pid}) still runs on ${cluster}, and does not end. Stop it: kill -9 ${pid}`);
}

/** Environment of the server programs: none of our own PG* variables, messages in English as we look for some. */
export const postgresEnvironment = (): NodeJS.ProcessEnv => ({ PATH: process.env.PATH, LC_ALL: "C", TZ: "UTC" });

/**
 * Who may connect, from this machine only. In Aurora, members of `rds_iam` log in with IAM tokens and have no password;
 * here is no IAM to verify a token, so they are let in.
 */
const ACCESS_RULES = `host all +rds_iam 127.0.0.1/32 trust
host all all 127.0.0.1/32 scram-sha-256
`;

async function createCluster(
  cluster: string,
  password: string,
  binaries: PostgresBinaries,
  user: SystemUser | undefined,
): Promise<void> {
  const draft = `${cluster}.new`;
  const passwordFile = `${cluster}.${randomBytes(6).toString("hex")}`;
  await rm(draft, { recursive: true, force: true });
  try {
    await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
    if (user) chownSync(passwordFile, user.uid, user.gid);
    // The builtin provider gives Unicode case rules that are the same on every machine, whatever its libc (PostgreSQL 17).
    const locale = ["--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"];
    const access = [`--username=${SUPERUSER}`, `--pwfile=${passwordFile}`, "--auth=scram-sha-256"];
    await initdb(binaries.initdb, [`--pgdata=${draft}`, ...access, ...locale], user);
    await writeFile(join(draft, "pg_hba.conf"), ACCESS_RULES);
    await rename(draft, cluster);
  } finally {
    await rm(passwordFile, { force: true });
  }
}

function initdb(program: string, args: string[], user: SystemUser | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const as = user && { uid: user.uid, gid: user.gid };
    const child = spawn(program, args, {
      ...as,
      cwd: "/",
      env: postgresEnvironment(),
      stdio: ["ignore", "ignore", "pipe"],
    });
    let complaints = "";
    child.stderr.setEncoding("utf8").on("data", (text) => {
      complaints += text;
    });
    child.on("error", reject);
    child.on("close", (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(`PostgreSQL's initdb ended with ${code ?? signal}: ${complaints.trim()}`));
    });
  });
}

function versionOf(cluster: string): string | undefined {
  try {
    return readFileSync(join(cluster, "PG_VERSION"), "utf8").trim();
  } catch {
    return undefined;
  }
}
