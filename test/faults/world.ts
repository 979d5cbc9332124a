import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Kafka, logLevel } from "kafkajs";
import { choosePorts } from "../../local/ports";
import { type Postgres, startPostgres } from "../../local/services/postgres";
import { clusterFolder } from "../../local/services/postgres-cluster";
import { waitUntilGone } from "../../local/services/processes";
import { removeFolder, temporaryFolder } from "../local/services/temporary";
import { type Broker, startBroker } from "./broker";
import { createDatabases, createTruth, databaseEnvironment, open } from "./database";
import { startEffects } from "./effects";
import { programOf } from "./program";
import { type FaultyProxy, startProxy } from "./proxy";
import { type Random, randomFrom } from "./random";
import { type RelaySettings, startRelays } from "./relays";
import { RELAYS, relayClient, type Service, startService } from "./service";

export const PARTITIONS = 4;

/** Each with what becomes of its published events, as in the program. */
const SERVICES: { name: string; afterwards: RelaySettings["afterwards"] }[] = [
  { name: "users", afterwards: "mark" },
  { name: "transactions", afterwards: "delete" },
];

/** The event backbone, whole, with everything that can go wrong within reach. */
export interface World {
  random: Random;
  services: Service[];
  kafka: Kafka;
  broker: Broker;
  /** Where the broker itself listens. */
  brokerPort: number;
  /** On the way of everybody to the broker. */
  toBroker: FaultyProxy;
  /** On the way of relays to PostgreSQL; writers and consumers go straight there. */
  toDatabase: FaultyProxy;
  /** Ends PostgreSQL at once, without writing anything down (its "immediate shutdown"), and starts it again. */
  crashDatabase(): Promise<void>;
  /** What the parts have logged, latest last. */
  logged: string[];
  /** Processes that have ended although nobody wanted them to. */
  crashes: string[];
  stop(): Promise<void>;
}

/** Starts it with PostgreSQL and a broker of its own. Stop it also when this fails. */
export async function startWorld(seed: number): Promise<World> {
  const random = randomFrom(seed);
  const folder = temporaryFolder();
  const logged: string[] = [];
  const log = (line: string) => void logged.push(`${new Date().toISOString()} ${line}`);
  const stops: (() => unknown)[] = [() => removeFolder(folder)];
  const stop = async () => {
    for (const part of stops.splice(0).reverse()) await part();
  };
  try {
    const ports = await choosePorts({ postgres: 0, kafka: 0 });
    const crashes: string[] = [];
    const program = (name: string) => programOf(name, folder, log, (how) => crashes.push(how));
    const [relayProgram, consumerProgram, brokerProgram] = await Promise.all([
      program("relay-process"),
      program("consumer-process"),
      program("broker-process"),
    ]);
    const start = () =>
      startPostgres({
        dataFolder: folder,
        port: ports.postgres,
        password: "faults",
        log: (line) => log(`pg: ${line}`),
      });
    let postgres: Postgres = await start();
    stops.push(() => postgres.stop());
    await createDatabases(
      postgres,
      SERVICES.map(({ name }) => name),
      folder,
    );
    const toDatabase = await startProxy(ports.postgres);
    const toBroker = await startProxy(ports.kafka);
    stops.push(toDatabase.close, toBroker.close);
    const broker = await startBroker(brokerProgram, {
      ...{ dataFolder: folder, port: ports.kafka, advertisedPort: toBroker.port },
      ...{ topics: SERVICES.map(({ name }) => topicOf(name)), partitions: PARTITIONS },
    });
    stops.push(broker.stop);
    const brokers = `127.0.0.1:${toBroker.port}`;
    const kafka = clientOf(toBroker.port);
    const admin = kafka.admin();
    await admin.connect();
    stops.push(() => admin.disconnect());

    const services: Service[] = [];
    for (const { name, afterwards } of SERVICES) {
      const sql = open(postgres, name, 12);
      await createTruth(sql);
      stops.push(() => sql.end({ timeout: 1 })); // see relay.ts
      const topic = topicOf(name);
      const environment = {
        ...databaseEnvironment(toDatabase.port, name, "relay"),
        ...{ KAFKA_BROKERS: brokers, KAFKA_SECURITY: "none" },
      };
      const settings = { topic, afterwards, clientId: relayClient(name) };
      const relays = await startRelays(relayProgram, settings, environment, RELAYS);
      stops.push(relays.stop);
      const effects = await startEffects(consumerProgram, { url: postgres.url(name) });
      stops.push(effects.stop);
      const service = await startService({
        ...{ name, topic, sql, afterwards, relays, effects, brokers, admin, log },
        random: random.fork(),
      });
      stops.push(service.stop);
      services.push(service);
    }
    const crashDatabase = async () => {
      const pid = Number.parseInt(readFileSync(join(clusterFolder(folder), "postmaster.pid"), "utf8"), 10);
      process.kill(pid, "SIGQUIT");
      await waitUntilGone(pid, 10_000);
      postgres = await start();
    };
    return {
      random,
      services,
      kafka,
      broker,
      brokerPort: ports.kafka,
      toBroker,
      toDatabase,
      crashDatabase,
      logged,
      crashes,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** A client that says nothing, and tries again long enough. */
export const clientOf = (port: number): Kafka =>
  new Kafka({
    ...{ clientId: "observer", brokers: [`127.0.0.1:${port}`], logLevel: logLevel.NOTHING },
    retry: { initialRetryTime: 50, maxRetryTime: 500, retries: 20 },
  });

const topicOf = (name: string): string => `faults.${name}`;
