import { type Agent, request as httpRequest, type IncomingMessage, type ServerResponse } from "node:http";
import type { ForwardedRequest } from "./edge-request";
import type { CloudFrontErrorStatus } from "./errors";
import { applyRules, type Headers } from "./headers";
import type { HeaderRule, HttpOrigin } from "./types";

/** Fields of one connection only (RFC 9110, 7.6.1), which are not handed on in either direction. */
const HOP_BY_HOP = new Set([
  "connection",
  "expect",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

export interface ProxyJob {
  message: IncomingMessage;
  response: ServerResponse;
  forwarded: ForwardedRequest;
  origin: HttpOrigin;
  agent: Agent;
  rules: HeaderRule[];
  /** What CloudFront adds to each answer. */
  own: Headers;
  /** Host name of the distribution, for Via. */
  host: string;
  requestId: string;
}

/**
 * Hands a request on to an HTTP origin, and its answer back, both as streams. `fail` is called at most once, and only while nothing
 * has been sent: after that, a broken answer can but end with its connection.
 */
export function proxy(job: ProxyJob, fail: (status: CloudFrontErrorStatus, reason: string) => void): void {
  const { message, response, forwarded, origin } = job;
  const { method, path, query } = forwarded;
  const { hostname, port } = new URL(origin.url);
  const upstream = httpRequest({
    agent: job.agent,
    hostname,
    port,
    method,
    path: path + query,
    headers: requestHeaders(job),
  });
  let failed = false;
  const giveUp = (status: CloudFrontErrorStatus, reason: string) => {
    if (failed || response.destroyed) return;
    failed = true;
    upstream.destroy();
    if (response.headersSent) response.destroy();
    else fail(status, reason);
  };
  upstream.setTimeout(origin.readTimeoutMs, () => giveUp(504, `the origin was silent for ${origin.readTimeoutMs} ms`));
  upstream.on("error", (error) => giveUp(502, error.message));
  upstream.on("response", (answer) => {
    answer.on("error", (error) => giveUp(502, error.message));
    // An answer cut short must not look whole.
    answer.on("aborted", () => giveUp(502, "the origin broke its answer off"));
    response.writeHead(answer.statusCode ?? 502, responseHeaders(answer, job));
    answer.pipe(response);
  });
  response.on("close", () => {
    if (!response.writableFinished) upstream.destroy();
  });
  message.pipe(upstream);
}

/** All headers of the client but Host, which is the origin's; and what CloudFront adds, and never believes a client of. */
function requestHeaders({ message, forwarded, origin, host, requestId }: ProxyJob): Headers {
  const headers: Headers = {};
  for (const [name, value] of Object.entries(forwarded.headers)) {
    if (value === undefined || HOP_BY_HOP.has(name) || /^x-(amz-cf|edge)-/.test(name)) continue;
    headers[name] = value;
  }
  const before = forwarded.headers["x-forwarded-for"];
  const client = (message.socket.remoteAddress ?? "").replace(/^::ffff:/, "");
  return {
    ...headers,
    ...origin.headers,
    host: new URL(origin.url).host,
    via: `1.1 ${host} (CloudFront)`,
    "x-amz-cf-id": requestId,
    "x-forwarded-for": before === undefined ? client : `${before},${client}`,
  };
}

function responseHeaders(answer: IncomingMessage, { rules, own }: ProxyJob): Headers {
  const headers: Headers = {};
  for (let index = 0; index + 1 < answer.rawHeaders.length; index += 2) {
    const name = (answer.rawHeaders[index] ?? "").toLowerCase();
    if (HOP_BY_HOP.has(name)) continue;
    headers[name] = [headers[name] ?? [], answer.rawHeaders[index + 1] ?? ""].flat();
  }
  const failed = (answer.statusCode ?? 0) >= 400;
  return { ...applyRules(headers, rules), ...own, "x-cache": `${failed ? "Error" : "Miss"} from cloudfront` };
}
