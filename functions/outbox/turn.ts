/**
 * One relay is at work in each database, and one more may wait for it. A call that comes while both are there can go: whoever waits
 * will look after this moment.
 */
import type { Sql } from "../runtime/postgres";

/** Waits for its turn to be at work; false when there is somebody who waits already. */
export const takeTurn = async (sql: Sql): Promise<boolean> => {
  const [active] = await sql<{ taken: boolean }[]>`select pg_try_advisory_lock(hashtext('outbox'), 1) as taken`;
  if (active?.taken) return true;
  const [waiting] = await sql<{ taken: boolean }[]>`select pg_try_advisory_lock(hashtext('outbox'), 2) as taken`;
  if (!waiting?.taken) return false;
  await sql`set statement_timeout = 0`;
  await sql`select pg_advisory_lock(hashtext('outbox'), 1)`;
  await sql`select pg_advisory_unlock(hashtext('outbox'), 2)`;
  await sql`reset statement_timeout`;
  return true;
};

/** Whether a relay waits for its turn. Only looks: who took the lock to find out would send away a relay that comes meanwhile. */
export const isTurnAwaited = async (sql: Sql): Promise<boolean> => {
  const [row] = await sql<{ awaited: boolean }[]>`
    select exists (
      select from pg_locks
      where locktype = 'advisory' and granted
        and database = (select oid from pg_database where datname = current_database())
        and classid = hashtext('outbox')::oid and objid = 2 and objsubid = 2
    ) as awaited
  `;
  return row?.awaited ?? false;
};
