import { setTimeout as sleep } from "node:timers/promises";
import type { Admin } from "kafkajs";
import type postgres from "postgres";
import { LINGER } from "../../functions/outbox/wake";
import { startEventSourceMapping } from "../../local/lambda/event-source-mapping";
import type { EffectsFunction } from "./effects";
import type { Random } from "./random";
import type { RelaySettings, Relays } from "./relays";
import { startWriters, type Writers } from "./writers";

/** Instances of each relay: more than the program's reserved concurrency, so that some are sent away. */
export const RELAYS = 4;
const WRITERS = 3;
/** Ms between two unasked calls of a relay: more than it lingers, so that there are moments in which none is at work. */
const SWEEP_MS = 1.5 * LINGER;

export interface ServiceOptions {
  name: string;
  topic: string;
  sql: postgres.Sql;
  afterwards: RelaySettings["afterwards"];
  relays: Relays;
  effects: EffectsFunction;
  brokers: string;
  admin: Admin;
  random: Random;
  log: (line: string) => void;
}

/** One service of the platform, from its outbox to its consumer. */
export interface Service extends ServiceOptions {
  /** Tells the connections of its relays and of its consumer to the broker from others. */
  relayClient: string;
  consumerClient: string;
  group: string;
  writers: Writers;
  /** Stops consuming, does something with the group while it is empty, and consumes again. */
  whileNotConsuming<Result>(work: () => Promise<Result>): Promise<Result>;
  stop(): Promise<void>;
}

export const relayClient = (name: string): string => `relay-${name}`;

export async function startService(options: ServiceOptions): Promise<Service> {
  const { name, topic, sql, relays, effects, brokers, random, log } = options;
  const group = `faults-${name}`;
  let stopped = false;

  const consume = () =>
    startEventSourceMapping({
      mapping: {
        ...{ name: group, functionName: name, topics: [topic], consumerGroupId: group, enabled: true },
        ...{ startingPosition: "TRIM_HORIZON", batchSize: 20, batchingWindowMs: 5 },
      },
      brokers,
      lambda: effects.lambda,
      retryDelayMs: { first: 10, most: 100 },
      pollMs: 50,
      // Much less than recovery may take: a consumer whose connection breaks while it joins leaves a member behind.
      sessionTimeoutMs: 3000,
      log: (line) => log(`${name}: ${line}`),
    });
  let mapping = await consume();

  const sweep = async (): Promise<void> => {
    for (; !stopped; await sleep(SWEEP_MS)) void relays.call();
  };
  const sweeping = sweep();

  return {
    ...options,
    relayClient: relayClient(name),
    consumerClient: `lambda-${group}`,
    group,
    writers: startWriters(sql, WRITERS, random.fork(), () => void relays.call()),
    async whileNotConsuming(work) {
      await mapping.stop();
      try {
        return await work();
      } finally {
        mapping = await consume();
      }
    },
    async stop() {
      stopped = true;
      await sweeping;
      await mapping.stop();
      await relays.stop();
    },
  };
}
