import { createHash } from "node:crypto";
import type { Sql } from "./postgres";
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
export const replay = (stored: StoredResponse, request: WriteRequest): Response => {
  if (stored.fingerprint !== fingerprintOf(request)) {
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

/** The lock that marks a request in flight; it ends with its transaction. */
export const lockKey = (sql: Sql, request: WriteRequest) => sql`
  pg_try_advisory_xact_lock(hashtextextended(${`${request.userId}/${request.idempotencyKey}`}, 0))
`;

/** The response that a key has been answered with, in SQL. */
export const selectResponse = (sql: Sql, request: WriteRequest) => sql<StoredResponse[]>`
  select fingerprint, status, headers, body
  from idempotency_keys
  where user_id = ${request.userId} and key = ${request.idempotencyKey ?? ""} and created_at > now() - interval '24 hours'
`;

/**
 * The `insert` that keeps a response, as a part of a greater statement or by itself; it returns no row when the key is taken.
 *
 * @param where what must hold for it to be kept.
 */
export const insertResponse = (sql: Sql, request: WriteRequest, response: Response, where = sql`true`) => sql`
  insert into idempotency_keys (user_id, key, fingerprint, status, headers, body)
  select ${request.userId}::uuid, ${request.idempotencyKey ?? ""}, ${fingerprintOf(request)}, ${response.statusCode}::int,
    ${JSON.stringify(response.headers)}::text::jsonb, ${response.body}
  where ${where}
  on conflict (user_id, key) do update
  set fingerprint = excluded.fingerprint,
      status = excluded.status,
      headers = excluded.headers,
      body = excluded.body,
      created_at = now()
  where idempotency_keys.created_at <= now() - interval '24 hours'
  returning true
`;

/** CTEs that remove a few records whose time is over, so that nothing else has to; not the one that is written now. */
export const purgeExpired = (sql: Sql, request: WriteRequest) => sql`
  expired as (
    select user_id, key from idempotency_keys
    where created_at <= now() - interval '24 hours'
      and (user_id, key) <> (${request.userId}::uuid, ${request.idempotencyKey ?? ""})
    order by created_at
    limit 10
    for update skip locked
  ), purged as (
    delete from idempotency_keys old
    using expired
    where old.user_id = expired.user_id and old.key = expired.key
  )
`;
