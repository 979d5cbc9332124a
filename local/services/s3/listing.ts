import { wholeNumber } from "./conditions";
import { invalid } from "./errors";
import type { ObjectStore, StoredObject } from "./objects";
import { parameter, type S3Request } from "./request";
import { xmlOf } from "./xml";

const compare = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

/** `ListObjectsV2` (Amazon S3 API Reference). A continuation token is the last key or common prefix that was listed. */
export async function listObjects(request: S3Request, store: ObjectStore): Promise<string> {
  const prefix = parameter(request, "prefix") ?? "";
  const delimiter = parameter(request, "delimiter") ?? "";
  const encoding = parameter(request, "encoding-type");
  if (encoding !== undefined && encoding !== "url") throw invalid("Invalid Encoding Method specified in Request");
  const token = parameter(request, "continuation-token");
  const startAfter = parameter(request, "start-after");
  const after = token === undefined ? (startAfter ?? "") : fromToken(token);
  const wanted = parameter(request, "max-keys");
  const most = wanted === undefined ? 1000 : Math.min(1000, wholeNumber("max-keys", wanted, 0, 2 ** 29));

  const listed = rolledUp(await store.keys(prefix), prefix, delimiter).filter(
    ({ name }) => after === "" || compare(name, after) > 0,
  );
  const page = listed.slice(0, most);
  const truncated = listed.length > page.length && most > 0;
  const found = await Promise.all(page.filter(({ common }) => !common).map(({ name }) => store.find(name)));
  const objects = found.filter((object): object is StoredObject => object !== undefined);
  const encoded = (text: string) => (encoding === "url" ? encodeURIComponent(text).replaceAll("%2F", "/") : text);
  return xmlOf("ListBucketResult", {
    Name: request.bucket,
    Prefix: encoded(prefix),
    ...(delimiter !== "" && { Delimiter: encoded(delimiter) }),
    ...(startAfter !== undefined && { StartAfter: encoded(startAfter) }),
    ...(token !== undefined && { ContinuationToken: token }),
    ...(encoding !== undefined && { EncodingType: encoding }),
    KeyCount: page.length,
    MaxKeys: most,
    IsTruncated: truncated,
    ...(truncated && { NextContinuationToken: toToken(page.at(-1)?.name ?? "") }),
    Contents: objects.map(({ key, size, etag, lastModified }) => ({
      Key: encoded(key),
      LastModified: lastModified.toISOString(),
      ETag: `"${etag}"`,
      Size: size,
      StorageClass: "STANDARD",
    })),
    CommonPrefixes: page.filter(({ common }) => common).map(({ name }) => ({ Prefix: encoded(name) })),
  });
}

/** Keys, where those that go on beyond the next delimiter after the prefix are one common prefix. */
function rolledUp(keys: string[], prefix: string, delimiter: string): { name: string; common: boolean }[] {
  const names = new Map<string, boolean>();
  for (const key of keys) {
    const end = delimiter === "" ? -1 : key.indexOf(delimiter, prefix.length);
    if (end === -1) names.set(key, false);
    else names.set(key.slice(0, end + delimiter.length), true);
  }
  return [...names].map(([name, common]) => ({ name, common })).sort((a, b) => compare(a.name, b.name));
}

const toToken = (name: string): string => Buffer.from(name).toString("base64url");

function fromToken(token: string): string {
  const name = Buffer.from(token, "base64url").toString();
  if (name === "" || toToken(name) !== token) throw invalid("The continuation token provided is incorrect");
  return name;
}
