import type { IncomingMessage } from "node:http";

/** Largest request body, in bytes (10 MB). Source: "Quotas for configuring and running an HTTP API". */
export const BODY_LIMIT = 10 * 1024 * 1024;
/** Largest request line and header fields together, in bytes. Source: as above. */
export const HEADERS_LIMIT = 10_240;

/** A request, read and decoded. */
export interface GatewayRequest {
  method: string;
  /** Path, percent-decoded: HTTP APIs hand `rawPath` on decoded, unlike REST APIs and function URLs. */
  path: string;
  /** As sent, without the question mark. */
  rawQuery: string;
  /** Decoded, duplicates joined by commas; undefined without a query. */
  query: Record<string, string> | undefined;
  /** Lower-case names, duplicates joined by commas, without cookies and hop-by-hop fields. */
  headers: Record<string, string>;
  cookies: string[] | undefined;
  body: Buffer | undefined;
  protocol: string;
  sourceIp: string;
}

/** Fields that concern one connection only (RFC 9110, 7.6.1): the gateway does not hand them on. */
const HOP_BY_HOP = new Set([
  "connection",
  "expect",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/**
 * What can be known before the body has arrived.
 *
 * @returns undefined when the target is not a decodable path: 400
 */
export function readHead(message: IncomingMessage): GatewayRequest | undefined {
  const target = message.url ?? "/";
  if (!target.startsWith("/")) return undefined;
  const mark = target.indexOf("?");
  const rawQuery = mark < 0 ? "" : target.slice(mark + 1);
  try {
    const { headers, cookies } = readFields(message.rawHeaders);
    return {
      method: message.method ?? "GET",
      path: decodePath(mark < 0 ? target : target.slice(0, mark)),
      rawQuery,
      query: parseQuery(rawQuery),
      headers,
      cookies,
      body: undefined,
      protocol: `HTTP/${message.httpVersion}`,
      sourceIp: plainAddress(message.socket.remoteAddress ?? ""),
    };
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}

const decodePath = (path: string): string => (path.includes("%") ? decodeURIComponent(path) : path);

const decodeQuery = (text: string): string =>
  text.includes("%") || text.includes("+") ? decodeURIComponent(text.replaceAll("+", " ")) : text;

function parseQuery(rawQuery: string): Record<string, string> | undefined {
  if (rawQuery === "") return undefined;
  const query = emptyRecord();
  for (const pair of rawQuery.split("&")) {
    if (pair === "") continue;
    const equals = pair.indexOf("=");
    const name = decodeQuery(equals < 0 ? pair : pair.slice(0, equals));
    const value = equals < 0 ? "" : decodeQuery(pair.slice(equals + 1));
    const earlier = query[name];
    query[name] = earlier === undefined ? value : `${earlier},${value}`;
  }
  return query;
}

function readFields(rawHeaders: string[]): Pick<GatewayRequest, "headers" | "cookies"> {
  const headers = emptyRecord();
  let cookies: string[] | undefined;
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] ?? "").toLowerCase();
    const value = rawHeaders[index + 1] ?? "";
    if (HOP_BY_HOP.has(name)) continue;
    if (name === "cookie") {
      cookies = [...(cookies ?? []), ...value.split(/; */).filter((cookie) => cookie !== "")];
      continue;
    }
    const earlier = headers[name];
    headers[name] = earlier === undefined ? value : `${earlier},${value}`;
  }
  return { headers, cookies };
}

/** Without a prototype: names come from the client, and `__proto__` is one. */
const emptyRecord = (): Record<string, string> => Object.create(null);

const plainAddress = (address: string): string => (address.startsWith("::ffff:") ? address.slice(7) : address);

/** Bytes of the request line and header fields, roughly as they were sent. */
export function headSize(message: IncomingMessage): number {
  let size = (message.method?.length ?? 0) + (message.url?.length ?? 0) + 12;
  for (const text of message.rawHeaders) size += text.length + 2;
  return size;
}

/**
 * Reads the body. Calls back once: with the bytes (undefined when there are none), or `"too large"` as soon as that is
 * certain. Not at all when the client goes away first.
 */
export function readBody(message: IncomingMessage, done: (body: Buffer | undefined | "too large") => void): void {
  const { "content-length": length, "transfer-encoding": encoding } = message.headers;
  if (encoding === undefined && (length === undefined || length === "0")) {
    message.resume();
    done(undefined);
    return;
  }
  if (Number(length) > BODY_LIMIT) {
    done("too large");
    return;
  }
  const chunks: Buffer[] = [];
  let size = 0;
  const take = (chunk: Buffer) => {
    size += chunk.length;
    chunks.push(chunk);
    if (size <= BODY_LIMIT) return;
    message.off("data", take).off("end", finish);
    done("too large");
  };
  const finish = () => {
    const [first] = chunks;
    done(size === 0 ? undefined : chunks.length === 1 ? first : Buffer.concat(chunks, size));
  };
  message.on("data", take).on("end", finish);
}

/** How long a client whose body is refused may go on sending it, in ms. */
const DISCARD_MS = 2_000;

/** Reads a body and throws it away; calls back when it is over, or has taken too long. */
export function discardBody(message: IncomingMessage, done: () => void): void {
  const timer = setTimeout(finish, DISCARD_MS).unref();
  message.once("end", finish).once("close", finish).resume();
  function finish() {
    clearTimeout(timer);
    message.off("end", finish).off("close", finish);
    done();
  }
}
