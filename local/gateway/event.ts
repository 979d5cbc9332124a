import { randomBytes } from "node:crypto";
import type { GatewayRequest } from "./request";

/** What the events of one gateway have in common. */
export interface EventSettings {
  accountId: string;
  apiId: string;
  stage: string;
  region: string;
  /** Port the client came in on. */
  port: number;
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/**
 * The parts that Lambda's event and the authorizer's event share, payload format 2.0.
 * Source: "Create AWS Lambda proxy integrations for HTTP APIs"; field order as there.
 */
export function createEvent(
  request: GatewayRequest,
  routeKey: string,
  pathParameters: Record<string, string> | undefined,
  requestId: string,
  settings: EventSettings,
) {
  const now = Date.now();
  const { headers } = request;
  const domainName = headers.host ?? "localhost";
  const forwardedFor = headers["x-forwarded-for"];
  headers["content-length"] ??= String(request.body?.length ?? 0);
  headers["x-amzn-trace-id"] ??= traceId(now);
  headers["x-forwarded-for"] = forwardedFor === undefined ? request.sourceIp : `${forwardedFor}, ${request.sourceIp}`;
  headers["x-forwarded-port"] = String(settings.port);
  headers["x-forwarded-proto"] = "http";
  return {
    version: "2.0",
    routeKey,
    rawPath: request.path,
    rawQueryString: request.rawQuery,
    cookies: request.cookies,
    headers,
    queryStringParameters: request.query,
    pathParameters,
    requestContext: {
      accountId: settings.accountId,
      apiId: settings.apiId,
      // Present on guarded routes only; filled in after the authorizer has decided.
      authorizer: undefined as { lambda: Record<string, unknown> } | undefined,
      domainName,
      domainPrefix: prefixOf(domainName),
      http: {
        method: request.method,
        path: request.path,
        protocol: request.protocol,
        sourceIp: request.sourceIp,
        userAgent: headers["user-agent"] ?? "",
      },
      requestId,
      routeKey,
      stage: settings.stage,
      time: clfTime(now),
      timeEpoch: now,
    },
  };
}

export type RequestEvent = ReturnType<typeof createEvent>;

/** Puts the body into an event: text for text types, base64 for the rest. */
export function withBody(event: RequestEvent, body: Buffer | undefined) {
  if (body === undefined) return { ...event, isBase64Encoded: false };
  const isText = isTextType(event.headers["content-type"]);
  return { ...event, body: body.toString(isText ? "utf8" : "base64"), isBase64Encoded: !isText };
}

/** The authorizer's event, format 2.0. Source: "Control access to HTTP APIs with AWS Lambda authorizers". */
export function authorizerEvent(event: RequestEvent, identitySource: string[], settings: EventSettings) {
  const { accountId, apiId, region, stage } = settings;
  const { method, path } = event.requestContext.http;
  const routeArn = `arn:aws:execute-api:${region}:${accountId}:${apiId}/${stage}/${method}${path}`;
  const { version, ...rest } = event;
  return { version, type: "REQUEST", routeArn, identitySource, ...rest };
}

/**
 * Whether HTTP APIs hand a body of this content type on as text: `text/*`, JSON, XML and JavaScript. All else is base64,
 * `application/x-www-form-urlencoded` included. Without a content type: text.
 */
function isTextType(contentType: string | undefined): boolean {
  if (contentType === undefined) return true;
  const type = (contentType.split(";", 1)[0] ?? "").trim().toLowerCase();
  return type === "application/json" || /^text\/|^application\/(xml|javascript)$|\+(json|xml)$/.test(type);
}

/** `12/Mar/2020:19:03:58 +0000`: the Common Log Format, UTC. */
function clfTime(epochMs: number): string {
  const time = new Date(epochMs);
  const iso = time.toISOString();
  return `${iso.slice(8, 10)}/${MONTHS[time.getUTCMonth()]}/${iso.slice(0, 4)}:${iso.slice(11, 19)} +0000`;
}

const traceId = (epochMs: number): string =>
  `Root=1-${Math.floor(epochMs / 1000).toString(16)}-${randomBytes(12).toString("hex")}`;

const prefixOf = (domainName: string): string => domainName.split(/[.:]/, 1)[0] ?? domainName;
