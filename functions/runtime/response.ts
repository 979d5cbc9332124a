import { createHash } from "node:crypto";
import type { Answer } from "./answer";
import { type Problem, problemDocument } from "./problem";

/** An HTTP response in the form of API Gateway's payload 2.0. */
export interface Response {
  statusCode: number;
  headers: Record<string, string>;
  body: string;
}

/** A strong entity tag of a representation (RFC 9110, 8.8.3): 128 bits of the SHA-256 of its JSON text. */
export const entityTag = (json: string): string =>
  `"${createHash("sha256").update(json).digest("base64url").slice(0, 22)}"`;

/** Whether `If-Match` or `If-None-Match` lists this tag. */
export const matches = (header: string, tag: string): boolean =>
  header.trim() === "*" || header.split(",").some((candidate) => candidate.trim() === tag);

/** Every response of ours tells how many requests per second the API takes (RATE_LIMIT). */
const commonHeaders = (cacheControl: string): Record<string, string> => ({
  "cache-control": cacheControl,
  ...(process.env.RATE_LIMIT === undefined ? {} : { "x-ratelimit-limit": process.env.RATE_LIMIT }),
});

/** The response for an answer. Personal data is never to be cached. */
export const responseOf = (answer: Answer, cacheControl: string): Response => {
  const headers = commonHeaders(cacheControl);
  if (answer.location !== undefined) headers.location = answer.location;
  if (answer.retryAfter !== undefined) headers["retry-after"] = String(answer.retryAfter);
  if (answer.kind === "empty") return { statusCode: answer.status, headers, body: "" };
  if (answer.file !== undefined) {
    headers["content-type"] = answer.file.type;
    headers["content-disposition"] = `attachment; filename="${answer.file.name}"`;
    return { statusCode: answer.status, headers, body: answer.file.text };
  }
  const body = JSON.stringify(answer.body);
  headers["content-type"] = "application/json";
  const tagged = answer.kind === "resource" ? (answer.tagged ?? answer.body) : answer.tagged;
  if (tagged !== undefined) headers.etag = entityTag(tagged === answer.body ? body : JSON.stringify(tagged));
  return { statusCode: answer.status, headers, body };
};

/** The response for a problem. */
export const responseOfProblem = (refusal: Problem): Response => ({
  statusCode: refusal.status,
  headers: {
    ...commonHeaders("no-store"),
    "content-type": "application/problem+json",
    ...(refusal.retryAfter === undefined ? {} : { "retry-after": String(refusal.retryAfter) }),
  },
  body: JSON.stringify(problemDocument(refusal)),
});
