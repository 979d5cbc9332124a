import { randomUUID } from "node:crypto";
import { Kafka, logLevel } from "kafkajs";
import type { CloudEvent } from "../../functions/runtime/consumer";
import { stack } from "./stack";

/** A message as a client of Kafka reads it. */
export interface Published {
  topic: string;
  partition: number;
  key: string;
  headers: Record<string, string>;
  value: string;
  event: CloudEvent;
}

/** Reads topics of the stack from their beginning, as a consumer group of its own, for as long as a test runs. */
export async function readTopics<Result>(
  topics: string[],
  run: (published: Published[]) => Promise<Result>,
): Promise<Result> {
  const { endpoints } = await stack();
  const kafka = new Kafka({
    clientId: "test",
    brokers: endpoints.kafka.brokers.split(","),
    logLevel: logLevel.NOTHING,
  });
  const consumer = kafka.consumer({ groupId: `test-${randomUUID()}`, maxWaitTimeInMs: 100 });
  const published: Published[] = [];
  await consumer.connect();
  try {
    await consumer.subscribe({ topics, fromBeginning: true });
    await consumer.run({
      eachMessage: async ({ topic, partition, message: { key, headers = {}, value } }) => {
        const text = String(value);
        published.push({
          topic,
          partition,
          key: String(key),
          headers: Object.fromEntries(Object.entries(headers).map(([name, content]) => [name, String(content)])),
          value: text,
          event: JSON.parse(text),
        });
      },
    });
    return await run(published);
  } finally {
    await consumer.disconnect();
  }
}
