import { randomUUID } from "node:crypto";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { S3Answer } from "./answer";
import { type Received, receive } from "./body";
import { checkReadConditions, rangeOf, wholeNumber, writeExpectation } from "./conditions";
import { noSuchKey, notEmulated, refusal } from "./errors";
import { listObjects } from "./listing";
import type { Description, ObjectStore } from "./objects";
import { header, parameter, type S3Request } from "./request";
import type { Uploads } from "./uploads";
import { listedParts, xmlOf } from "./xml";

/** What operations work on: the bucket that is asked for, the uploads under way, and a folder for what is coming in. */
export interface Workplace {
  store: ObjectStore;
  uploads: Uploads;
  incoming: string;
}

type Operation = (request: S3Request, workplace: Workplace) => Promise<S3Answer>;

/** Query parameters that choose an operation, and those that only modify one; any other is refused by name. */
const MODIFIERS =
  /^(x-id|list-type|prefix|delimiter|max-keys|continuation-token|start-after|encoding-type|fetch-owner|response-[a-z-]+)$/;
const CHOOSERS = new Set(["uploads", "uploadId", "partNumber"]);

/** @throws a refusal, also for what is not emulated */
export function operationOf(request: S3Request): Operation {
  const names = request.query.map(([name]) => name).filter((name) => !/^x-amz-/i.test(name));
  const chosen = names.filter((name) => !MODIFIERS.test(name)).sort();
  const unknown = chosen.find((name) => !CHOOSERS.has(name));
  if (unknown !== undefined) throw notEmulated(`"${unknown}"`);
  const copied = Object.keys(request.headers).find((name) => REFUSED.test(name));
  if (copied !== undefined) throw notEmulated(`The header "${copied}"`);
  const subject = [request.method, request.key === "" ? "bucket" : "object", ...chosen].join(" ");
  const operation = Object.hasOwn(OPERATIONS, subject) ? OPERATIONS[subject] : undefined;
  if (operation === undefined) throw notEmulated(`${subject.replace(/ (bucket|object)/, " of a $1")}`);
  return operation;
}

/** What would change the outcome on AWS. Encryption is not among it: what is read is what was written. */
const REFUSED = /^x-amz-(copy-|acl$|grant-|tagging$|object-lock-|website-|expected-bucket-owner$|write-offset)/;

const getObject: Operation = async (request, { store }) => {
  const object = await store.open(request.key);
  if (object === undefined) throw noSuchKey();
  try {
    checkReadConditions(request, object);
    const range = rangeOf(request, object.size);
    const { start, end } = range ?? { start: 0, end: object.size - 1 };
    const { checksum } = object;
    const checked = header(request, "x-amz-checksum-mode")?.toUpperCase() === "ENABLED" && range === undefined;
    const headers = {
      ...object.headers,
      ...overridden(request),
      "accept-ranges": "bytes",
      "content-length": String(end - start + 1),
      etag: `"${object.etag}"`,
      "last-modified": object.lastModified.toUTCString(),
      ...(range && { "content-range": `bytes ${start}-${end}/${object.size}` }),
      ...(checked && checksum && { [checksum.name]: checksum.value }),
    };
    const status = range === undefined ? 200 : 206;
    if (request.method === "GET") return { status, headers, content: { file: object.file, start, end } };
    await object.file.close();
    return { status, headers };
  } catch (error) {
    await object.file.close();
    throw error;
  }
};

/** `response-content-disposition=…` and the like, which only whoever may sign can ask for. */
const overridden = ({ query }: S3Request): Record<string, string> =>
  Object.fromEntries(
    query.flatMap(([name, value]) => {
      const [, overridden] =
        /^response-(content-(?:type|disposition|language|encoding)|cache-control|expires)$/.exec(name) ?? [];
      return overridden === undefined ? [] : [[overridden, value]];
    }),
  );

/** The headers that are kept and given back with an object. */
function keptHeaders({ headers }: S3Request): Record<string, string> {
  const kept: Record<string, string> = { "content-type": "binary/octet-stream" };
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value !== "string" || !KEPT.test(name)) continue;
    const plain = name === "content-encoding" ? value.replace(/\baws-chunked\b,?\s*|,\s*aws-chunked\b/g, "") : value;
    if (plain !== "") kept[name] = plain;
  }
  return kept;
}

