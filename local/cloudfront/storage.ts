import type { IncomingHttpHeaders } from "node:http";
import { compress, isCompressible, preferredEncoding } from "./compression";
import { type Answer, storageError } from "./errors";
import type { Headers } from "./headers";
import { readObject, type StoredObject } from "./objects";
import { keyOf } from "./paths";
import type { BucketOrigin } from "./types";

/**
 * What S3 answers to GET and HEAD through a distribution: conditions and ranges as RFC 9110 has them, one range at most; whole answers are
 * compressed. The body is that of GET: for HEAD it is left out when it is sent.
 */
export async function answerFromBucket(
  origin: BucketOrigin,
  path: string,
  headers: IncomingHttpHeaders,
  compressed: boolean,
): Promise<Answer> {
  const key = keyOf(path);
  if (key === undefined || key.includes("\0"))
    return storageError(400, "InvalidURI", "Couldn't parse the specified URI.");
  if (!origin.readable) return storageError(403, "AccessDenied", "Access Denied");
  const object = await readObject(origin, key);
  if (object === undefined) {
    return origin.listable
      ? storageError(404, "NoSuchKey", "The specified key does not exist.")
      : storageError(403, "AccessDenied", "Access Denied");
  }
  const condition = unmetCondition(object, headers);
  if (condition === 412)
    return storageError(412, "PreconditionFailed", "At least one of the preconditions did not hold.");
  const fields = fieldsOf(object);
  if (condition === 304) return { status: 304, headers: fields, body: Buffer.alloc(0) };
  const range = rangeOf(object, headers);
  if (range === "unsatisfiable") {
    const error = storageError(416, "InvalidRange", "The requested range is not satisfiable");
    return { ...error, headers: { ...error.headers, "content-range": `bytes */${object.bytes.length}` } };
  }
  if (range !== undefined) return partOf(object, fields, range);
  return compressed ? compressedWhole(object, fields, headers) : { status: 200, headers: fields, body: object.bytes };
}

const fieldsOf = ({ contentType, cacheControl, etag, lastModified }: StoredObject): Headers => ({
  server: "AmazonS3",
  "content-type": contentType,
  etag,
  "last-modified": lastModified.toUTCString(),
  "accept-ranges": "bytes",
  "x-amz-server-side-encryption": "AES256",
  ...(cacheControl !== undefined && { "cache-control": cacheControl }),
});

/** RFC 9110, 13.2.2. */
function unmetCondition({ etag, lastModified }: StoredObject, headers: IncomingHttpHeaders): 304 | 412 | undefined {
  const seconds = Math.floor(lastModified.getTime() / 1000) * 1000;
  const { "if-match": match, "if-none-match": noneMatch } = headers;
  if (
    match !== undefined
      ? !lists(match, etag)
      : seconds > dateOf(headers["if-unmodified-since"], Number.POSITIVE_INFINITY)
  )
    return 412;
  if (noneMatch !== undefined) return lists(noneMatch, etag) ? 304 : undefined;
  return seconds <= dateOf(headers["if-modified-since"], Number.NEGATIVE_INFINITY) ? 304 : undefined;
}

/** Compares weakly: the tag of what was compressed is that of the object, marked as weak. */
const lists = (field: string, etag: string): boolean =>
  field.trim() === "*" || field.split(",").some((tag) => tag.trim().replace(/^W\//, "") === etag);

const dateOf = (field: string | undefined, otherwise: number): number => {
  const time = Date.parse(field ?? "");
  return Number.isNaN(time) ? otherwise : time;
};

interface Range {
  first: number;
  last: number;
}

/** RFC 9110, 14.2: what cannot be understood, and several ranges, are as if there were none. */
function rangeOf(object: StoredObject, headers: IncomingHttpHeaders): Range | "unsatisfiable" | undefined {
  const size = object.bytes.length;
  const [, from = "", to = ""] = /^bytes=(\d*)-(\d*)$/.exec(headers.range ?? "") ?? [];
  if (from === "" && to === "") return undefined;
  if (headers["if-range"] !== undefined && headers["if-range"] !== object.etag) return undefined;
  const first = from === "" ? Math.max(0, size - Number(to)) : Number(from);
  const last = from === "" || to === "" ? size - 1 : Math.min(Number(to), size - 1);
  if (from !== "" && to !== "" && Number(to) < Number(from)) return undefined;
  return first > last ? "unsatisfiable" : { first, last };
}

const partOf = ({ bytes }: StoredObject, fields: Headers, { first, last }: Range): Answer => ({
  status: 206,
  headers: { ...fields, "content-range": `bytes ${first}-${last}/${bytes.length}` },
  body: bytes.subarray(first, last + 1),
});

async function compressedWhole(object: StoredObject, fields: Headers, headers: IncomingHttpHeaders): Promise<Answer> {
  if (!isCompressible(fields, object.bytes.length)) return { status: 200, headers: fields, body: object.bytes };
  const encoding = preferredEncoding(headers["accept-encoding"]?.toString());
  const varying = { ...fields, vary: "Accept-Encoding" };
  if (encoding === undefined) return { status: 200, headers: varying, body: object.bytes };
  return {
    status: 200,
    // The same content in other bytes ("ETag header conversion").
    headers: { ...varying, etag: `W/${object.etag}`, "content-encoding": encoding },
    body: await compress(object.bytes, encoding, object.etag),
  };
}
