import {
  inFlight,
  insertResponse,
  lockKey,
  purgeExpired,
  rememberedProblem,
  replay,
  selectResponse,
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
        request.idempotencyKey === undefined ? run(transaction) : once(transaction, request, run),
      ),
    ) as Promise<Response>,
});

/** Where nothing is ever written: no endpoint has another method than GET. */
export const readOnly = <Unit>(read: Unit): UnitOfWork<Unit> => ({
  read,
  write: () => Promise.reject(new Error("These endpoints only read.")),
});

/** Repeats a transaction that PostgreSQL broke off to resolve a conflict; gives up after the third try. */
const withRetries = async <T>(transaction: () => Promise<T>): Promise<T> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await transaction();
    } catch (error) {
      if (!isConflict(error)) throw error;
      if (attempt === 3) throw busy();
    }
  }
};

export const busy = () => problem(503, "busy", "Too many changes at once. Please try again.", { retryAfter: 1 });

/**
 * Runs a request once per user and key. The advisory lock marks a request in flight and ends with its transaction. A
 * problem raised by the handler undoes the handler's work (savepoint) but is remembered as the response.
 */
const once = async (
  transaction: Transaction,
  request: WriteRequest,
  run: (unit: Sql) => Promise<Response>,
): Promise<Response> => {
  // Two statements, not one: what the lock protects must be read by a snapshot taken after the lock was had.
  const [[lock], [stored]] = await Promise.all([
    transaction<{ free: boolean }[]>`select ${lockKey(transaction, request)} as free`,
    selectResponse(transaction, request),
  ]);
  if (lock?.free !== true) throw inFlight();
  if (stored !== undefined) return replay(stored, request);

  const response = await transaction.savepoint((savepoint) => run(savepoint)).catch(rememberedProblem);
  await transaction`
    with ${purgeExpired(transaction, request)}
    ${insertResponse(transaction, request, response as Response)}
  `;
  return response as Response;
};
