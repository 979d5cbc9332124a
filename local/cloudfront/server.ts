import { randomBytes } from "node:crypto";
import { Agent, createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { createEdgeFunction, type EdgeFunction } from "./edge-function";
import {
  answerOfFunction,
  edgeRequestOf,
  type ForwardedRequest,
  forwardedRequest,
  forwardedRequestOf,
} from "./edge-request";
import { type Answer, type CloudFrontErrorStatus, errorAnswer, unreadable } from "./errors";
import { applyRules, type Headers, overHttp } from "./headers";
import { matchesPattern, normalisePath } from "./paths";
import { proxy } from "./proxy";
import { answerFromBucket } from "./storage";
import type { Behaviour, CloudFront, CloudFrontOptions, DistributionDefinition } from "./types";

/** Quotas "Maximum length of a URL" and "Maximum length of a request, including headers and query strings", in bytes. */
const MAX_URL = 8_192;
const MAX_HEADERS = 32_768;
const DRAIN_MS = 5_000;

interface ReadyBehaviour extends Behaviour {
  run: EdgeFunction | undefined;
}

interface Context extends CloudFrontOptions {
  definition: DistributionDefinition;
  behaviours: ReadyBehaviour[];
  agent: Agent;
  /** Host and port that clients use. */
  host: string;
}

interface Exchange {
  context: Context;
  message: IncomingMessage;
  response: ServerResponse;
  behaviour: ReadyBehaviour;
  requestId: string;
}

/**
 * Serves a CloudFront distribution on this machine, over HTTP: behaviours in their order, edge functions, buckets and HTTP APIs as
 * origins, response headers policies, compression, errors. It is one edge that keeps nothing: each request reaches its origin.
 *
 * @throws Error when a function cannot be run, or the port cannot be had.
 */
export async function startCloudFront(
  definition: DistributionDefinition,
  options: CloudFrontOptions,
): Promise<CloudFront> {
  const behaviours = definition.behaviours.map((behaviour) => ({
    ...behaviour,
    headers: overHttp(behaviour.headers),
    run: behaviour.viewerRequest && createEdgeFunction(behaviour.viewerRequest),
  }));
  const agent = new Agent({ keepAlive: true });
  const context: Context = { ...options, definition, behaviours, agent, host: "" };
  const server = createServer({ maxHeaderSize: MAX_HEADERS, keepAliveTimeout: 75_000 }, (message, response) => {
    message.on("error", () => response.destroy());
    response.on("error", () => response.destroy());
    handle(context, message, response).catch((error: unknown) => {
      context.log({ method: message.method ?? "", path: message.url ?? "", status: 500, reason: String(error) });
      response.destroy();
    });
  });
  server.on("clientError", refuseUnreadable);
  const port = await listen(server, options.port);
  context.host = `127.0.0.1:${port}`;
  return { url: `http://${context.host}`, port, close: () => close(server, agent, options.drainMs ?? DRAIN_MS) };
}

async function handle(context: Context, message: IncomingMessage, response: ServerResponse): Promise<void> {
  const requestId = randomBytes(42).toString("base64url");
  const original = forwardedRequest(message);
  const behaviour = behaviourFor(context, original?.path ?? "/");
  const exchange: Exchange = { context, message, response, behaviour, requestId };
  if (original === undefined) return refuse(exchange, 400);
  if (original.path.length + original.query.length > MAX_URL) return refuse(exchange, 414);
  if (!behaviour.allowedMethods.includes(original.method)) return refuse(exchange, 403);
  if (["GET", "HEAD"].includes(original.method) && hasBody(message)) return refuse(exchange, 403, "Bad request.");
  const forwarded = applyFunction(exchange, original);
  if (forwarded === undefined) return;
  const { origin } = behaviour;
  if (origin.kind === "bucket") {
    return send(exchange, await answerFromBucket(origin, forwarded.path, forwarded.headers, behaviour.compress));
  }
  const own = ownHeaders(exchange);
  const { agent, host } = context;
  proxy(
    { message, response, forwarded, origin, agent, rules: behaviour.headers, own, host, requestId },
    (status, reason) => {
      context.log({ method: original.method, path: original.path, status, reason });
      refuse(exchange, status);
    },
  );
}

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;

function behaviourFor({ behaviours }: Context, path: string): ReadyBehaviour {
  const normal = normalisePath(path);
  const found = behaviours.find(({ pattern }) => matchesPattern(pattern, normal));
  if (found === undefined) throw new Error("A distribution's last behaviour takes every path.");
  return found;
}

/** What is to be asked of the origin; undefined when the function has answered, or failed. */
function applyFunction(exchange: Exchange, original: ForwardedRequest): ForwardedRequest | undefined {
  const { context, message, behaviour, requestId } = exchange;
  const { definition, log, host } = context;
  let forwarded = original;
  try {
    const result = behaviour.run?.(edgeRequestOf(original), {
      distributionId: definition.id,
      distributionDomainName: host,
      requestId,
      ip: message.socket.remoteAddress ?? "",
    });
    if (result !== undefined && "statusCode" in result) {
      send(exchange, answerOfFunction(result));
      return undefined;
    }
    if (result !== undefined) forwarded = forwardedRequestOf(result, original);
  } catch (error) {
    const reason = `the function ${behaviour.viewerRequest?.name} failed: ${error instanceof Error ? error.message : error}`;
    log({ method: original.method, path: original.path, status: 503, reason });
    refuse(exchange, 503);
    return undefined;
  }
  const { defaultRootObject } = definition;
  return forwarded.path === "/" && defaultRootObject !== undefined && behaviour.origin.kind === "bucket"
    ? { ...forwarded, path: `/${defaultRootObject}` }
    : forwarded;
}

function refuse(exchange: Exchange, status: CloudFrontErrorStatus, reason?: string): void {
  // What is left of the request is not read: the connection cannot be used again.
  if (!exchange.message.complete) exchange.response.setHeader("connection", "close");
  send(exchange, errorAnswer(status, exchange.requestId, reason));
}

const ownHeaders = ({ context, requestId }: Exchange): Headers => ({
  via: `1.1 ${context.host} (CloudFront)`,
  "x-amz-cf-id": requestId,
  "x-amz-cf-pop": "LOCAL",
});

function send(exchange: Exchange, { status, headers, body }: Answer): void {
  const { message, response, behaviour } = exchange;
  message.resume();
  if (response.destroyed || response.headersSent) return;
  const bodiless = status === 204 || status === 304;
  response.writeHead(status, {
    "x-cache": "Miss from cloudfront",
    ...applyRules(headers, behaviour.headers),
    ...ownHeaders(exchange),
    ...(!bodiless && { "content-length": String(body.length) }),
  });
  response.end(message.method === "HEAD" || bodiless ? undefined : body);
}

function refuseUnreadable(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === "ECONNRESET" || !socket.writable) socket.destroy();
  else socket.end(unreadable(error.code === "HPE_HEADER_OVERFLOW" ? 431 : 400));
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      reject(new Error(`The web app's host cannot listen on 127.0.0.1:${port}: ${error.message}.`, { cause: error }));
    });
    server.listen(port, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
  });
}

async function close(server: Server, agent: Agent, drainMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), drainMs);
  await closed;
  clearTimeout(timer);
  agent.destroy();
}
