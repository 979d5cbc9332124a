import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { type Authorizer, createAuthorizer } from "./authorizer";
import { type Cors, createCors } from "./cors";
import { createEvent, type EventSettings, withBody } from "./event";
import { discardBody, type GatewayRequest, HEADERS_LIMIT, headSize, readBody, readHead } from "./request";
import { type GatewayErrorStatus, type GatewayResponse, gatewayError, responseOf } from "./response";
import { createRouter, type Match, type Router } from "./router";
import type { Gateway, GatewayDefinition, GatewayOptions } from "./types";

/** AWS's integration timeout, default and maximum, in ms. */
const INTEGRATION_TIMEOUT_MS = 30_000;
const DRAIN_MS = 5_000;
/** Room for Node's own parser above the limit, so that the gateway itself answers what is slightly too large. */
const PARSER_HEADERS_LIMIT = 4 * HEADERS_LIMIT;

interface Target {
  routeKey: string;
  functionArn: string;
  authorizer: Authorizer | undefined;
  timeoutMs: number;
}

interface Context extends GatewayOptions {
  router: Router<Target>;
  cors: Cors | undefined;
  settings: EventSettings;
}

/**
 * Serves an API Gateway HTTP API on this machine: routing, Lambda authorizers, payload format 2.0, CORS, quotas and the
 * error bodies as AWS sends them.
 *
 * @throws when a route is declared twice or names an unknown authorizer, or when the port cannot be had; the message says
 *   which
 */
export async function startGateway(definition: GatewayDefinition, options: GatewayOptions): Promise<Gateway> {
  const { apiId, stage, cors } = definition;
  const settings = { accountId: options.accountId, apiId, stage, region: options.region, port: options.port };
  const router = compileRoutes(definition, options, settings);
  const context: Context = { ...options, router, cors: cors && createCors(cors), settings };
  const server = createServer(
    { maxHeaderSize: PARSER_HEADERS_LIMIT, keepAliveTimeout: 75_000 },
    (message, response) => {
      handle(context, message, response);
    },
  );
  server.on("clientError", answerUnreadable);
  const host = options.host ?? "127.0.0.1";
  settings.port = await listen(server, options.port, host);
  return {
    url: `http://${host}:${settings.port}`,
    port: settings.port,
    close: () => close(server, options.drainMs ?? DRAIN_MS),
  };
}

function compileRoutes(definition: GatewayDefinition, { lambda }: GatewayOptions, settings: EventSettings) {
  const authorizers = new Map(
    definition.authorizers.map((authorizer) => [authorizer.id, createAuthorizer(authorizer, lambda, settings)]),
  );
  return createRouter<Target>(
    definition.routes.map(({ routeKey, functionArn, authorizerId, timeoutMs = INTEGRATION_TIMEOUT_MS }) => {
      const authorizer = authorizerId === undefined ? undefined : authorizers.get(authorizerId);
      if (authorizerId !== undefined && authorizer === undefined) {
        throw new Error(`The route "${routeKey}" names the authorizer "${authorizerId}", which is not declared.`);
      }
      return { routeKey, value: { routeKey, functionArn, authorizer, timeoutMs } };
    }),
  );
}

function handle(context: Context, message: IncomingMessage, response: ServerResponse): void {
  // A client may leave at any time; that is no fault of the gateway.
  message.on("error", () => response.destroy());
  response.on("error", () => response.destroy());
  // The same in the function's event and in the answer.
  const id = requestId();
  const send = (answer: GatewayResponse) => sendAnswer(context, message, response, answer, id);
  const reply = (answer: GatewayResponse) => send(withCors(context.cors, answer, message.headers.origin));
  const refuse = (status: GatewayErrorStatus) => {
    // The connection ends after a request that was not taken whole, but not before the client could read the answer.
    response.setHeader("connection", "close");
    discardBody(message, () => reply(gatewayError(status)));
  };

  const request = headSize(message) > HEADERS_LIMIT ? 431 : (readHead(message) ?? 400);
  if (typeof request === "number") {
    refuse(request);
    return;
  }
  const preflight = preflightAnswer(context, request);
  const match = context.router.match(request.method, request.path);
  readBody(message, (body) => {
    if (body === "too large") refuse(413);
    else if (preflight !== undefined) send(preflight);
    else if (match === undefined) reply(gatewayError(404));
    else {
      request.body = body;
      invoke(context, request, match, id)
        .then(reply)
        .catch((error) => reply(gatewayError(500, String(error))));
    }
  });
}

