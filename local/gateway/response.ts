import { validateHeaderName, validateHeaderValue } from "node:http";
import type { InvocationResult } from "../lambda";

/** An answer, ready to be sent. `reason` says for the log why the gateway made it up. */
export interface GatewayResponse {
  status: number;
  headers: Record<string, string | string[]>;
  body: string | Buffer;
  reason?: string;
}

const MESSAGES = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  408: "Request Timeout",
  413: "Request Entity Too Large",
  431: "Request Header Fields Too Large",
  500: "Internal Server Error",
  503: "Service Unavailable",
} as const;

export type GatewayErrorStatus = keyof typeof MESSAGES;

/** An answer of the gateway itself, with the body that HTTP APIs send: `{"message":"…"}`. */
export function gatewayError(status: GatewayErrorStatus, reason?: string): GatewayResponse {
  const headers = { "content-type": "application/json" };
  const body = `{"message":"${MESSAGES[status]}"}`;
  return reason === undefined ? { status, headers, body } : { status, headers, body, reason };
}

/**
 * The answer to an invocation, after payload format 2.0.
 *
 * HTTP APIs know neither 502 nor 504 for Lambda: an error of the function, its own timeout included, and a malformed
 * answer are 500 `Internal Server Error`; a throttled function and a passed integration timeout are 503 `Service
 * Unavailable`. Sources: "Troubleshooting issues with HTTP API Lambda integrations" (500); the gateway of AWS's own
 * Lambda Test Tool v2 (500, observed on AWS); 503 as observed (serverless/serverless#11222, cortexlabs/cortex#1225).
 */
export function responseOf(result: InvocationResult): GatewayResponse {
  if (result.ok) return formatted(result.payload);
  const reason = `${result.error.errorType}: ${result.error.errorMessage}`;
  if (result.error.errorType === "RequestEntityTooLargeException") return gatewayError(413, reason);
  return gatewayError(result.reason === "throttled" || result.reason === "rejected" ? 503 : 500, reason);
}

function formatted(payload: unknown): GatewayResponse {
  if (typeof payload !== "object" || payload === null || !("statusCode" in payload)) return inferred(payload);
  const { statusCode, headers, cookies, body, isBase64Encoded } = payload as Record<string, unknown>;
  const status = Number(statusCode);
  if (!Number.isInteger(status) || status < 200 || status > 599)
    return malformed(`statusCode is ${String(statusCode)}`);
  if (body !== undefined && body !== null && typeof body !== "string") return malformed("body is not a string");
  const fields = fieldsOf(headers);
  if (typeof fields === "string") return malformed(fields);
  if (cookies !== undefined && cookies !== null) {
    if (!isTextList(cookies) || !cookies.every((cookie) => isSendable("set-cookie", cookie))) {
      return malformed("cookies is not a list of strings");
    }
    if (cookies.length > 0) fields["set-cookie"] = [...cookies, ...[fields["set-cookie"] ?? []].flat()];
  }
  fields["content-type"] ??= "text/plain; charset=utf-8";
  return { status, headers: fields, body: isBase64Encoded === true ? Buffer.from(body ?? "", "base64") : (body ?? "") };
}

/** Anything without a `statusCode` is itself the body: 200, JSON. Texts are sent as they are. */
const inferred = (payload: unknown): GatewayResponse => ({
  status: 200,
  headers: { "content-type": "application/json" },
  body: typeof payload === "string" ? payload : JSON.stringify(payload),
});

const malformed = (problem: string): GatewayResponse =>
  gatewayError(500, `the function's answer is malformed: ${problem}`);

/** Header fields with lower-case names, or what is wrong with them. Length and connection are the gateway's own business. */
function fieldsOf(headers: unknown): Record<string, string | string[]> | string {
  const fields: Record<string, string | string[]> = Object.create(null);
  if (headers === undefined || headers === null) return fields;
  if (typeof headers !== "object") return "headers is not an object";
  for (const [name, value] of Object.entries(headers)) {
    const text = typeof value === "string" ? value : String(value);
    if (typeof value === "object") return `the header ${name} is not a text`;
    if (!isSendable(name, text)) return `the header ${name} has characters that HTTP does not allow`;
    fields[name.toLowerCase()] = text;
  }
  for (const own of ["content-length", "transfer-encoding", "connection", "keep-alive"]) delete fields[own];
  return fields;
}

const isTextList = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((item) => typeof item === "string");

function isSendable(name: string, value: string): boolean {
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value);
    return true;
  } catch {
    return false;
  }
}
