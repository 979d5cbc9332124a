/**
 * The relay: publishes what services have committed into their outbox, in order, and forgets it only when the broker has it. Killed
 * anywhere it loses nothing; what was published but not yet forgotten is published again, in the same order (at least once).
 */
import type { Context } from "aws-lambda";
import type { Message } from "kafkajs";
import type { Connection, Sql } from "../runtime/postgres";
import { bury, type Replay, replayDeadLetters } from "./dead-letters";
import { type Afterwards, advance, forget, isHeldBack, note, type OutboxEvent } from "./rows";
import { takeTurn } from "./turn";
import { LINGER } from "./wake";

export interface RelayOptions {
  /** Opens the connection of one run. */
  connect: () => Connection;
  /** Gives a batch to the broker; fails when it does not have all of it. Never called again before that is known. */
  publish: (messages: Message[]) => Promise<void>;
  /** What becomes of a published event. */
  afterwards: Afterwards;
  /** Told of each event that the broker refuses for good. */
  buried: () => void;
}

/** What a relay is invoked with: nothing (by an API or the schedule), or what to do before. */
export interface RelayEvent {
  /** Moves dead letters back into the outbox. */
  replay?: Replay;
}

/** Bytes in one request; a record adds key and headers to its payload. */
const LARGEST = 900_000;
const OVERHEAD = 200;
/** Between two looks for more, in ms; only for as long as a relay lingers. */
const PAUSE = 10;
/** At most between two looks for what an older transaction holds back; each wait is twice the one before. */
const LONGEST_PAUSE = 160;
/** What is left of an invocation's time when a relay ends it, in ms. */
const RESERVE = 5_000;

/**
 * Answers how many events it has published; `busy` when another relay is at work and a third one waits already, which will publish
 * what is there now; and after a replay how many dead letters were moved back.
 */
export const relay =
  (options: RelayOptions) =>
  async ({ replay }: RelayEvent, context: Pick<Context, "getRemainingTimeInMillis">) => {
    const sql = options.connect();
    try {
      const replayed = replay ? { replayed: await replayDeadLetters(sql, replay) } : {};
      if (!(await takeTurn(sql))) return { ...replayed, published: 0, busy: true };
      const published = await drain(sql, options, () => context.getRemainingTimeInMillis() > RESERVE);
      return { ...replayed, published };
    } finally {
      // An idle relay holds no connection; locks end with it. Nothing is under way any more, but postgres.js waits forever for the
      // statement that a broken connection took with it, unless there is a limit (in seconds).
      await sql.end({ timeout: 1 });
    }
  };

/**
 * Publishes one batch after another. While the broker takes one, PostgreSQL forgets the one before and reads the one after. Nothing is
 * forgotten before the broker has acknowledged it, and nothing is sent while it is unknown what became of what was sent before.
 */
const drain = async (sql: Sql, options: RelayOptions, goOn: () => boolean): Promise<number> => {
  const { afterwards } = options;
  let published = 0;
  let acknowledged: OutboxEvent[] = [];
  let events = await advance(sql, afterwards, [], undefined);
  let last = events.at(-1);
  let foundAt = performance.now();
  let pause = PAUSE;
  while (goOn()) {
    if (events.length > 0) {
      foundAt = performance.now();
      pause = PAUSE;
    } else if (acknowledged.length === 0) {
      if (performance.now() - foundAt > LINGER) {
        if (!(await isHeldBack(sql, afterwards))) return published;
        pause = Math.min(2 * pause, LONGEST_PAUSE);
      }
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
    [events, acknowledged] = await both(advance(sql, afterwards, acknowledged, last), publishAll(sql, options, events));
    published += acknowledged.length;
    last = events.at(-1) ?? last;
  }
  if (acknowledged.length > 0) await forget(sql, afterwards, acknowledged);
  return published;
};

/** Waits for both, also when one of them fails: when a relay ends, nothing of it may still be on its way. */
const both = async <First, Second>(first: Promise<First>, second: Promise<Second>): Promise<[First, Second]> => {
  await Promise.allSettled([first, second]);
  return [await first, await second];
};

/** Gives events to the broker, in as many requests as it takes, one after the other. Answers those that it has acknowledged. */
const publishAll = async (sql: Sql, options: RelayOptions, events: OutboxEvent[]): Promise<OutboxEvent[]> => {
  const acknowledged: OutboxEvent[] = [];
  for (const part of partsOf(events)) acknowledged.push(...(await publishPart(sql, options, part)));
  return acknowledged;
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

/** Gives events to the broker in one request; those that it refuses for good are set aside. Answers the others. */
const publishPart = async (sql: Sql, options: RelayOptions, events: OutboxEvent[]): Promise<OutboxEvent[]> => {
  try {
    await options.publish(events.map(messageOf));
    return events;
  } catch (error) {
    if (!isRefusal(error)) {
      // That it failed is what matters, also when the database is out of reach, too.
      await note(sql, events, error).catch(() => undefined);
      throw error;
    }
    const [event, ...others] = events;
    if (event !== undefined && others.length === 0) {
      await bury(sql, event, error);
      options.buried();
      return [];
    }
    // Something in here is refused for good. The halves keep the order; in the end the one is found.
    const middle = events.length >> 1;
    const before = await publishPart(sql, options, events.slice(0, middle));
    return [...before, ...(await publishPart(sql, options, events.slice(middle)))];
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
