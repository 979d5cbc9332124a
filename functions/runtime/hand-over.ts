import { invoker } from "./invoke";
import type { Publisher } from "./kafka";

/** Records in one invocation. */
const BATCH = 100;

/**
 * Stands in for the broker where there is none: hands events straight to the functions that would consume them (`CONSUMERS`, names
 * separated by commas), in the form in which Lambda hands over records of Kafka. All of a topic count as one partition.
 */
export const handOver = (): Publisher => {
  const invoke = invoker();
  return {
    publish: async (topic, messages) => {
      const consumers = (process.env.CONSUMERS ?? "").split(",").filter(Boolean);
      for (let first = 0; first < messages.length; first += BATCH) {
        const records = messages.slice(first, first + BATCH).map(({ key, value }, index) => ({
          topic,
          partition: 0,
          offset: index,
          timestamp: Date.now(),
          timestampType: "CREATE_TIME",
          key: Buffer.from(key ?? "").toString("base64"),
          value: Buffer.from(value ?? "").toString("base64"),
          headers: [],
        }));
        const event = { eventSource: "aws:kafka", bootstrapServers: "", records: { [`${topic}-0`]: records } };
        await Promise.all(consumers.map((consumer) => invoke(consumer, event)));
      }
    },
    close: () => Promise.resolve(),
  };
};
