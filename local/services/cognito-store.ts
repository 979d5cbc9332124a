import { mkdirSync } from "node:fs";
import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { DataStore } from "cognito-local/lib/services/dataStore/dataStore";
import type { DataStoreFactory } from "cognito-local/lib/services/dataStore/factory";

type Node = Record<string, unknown>;

/**
 * Keeps cognito-local's data in JSON files, one per user pool and one for the clients, in the format of its own store.
 * That one overwrites files in place, so that a kill at the wrong moment loses every user; here a file is always whole,
 * and `set` returns when what was set is on disk.
 */
export function jsonStores(folder: string): DataStoreFactory {
  mkdirSync(folder, { recursive: true, mode: 0o700 }); // cognito-local keeps passwords as they are
  return {
    async create(_context, id, defaults): Promise<DataStore> {
      const path = join(folder, `${id}.json`);
      const stored = await load(path);
      const root: Node = stored ?? structuredClone({ ...defaults });
      const save = saver(path, root);
      if (!stored) await save();
      return {
        // Whoever asks says what type is there; cognito-local alone writes these files.
        get: async <T>(_context: unknown, key: string | string[], fallback?: T) =>
          (valueAt(root, pathOf(key)) ?? fallback ?? null) as T,
        getRoot: async <T>() => root as T,
        set: (_context, key, value) => {
          put(root, pathOf(key), value);
          return save();
        },
        delete: (_context, key) => {
          put(root, pathOf(key), undefined);
          return save();
        },
      };
    },
  };
}

const pathOf = (key: string | string[]): string[] => (Array.isArray(key) ? key : [key]);

/** Only what was put there is found: a user called `__proto__` or `constructor` does not exist. */
function valueAt(root: Node, path: string[]): unknown {
  let value: unknown = root;
  for (const key of path) {
    if (!isNode(value) || !Object.hasOwn(value, key)) return undefined;
    value = value[key];
  }
  return value;
}

function put(root: Node, path: string[], value: unknown): void {
  const [last, ...parents] = [...path].reverse();
  if (last === undefined) return;
  let node = root;
  for (const key of parents.reverse()) {
    const child = valueAt(node, [key]);
    const next: Node = isNode(child) ? child : {};
    define(node, key, next);
    node = next;
  }
  if (value === undefined) delete node[last];
  else define(node, last, value);
}

const define = (node: Node, key: string, value: unknown): void =>
  void Object.defineProperty(node, key, { value, writable: true, enumerable: true, configurable: true });

const isNode = (value: unknown): value is Node => typeof value === "object" && value !== null;

/** Returns a function that writes the present state; calls during a write share the next one. */
function saver(path: string, root: Node): () => Promise<void> {
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  const write = async (): Promise<void> => {
    await writeFile(`${path}.new`, JSON.stringify(root, null, 2), { mode: 0o600 });
    await rename(`${path}.new`, path);
  };
  const start = (): Promise<void> => {
    running = write().finally(() => {
      running = undefined;
    });
    return running;
  };
  return () => {
    if (!running) return start();
    next ??= running
      .catch(() => {})
      .then(() => {
        next = undefined;
        return start();
      });
    return next;
  };
}

async function load(path: string): Promise<Node | undefined> {
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text, reviveDate);
    if (isNode(value)) return value;
  } catch {
    // said below
  }
  throw new Error(
    `${path} is not JSON: the local Cognito cannot read its users. Repair it, or let npm start -- --fresh forget all data.`,
  );
}

/** cognito-local takes every property whose name ends in "Date" for a Date. */
const reviveDate = (key: string, value: unknown): unknown =>
  key.endsWith("Date") && typeof value === "string" ? new Date(value) : value;
