import { createHash, randomUUID } from "node:crypto";
import { createReadStream, type Dirent } from "node:fs";
import { type FileHandle, mkdir, open, readdir, readFile, rename, rm, rmdir, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Checksum } from "./body";
import { notEmulated } from "./errors";

/** What is kept of an object beside its content. */
export interface Description {
  /** Without quotes. */
  etag: string;
  /** Headers that go out with it, e.g. `content-type`, `x-amz-meta-…`. */
  headers: Record<string, string>;
  checksum?: Checksum;
}

/** An object as it is found. */
export interface StoredObject extends Description {
  key: string;
  size: number;
  lastModified: Date;
}

/** An object opened for reading; `close` it. What is written or deleted meanwhile does not change what is read. */
export interface OpenObject extends StoredObject {
  file: FileHandle;
}

/** What somebody relies on when they write: that nothing is there, or that something is, with this ETag. */
export type Expectation = (present: StoredObject | undefined) => void;

/** The objects of one bucket. */
export interface ObjectStore {
  find(key: string): Promise<StoredObject | undefined>;
  open(key: string): Promise<OpenObject | undefined>;
  /** Makes a complete file the content of a key, if `expect` does not object. The file is moved. */
  put(key: string, file: string, description: Description, expect?: Expectation): Promise<void>;
  /** Harmless when there is none. */
  delete(key: string): Promise<void>;
  /** Keys that begin like this, in the order of their UTF-8 bytes. */
  keys(prefix: string): Promise<string[]>;
}

/**
 * Objects as files: `<folder>/<bucket>/<key>`, so that other programs can read a bucket as a folder; what else is known of them in
 * `<folder>/.meta`. Files that others put there or changed are objects too; their descriptions are made up from the content.
 *
 * A key must not be the folder of another (`a` and `a/b`); S3 has no such limit. It is refused by name.
 */
export function objectStore(folder: string, bucket: string): ObjectStore {
  const root = join(folder, bucket);
  const metaOf = (key: string) =>
    join(folder, ".meta", bucket, `${createHash("sha256").update(key).digest("hex").slice(0, 40)}.json`);
  const inTurn = oneAfterAnother();

  const describe = async (key: string, file: FileHandle): Promise<StoredObject | undefined> => {
    const found = await file.stat();
    if (!found.isFile()) return undefined;
    const { size, mtimeMs, mtime: lastModified } = found;
    const kept = await readDescription(metaOf(key));
    if (kept?.size === size && kept.mtimeMs === mtimeMs) return { ...kept.description, key, size, lastModified };
    const md5 = createHash("md5");
    for await (const chunk of createReadStream("", { fd: file, start: 0, autoClose: false })) md5.update(chunk);
    const headers = { "content-type": "binary/octet-stream" };
    return { key, size, lastModified, etag: md5.digest("hex"), headers };
  };

  const openObject = async (key: string): Promise<OpenObject | undefined> => {
    const file = await open(join(root, pathOf(key))).catch(unlessMissing);
    if (file === undefined) return undefined;
    const object = await describe(key, file).catch(async (error) => {
      await file.close();
      throw error;
    });
    if (object !== undefined) return { ...object, file };
    await file.close();
    return undefined;
  };

  const find = async (key: string): Promise<StoredObject | undefined> => {
    const opened = await openObject(key);
    await opened?.file.close();
    return opened;
  };

  const put = async (key: string, file: string, description: Description): Promise<void> => {
    const path = join(root, pathOf(key));
    const { size, mtimeMs } = await stat(file);
    const meta = metaOf(key);
    await mkdir(dirname(meta), { recursive: true });
    await mkdir(dirname(path), { recursive: true }).catch(refuseFolders);
    // The description first: with a kill between the two it does not fit the content, and is not believed.
    const written = `${meta}.${randomUUID()}`;
    await writeFile(written, JSON.stringify({ key, size, mtimeMs, description }));
    await rename(written, meta);
    await rename(file, path).catch(refuseFolders);
  };

  const remove = async (key: string): Promise<void> => {
    const path = join(root, pathOf(key));
    if ((await find(key)) === undefined) return;
    await rm(path, { force: true });
    await rm(metaOf(key), { force: true });
    for (let parent = dirname(path); parent.length > root.length; parent = dirname(parent)) {
      // Folders are no objects: the last one to leave takes its folder with it.
      if (
        !(await rmdir(parent).then(
          () => true,
          () => false,
        ))
      )
        break;
    }
  };

  return {
    // In turn: between the writing of a description and its content the two do not belong together.
    find: (key) => inTurn(() => find(key)),
    open: (key) => inTurn(() => openObject(key)),
    put: (key, file, description, expect = () => undefined) =>
      inTurn(async () => {
        expect(await find(key));
        await put(key, file, description);
      }),
    delete: (key) => inTurn(() => remove(key)),
    keys: async (prefix) => {
      const keys = await keysBelow(root, "", prefix);
      return keys.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    },
  };
}

/** A key as a relative path. `%` begins what a file system would take amiss; all else reads as it is. */
export function pathOf(key: string): string {
  const segments = key.split("/").map(encodeSegment);
  if (segments.some((segment) => Buffer.byteLength(segment) > 255)) {
    throw notEmulated("A key with more than 255 bytes between slashes");
  }
  return join(...segments);
}

/** What some file system takes amiss, and the sign that stands for it. */
const UNSAFE = /[%\\:*?"<>|]|\p{Cc}/gu;

const encodeSegment = (segment: string): string => {
  if (segment === "") return "%";
  if (segment === "." || segment === "..") return segment.replaceAll(".", "%2E");
  return segment.replace(UNSAFE, (char) => `%${char.charCodeAt(0).toString(16).padStart(2, "0")}`);
};

const decodeSegment = (name: string): string | undefined => {
  if (name === "%") return "";
  try {
    return decodeURIComponent(name);
  } catch {
    return undefined; // not ours
  }
};

/** All keys below a folder of the bucket; folders that cannot hold any with this prefix are not entered. */
async function keysBelow(folder: string, parent: string, prefix: string): Promise<string[]> {
  const entries: Dirent[] = (await readdir(folder, { withFileTypes: true }).catch(unlessMissing)) ?? [];
  const found = await Promise.all(
    entries.map(async (entry) => {
      const segment = decodeSegment(entry.name);
      if (segment === undefined) return [];
      const key = parent + segment;
      if (entry.isFile()) return key.startsWith(prefix) ? [key] : [];
      const below = `${key}/`;
      if (!entry.isDirectory() || !(below.startsWith(prefix) || prefix.startsWith(below))) return [];
      return keysBelow(join(folder, entry.name), below, prefix);
    }),
  );
  return found.flat();
}

interface Kept {
  size: number;
  mtimeMs: number;
  description: Description;
}

const readDescription = async (file: string): Promise<Kept | undefined> => {
  const text = await readFile(file, "utf8").catch(unlessMissing);
  return text === undefined ? undefined : JSON.parse(text);
};

/** Runs what is given one after the other. */
function oneAfterAnother() {
  let last: Promise<unknown> = Promise.resolve();
  return <T>(run: () => Promise<T>): Promise<T> => {
    const result = last.then(run);
    last = result.catch(() => undefined);
    return result;
  };
}

const unlessMissing = (error: NodeJS.ErrnoException): undefined => {
  if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
  throw error;
};

const refuseFolders = (error: NodeJS.ErrnoException): never => {
  if (["EEXIST", "ENOTDIR", "EISDIR", "ENOTEMPTY"].includes(error.code ?? "")) {
    throw notEmulated("A key that is the folder of another key");
  }
  throw error;
};
