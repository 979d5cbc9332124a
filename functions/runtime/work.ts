import {
  fingerprintOf,
  inFlight,
  rememberedProblem,
  replay,
  type StoredResponse,
  type WriteRequest,
} from "./idempotency";
import { type Connection, isConflict, type Sql, type Transaction } from "./postgres";
import { problem } from "./problem";
import type { Response } from "./response";

/** How a service reads and writes: `write` runs everything in one transaction, idempotency record included. */
export interface UnitOfWork<Unit> {
  read: Unit;
  write: (request: WriteRequest, run: (unit: Unit) => Promise<Response>) => Promise<Response>;
}

/** Units of work on PostgreSQL. The database has a table `idempotency_keys`. */
export const sqlWork = (sql: Connection): UnitOfWork<Sql> => ({
  read: sql,
  write: (request, run) =>
    withRetries(() =>
      sql.begin(async (transaction) =>
        request.idempotencyKey === undefined
          ? run(transaction)
          : once(transaction, request, request.idempotencyKey, run),
      ),
    ) as Promise<Response>,
});

/** Repeats a transaction that PostgreSQL broke off to resolve a conflict; gives up after the third try. */
const withRetries = async <T>(transaction: () => Promise<T>): Promise<T> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await transaction();
    } catch (error) {
      if (!isConflict(error)) throw error;
      if (attempt === 3) throw problem(503, "busy", "Too many changes at once. Please try again.", { retryAfter: 1 });
    }
  }
};

/**
 * Runs a request once per user and key. The advisory lock marks a request in flight and ends with its transaction. A
 * problem raised by the handler undoes the handler's work (savepoint) but is remembered as the response.
 */
const once = async (
  transaction: Transaction,
  request: WriteRequest,
  key: string,
  run: (unit: Sql) => Promise<Response>,
): Promise<Response> => {
  const fingerprint = fingerprintOf(request);
  // Two statements, not one: what the lock protects must be read by a snapshot taken after the lock was had.
  const [[lock], [stored]] = await Promise.all([
    transaction<{ free: boolean }[]>`
      select pg_try_advisory_xact_lock(hashtextextended(${`${request.userId}/${key}`}, 0)) as free
    `,
    transaction<StoredResponse[]>`
      select fingerprint, status, headers, body
      from idempotency_keys
      where user_id = ${request.userId} and key = ${key} and created_at > now() - interval '24 hours'
    `,
  ]);
  if (lock?.free !== true) throw inFlight();
  if (stored !== undefined) return replay(stored, fingerprint);

  const response = await transaction.savepoint((savepoint) => run(savepoint)).catch(rememberedProblem);
  await transaction`
    with expired as (
      select user_id, key from idempotency_keys
      where created_at <= now() - interval '24 hours'
      order by created_at
      limit 10
      for update skip locked
    ), purged as (
      delete from idempotency_keys old using expired where old.user_id = expired.user_id and old.key = expired.key
    )
    insert into idempotency_keys (user_id, key, fingerprint, status, headers, body)
    values (${request.userId}, ${key}, ${fingerprint}, ${response.statusCode}, ${transaction.json(response.headers)}, ${response.body})
    on conflict (user_id, key) do update
    set fingerprint = excluded.fingerprint,
        status = excluded.status,
        headers = excluded.headers,
        body = excluded.body,
        created_at = now()
  `;
  return response as Response;
};
