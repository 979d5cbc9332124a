import postgres from "postgres";
import { connectionSettings } from "../../components/database/connection";

/** A connection or a transaction: what handlers send SQL through. */
export type Sql = postgres.ISql<Record<never, never>>;
/** A transaction, which can have savepoints. */
export type Transaction = postgres.TransactionSql<Record<never, never>>;
/** A part of a statement, or a statement that has not been sent. */
export type Fragment = postgres.PendingQuery<postgres.Row[]>;
/** The connection of one Lambda instance. */
export type Connection = postgres.Sql<Record<never, never>>;

/**
 * Connects as `DATABASE_USER` to `DATABASE_NAME` (or with another prefix), lazily: the first statement opens the connection.
 *
 * An instance serves one event at a time, so one connection is all it needs. Type lookups are off (they would cost a round
 * trip at every cold start). Amounts (`numeric`) and `bigint` stay strings; `timestamptz` becomes `Date`.
 */
export const connect = (applicationName: string, prefix = "DATABASE"): Connection => {
  const { host, port, database, username, password, ssl } = connectionSettings(prefix);
  return postgres<Record<never, never>>({
    host,
    port,
    database,
    username,
    password,
    ssl,
    max: 1,
    idle_timeout: 60,
    connect_timeout: 10,
    fetch_types: false,
    onnotice: () => undefined,
    connection: {
      application_name: applicationName,
      TimeZone: "UTC",
      // Compiling a statement takes longer than any of ours runs; PostgreSQL takes the larger ones for long ones.
      jit: "off",
      statement_timeout: 10_000,
      idle_in_transaction_session_timeout: 15_000,
    },
  });
};

/**
 * Sends a query that is planned anew for the values it carries: a plan for anybody would be bad for somebody, as people have
 * a hundred transactions or a hundred thousand. All three statements travel together, over the one connection; each is sent at once,
 * as one that is only awaited would be sent after the others.
 */
export const plannedForItsValues = async <Rows extends readonly postgres.MaybeRow[]>(
  sql: Sql,
  query: postgres.PendingQuery<Rows>,
): Promise<Rows> => {
  const [, rows] = await Promise.all([
    sql`set plan_cache_mode = force_custom_plan`.execute(),
    query.execute(),
    sql`set plan_cache_mode = auto`.execute(),
  ]);
  return rows;
};

/** The database could not be reached or is shutting down: a retry may succeed (503). */
export const isUnavailable = (error: unknown): boolean => {
  const code = codeOf(error);
  return (
    ["CONNECT_TIMEOUT", "CONNECTION_CLOSED", "CONNECTION_ENDED", "CONNECTION_DESTROYED"].includes(code) ||
    ["ECONNREFUSED", "ECONNRESET", "ENOTFOUND", "ETIMEDOUT", "EPIPE"].includes(code) ||
    // PostgreSQL, appendix A: connection exceptions, insufficient resources, operator intervention
    /^(08|53|57)/.test(code)
  );
};

/** Serialization failure or deadlock (40001, 40P01): the whole transaction may be tried again. */
export const isConflict = (error: unknown): boolean => ["40001", "40P01"].includes(codeOf(error));

/** The SQLSTATE of PostgreSQL's errors, or the name that the system or postgres.js gives; empty for others. */
export const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
