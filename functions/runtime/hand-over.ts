import type { Message } from "kafkajs";
import { invoker } from "./invoke";
import type { Publisher } from "./kafka";

/** Most records in one invocation, and most bytes of keys and values in Base64: a third below what Lambda takes ("Lambda quotas"). */
const BATCH = { records: 100, bytes: 700_000 };

/**
 * Stands in for the broker where there is none: hands events straight to the functions that would consume them (`CONSUMERS`, names
 * separated by commas), in the form in which Lambda hands over records of Kafka. All of a topic count as one partition.
 */
export const handOver = (): Publisher => {
  const invoke = invoker();
  return {
    publish: async (topic, messages) => {
      const consumers = (process.env.CONSUMERS ?? "").split(",").filter(Boolean);
      for (const batch of batchesOf(messages)) {
        const records = batch.map(({ key, value }, index) => ({
          topic,
          partition: 0,
          offset: index,
          timestamp: Date.now(),
          timestampType: "CREATE_TIME",
          key,
          value,
          headers: [],
        }));
        const event = { eventSource: "aws:kafka", bootstrapServers: "", records: { [`${topic}-0`]: records } };
        await Promise.all(consumers.map((consumer) => invoke(consumer, event)));
      }
    },
    close: () => Promise.resolve(),
  };
};

/** Keys and values in Base64, in batches that one invocation takes. */
const batchesOf = (messages: Message[]): { key: string; value: string }[][] => {
  const batches: { key: string; value: string }[][] = [];
  let room = 0;
  for (const message of messages) {
    const record = { key: base64(message.key), value: base64(message.value) };
    const size = record.key.length + record.value.length;
    const last = batches.at(-1);
    if (last === undefined || last.length === BATCH.records || size > room) {
      batches.push([record]);
      room = BATCH.bytes - size;
    } else {
      last.push(record);
      room -= size;
    }
  }
  return batches;
};

const base64 = (content: Message["key"]): string => Buffer.from(content ?? "").toString("base64");
