import { newId } from "./ids";
import type { Sql } from "./postgres";

/** A change to be published: the seed's event type and the whole resource; updates carry `previous` inside `data`. */
export interface Event {
  /** E.g. `GroupCreated`. */
  type: string;
  /** Producing service, e.g. `users`. */
  source: string;
  /** What events are ordered by: the Kafka message key. */
  aggregateId: string;
  data: Record<string, unknown>;
}

/**
 * Writes events into the outbox, in the transaction of the change itself: either both are committed or neither. The payload
 * is the CloudEvents 1.0 document that will be published. Several events of one call keep their order (`seq`).
 */
export const publish = async (sql: Sql, ...events: Event[]): Promise<void> => {
  const time = new Date().toISOString();
  const rows = events.map(({ type, source, aggregateId, data }) => {
    const id = newId();
    const payload = {
      specversion: "1.0",
      id,
      source: `/ahorro/${source}`,
      type,
      subject: aggregateId,
      time,
      datacontenttype: "application/json",
      data,
    };
    return { id, event_type: type, aggregate_id: aggregateId, payload };
  });
  await sql`
    insert into outbox (id, event_type, aggregate_id, payload)
    select id, event_type, aggregate_id, payload
    from rows from (
      jsonb_to_recordset(${JSON.stringify(rows)}::text::jsonb) as (id uuid, event_type text, aggregate_id uuid, payload jsonb)
    ) with ordinality as event (id, event_type, aggregate_id, payload, position)
    order by position
  `;
};
