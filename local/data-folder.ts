import { createHash } from "node:crypto";
import {
  accessSync,
  chmodSync,
  constants,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { endLeftoverPostgres } from "./services/postgres-cluster";
import { startOf } from "./services/processes";
import { canEnter, serverUser } from "./services/system-user";

/** The folder where one local stack keeps all that outlives it: databases, users. Ours alone until released. */
export interface DataFolder {
  /** Absolute path. */
  path: string;
  /** Forgets everything kept there, for a fresh start. Only before services are started on it. */
  clear(): Promise<void>;
  /** Lets another stack have the folder. Call when every service has stopped. */
  release(): void;
}

/**
 * Finds the data folder of a checkout, creates it and takes it for this process: AHORRO_DATA_DIR, else `.local/data` in
 * the checkout. As root, PostgreSQL runs as another user; where that user cannot get at a folder within the checkout (as
 * in one below /root), the data live in a folder of the system's temporary folder that is named after the checkout.
 *
 * A folder left locked by a process that is gone (SIGKILL, power failure) is simply taken over.
 *
 * @throws Error when another stack uses the folder, or it cannot be written or reached.
 */
export function openDataFolder(checkout: string, env: NodeJS.ProcessEnv = process.env): DataFolder {
  const path = createDataFolder(checkout, env.AHORRO_DATA_DIR);
  const lock = join(path, LOCK);
  takeLock(path, lock);
  return {
    path,
    clear: () => clear(path),
    release: () => {
      if (isOurs(readLock(lock))) rmSync(lock, { force: true });
    },
  };
}

const LOCK = "lock.json";

function createDataFolder(checkout: string, wanted: string | undefined): string {
  const path = wanted ? resolve(wanted) : join(resolve(checkout), ".local", "data");
  makeFolder(path);
  const user = serverUser();
  if (!user || canEnter(user, path)) return path;
  if (!wanted) return createTemporaryDataFolder(checkout);
  throw new Error(
    `The data folder ${path} (AHORRO_DATA_DIR) is out of reach for the user "${user.name}", which PostgreSQL runs as ` +
      "because it refuses to run as root. Let everybody pass through its parent folders (chmod a+x), choose another " +
      "folder, or start as an ordinary user.",
  );
}

function makeFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true });
    accessSync(path, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new Error(
      `The data folder ${path} cannot be created or written: ${messageOf(error)}. Was it made by another user, such as ` +
        "root? Give it to yourself (chown -R), or set AHORRO_DATA_DIR to a folder of your own.",
    );
  }
}

/** Only root comes here. Names in a folder that everybody may write can be taken beforehand, so trust only what is ours. */
function createTemporaryDataFolder(checkout: string): string {
  const path = join(tmpdir(), `ahorro-${createHash("sha256").update(resolve(checkout)).digest("hex").slice(0, 12)}`);
  makeFolder(path);
  const stat = lstatSync(path);
  if (!stat.isDirectory() || stat.uid !== 0) {
    throw new Error(`${path} belongs to somebody else. Remove it, or set AHORRO_DATA_DIR to a folder of your own.`);
  }
  chmodSync(path, 0o755); // whatever the umask made of it: others may pass through, nobody else may write
  return path;
}

interface LockContent {
  pid: number;
  /** Start of that process, see startOf(). */
  process: string | null;
  /** ISO 8601, UTC. */
  since: string;
}

/** Takes the lock, or throws. Every step is atomic, so that of two stacks starting at once exactly one gets it. */
function takeLock(path: string, lock: string): void {
  const mine = `${lock}.${process.pid}`;
  const content: LockContent = {
    pid: process.pid,
    process: startOf(process.pid) ?? null,
    since: new Date().toISOString(),
  };
  try {
    for (;;) {
      writeFileSync(mine, JSON.stringify(content));
      if (link(mine, lock)) return;
      const held = readLock(lock);
      if (held && isHeld(held)) {
        throw new Error(
          `The data folder ${path} is in use by process ${held.pid} since ${held.since}. Use that stack, stop it ` +
            `(kill ${held.pid}), or set AHORRO_DATA_DIR to another folder.`,
        );
      }
      moveStaleLock(lock, mine);
    }
  } finally {
    rmSync(mine, { force: true });
  }
}

/** A hard link appears at once and complete, and only where there was no file. */
function link(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  }
}

/** Moves a stale lock out of the way; puts it back should another stack have taken over between our look and the move. */
function moveStaleLock(lock: string, aside: string): void {
  try {
    renameSync(lock, aside);
  } catch {
    return; // released or moved by somebody else: look again
  }
  const moved = readLock(aside);
  if (moved && isHeld(moved)) link(aside, lock);
}

function isHeld(lock: LockContent): boolean {
  const start = startOf(lock.pid);
  return start !== undefined && start === lock.process;
}

const isOurs = (lock: LockContent | undefined): boolean => lock?.pid === process.pid && isHeld(lock);

/** What a lock says; undefined when it is not there or not a lock. */
function readLock(path: string): LockContent | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(path, "utf8"));
    return isLockContent(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const isLockContent = (value: unknown): value is LockContent =>
  typeof value === "object" &&
  value !== null &&
  "pid" in value &&
  typeof value.pid === "number" &&
  "process" in value &&
  "since" in value;

async function clear(path: string): Promise<void> {
  await endLeftoverPostgres(path);
  const entries = await readdir(path);
  await Promise.all(
    entries.filter((entry) => entry !== LOCK).map((entry) => rm(join(path, entry), { recursive: true, force: true })),
  );
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
