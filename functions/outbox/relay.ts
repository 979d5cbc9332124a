/**
 * The relay: publishes what services have committed into their outbox, in order, and forgets it only when the broker has it. Killed
 * anywhere it loses nothing; what was published but not yet forgotten is published again, in the same order (at least once).
 */
import type { Context } from "aws-lambda";
import type { Message } from "kafkajs";
import type { Connection, Sql } from "../runtime/postgres";
import { LINGER } from "./wake";

export interface RelayOptions {
  /** Opens the connection of one run. */
  connect: () => Connection;
  /** Gives a batch to the broker; fails when it does not have all of it. */
  publish: (messages: Message[]) => Promise<void>;
  /** What becomes of a published event: kept and marked as sent, without what was secret in it, or deleted. */
  afterwards: "mark" | "delete";
}

interface OutboxEvent {
  id: string;
  event_type: string;
  aggregate_id: string;
  payload: string;
  /** Place in the order of publication. */
  place: string;
  seq: string;
}

/** Events in one batch. */
const BATCH = 1000;
/** Bytes in one request; a record adds key and headers to its payload. */
const LARGEST = 900_000;
const OVERHEAD = 200;
/** Between two looks for more, in ms; only for as long as a relay lingers. */
const PAUSE = 10;
/** What is left of an invocation's time when a relay ends it, in ms. */
const RESERVE = 5_000;

/** Answers how many events it has published; `busy` when another relay is at work and a third one waits already. */
export const relay =
  (options: RelayOptions) => async (_event: unknown, context: Pick<Context, "getRemainingTimeInMillis">) => {
    const sql = options.connect();
    try {
      if (!(await takeTurn(sql))) return { published: 0, busy: true };
      return { published: await drain(sql, options, () => context.getRemainingTimeInMillis() > RESERVE) };
    } finally {
      // An idle relay holds no connection; locks end with it. Nothing is under way any more, but postgres.js waits forever for the
      // statement that a broken connection took with it, unless there is a limit (in seconds).
      await sql.end({ timeout: 1 });
    }
  };

/**
 * One relay is at work in each database, and one more may wait for it. A call that comes while both are there can go: whoever waits
 * will look after this moment.
 */
const takeTurn = async (sql: Sql): Promise<boolean> => {
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

/** Publishes one batch after another; nothing is forgotten before the broker has acknowledged it. */
const drain = async (sql: Sql, options: RelayOptions, goOn: () => boolean): Promise<number> => {
  let published = 0;
  let foundAt = performance.now();
  let events = await advance(sql, options.afterwards, []);
  while (goOn()) {
    if (events.length > 0) {
      for (const part of partsOf(events)) await publishAll(sql, options, part);
      published += events.length;
      foundAt = performance.now();
    } else if (performance.now() - foundAt > LINGER) return published;
    else await new Promise((resolve) => setTimeout(resolve, PAUSE));
    events = await advance(sql, options.afterwards, events);
  }
  return published;
};

/**
 * Forgets what was published, and reads the next batch, in one statement: events of transactions that no older one can still come
 * before. Whatever comes later comes after these.
 */
const advance = async (
  sql: Sql,
  afterwards: RelayOptions["afterwards"],
  acknowledged: OutboxEvent[],
): Promise<OutboxEvent[]> => {
  const last = acknowledged.at(-1);
  return sql<OutboxEvent[]>`
    ${last === undefined ? sql`` : sql`with forgotten as (${forget(sql, acknowledged, afterwards)})`}
    select id, event_type, aggregate_id, payload::text as payload, xid::text as place, seq
    from outbox
    where xid < pg_snapshot_xmin(pg_current_snapshot())
      ${afterwards === "mark" ? sql`and status = 'pending'` : sql``}
      ${last === undefined ? sql`` : sql`and (xid, seq) > (${last.place}::text::xid8, ${last.seq}::text::bigint)`}
    order by xid, seq
    limit ${BATCH}
  `;
};

/**
 * Events that fit into one request each: all of one key go into one batch of records, for which brokers take 1 MB unless they are
 * told otherwise (`message.max.bytes`).
 */
const partsOf = (events: OutboxEvent[]): OutboxEvent[][] => {
  const parts: OutboxEvent[][] = [];
  let size = Number.POSITIVE_INFINITY;
  for (const event of events) {
    const bytes = Buffer.byteLength(event.payload) + OVERHEAD;
    if (size + bytes > LARGEST) {
      parts.push([]);
      size = 0;
    }
    parts.at(-1)?.push(event);
    size += bytes;
  }
  return parts;
};

/** Gives events to the broker; those that it refuses for good are set aside. */
const publishAll = async (sql: Sql, options: RelayOptions, events: OutboxEvent[]): Promise<void> => {
  try {
    await options.publish(events.map(messageOf));
  } catch (error) {
    if (!isRefusal(error)) {
      await note(sql, events, error);
      throw error;
    }
    if (events.length === 1) await bury(sql, events, error);
    else {
      // Something in here is refused for good. The halves keep the order; in the end the one is found.
      const middle = events.length >> 1;
      await publishAll(sql, options, events.slice(0, middle));
      await publishAll(sql, options, events.slice(middle));
    }
  }
};

/** Structured mode of CloudEvents' Kafka protocol binding: the whole event is the value. */
const messageOf = ({ id, event_type, aggregate_id, payload }: OutboxEvent): Message => ({
  key: aggregate_id,
  value: payload,
  headers: { "content-type": "application/cloudevents+json", ce_id: id, ce_type: event_type },
});

/** Errors of Kafka that no repetition mends, told by their names: the message itself is what is wrong. */
const isRefusal = (error: unknown): boolean =>
  ["MESSAGE_TOO_LARGE", "RECORD_LIST_TOO_LARGE", "INVALID_RECORD", "CORRUPT_MESSAGE"].includes(
    error instanceof Error && "type" in error ? String(error.type) : "",
  );

const idsOf = (events: OutboxEvent[]): string => `{${events.map(({ id }) => id).join(",")}}`;

const forget = (sql: Sql, events: OutboxEvent[], afterwards: RelayOptions["afterwards"]) =>
  afterwards === "delete"
    ? sql`delete from outbox where id = any (${idsOf(events)}::text::uuid[])`
    : sql`
        update outbox
        set status = 'sent', sent_at = now(), payload = payload #- '{data,code}' #- '{data,invite_code}'
        where id = any (${idsOf(events)}::text::uuid[])
      `;

/** Counts a failed attempt; which says nothing of the events, so they stay. */
const note = async (sql: Sql, events: OutboxEvent[], error: unknown): Promise<void> => {
  await sql`
    update outbox
    set attempts = attempts + 1, last_error = ${String(error).slice(0, 500)}
    where id = any (${idsOf(events)}::text::uuid[])
  `;
};

/** Sets aside what the broker refuses, so that the others can go on. */
const bury = async (sql: Sql, events: OutboxEvent[], error: unknown): Promise<void> => {
  console.error({ message: "an event was refused by the broker", id: events[0]?.id, error: String(error) });
  await sql`
    with refused as (
      delete from outbox where id = any (${idsOf(events)}::text::uuid[])
      returning id, event_type, aggregate_id, payload, attempts, created_at
    )
    insert into outbox_dead_letters (id, event_type, aggregate_id, payload, attempts, last_error, created_at)
    select id, event_type, aggregate_id, payload, attempts + 1, ${String(error).slice(0, 500)}, created_at from refused
  `;
};
