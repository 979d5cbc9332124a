import { setTimeout as sleep } from "node:timers/promises";
import { Kafka, type KafkaMessage, logLevel } from "kafkajs";
import type { LambdaHost } from "../types";
import { type GroupConsumer, startGroupConsumer } from "./consumer";
import type { EventSourceMappingDefinition } from "./definition";
import { kafkaEvent } from "./event";
import { Partition } from "./partition";
import { type StartingOffset, startingOffsets } from "./starting-offsets";

export interface EventSourceMappingOptions {
  mapping: EventSourceMappingDefinition;
  /** Bootstrap servers, e.g. `127.0.0.1:9092`. */
  brokers: string;
  lambda: Pick<LambdaHost, "invoke">;
  /** Takes one line per failure. */
  log: (line: string) => void;
  /** Waits before a failed batch is tried again: the first in ms, then twice the last, to the most. @default 100 ms to 10 s */
  retryDelayMs?: { first: number; most: number };
  /** How long a poll waits for records, in ms; `stop` takes as long. Records never wait for it. @default 2000 */
  pollMs?: number;
  /** How long its consumer group waits for a member that has gone without a word, in ms. @default 30,000, as kafkajs has it */
  sessionTimeoutMs?: number;
}

/** A mapping that runs. */
export interface EventSourceMapping {
  /** Waits for the batches under way, commits those that succeed, abandons those that fail, and leaves the group. */
  stop(): Promise<void>;
}

/** About so many bytes of a partition's records wait in memory before no more are fetched. */
const MAX_WAITING_BYTES = 4 * 1024 * 1024;

/**
 * Does what Lambda's event source mapping does for Kafka: polls as a consumer group and invokes the function with batches
 * of records. The batches of one partition follow each other, those of several go side by side; an offset is committed
 * when its batch has succeeded, and a batch that failed is tried again, until it succeeds (AWS Lambda Developer Guide,
 * "How Lambda processes records from Amazon MSK").
 *
 * Records that are produced once this has resolved are delivered, with LATEST as well.
 *
 * @throws when a topic does not exist or the broker does not answer.
 */
export async function startEventSourceMapping(options: EventSourceMappingOptions): Promise<EventSourceMapping> {
  const { mapping, brokers, log } = options;
  if (!mapping.enabled) return { stop: () => Promise.resolve() };
  const kafka = new Kafka({
    clientId: `lambda-${mapping.name}`,
    brokers: brokers.split(","),
    retry: { initialRetryTime: 100, maxRetryTime: 2000, retries: 8 },
    logLevel: logLevel.ERROR,
    logCreator:
      () =>
      ({ log: { message, error } }) =>
        log(`Kafka: ${message}${error === undefined ? "" : `: ${error}`}`),
  });
  return poll(kafka, await findStarts(kafka, mapping), options);
}

async function findStarts(kafka: Kafka, mapping: EventSourceMappingDefinition): Promise<Map<string, StartingOffset>> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    const starts = await startingOffsets(admin, mapping);
    return new Map(starts.map((start) => [`${start.topic}-${start.partition}`, start]));
  } finally {
    await admin.disconnect();
  }
}

async function poll(
  kafka: Kafka,
  starts: Map<string, StartingOffset>,
  {
    mapping,
    log,
    retryDelayMs = { first: 100, most: 10_000 },
    pollMs = 2000,
    sessionTimeoutMs = 30_000,
    ...options
  }: EventSourceMappingOptions,
): Promise<EventSourceMapping> {
  const partitions = new Map<string, Partition>();

  const partitionOf = (topic: string, index: number): Partition => {
    const id = `${topic}-${index}`;
    const partition =
      partitions.get(id) ??
      new Partition({
        batchSize: mapping.batchSize,
        batchingWindowMs: mapping.batchingWindowMs,
        retryDelayMs,
        deliver: (batch, nextDelayMs) => deliver(topic, index, batch, nextDelayMs),
        commit: (offset) => {
          starts.delete(id); // further than where it started
          return consumer.commit(topic, index, offset);
        },
      });
    partitions.set(id, partition);
    return partition;
  };

  const deliver = async (
    topic: string,
    index: number,
    batch: KafkaMessage[],
    nextDelayMs: number,
  ): Promise<boolean> => {
    const event = kafkaEvent({ ...mapping, bootstrapServers: options.brokers }, topic, index, batch);
    const result = await options.lambda.invoke(mapping.functionName, event);
    if (result.ok) return true;
    const what = `${batch.length} records of ${topic}-${index} from offset ${batch[0]?.offset}`;
    const why = `${result.error.errorType}: ${result.error.errorMessage}`;
    log(`Event source mapping "${mapping.name}", ${what}: ${why}. Next attempt in ${nextDelayMs / 1000} s.`);
    return false;
  };

  const consumer = await startGroupConsumer({
    kafka,
    groupId: mapping.consumerGroupId,
    topics: mapping.topics,
    fromBeginning: mapping.startingPosition === "TRIM_HORIZON",
    maxWaitMs: pollMs,
    sessionTimeoutMs,
    log,
    assigned: (member, assignment) => {
      const assigned = new Set(Object.entries(assignment).flatMap(([topic, list]) => list.map((i) => `${topic}-${i}`)));
      for (const [id, partition] of partitions) partition.rebalanced(assigned.has(id));
      for (const start of starts.values()) member.seek(start);
    },
    // Takes the records and returns, so that they are fetched for other partitions, whatever becomes of this one.
    eachBatch: async ({ batch, pause }) => {
      const partition = partitionOf(batch.topic, batch.partition);
      partition.add(batch.messages, Number(batch.highWatermark));
      if (partition.waitingBytes >= MAX_WAITING_BYTES) partition.whenFewWait(MAX_WAITING_BYTES / 2, pause());
    },
  });
  await commitStarts(consumer, starts);
  return {
    async stop() {
      await Promise.all([...partitions.values()].map((partition) => partition.stop()));
      await consumer.disconnect();
    },
  };
}

/** Makes the starting offsets those of the group, so that a restart begins where this start did. */
async function commitStarts(consumer: GroupConsumer, starts: Map<string, StartingOffset>): Promise<void> {
  for (const [id, { topic, partition, offset }] of starts) {
    const commit = () => consumer.commit(topic, partition, offset);
    // Once more: a consumer may join anew just now.
    await commit().catch(() => sleep(500).then(commit));
    starts.delete(id);
  }
}
