import { createHash, randomUUID } from "node:crypto";
import { mkdir, rm, writeFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import { refused, type S3Answer, send } from "./answer";
import type { BucketDefinition } from "./buckets";
import { noSuchBucket, refusal, refusalOf } from "./errors";
import { objectStore } from "./objects";
import { operationOf } from "./operations";
import { isPresigned, verifyPresigned } from "./presigned";
import { addressed, header, parameter, type S3Request } from "./request";
import { uploadStore } from "./uploads";

export interface S3Options {
  /** Objects live in its folder `s3`. */
  dataFolder: string;
  buckets: BucketDefinition[];
  /** Secret keys by access key id: those that may sign links. */
  secrets: Record<string, string>;
  log?: (line: string) => void;
}

/** An embedded S3. */
export interface S3 {
  /** Has a folder for each bucket. */
  folder: string;
  /** Whether a request is meant for it rather than for another AWS API at the same address. */
  takes(request: IncomingMessage): boolean;
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** Makes an object, as another service does that delivers into a bucket. */
  put(bucket: string, key: string, content: string, contentType?: string): Promise<void>;
  /** Deletes what has expired by now, and uploads that nobody completed for a day. Done hourly by itself. */
  expire(now?: Date): Promise<void>;
  stop(): void;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/**
 * The part of S3 that programs use: objects (with ranges, conditions and checksums), lists of them, multipart uploads, presigned
 * links; addressed by host or by path. The packages that do this are s3rver, which is no longer kept, and its fork @20minutes/s3rver
 * (5.0.0), which knows neither checksums nor conditional writes. Not emulated, and refused by name: versions, copies, ACLs, tags, and the
 * configuration of buckets, which the program declares.
 *
 * Links are verified. Signatures in headers are not, as everywhere here: whoever reaches 127.0.0.1 may do everything anyway.
 */
export async function startS3(options: S3Options): Promise<S3> {
  const folder = join(options.dataFolder, "s3");
  const incoming = join(folder, ".incoming");
  await rm(incoming, { recursive: true, force: true });
  const definitions = new Map(options.buckets.map((bucket) => [bucket.name, bucket]));
  const names = new Set(definitions.keys());
  const stores = new Map([...names].map((name) => [name, objectStore(folder, name)]));
  const uploads = uploadStore(join(folder, ".uploads"));

  const perform = async (request: S3Request): Promise<S3Answer> => {
    if (isPresigned(request)) verifyPresigned(request, options.secrets);
    else if (header(request, "authorization") === undefined) throw refusal(403, "AccessDenied", "Access Denied");
    const store = stores.get(request.bucket);
    if (store === undefined) throw noSuchBucket(request.bucket);
    return operationOf(request)(request, { store, uploads, incoming });
  };

  const expire = async (now = new Date()): Promise<void> => {
    await uploads.abortBegunBefore(new Date(now.getTime() - DAY_MS));
    for (const [name, { expirations }] of definitions) {
      const store = stores.get(name);
      for (const { prefix, days } of expirations) {
        for (const key of (await store?.keys(prefix)) ?? []) {
          const object = await store?.find(key);
          if (object && object.lastModified.getTime() + days * DAY_MS <= now.getTime()) await store?.delete(key);
        }
      }
    }
  };

  const put: S3["put"] = async (bucket, key, content, contentType = "binary/octet-stream") => {
    const store = stores.get(bucket);
    if (store === undefined) throw noSuchBucket(bucket);
    await mkdir(incoming, { recursive: true });
    const file = join(incoming, randomUUID());
    await writeFile(file, content);
    const etag = createHash("md5").update(content).digest("hex");
    await store.put(key, file, { etag, headers: { "content-type": contentType } });
  };

  for (const { name, objects } of options.buckets) {
    for (const { key, content, contentType } of objects) await put(name, key, content, contentType);
  }
  await expire();
  const log = options.log ?? (() => undefined);
  const timer = setInterval(() => void expire().catch((error) => log(`s3: expiry failed: ${error}`)), HOUR_MS).unref();

  return {
    folder,
    takes: (request) => isForS3(request, names),
    handle: async (request, response) => {
      let asked: S3Request | undefined;
      let answer: S3Answer;
      try {
        asked = addressed(request, names);
        answer = request.method === "OPTIONS" ? preflight(request) : await perform(asked);
      } catch (error) {
        if (request.destroyed && !request.complete) return; // the client has left
        const reason = refusalOf(error);
        if (reason === undefined)
          log(`s3: ${request.method} ${request.url}: ${error instanceof Error ? error.stack : error}`);
        const shown = reason ?? { status: 500, code: "InternalError", message: "We encountered an internal error." };
        answer = refused(shown, asked?.rawPath ?? "", request.method ?? "");
        request.resume(); // or the client would not see the answer before it has sent everything
      }
      await send(response, answer, corsHeaders(request, definitions.get(asked?.bucket ?? "")));
    },
    put,
    expire,
    stop: () => clearInterval(timer),
  };
}

/** By the scope of its signature; or, unsigned, by the bucket that it names. */
function isForS3(request: IncomingMessage, names: ReadonlySet<string>): boolean {
  const { authorization } = request.headers;
  if (authorization !== undefined && /\/s3\/aws4_request/.test(authorization)) return true;
  try {
    const asked = addressed(request, names);
    return names.has(asked.bucket) || /\/s3\/aws4_request$/.test(parameter(asked, "X-Amz-Credential") ?? "");
  } catch {
    return false;
  }
}

/** Asked by browsers before they send what no form could send. Presigned GETs are read without. */
const preflight = (request: IncomingMessage): S3Answer => ({
  status: ["GET", "HEAD"].includes(request.headers["access-control-request-method"] ?? "") ? 200 : 403,
});

/** "Using cross-origin resource sharing", Amazon S3 user guide. */
function corsHeaders(
  { headers: { origin } }: IncomingMessage,
  bucket: BucketDefinition | undefined,
): Record<string, string> {
  if (origin === undefined || bucket === undefined) return {};
  const allowed = bucket.corsOrigins.includes("*") ? "*" : bucket.corsOrigins.find((candidate) => candidate === origin);
  return allowed === undefined
    ? {}
    : { "access-control-allow-origin": allowed, "access-control-allow-methods": "GET, HEAD", vary: "Origin" };
}
