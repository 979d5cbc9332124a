import type { Message, Producer } from "kafkajs";
import { kafkaSettings } from "../../components/event-bus/connection";

/** Publishes to the topics of the event bus. */
export interface Publisher {
  /** Sends messages to a topic; done once all in-sync replicas have them. Order holds per key. */
  publish(topic: string, messages: Message[]): Promise<void>;
  /** Lets go of the broker. */
  close(): Promise<void>;
}

/**
 * An idempotent producer: retries neither double nor reorder. It connects with its first message and stays connected as long as
 * its instance lives.
 *
 * One that has failed is not used again. It does not know whether the broker has its last messages, and kafkajs gives their sequence
 * numbers to the next ones (KIP-98): the broker would refuse these for good, or take as many for a repetition, acknowledge them and
 * drop them. Another producer has another id and numbers of its own.
 */
export const kafkaPublisher = (clientId: string): Publisher => {
  const { Kafka, Partitioners, logLevel }: typeof import("kafkajs") = require("kafkajs");
  const kafka = new Kafka({
    clientId,
    logLevel: logLevel.ERROR,
    connectionTimeout: 5_000,
    requestTimeout: 10_000,
    retry: { retries: 4, initialRetryTime: 100 },
    ...kafkaSettings(),
  });
  const newProducer = () =>
    kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      createPartitioner: Partitioners.DefaultPartitioner,
    });
  let current: { producer: Producer; connected: Promise<void> } | undefined;
  const connect = () => {
    const producer = newProducer();
    return { producer, connected: producer.connect() };
  };
  return {
    publish: async (topic, messages) => {
      current ??= connect();
      const { producer, connected } = current;
      try {
        await connected;
        await producer.send({ topic, messages, acks: -1 });
      } catch (error) {
        if (current?.producer === producer) current = undefined;
        // Not waited for: it waits for answers that may never come.
        producer.disconnect().catch(() => undefined);
        throw error;
      }
    },
    close: async () => {
      await current?.producer.disconnect();
      current = undefined;
    },
  };
};
