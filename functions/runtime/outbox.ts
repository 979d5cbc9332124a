import { correlationId } from "./correlation";
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

/** A row of an outbox table. The payload is the CloudEvents 1.0 document that will be published. */
export interface OutboxRow {
  id: string;
  event_type: string;
  aggregate_id: string;
  payload: Record<string, unknown>;
}

/** The row of an event that happened now. */
export const outboxRow = ({ type, source, aggregateId, data }: Event): OutboxRow => {
  const id = newId();
  const correlationid = correlationId();
  const payload = {
    specversion: "1.0",
    id,
    source: `/ahorro/${source}`,
    type,
    subject: aggregateId,
    time: new Date().toISOString(),
    datacontenttype: "application/json",
    ...(correlationid !== undefined && { correlationid }),
    data,
  };
  return { id, event_type: type, aggregate_id: aggregateId, payload };
};

/**
 * The `insert` that writes events into the outbox, as a part of a greater statement or by itself: in the transaction of the
 * change, so that either both are committed or neither. The events keep their order (`seq`).
 *
 * @param where what must hold for them to be written.
 */
export const insertEvents = (sql: Sql, events: Event[], where = sql`true`) => sql`
  insert into outbox (id, event_type, aggregate_id, payload)
  select id, event_type, aggregate_id, payload
  from rows from (
    jsonb_to_recordset(${JSON.stringify(events.map(outboxRow))}::text::jsonb)
      as (id uuid, event_type text, aggregate_id uuid, payload jsonb)
  ) with ordinality as event (id, event_type, aggregate_id, payload, position)
  where ${where}
  order by position
`;

/** Writes events into the outbox. */
export const publish = async (sql: Sql, ...events: Event[]): Promise<void> => {
  await insertEvents(sql, events);
};
