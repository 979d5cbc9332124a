import { randomUUID } from "node:crypto";
import { Kafka, logLevel, type Message } from "kafkajs";
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

/** Publishes messages to a topic of the stack, as somebody who is no relay. */
export async function produce(topic: string, messages: Message[]): Promise<void> {
  const producer = (await client()).producer();
  await producer.connect();
  try {
    await producer.send({ topic, messages });
  } finally {
    await producer.disconnect();
  }
}

const client = async (): Promise<Kafka> => {
  const { endpoints } = await stack();
  return new Kafka({ clientId: "test", brokers: endpoints.kafka.brokers.split(","), logLevel: logLevel.NOTHING });
};

/** Reads topics of the stack from their beginning, as a consumer group of its own, for as long as a test runs. */
export async function readTopics<Result>(
  topics: string[],
  run: (published: Published[]) => Promise<Result>,
): Promise<Result> {
  const consumer = (await client()).consumer({ groupId: `test-${randomUUID()}`, maxWaitTimeInMs: 100 });
  const published: Published[] = [];
  await consumer.connect();
  try {
    await consumer.subscribe({ topics, fromBeginning: true });
    await consumer.run({
      eachMessage: async ({ topic, partition, message: { key, headers = {}, value } }) => {
        const text = String(value);
        const event = asJson(text);
        published.push({
          topic,
          partition,
          key: String(key),
          headers: Object.fromEntries(Object.entries(headers).map(([name, content]) => [name, String(content)])),
          value: text,
          event,
        });
      },
    });
    return await run(published);
  } finally {
    await consumer.disconnect();
  }
}

/** What is not JSON is no event; and no reason to stop. */
const asJson = (text: string): CloudEvent => {
  try {
    return JSON.parse(text);
  } catch {
    return Object.create(null);
  }
};
