import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { isDeepStrictEqual } from "node:util";
import type { EdgeRequest, EdgeResponse, EdgeValue } from "./edge-function";
import type { Answer } from "./errors";
import type { Headers } from "./headers";

/** A request on its way to an origin. */
export interface ForwardedRequest {
  method: string;
  /** Path, percent-encoded as it was sent. */
  path: string;
  /** With the question mark; empty without a query. */
  query: string;
  headers: IncomingHttpHeaders;
}

/** The request as functions see it: values of the query as they were sent; cookies apart from the other headers. */
export function edgeRequestOf({ method, path, query, headers }: ForwardedRequest): EdgeRequest {
  const { cookie, ...others } = headers;
  return {
    method,
    uri: path,
    querystring: collect(pairsOf(query.slice(1), "&")),
    headers: Object.fromEntries(
      Object.entries(others).flatMap(([name, value]) =>
        value === undefined ? [] : [[name, { value: String(value) }]],
      ),
    ),
    cookies: collect(pairsOf(cookie ?? "", ";")),
  };
}

/** The request as a function returned it. A query that it left alone is sent on letter by letter. */
export function forwardedRequestOf(returned: EdgeRequest, original: ForwardedRequest): ForwardedRequest {
  const { querystring, headers, cookies = {} } = returned;
  const before = edgeRequestOf(original);
  const query = isDeepStrictEqual(querystring, before.querystring) ? original.query : queryOf(querystring ?? {});
  const cookie = Object.entries(cookies)
    .flatMap(([name, value]) => valuesOf(value).map((text) => `${name}=${text}`))
    .join("; ");
  return {
    method: original.method,
    path: returned.uri,
    query,
    headers: {
      ...Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, valuesOf(value).join(",")])),
      ...(cookie !== "" && { cookie }),
    },
  };
}

/** The answer that a function gives in the origin's stead. */
export function answerOfFunction({ statusCode, headers = {}, body = "" }: EdgeResponse): Answer {
  const fields: Headers = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), valuesOf(value)]),
  );
  const bytes =
    typeof body === "string"
      ? Buffer.from(body)
      : Buffer.from(body.data, body.encoding === "base64" ? "base64" : "utf8");
  return {
    status: statusCode,
    headers: { server: "CloudFront", "x-cache": "FunctionGeneratedResponse from cloudfront", ...fields },
    body: bytes,
  };
}

/** The target of a request, parted; undefined for one that is no path. */
export function forwardedRequest(message: IncomingMessage): ForwardedRequest | undefined {
  const target = message.url ?? "/";
  // Node takes bytes that no URL has; CloudFront does not.
  if (!/^\/[\x21-\x7e]*$/.test(target)) return undefined;
  const mark = target.indexOf("?");
  return {
    method: message.method ?? "GET",
    path: mark < 0 ? target : target.slice(0, mark),
    query: mark < 0 ? "" : target.slice(mark),
    headers: message.headers,
  };
}

const pairsOf = (text: string, separator: string): [string, string][] =>
  text
    .split(separator)
    .map((pair) => pair.trim())
    .filter((pair) => pair !== "")
    .map((pair) => {
      const equals = pair.indexOf("=");
      return equals < 0 ? [pair, ""] : [pair.slice(0, equals), pair.slice(equals + 1)];
    });

/** By name, without a prototype: names come from the client, and `__proto__` is one. */
function collect(pairs: [string, string][]): Record<string, EdgeValue> {
  const values: Record<string, EdgeValue> = Object.create(null);
  for (const [name, value] of pairs) {
    const known = values[name];
    if (known === undefined) values[name] = { value };
    else values[name] = { value, multiValue: [...(known.multiValue ?? [{ value: known.value }]), { value }] };
  }
  return values;
}

const valuesOf = ({ value, multiValue }: EdgeValue): string[] => multiValue?.map((one) => one.value) ?? [value];

const queryOf = (querystring: Record<string, EdgeValue>): string => {
  const pairs = Object.entries(querystring).flatMap(([name, value]) =>
    valuesOf(value).map((text) => (text === "" ? name : `${name}=${text}`)),
  );
  return pairs.length === 0 ? "" : `?${pairs.join("&")}`;
};
