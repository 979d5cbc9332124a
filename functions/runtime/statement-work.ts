/**
 * Units of work of one statement: for changes where round trips and the time that locks are held decide the speed.
 *
 * A handler reads what it needs without locks, decides, and hands over its answer together with the one statement that makes it
 * true. The statement locks what it changes and checks again (`guard`) what the decision was based upon; when that has changed
 * meanwhile it is undone as a whole, and the handler decides anew. The idempotency record is written by the same statement:
 * change, answer and events are committed together, in one round trip.
 */
import type { Answer } from "./answer";
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
import { type Connection, codeOf, type Fragment, isConflict, type Sql } from "./postgres";
import { type Response, responseOf } from "./response";
import { busy, type UnitOfWork } from "./work";

/** A guarded change, as the parts of one statement. */
export interface Change {
  /** CTEs that change data, and those that they and `guard` read. Each must hold back unless `exists (select from claim)`. */
  effects: Fragment;
  /** Whether what was decided upon still holds: a condition on what `effects` have locked. All of them are undone when it does not. */
  guard: Fragment;
  /** What the statement returns besides: `, <expressions>`. */
  result?: Fragment;
  /** Joins that `result` reads from. */
  from?: Fragment;
}

/** How handlers read and write by single statements. */
export interface Statements {
  /** Reads, without locks. */
  sql: Sql;
  /** The decision is made anew: what was remembered from earlier requests was wrong. */
  again: boolean;
  /** Commits the change together with its answer, which is given back. */
  commit<Body>(answer: Answer<Body>, change: Change): Promise<Answer<Body>>;
  /** Commits a change whose answer is its result; for methods without idempotency keys. */
  apply<Result>(change: Change): Promise<Result>;
}

/** After so many decisions that were overtaken by others, the client is asked to try again: only by very many at once. */
const attempts = 20;

/** Units of work on PostgreSQL, of one statement each. The database has a table `idempotency_keys`. */
export const statementWork = (sql: Connection): UnitOfWork<Statements> => ({
  read: { sql, again: false, commit: readsOnly, apply: readsOnly },
  write: async (request, run) => {
    for (let attempt = 1; attempt <= attempts; attempt += 1) {
      try {
        return await run(unitOf(sql, request, attempt > 1));
      } catch (error) {
        if (isTaken(error)) return await firstResponse(sql, request);
        if (!isOvertaken(error) && !isConflict(error)) return await refuse(sql, request, error);
      }
    }
    throw busy();
  },
});

const readsOnly = () => Promise.reject(new Error("A GET does not write."));

const unitOf = (sql: Connection, request: WriteRequest, again: boolean): Statements => {
  const execute = async (change: Change, claim: Fragment) => {
    const [{ claimed = false, ...result } = {}] = await sql<{ claimed?: boolean }[]>`
      with ${claim},
      ${change.effects}
      select exists (select from claim) as claimed ${change.result ?? sql``}
      from (select) as statement ${change.from ?? sql``}
      where must_hold(${change.guard} or not exists (select from claim))
    `;
    if (!claimed) throw taken();
    return result;
  };
  const unclaimed = sql`claim as (select)`;
  return {
    sql,
    again,
    commit: async (answer, change) => {
      if (request.idempotencyKey === undefined) {
        await execute(change, unclaimed);
      } else {
        const response = insertResponse(sql, request, responseOf(answer, "no-store"), lockKey(sql, request));
        await execute(change, sql`${purgeExpired(sql, request)}, claim as (${response})`);
      }
      return answer;
    },
    apply: async <Result>(change: Change) => (await execute(change, unclaimed)) as unknown as Result,
  };
};

/** Remembers a refusal as the answer to its key, unless there is one already. */
const refuse = async (sql: Connection, request: WriteRequest, error: unknown): Promise<Response> => {
  if (request.idempotencyKey === undefined) throw error;
  const response = rememberedProblem(error);
  const kept = await sql`
    with ${purgeExpired(sql, request)}
    ${insertResponse(sql, request, response, sql`${lockKey(sql, request)}`)}
  `;
  return kept.length > 0 ? response : firstResponse(sql, request);
};

/** What the key was answered with first; 409 while that is not known. */
const firstResponse = async (sql: Connection, request: WriteRequest): Promise<Response> => {
  const [stored] = await selectResponse(sql, request);
  if (stored === undefined) throw inFlight();
  return replay(stored, request);
};

/** The error of the database's function `must_hold`: somebody else was faster. */
const isOvertaken = (error: unknown): boolean => codeOf(error) === "AH001";

const taken = () => Object.assign(new Error("The Idempotency-Key was used before."), { taken: true });
const isTaken = (error: unknown): boolean => error instanceof Error && "taken" in error;
