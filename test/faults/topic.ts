import { randomUUID } from "node:crypto";
import type { Admin, Kafka } from "kafkajs";
import { Writer } from "../../local/services/kafka/protocol/writer";
import { WireClient } from "../local/services/kafka/wire";
import { within } from "./until";

/** What the checks read of a record. */
export interface Published {
  partition: number;
  offset: number;
  key: string;
  /** Of the event, as its header and its content say. */
  id: string;
}

const READ_WITHIN_MS = 20_000;

/**
 * Reads a topic from its beginning to its present end, each partition in the order of its offsets.
 *
 * @throws Error when a record is not what the relay should make of an event, or the end is not reached.
 */
export async function readTopic(kafka: Kafka, admin: Admin, topic: string): Promise<Published[]> {
  const ends = new Map((await admin.fetchTopicOffsets(topic)).map((it) => [it.partition, Number(it.offset)]));
  const total = [...ends.values()].reduce((sum, end) => sum + end, 0);
  const published: Published[] = [];
  const groupId = `observer-${randomUUID()}`;
  const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 20 });
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  const done = new Promise<boolean>((resolve) => {
    if (total === 0) resolve(true);
    void consumer.run({
      autoCommit: false,
      eachBatch: async ({ batch: { partition, messages } }) => {
        for (const { offset, key, value, headers } of messages) {
          if (Number(offset) >= (ends.get(partition) ?? 0)) continue;
          const event = JSON.parse(String(value));
          const id = event.id === String(headers?.ce_id) && event.subject === String(key) ? event.id : "not an event";
          published.push({ partition, offset: Number(offset), key: String(key), id });
        }
        if (published.length >= total) resolve(true);
      },
    });
  });
  const complete = await within(READ_WITHIN_MS, done);
  await consumer.disconnect();
  await admin.deleteGroups([groupId]);
  if (!complete) throw new Error(`${topic}: read ${published.length} of ${total} records in ${READ_WITHIN_MS} ms`);
  return published.sort((a, b) => a.partition - b.partition || a.offset - b.offset);
}

/** How many records of a topic a group has not committed. */
export async function lagOf(admin: Admin, groupId: string, topic: string): Promise<number> {
  const [committed] = await admin.fetchOffsets({ groupId, topics: [topic] });
  const offsets = new Map(committed?.partitions.map((it) => [it.partition, Math.max(0, Number(it.offset))]));
  const ends = await admin.fetchTopicOffsets(topic);
  return ends.reduce((sum, { partition, offset }) => sum + Number(offset) - (offsets.get(partition) ?? 0), 0);
}

const OFFSET_COMMIT = 8;

/**
 * Sets the offsets of a group that has no members. By hand, as kafkajs's `setOffsets` joins the group for that and takes five seconds.
 *
 * @param partitions pairs of a partition and its offset.
 * @throws Error when the broker refuses one.
 */
export async function commitOffsets(port: number, groupId: string, topic: string, partitions: [number, number][]) {
  const wire = await WireClient.connect(port);
  const request = new Writer().string(groupId).int32(-1).string("").int64(-1);
  request.array([topic], (name) => {
    request
      .string(name)
      .array(partitions, ([index, offset]) => request.int32(index).int64(offset).nullableString(null));
  });
  const body = await wire.request(OFFSET_COMMIT, 2, request);
  wire.close();
  const errors = body.array(() => {
    body.string();
    return body.array(() => [body.int32(), body.int16()][1]);
  });
  const refused = errors.flat().filter((error) => error !== 0);
  if (refused.length > 0) throw new Error(`The offsets of ${groupId} were refused: ${refused.join(", ")}`);
}
