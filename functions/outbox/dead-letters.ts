/** Events that the broker refuses for good: set aside in `outbox_dead_letters`, told to an alarm, and moved back on request. */
import type { Sql } from "../runtime/postgres";
import { idsOf, type OutboxEvent, reasonOf } from "./rows";

/** Which dead letters to move back; all there are when it names none. */
export interface Replay {
  ids?: string[];
}

/** Sets aside an event that the broker refuses, with its place, so that the others can go on. */
export const bury = async (sql: Sql, event: OutboxEvent, error: unknown): Promise<void> => {
  const { correlationid }: { correlationid?: string } = JSON.parse(event.payload);
  console.error({
    message: "an event was refused by the broker",
    ...{ event_id: event.id, event_type: event.event_type, correlation_id: correlationid },
    error: String(error),
  });
  await sql`
    with refused as (
      delete from outbox where id = ${event.id}
      returning id, xid, seq, event_type, aggregate_id, payload, attempts, created_at
    )
    insert into outbox_dead_letters
      (id, xid, seq, event_type, aggregate_id, payload, attempts, last_error, created_at)
    select id, xid, seq, event_type, aggregate_id, payload, attempts + 1, ${reasonOf(error)}, created_at from refused
  `;
};

/**
 * Moves dead letters back to the place in the outbox that they had, so that they are published in the order that they were written in.
 * Answers how many. The next relay to take its turn finds them.
 */
export const replayDeadLetters = async (sql: Sql, { ids }: Replay): Promise<number> => {
  const moved = await sql`
    with replayed as (
      delete from outbox_dead_letters
      ${ids === undefined ? sql`` : sql`where id = any (${idsOf(ids.map((id) => ({ id })))}::text::uuid[])`}
      returning id, xid, seq, event_type, aggregate_id, payload, attempts, last_error, created_at
    )
    insert into outbox (id, xid, seq, event_type, aggregate_id, payload, attempts, last_error, created_at)
    overriding system value
    select id, xid, seq, event_type, aggregate_id, payload, attempts, last_error, created_at from replayed
  `;
  return moved.count;
};
