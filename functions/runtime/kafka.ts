import type { Message } from "kafkajs";
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
  const producer = kafka.producer({
    idempotent: true,
    maxInFlightRequests: 1,
    createPartitioner: Partitioners.DefaultPartitioner,
  });
  let connected: Promise<void> | undefined;
  return {
    publish: async (topic, messages) => {
      connected ??= producer.connect();
      try {
        await connected;
        await producer.send({ topic, messages, acks: -1 });
      } catch (error) {
        connected = undefined;
        throw error;
      }
    },
    close: () => producer.disconnect(),
  };
};
