import { createHash, randomUUID } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import type { Received } from "./body";
import { noSuchUpload, refusal } from "./errors";

/** A multipart upload that was begun: what it will be, and where. */
export interface Upload {
  bucket: string;
  key: string;
  headers: Record<string, string>;
}

/** A part as the client lists it when it completes an upload. */
export interface ListedPart {
  number: number;
  /** Without quotes. */
  etag: string;
}

/** Multipart uploads under way ("Uploading and copying objects using multipart upload", Amazon S3 user guide). */
export interface Uploads {
  begin(upload: Upload): Promise<string>;
  /** @throws a refusal when there is no such upload of this key. */
  find(id: string, bucket: string, key: string): Promise<Upload>;
  addPart(id: string, number: number, file: string, received: Received): Promise<void>;
  /** Puts the parts together in a file; answers it with the ETag of the whole. The upload stays until it is aborted. */
  assemble(id: string, parts: ListedPart[], file: string): Promise<{ etag: string }>;
  abort(id: string): Promise<void>;
  /** Forgets uploads that were begun before this moment. */
  abortBegunBefore(time: Date): Promise<void>;
}

/** All parts but the last have at least 5 MiB. */
const SMALLEST_PART = 5 * 2 ** 20;

/** Uploads as folders: `upload.json`, and a file for each part with its description. */
export function uploadStore(folder: string): Uploads {
  const folderOf = (id: string) => {
    if (!/^[\da-f-]{36}$/.test(id)) throw noSuchUpload();
    return join(folder, id);
  };
  const partOf = (id: string, number: number) => join(folderOf(id), `part-${number}`);

  const readPart = async (id: string, { number, etag }: ListedPart): Promise<{ md5: string; size: number }> => {
    const text = await readFile(`${partOf(id, number)}.json`, "utf8").catch(() => undefined);
    const part: { md5: string; size: number } | undefined = text === undefined ? undefined : JSON.parse(text);
    if (part === undefined || part.md5 !== etag) {
      throw refusal(400, "InvalidPart", `Part ${number} could not be found, or its entity tag does not match.`);
    }
    return part;
  };

  const abort = (id: string) => rm(folderOf(id), { recursive: true, force: true });

  return {
    begin: async (upload) => {
      const id = randomUUID();
      await mkdir(folderOf(id), { recursive: true });
      await writeFile(join(folderOf(id), "upload.json"), JSON.stringify(upload));
      return id;
    },
    find: async (id, bucket, key) => {
      const text = await readFile(join(folderOf(id), "upload.json"), "utf8").catch(() => undefined);
      const upload: Upload | undefined = text === undefined ? undefined : JSON.parse(text);
      if (upload === undefined || upload.bucket !== bucket || upload.key !== key) throw noSuchUpload();
      return upload;
    },
    addPart: async (id, number, file, { md5, size }) => {
      await rename(file, partOf(id, number));
      await writeFile(`${partOf(id, number)}.json`, JSON.stringify({ md5, size }));
    },
    assemble: async (id, parts, file) => {
      if (parts.length === 0) throw refusal(400, "MalformedXML", "You must specify at least one part");
      if (parts.some(({ number }, index) => index > 0 && number <= (parts[index - 1]?.number ?? 0))) {
        throw refusal(400, "InvalidPartOrder", "The list of parts was not in ascending order.");
      }
      const kept = await Promise.all(parts.map((part) => readPart(id, part)));
      if (kept.slice(0, -1).some(({ size }) => size < SMALLEST_PART)) {
        throw refusal(400, "EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size");
      }
      await pipeline(async function* () {
        for (const { number } of parts) yield* createReadStream(partOf(id, number));
      }, createWriteStream(file));
      const whole = createHash("md5");
      for (const { md5 } of kept) whole.update(md5, "hex");
      return { etag: `${whole.digest("hex")}-${parts.length}` };
    },
    abort,
    abortBegunBefore: async (time) => {
      for (const id of await readdir(folder).catch(() => [])) {
        const begun = await stat(join(folder, id, "upload.json")).catch(() => undefined);
        if (begun !== undefined && begun.mtime < time) await abort(id);
      }
    },
  };
}
