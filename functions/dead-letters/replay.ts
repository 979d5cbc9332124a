/**
 * Dead letters, for people: lists them, and gives records back to the topics that they come from. Each consumer of a topic gets them
 * again, since each must bear that anyway. What was given back is remembered as the progress of the consumer group `dead-letters`.
 */
import type { Context } from "aws-lambda";
import type { Kafka, KafkaMessage } from "kafkajs";
import { deadLetterTopic } from "../../components/event-bus/names";
import type { Publisher } from "../runtime/kafka";
import { type Described, describe, recordOf } from "./letter";
import { encode, withDone } from "./progress";
import { read, type Span, spansOf } from "./reading";

/** Which dead letters; all fields that are given must hold. */
export interface Selection {
  /** The topic that they come from. */
  topic?: string;
  /** Consumer group. */
  group?: string;
  /** Ids of dead letters, or of the events in them. */
  ids?: string[];
  /** Set aside before that moment, RFC 3339. */
  before?: string;
}

/** What the function is asked for. */
export type ReplayEvent =
  | { list: Selection & { values?: boolean } }
  | { replay: Selection }
  /** By a schedule: counts those that wait. */
  | { count: true };

export interface Listed {
  dead_letters: Described[];
  /** False when there are more than one answer holds. */
  complete: boolean;
}

export interface Replayed {
  /** Records that were published. */
  replayed: number;
  /** Dead letters that are done with: one record may have been set aside by several groups, or more than once. */
  done: number;
  /** False when the time was not enough for all: ask again. */
  complete: boolean;
}

export interface ReplayOptions {
  kafka: Kafka;
  publisher: Publisher;
  /** Topics that have dead letters. */
  topics: string[];
  /** Is told how many wait, by topic and consumer group. */
  waiting: (topic: string, group: string, count: number) => void;
}

/** Most bytes of a list: a bit below what a function may answer ("Lambda quotas"). */
const LARGEST_LIST = 5_000_000;
/** What is left of an invocation's time when reading ends, in ms: enough to leave the group. */
const RESERVE = 15_000;

/** Answers `Listed`, `Replayed`, or nothing, by what it is asked for. One at a time: two would share the partitions. */
export const replayer =
  (options: ReplayOptions) => async (event: ReplayEvent, context: Pick<Context, "getRemainingTimeInMillis">) => {
    const deadline = Date.now() + context.getRemainingTimeInMillis() - RESERVE;
    if ("list" in event) return list(options, event.list, deadline);
    if ("replay" in event) return replay(options, event.replay, deadline);
    if ("count" in event) return count(options, deadline);
    throw new Error("Ask for { list: … }, { replay: … } or { count: true }.");
  };

const list = async (
  options: ReplayOptions,
  { values = false, ...selection }: Selection & { values?: boolean },
  deadline: number,
): Promise<Listed> => {
  const found: Described[] = [];
  let size = 0;
  const complete = await read(options.kafka, {
    spans: await selectedSpans(options, selection),
    deadline,
    take: async ({ topic, partition }, messages) => {
      for (const message of messages) {
        const letter = describe(topic, partition, message, values);
        if (!isSelected(letter, selection)) continue;
        size += Buffer.byteLength(JSON.stringify(letter));
        if (size > LARGEST_LIST) return false;
        found.push(letter);
      }
      return true;
    },
  });
  return { dead_letters: found, complete: complete && size <= LARGEST_LIST };
};

/** Publishes batch by batch; a batch counts as done only when the brokers have it. */
const replay = async (options: ReplayOptions, selection: Selection, deadline: number): Promise<Replayed> => {
  const published = new Set<string>();
  let [replayed, done] = [0, 0];
  const complete = await read(options.kafka, {
    spans: await selectedSpans(options, selection),
    deadline,
    take: async (span, messages, commit) => {
      const chosen = messages.filter((message) =>
        isSelected(describe(span.topic, span.partition, message, false), selection),
      );
      if (chosen.length === 0) return true;
      const progress = chosen.reduce((sum, { offset }) => withDone(sum, Number(offset)), span.progress);
      encode(progress); // refused before anything is published
      const records = chosen.filter((message) => isFirst(span, message, published)).map(recordOf);
      const topic = options.topics.find((candidate) => deadLetterTopic(candidate) === span.topic) ?? "";
      if (records.length > 0) await options.publisher.publish(topic, records);
      await commit(progress);
      replayed += records.length;
      done += chosen.length;
      return Date.now() < deadline;
    },
  });
  return { replayed, done, complete };
};

/** Tells how many wait. Looks after the group besides: Kafka forgets what it has committed a week after it was there last. */
const count = async (options: ReplayOptions, deadline: number): Promise<void> => {
  const counts = new Map<string, { topic: string; group: string; count: number }>();
  await read(options.kafka, {
    spans: await selectedSpans(options, {}),
    deadline,
    renew: true,
    take: async (span, messages) => {
      for (const message of messages) {
        const { group } = describe(span.topic, span.partition, message, false);
        const key = `${span.topic}/${group}`;
        const topic = options.topics.find((candidate) => deadLetterTopic(candidate) === span.topic) ?? "";
        counts.set(key, { topic, group, count: (counts.get(key)?.count ?? 0) + 1 });
      }
      return true;
    },
  });
  for (const { topic, group, count } of counts.values()) options.waiting(topic, group, count);
};

const selectedSpans = async ({ kafka, topics }: ReplayOptions, { topic }: Selection): Promise<Span[]> => {
  if (topic !== undefined && !topics.includes(topic)) {
    throw new Error(`There is no topic "${topic}" with dead letters. There are: ${topics.join(", ")}.`);
  }
  const admin = kafka.admin();
  await admin.connect();
  try {
    return await spansOf(admin, (topic === undefined ? topics : [topic]).map(deadLetterTopic));
  } finally {
    await admin.disconnect();
  }
};

const isSelected = (letter: Described, { group, ids, before }: Selection): boolean =>
  (group === undefined || letter.group === group) &&
  (ids === undefined || ids.includes(letter.id) || ids.includes(letter.event_id)) &&
  (before === undefined || letter.time < before);

/** Whether this is the first dead letter of its record. */
const isFirst = ({ topic, partition }: Span, message: KafkaMessage, published: Set<string>): boolean => {
  const { id, origin } = describe(topic, partition, message, false);
  const record = origin === "//" ? id : origin;
  if (published.has(record)) return false;
  published.add(record);
  return true;
};
