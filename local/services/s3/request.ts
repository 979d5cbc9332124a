import type { IncomingMessage } from "node:http";
import { invalid, refusal } from "./errors";

/** A request to S3: which bucket and key it is about, and what of them. */
export interface S3Request {
  method: string;
  bucket: string;
  /** Empty where the request is about the bucket. */
  key: string;
  /** Path as it was sent, without the query; what signatures are made over. */
  rawPath: string;
  /** Query parameters in the order in which they were sent, decoded. */
  query: [name: string, value: string][];
  headers: IncomingMessage["headers"];
  body: IncomingMessage;
}

/** `us-west-2`'s dots and ports aside: `<bucket>.localhost:4566` is how clients address buckets by host ("Virtual hosting of buckets"). */
const virtualBucket = (host: string | undefined, buckets: ReadonlySet<string>): string | undefined => {
  const name = (host ?? "").replace(/:\d+$/, "").toLowerCase();
  return [...buckets].find((bucket) => name.startsWith(`${bucket}.`));
};

/** Reads where a request leads, by host (`<bucket>.<anything>/<key>`) or by path (`/<bucket>/<key>`). */
export function addressed(request: IncomingMessage, buckets: ReadonlySet<string>): S3Request {
  const target = request.url ?? "/";
  const mark = target.indexOf("?");
  const rawPath = mark === -1 ? target : target.slice(0, mark);
  const decoded = decode(rawPath.replace(/^\//, ""));
  const byHost = virtualBucket(request.headers.host, buckets);
  const slash = decoded.indexOf("/");
  const byPath = slash === -1 ? [decoded, ""] : [decoded.slice(0, slash), decoded.slice(slash + 1)];
  const [bucket = "", key = ""] = byHost === undefined ? byPath : [byHost, decoded];
  if (Buffer.byteLength(key) > 1024) throw refusal(400, "KeyTooLongError", "Your key is too long");
  return {
    method: request.method ?? "GET",
    bucket,
    key,
    rawPath,
    query: mark === -1 ? [] : parseQuery(target.slice(mark + 1)),
    headers: request.headers,
    body: request,
  };
}

/** The value of a query parameter; undefined where it is not there. */
export const parameter = ({ query }: Pick<S3Request, "query">, name: string): string | undefined =>
  query.find(([candidate]) => candidate === name)?.[1];

/** The value of a header that is sent once. */
export const header = ({ headers }: Pick<S3Request, "headers">, name: string): string | undefined => {
  const value = headers[name];
  return Array.isArray(value) ? value.join(", ") : value;
};

const parseQuery = (text: string): [string, string][] =>
  text
    .split("&")
    .filter((pair) => pair !== "")
    .map((pair) => {
      const equals = pair.indexOf("=");
      return equals === -1 ? [decode(pair), ""] : [decode(pair.slice(0, equals)), decode(pair.slice(equals + 1))];
    });

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw invalid("The address is not URI-encoded UTF-8.");
  }
}