const KEPT = /^(content-(type|disposition|encoding|language)|cache-control|expires|x-amz-meta-.+)$/;

/** Receives a body into a file of its own, which is gone afterwards unless it was moved. */
async function withBody<T>(
  request: S3Request,
  incoming: string,
  use: (file: string, received: Received) => Promise<T>,
) {
  await mkdir(incoming, { recursive: true });
  const file = join(incoming, randomUUID());
  try {
    return await use(file, await receive(request, file));
  } finally {
    await rm(file, { force: true });
  }
}

const putObject: Operation = async (request, { store, incoming }) => {
  const expectation = writeExpectation(request);
  return withBody(request, incoming, async (file, { md5, checksum }) => {
    const description: Description = { etag: md5, headers: keptHeaders(request), ...(checksum && { checksum }) };
    await store.put(request.key, file, description, expectation);
    return { status: 200, headers: { etag: `"${md5}"`, ...(checksum && { [checksum.name]: checksum.value }) } };
  });
};

const createUpload: Operation = async (request, { uploads }) => {
  const { bucket, key } = request;
  const id = await uploads.begin({ bucket, key, headers: keptHeaders(request) });
  return { status: 200, xml: xmlOf("InitiateMultipartUploadResult", { Bucket: bucket, Key: key, UploadId: id }) };
};

const uploadPart: Operation = async (request, { uploads, incoming }) => {
  const number = wholeNumber("partNumber", parameter(request, "partNumber"), 1, 10_000);
  const id = parameter(request, "uploadId") ?? "";
  await uploads.find(id, request.bucket, request.key);
  return withBody(request, incoming, async (file, received) => {
    await uploads.addPart(id, number, file, received);
    const { md5, checksum } = received;
    return { status: 200, headers: { etag: `"${md5}"`, ...(checksum && { [checksum.name]: checksum.value }) } };
  });
};

const completeUpload: Operation = async (request, { uploads, store, incoming }) => {
  const { bucket, key } = request;
  const id = parameter(request, "uploadId") ?? "";
  const { headers } = await uploads.find(id, bucket, key);
  const expectation = writeExpectation(request);
  const parts = listedParts(await textOf(request));
  await mkdir(incoming, { recursive: true });
  const file = join(incoming, randomUUID());
  try {
    const { etag } = await uploads.assemble(id, parts, file);
    await store.put(key, file, { etag, headers }, expectation);
    await uploads.abort(id);
    return {
      status: 200,
      xml: xmlOf("CompleteMultipartUploadResult", { Bucket: bucket, Key: key, ETag: `"${etag}"` }),
    };
  } finally {
    await rm(file, { force: true });
  }
};

/** The list of 10,000 parts has about 2 MB. */
const LARGEST_DOCUMENT = 4 * 2 ** 20;

async function textOf({ body }: S3Request): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > LARGEST_DOCUMENT) throw refusal(400, "EntityTooLarge", "The document is too large.");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

const abortUpload: Operation = async ({ bucket, key, ...request }, { uploads }) => {
  const id = parameter(request, "uploadId") ?? "";
  await uploads.find(id, bucket, key);
  await uploads.abort(id);
  return { status: 204 };
};

const deleteObject: Operation = async ({ key }, { store }) => {
  await store.delete(key);
  return { status: 204 };
};

const listBucket: Operation = async (request, { store }) => {
  if (parameter(request, "list-type") !== "2") throw notEmulated("ListObjects in its first version");
  return { status: 200, xml: await listObjects(request, store) };
};

/** By method, subject and the parameters that choose. */
const OPERATIONS: Record<string, Operation> = {
  "GET bucket": listBucket,
  "HEAD bucket": async () => ({ status: 200 }),
  "GET object": getObject,
  "HEAD object": getObject,
  "PUT object": putObject,
  "DELETE object": deleteObject,
  "POST object uploads": createUpload,
  "PUT object partNumber uploadId": uploadPart,
  "POST object uploadId": completeUpload,
  "DELETE object uploadId": abortUpload,
};
