import type { Consumer, EachBatchPayload, Kafka } from "kafkajs";

/** How soon a restart of the broker, which forgets the members of groups, is noticed at the latest; sent between two fetches. */
const HEARTBEAT_MS = 1000;
/** Wait before a consumer that has failed is followed by another. */
const RESTART_DELAY_MS = 100;

export interface GroupConsumerOptions {
  kafka: Kafka;
  groupId: string;
  topics: string[];
  fromBeginning: boolean;
  /** How long a Fetch waits at the broker when there is nothing; also the longest that disconnecting and resuming take. */
  maxWaitMs: number;
  /** How long the group waits for a member that it does not hear of. */
  sessionTimeoutMs: number;
  /** Told which partitions this consumer has, by topic, after every rebalance and before anything is fetched. */
  assigned: (consumer: Consumer, partitions: Record<string, number[]>) => void;
  eachBatch: (payload: EachBatchPayload) => Promise<void>;
  log: (line: string) => void;
}

/** A member of a consumer group that comes back whatever happens to it. */
export interface GroupConsumer {
  /** @throws when the offset could not be committed, as while the group is rebalanced. */
  commit(topic: string, partition: number, offset: string): Promise<void>;
  disconnect(): Promise<void>;
}

/** Joins the group; resolves when partitions are assigned. */
export async function startGroupConsumer(options: GroupConsumerOptions): Promise<GroupConsumer> {
  const { kafka, groupId, topics, fromBeginning, maxWaitMs, sessionTimeoutMs, assigned, eachBatch, log } = options;
  const committed = new Map<string, string>();
  let current: Consumer | undefined;
  let starting: Promise<void> | undefined;
  let restart: NodeJS.Timeout | undefined;
  let stopped = false;

  const start = async (): Promise<void> => {
    const consumer = kafka.consumer({
      groupId,
      maxWaitTimeInMs: maxWaitMs,
      sessionTimeout: sessionTimeoutMs,
      heartbeatInterval: Math.min(HEARTBEAT_MS, sessionTimeoutMs / 3),
      // kafkajs would start it again even when it has been disconnected meanwhile, and nobody could stop it any more.
      retry: { restartOnFailure: () => Promise.resolve(false) },
    });
    current = consumer;
    const { GROUP_JOIN, COMMIT_OFFSETS, CRASH } = consumer.events;
    consumer.on(COMMIT_OFFSETS, ({ payload }) => {
      for (const { topic, partitions } of payload.topics) {
        for (const { partition, offset } of partitions) committed.set(`${topic}-${partition}`, String(offset)); // a Long, whatever its type says
      }
    });
    const joined = new Promise<void>((resolve, reject) => {
      consumer.on(GROUP_JOIN, ({ payload }) => {
        assigned(consumer, payload.memberAssignment);
        resolve();
      });
      consumer.on(CRASH, ({ payload }) => {
        reject(payload.error);
        startAgain();
      });
    });
    joined.catch(() => {}); // said by `run`, or by the log
    try {
      await consumer.connect();
      await consumer.subscribe({ topics, fromBeginning });
      if (stopped) return;
      await consumer.run({ autoCommit: false, eachBatch, partitionsConsumedConcurrently: 8 });
      await joined;
    } catch (error) {
      await consumer.disconnect().catch(() => {});
      throw error;
    }
  };
  const startAgain = (): void => {
    if (stopped) return;
    clearTimeout(restart);
    restart = setTimeout(() => {
      starting = start().catch(givenUp);
    }, RESTART_DELAY_MS);
  };
  const givenUp = (error: unknown): void => {
    if (stopped) return;
    log(
      `Consumer group ${groupId}: ${error instanceof Error ? error.message : error}. Next attempt in ${RESTART_DELAY_MS / 1000} s.`,
    );
    startAgain();
  };

  const disconnect = async (): Promise<void> => {
    stopped = true;
    clearTimeout(restart);
    // A consumer that is disconnected while it joins goes on joining, and stays.
    await starting?.catch(() => undefined);
    await current?.disconnect();
  };
  starting = start();
  await starting.catch(async (error: unknown) => {
    await disconnect();
    throw error;
  });
  return {
    async commit(topic, partition, offset) {
      await current?.commitOffsets([{ topic, partition, offset }]);
      // kafkajs does nothing, without a word, while it is not running.
      if (committed.get(`${topic}-${partition}`) !== offset) throw new Error("the consumer is not running");
    },
    disconnect,
  };
}
