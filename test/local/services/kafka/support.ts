import { randomBytes } from "node:crypto";
import { Kafka, logLevel, Partitioners, type ProducerConfig } from "kafkajs";
import { type Kafka as Broker, type KafkaOptions, startKafka } from "../../../../local/services/kafka";
import { removeFolder, temporaryFolder } from "../temporary";

/** A broker on a data folder of its own, which can be stopped and started again on the same data and port. */
export async function startBroker(options: Partial<KafkaOptions> = {}) {
  const dataFolder = temporaryFolder();
  const logged: string[] = [];
  const start = (port: number) =>
    startKafka({ dataFolder, log: (line) => logged.push(line), minSessionTimeoutMs: 100, ...options, port });
  let broker: Broker = await start(0);
  return {
    dataFolder,
    logged,
    get port() {
      return broker.port;
    },
    get brokers() {
      return broker.brokers;
    },
    ensureTopic: (name: string, partitions = 1, config: Record<string, string> = {}) =>
      broker.ensureTopic({ name, partitions, config }),
    async restart(between: () => void = () => {}) {
      await broker.stop();
      between();
      broker = await start(broker.port);
    },
    async close() {
      await broker.stop();
      removeFolder(dataFolder);
    },
  };
}

export type TestBroker = Awaited<ReturnType<typeof startBroker>>;

/** A kafkajs client that says nothing and does not wait long before it tries again. */
export const client = (brokers: string): Kafka =>
  new Kafka({
    clientId: "test",
    brokers: brokers.split(","),
    logLevel: logLevel.NOTHING,
    retry: { initialRetryTime: 50, maxRetryTime: 500, retries: 20 },
  });

export const producerOf = (kafka: Kafka, config: ProducerConfig = {}) =>
  kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner, ...config });

/** A name that no other test and no earlier run has taken. */
export const uniqueName = (prefix: string): string => `${prefix}-${randomBytes(6).toString("hex")}`;

/** A promise with its ends outside. */
export function deferred<T = void>() {
  let resolve: (value: T) => void = () => {};
  let reject: (error: unknown) => void = () => {};
  const promise = new Promise<T>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
}

/** Collects values, and lets one wait until so many are there. */
export function collector<T>() {
  const values: T[] = [];
  let waiting: { count: number; resolve: () => void }[] = [];
  return {
    values,
    add(...more: T[]) {
      values.push(...more);
      for (const { resolve } of waiting.filter(({ count }) => values.length >= count)) resolve();
      waiting = waiting.filter(({ count }) => values.length < count);
    },
    /** Resolves when there are `count` values or more. */
    async atLeast(count: number): Promise<T[]> {
      if (values.length < count) await new Promise<void>((resolve) => waiting.push({ count, resolve }));
      return values;
    },
  };
}

/**
 * What the tests of clients run against: a broker of ours, or the Kafka that KAFKA_BROKERS names, to see whether both
 * behave alike.
 */
export async function startCluster(): Promise<{ brokers: string; close(): Promise<void> }> {
  const brokers = process.env.KAFKA_BROKERS;
  return brokers ? { brokers, close: () => Promise.resolve() } : startBroker();
}
