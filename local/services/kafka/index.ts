import { createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { choosePorts } from "../../ports";
import type { Broker } from "./api/api";
import { BrokerState } from "./broker-state";
import { serveConnection } from "./connection";
import { Coordinator } from "./groups/coordinator";
import { Offsets } from "./groups/offsets";
import { TailCache } from "./log/tail-cache";
import { Topics } from "./log/topics";

export interface KafkaOptions {
  /** TCP port on 127.0.0.1; 0 picks a free one. */
  port: number;
  /** Absolute path of a data folder that is ours alone (see openDataFolder). Everything is kept below `kafka` in it. */
  dataFolder: string;
  /** Takes one line per thing that went wrong. */
  log: (line: string) => void;
  /** The address that clients are told, when they are to come another way, as through a proxy. @default where it listens */
  advertised?: { host: string; port: number };
  /** Kafka's group.min.session.timeout.ms. @default 6000 */
  minSessionTimeoutMs?: number;
  /** Memory for the newest records, of all topics together, in bytes. @default 32 MiB */
  cacheBytes?: number;
}

export interface Kafka {
  port: number;
  /** `127.0.0.1:<port>`: for `bootstrap.servers`. */
  brokers: string;
  /** Makes a topic, or lets one be that is there with as many partitions or more, for declared topics at a start. */
  ensureTopic(topic: { name: string; partitions: number; config?: Record<string, string> }): void;
  /** Cuts all connections, then closes all files. */
  stop(): Promise<void>;
}

/** Not 0: kafkajs takes a controller 0 for none. */
const NODE_ID = 1;
const MAX_SESSION_TIMEOUT_MS = 30 * 60 * 1000;

/**
 * Starts a Kafka broker in this process: one node, no replicas, no transactions, no authentication worth the name. It
 * speaks the protocol of kafka.apache.org/protocol to any client; `api/` says which parts.
 *
 * Records, topics, committed offsets and what protects from duplicates of idempotent producers survive a restart. What was
 * acknowledged survives the sudden end of this process (SIGKILL) too, for it was handed to the operating system before;
 * only a crash of that, or a power failure, can cost the newest of it.
 *
 * @throws Error when the port is taken, or the data cannot be read.
 */
export async function startKafka(options: KafkaOptions): Promise<Kafka> {
  const { log } = options;
  const folder = join(options.dataFolder, "kafka");
  const { kafka: port } = await choosePorts({ kafka: options.port });
  const topics = new Topics(folder, new TailCache(options.cacheBytes ?? 32 * 1024 * 1024), log);
  // Names that no topic can have.
  const coordinator = new Coordinator(new Offsets(join(folder, "@offsets.jsonl"), log), {
    minMs: options.minSessionTimeoutMs ?? 6000,
    maxMs: MAX_SESSION_TIMEOUT_MS,
  });
  const broker: Broker = {
    nodeId: NODE_ID,
    advertised: options.advertised ?? { host: "127.0.0.1", port },
    state: new BrokerState(join(folder, "@broker.json")),
    topics,
    coordinator,
    log,
  };
  const closeFiles = () => {
    topics.close();
    coordinator.close();
  };
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    serveConnection(socket, broker);
  });
  await listen(server, port).catch((error: unknown) => {
    closeFiles();
    throw error;
  });
  let stopped: Promise<void> | undefined;
  return {
    port,
    brokers: `127.0.0.1:${port}`,
    ensureTopic: ({ name, partitions, config = {} }) => ensureTopic(topics, name, partitions, config),
    stop() {
      stopped ??= new Promise<void>((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }).then(closeFiles);
      return stopped;
    },
  };
}

const listen = (server: Server, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });

function ensureTopic(topics: Topics, name: string, partitions: number, config: Record<string, string>): void {
  const topic = topics.get(name);
  if (topic !== undefined) {
    if (topic.partitions.length < partitions) topics.grow(topic, partitions, false);
    return;
  }
  const error = topics.checkNew(name, partitions, config);
  if (error !== 0) {
    throw new Error(
      `The Kafka topic "${name}" with ${partitions} partitions and ${JSON.stringify(config)} cannot be made here (error ` +
        `${error}, see "Error Codes" in the Kafka protocol guide).`,
    );
  }
  topics.create(name, partitions, config);
}
