import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { dirname, extname, join, posix } from "node:path";
import { type Graph, type Resource, resourcesOf } from "../program/graph";
import type { BucketOrigin, DeclaredObject } from "./types";

/** A bucket as a distribution finds it: its objects, and what the bucket's policy lets this distribution do. */
export function bucketOrigin(
  graph: Graph,
  bucket: Resource,
  distribution: Resource,
  accessControlId: unknown,
): BucketOrigin {
  const objects = resourcesOf(graph, "aws:s3/bucketObjectv2:BucketObjectv2")
    .filter(({ inputs }) => inputs.bucket === bucket.outputs.bucket)
    .map(({ inputs }): [string, DeclaredObject] => [String(inputs.key), objectOf(inputs)]);
  const signs = resourcesOf(graph, "aws:cloudfront/originAccessControl:OriginAccessControl").some(
    ({ inputs, outputs }) => outputs.id === accessControlId && inputs.signingBehavior === "always",
  );
  const may = (action: string) => signs && allowedActions(graph, bucket, distribution).includes(action);
  return {
    kind: "bucket",
    objects: new Map(objects),
    readable: may("s3:GetObject"),
    listable: may("s3:ListBucket"),
  };
}

const objectOf = (inputs: Resource["inputs"]): DeclaredObject => ({
  content: inputs.source === undefined ? { text: String(inputs.content) } : { file: inputs.source.path },
  contentType: inputs.contentType ?? "binary/octet-stream",
  ...(inputs.cacheControl !== undefined && { cacheControl: inputs.cacheControl }),
});

interface Statement {
  Effect: string;
  Principal?: { Service?: string } | string;
  Action: string | string[];
  Condition?: { StringEquals?: Record<string, string> };
}

function allowedActions(graph: Graph, bucket: Resource, distribution: Resource): string[] {
  return resourcesOf(graph, "aws:s3/bucketPolicy:BucketPolicy")
    .filter(({ inputs }) => inputs.bucket === bucket.outputs.bucket)
    .flatMap(({ inputs }): Statement[] => JSON.parse(inputs.policy).Statement)
    .filter(
      ({ Effect, Principal, Condition }) =>
        Effect === "Allow" &&
        typeof Principal === "object" &&
        Principal.Service === "cloudfront.amazonaws.com" &&
        Condition?.StringEquals?.["AWS:SourceArn"] === distribution.outputs.arn,
    )
    .flatMap(({ Action }) => Action);
}

/** An object as S3 has it. */
export interface StoredObject {
  bytes: Buffer;
  contentType: string;
  cacheControl?: string;
  /** With quotes: the MD5 of the content, as for all that is uploaded in one part. */
  etag: string;
  lastModified: Date;
}

/**
 * The object of a key, read now: what was built anew is served at once. A build may name files that were not there when the program was
 * loaded; such a file beside declared ones is taken for what the nearest of them is: one of its folder with its extension.
 *
 * @returns undefined when there is none.
 */
export async function readObject({ objects }: BucketOrigin, key: string): Promise<StoredObject | undefined> {
  const declared = objects.get(key) ?? builtSince(objects, key);
  if (declared === undefined) return undefined;
  const { content, contentType, cacheControl } = declared;
  const read =
    "text" in content ? { bytes: Buffer.from(content.text), lastModified: LOADED } : await readContent(content.file);
  if (read === undefined) return undefined;
  const etag = `"${createHash("md5").update(read.bytes).digest("hex")}"`;
  return { ...read, contentType, etag, ...(cacheControl !== undefined && { cacheControl }) };
}

/** When this process began: objects that the program makes up are as new as the program. */
const LOADED = new Date();

/** Only names that were nothing but names: no way leads out of the folder of a declared file. */
function builtSince(objects: Map<string, DeclaredObject>, key: string): DeclaredObject | undefined {
  const name = posix.basename(key);
  if (!/^[\w-][\w.-]*$/.test(name)) return undefined;
  for (const [neighbour, object] of objects) {
    if (posix.dirname(neighbour) !== posix.dirname(key) || extname(neighbour) !== extname(key)) continue;
    if ("file" in object.content) return { ...object, content: { file: join(dirname(object.content.file), name) } };
  }
  return undefined;
}

async function readContent(file: string): Promise<{ bytes: Buffer; lastModified: Date } | undefined> {
  try {
    const [bytes, { mtime }] = await Promise.all([readFile(file), stat(file)]);
    return { bytes, lastModified: mtime };
  } catch (error) {
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "EISDIR"))
      return undefined;
    throw error;
  }
}
