import { createHash } from "node:crypto";
import { problem, problemOf } from "./problem";
import { type Response, responseOfProblem } from "./response";

/**
 * What all units of work know of idempotency keys: a request runs once per user and key, and repetitions are answered with
 * the first response, byte for byte (after the IETF draft "The Idempotency-Key HTTP Header Field").
 */

/** What the unit of work needs to know of a request. */
export interface WriteRequest {
  route: string;
  path: string;
  userId: string;
  /** The raw body as received. */
  rawBody: string;
  /** `Idempotency-Key`, on POST only. */
  idempotencyKey: string | undefined;
}

/** A response as it is kept. */
export interface StoredResponse {
  fingerprint: string;
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** Tells whether a key is used for the same request again. */
export const fingerprintOf = (request: WriteRequest): string =>
  createHash("sha256").update(`${request.route}\n${request.path}\n${request.rawBody}`).digest("base64url");

/** The first response again; 422 when the key belongs to another request. */
export const replay = (stored: StoredResponse, fingerprint: string): Response => {
  if (stored.fingerprint !== fingerprint) {
    throw problem(422, "idempotency_key_reused", "This Idempotency-Key was used for another request before.");
  }
  return {
    statusCode: stored.status,
    headers: { ...stored.headers, "idempotency-replayed": "true" },
    body: stored.body,
  };
};

export const inFlight = () =>
  problem(409, "idempotency_key_in_flight", "A request with this Idempotency-Key is still being processed.");

/** A refusal is an answer like any other, and so remembered; a fault (5xx or anything unforeseen) is not. */
export const rememberedProblem = (error: unknown): Response => {
  const refusal = problemOf(error);
  if (refusal === undefined || refusal.status >= 500) throw error;
  return responseOfProblem(refusal);
};
