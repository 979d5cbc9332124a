import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import type { Consumer, EachBatchPayload, Kafka } from "kafkajs";
import { bySubscription } from "./assigner";

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
  const { groupId, log } = options;
  const committed = new Map<string, string>();
  const stopping = new AbortController();
  let current: Consumer | undefined;

  /** One consumer after the other, never two: each is over and done with before the next one begins. */
  const liveOn = async (joined: () => void): Promise<void> => {
    let everJoined = false;
    while (!stopping.signal.aborted) {
      current = newConsumer(options, committed);
      try {
        await live(current, options, stopping.signal, () => {
          everJoined = true;
          joined();
        });
      } catch (error) {
        if (!everJoined) throw error;
        if (stopping.signal.aborted) return;
        log(
          `Consumer group ${groupId}: ${error instanceof Error ? error.message : error}. Next attempt in ${RESTART_DELAY_MS / 1000} s.`,
        );
        await sleep(RESTART_DELAY_MS, undefined, { signal: stopping.signal }).catch(() => {});
      }
    }
  };
  let living = Promise.resolve();
  await new Promise<void>((resolve, reject) => {
    living = liveOn(resolve);
    living.catch(reject);
  });
  return {
    async commit(topic, partition, offset) {
      await current?.commitOffsets([{ topic, partition, offset }]);
      // kafkajs does nothing, without a word, while it is not running.
      if (committed.get(`${topic}-${partition}`) !== offset) throw new Error("the consumer is not running");
    },
    async disconnect() {
      stopping.abort();
      await living;
    },
  };
}

function newConsumer(
  { kafka, groupId, maxWaitMs, sessionTimeoutMs, assigned }: GroupConsumerOptions,
  committed: Map<string, string>,
): Consumer {
  const consumer = kafka.consumer({
    groupId,
    maxWaitTimeInMs: maxWaitMs,
    sessionTimeout: sessionTimeoutMs,
    heartbeatInterval: Math.min(HEARTBEAT_MS, sessionTimeoutMs / 3),
    partitionAssigners: [bySubscription],
    // kafkajs would start it again even when it has been disconnected meanwhile, and nobody could stop it any more.
    retry: { restartOnFailure: () => Promise.resolve(false) },
  });
  consumer.on(consumer.events.COMMIT_OFFSETS, ({ payload }) => {
    for (const { topic, partitions } of payload.topics) {
      for (const { partition, offset } of partitions) committed.set(`${topic}-${partition}`, String(offset)); // a Long, whatever its type says
    }
  });
  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => assigned(consumer, payload.memberAssignment));
  return consumer;
}

/** Resolves when it was stopped; rejects when it has failed. Either way it is disconnected. */
async function live(
  consumer: Consumer,
  { topics, fromBeginning, eachBatch }: GroupConsumerOptions,
  stopping: AbortSignal,
  joined: () => void,
): Promise<void> {
  const { GROUP_JOIN, CRASH } = consumer.events;
  const stopped = stopping.aborted ? Promise.resolve() : once(stopping, "abort");
  const failed = new Promise<never>((_, reject) => consumer.on(CRASH, ({ payload }) => reject(payload.error)));
  failed.catch(() => {});
  const hasJoined = new Promise<void>((resolve) => consumer.on(GROUP_JOIN, () => resolve()));
  try {
    await consumer.connect();
    await consumer.subscribe({ topics, fromBeginning });
    await consumer.run({ autoCommit: false, eachBatch, partitionsConsumedConcurrently: 8 });
    // Also when it is stopped meanwhile: a consumer that is disconnected while it joins goes on joining, and stays for ever.
    await Promise.race([hasJoined, failed]);
    joined();
    await Promise.race([stopped, failed]);
  } finally {
    await consumer.disconnect().catch(() => {});
  }
}
