import type { Admin, Consumer, Kafka, KafkaMessage } from "kafkajs";
import { REPLAY_GROUP } from "../../components/event-bus/names";
import { decode, encode, isDone, type Progress, startingAt } from "./progress";

/** A partition of dead letters: what of it is done, and where it ends. */
export interface Span {
  topic: string;
  partition: number;
  progress: Progress;
  /** The offset after the last record there was when this was asked for. */
  end: number;
}

/** The partitions of topics as they are now. */
export const spansOf = async (admin: Admin, topics: string[]): Promise<Span[]> => {
  const committed = await admin.fetchOffsets({ groupId: REPLAY_GROUP, topics });
  const spans = committed.map(async ({ topic, partitions }) => {
    const ends = await admin.fetchTopicOffsets(topic);
    return partitions.map(({ partition, ...offset }): Span => {
      const found = ends.find((candidate) => candidate.partition === partition);
      const [low, end] = [Number(found?.low ?? 0), Number(found?.high ?? 0)];
      const progress = startingAt(decode(offset), low);
      // A log shorter than what was read of it is another one: the topic was made anew.
      return { topic, partition, end, progress: progress.next > end ? { next: low, done: [] } : progress };
    });
  });
  return (await Promise.all(spans)).flat();
};

export interface Reading {
  spans: Span[];
  /** Ends the reading then (`Date.now()`), done or not. */
  deadline: number;
  /** Whether what is done is committed again, before anything is read: Kafka forgets what an idle group has committed. */
  renew?: boolean;
  /** Is given what is not done yet, in the order of the log; answers whether to go on. */
  take: (span: Span, messages: KafkaMessage[], commit: (progress: Progress) => Promise<void>) => Promise<boolean>;
}

/**
 * Reads partitions to their ends, as the one member of the consumer group; answers whether it got there. Nothing is committed but by
 * `take`.
 *
 * @throws what `take` throws; Error when another member is at work.
 */
export const read = async (kafka: Kafka, { spans, deadline, renew = false, take }: Reading): Promise<boolean> => {
  const open = new Set(spans.filter(({ progress, end }) => progress.next < end));
  const begun = spans.filter(({ progress }) => progress.next > 0 || progress.done.length > 0);
  if (open.size === 0 && !(renew && begun.length > 0)) return true;
  const consumer = kafka.consumer({ groupId: REPLAY_GROUP, maxWaitTimeInMs: 100 });
  const outcome = deferred<boolean>();
  let over = false;
  const timer = setTimeout(() => outcome.resolve(false), deadline - Date.now());
  try {
    const joined = joining(consumer, spans, outcome.reject);
    await consumer.connect();
    await consumer.subscribe({ topics: [...new Set(spans.map(({ topic }) => topic))], fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatch: async ({ batch: { topic, partition, messages } }) => {
        const span = [...open].find((candidate) => candidate.topic === topic && candidate.partition === partition);
        if (span === undefined || over) return;
        try {
          const within = messages.filter(({ offset }) => Number(offset) < span.end);
          const left = within.filter(({ offset }) => !isDone(span.progress, Number(offset)));
          const goOn = left.length === 0 || (await take(span, left, (progress) => commit(consumer, span, progress)));
          if (Number(messages.at(-1)?.offset ?? -1) >= span.end - 1) open.delete(span);
          over = open.size === 0 || !goOn;
          if (over) outcome.resolve(open.size === 0);
        } catch (error) {
          over = true;
          outcome.reject(error);
        }
      },
    });
    await Promise.race([joined, outcome.promise]);
    if (renew) for (const span of begun) await commit(consumer, span, span.progress);
    if (open.size === 0) return true;
    return await outcome.promise;
  } finally {
    clearTimeout(timer);
    await consumer.disconnect();
  }
};

/** Resolves when the consumer has all partitions, and is where it shall begin in each. */
const joining = (consumer: Consumer, spans: Span[], fail: (error: unknown) => void): Promise<void> =>
  new Promise((resolve) => {
    consumer.on(consumer.events.CRASH, ({ payload }) => {
      if (!payload.restart) fail(payload.error);
    });
    consumer.on(consumer.events.GROUP_JOIN, ({ payload: { memberAssignment } }) => {
      if (spans.some(({ topic, partition }) => !memberAssignment[topic]?.includes(partition))) {
        fail(new Error("Somebody else is reading dead letters just now. Try again in a minute."));
      }
      for (const { topic, partition, progress } of spans) {
        consumer.seek({ topic, partition, offset: String(progress.next) });
      }
      resolve();
    });
  });

const commit = async (consumer: Consumer, span: Span, progress: Progress): Promise<void> => {
  const { topic, partition } = span;
  await consumer.commitOffsets([{ topic, partition, ...encode(progress) }]);
  span.progress = progress;
};

const deferred = <Value>() => {
  let resolve: (value: Value) => void = () => undefined;
  let reject: (error: unknown) => void = () => undefined;
  const promise = new Promise<Value>((resolved, rejected) => {
    resolve = resolved;
    reject = rejected;
  });
  promise.catch(() => undefined); // said by whoever waits for it
  return { promise, resolve, reject };
};