/** The answer to a preflight request (RFC Fetch: OPTIONS with both fields), if CORS is declared. */
function preflightAnswer({ cors }: Context, { method, headers }: GatewayRequest): GatewayResponse | undefined {
  if (cors === undefined || method !== "OPTIONS") return undefined;
  if (headers.origin === undefined || headers["access-control-request-method"] === undefined) return undefined;
  return { status: 204, headers: cors.preflight(headers.origin), body: "" };
}

async function invoke(
  context: Context,
  request: GatewayRequest,
  match: Match<Target>,
  id: string,
): Promise<GatewayResponse> {
  const { routeKey, functionArn, authorizer, timeoutMs } = match.value;
  const event = createEvent(request, routeKey, match.parameters, id, context.settings);
  if (authorizer !== undefined) {
    const decision = await authorizer.decide(event);
    if (!decision.allowed) return gatewayError(decision.status, decision.reason);
    event.requestContext.authorizer = { lambda: decision.context };
  }
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      resolve(gatewayError(503, `${functionArn} did not answer within ${timeoutMs} ms`));
    }, timeoutMs);
    context.lambda.invoke(functionArn, withBody(event, request.body)).then((result) => {
      clearTimeout(timer);
      resolve(responseOf(result));
    });
  });
}

function sendAnswer(
  context: Context,
  message: IncomingMessage,
  response: ServerResponse,
  answer: GatewayResponse,
  id: string,
) {
  const { status, headers, body, reason } = answer;
  const { method = "", url = "" } = message;
  if (reason !== undefined) context.log({ method, path: url, status, reason });
  if (response.destroyed || response.headersSent) return;
  const bytes = typeof body === "string" ? Buffer.byteLength(body) : body.length;
  // RFC 9110, 8.6: no content-length with 204.
  if (status !== 204) headers["content-length"] = String(bytes);
  headers["apigw-requestid"] = id;
  response.writeHead(status, headers);
  response.end(method === "HEAD" || status === 204 || status === 304 ? undefined : body);
}

/** Only the gateway's own CORS headers count, as on AWS. */
function withCors(cors: Cors | undefined, answer: GatewayResponse, origin: string | undefined): GatewayResponse {
  if (cors === undefined) return answer;
  const own = Object.entries(answer.headers).filter(([name]) => !name.startsWith("access-control-"));
  const headers = { ...Object.fromEntries(own), ...(origin === undefined ? {} : cors.answer(origin)) };
  return { ...answer, headers };
}

/** Shaped like API Gateway's: 15 characters and an equals sign. */
const requestId = (): string => `${randomBytes(12).toString("base64url").slice(0, 15)}=`;

/** What Node's parser refuses never becomes a request; the client is told, and the connection ends. */
function answerUnreadable(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const { status, body } = gatewayError(UNREADABLE[error.code ?? ""] ?? 400);
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n` +
      `apigw-requestid: ${requestId()}\r\nconnection: close\r\n\r\n${String(body)}`,
  );
}

const UNREADABLE: Record<string, GatewayErrorStatus> = {
  HPE_HEADER_OVERFLOW: 431,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};

function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const taken = error.code === "EADDRINUSE";
      const remedy = taken ? "it is taken. End the program that holds it, or choose another port" : error.message;
      reject(new Error(`The API gateway cannot listen on ${host}:${port}: ${remedy}.`, { cause: error }));
    });
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
  });
}

async function close(server: Server, drainMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), drainMs);
  await closed;
  clearTimeout(timer);
}
