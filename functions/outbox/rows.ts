/** What the relay does with the rows of an outbox. Here is all its SQL but that of dead letters. */
import type { Sql } from "../runtime/postgres";

export interface OutboxEvent {
  id: string;
  event_type: string;
  aggregate_id: string;
  payload: string;
  /** Place in the order of publication. */
  place: string;
  seq: string;
}

/** What becomes of a published event: kept and marked as sent, without what was secret or personal in it, or deleted. */
export type Afterwards = "mark" | "delete";

/** Most events that are read at once. */
const BATCH = 1000;

/**
 * Forgets what was published, and reads what comes after `last`, in one statement: events of transactions that no older one can still
 * come before. Whatever comes later comes after these.
 */
export const advance = async (
  sql: Sql,
  afterwards: Afterwards,
  acknowledged: OutboxEvent[],
  last: OutboxEvent | undefined,
): Promise<OutboxEvent[]> => sql<OutboxEvent[]>`
  ${acknowledged.length === 0 ? sql`` : sql`with forgotten as (${forget(sql, afterwards, acknowledged)})`}
  select id, event_type, aggregate_id, payload::text as payload, xid::text as place, seq
  from outbox
  where xid < pg_snapshot_xmin(pg_current_snapshot())
    ${afterwards === "mark" ? sql`and status = 'pending'` : sql``}
    ${last === undefined ? sql`` : sql`and (xid, seq) > (${last.place}::text::xid8, ${last.seq}::text::bigint)`}
  order by xid, seq
  limit ${BATCH}
`;

/** Members of `data` that are not kept. */
const notKept = "{code,invite_code,email,invitee_email,inviter_name,name,previous}";

/** Forgets what was published. */
export const forget = (sql: Sql, afterwards: Afterwards, acknowledged: OutboxEvent[]) =>
  afterwards === "delete"
    ? sql`delete from outbox where id = any (${idsOf(acknowledged)}::text::uuid[])`
    : sql`
        update outbox
        set status = 'sent', sent_at = now(), payload = jsonb_set(payload, '{data}', (payload -> 'data') - ${notKept}::text::text[])
        where id = any (${idsOf(acknowledged)}::text::uuid[])
      `;

/** Whether there are events that only wait for an older transaction to end: one that writes, or an analyze, is enough. */
export const isHeldBack = async (sql: Sql, afterwards: Afterwards): Promise<boolean> => {
  const [found] = await sql<{ held: boolean }[]>`
    select exists (
      select from outbox
      where xid >= pg_snapshot_xmin(pg_current_snapshot()) ${afterwards === "mark" ? sql`and status = 'pending'` : sql``}
    ) as held
  `;
  return found?.held ?? false;
};

/** Since when the next event waits, in seconds; 0 when none does. */
export const ageOf = async (sql: Sql, afterwards: Afterwards): Promise<number> => {
  const [next] = await sql<{ age: number }[]>`
    select greatest(extract(epoch from now() - created_at), 0)::float8 as age
    from outbox
    ${afterwards === "mark" ? sql`where status = 'pending'` : sql``}
    order by xid, seq
    limit 1
  `;
  return next?.age ?? 0;
};

/** Counts a failed attempt; which says nothing of the events, so they stay. */
export const note = async (sql: Sql, events: OutboxEvent[], error: unknown): Promise<void> => {
  await sql`
    update outbox
    set attempts = attempts + 1, last_error = ${reasonOf(error)}
    where id = any (${idsOf(events)}::text::uuid[])
  `;
};

/** What is kept of an error. */
export const reasonOf = (error: unknown): string => String(error).slice(0, 500);

export const idsOf = (events: { id: string }[]): string => `{${events.map(({ id }) => id).join(",")}}`;
