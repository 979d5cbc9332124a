/** The steps from one family to internet scale: what is there in each, as stations. */
import { assumed } from "../../costs/usage";
import { lastResults, measured, processorSeconds } from "../measured";
import type { Demand } from "./demand";
import { effective } from "./queue";
import { mixed, type Station } from "./station";

export interface Stage {
  name: string;
  /** What is different from the stage before. */
  how: string;
  stations: Station[];
}

const RESULTS = lastResults();
const COST = processorSeconds(RESULTS);

/** AWS's quotas and limits as the documentation of each service had them in November 2025; defaults, which most can be raised. */
export const QUOTAS = {
  apiRequests: { value: 10_000, what: "requests a second of API Gateway, an account and region", raise: true },
  lambdas: { value: 1_000, what: "instances of Lambda at a time, an account and region", raise: true },
  lambdasRaised: { value: 10_000, what: "the same, once asked for", raise: true },
  tokens: { value: 120, what: "renewals of tokens a second of Cognito", raise: true },
  tokensRaised: { value: 5_000, what: "the same, once asked and paid for", raise: true },
  connections: { value: 5_000, what: "connections of Aurora PostgreSQL, at the most memory", raise: false },
  connectionsLow: { value: 2_000, what: "the same, where an instance may shrink below 1 ACU", raise: false },
  volume: { value: 128 * 2 ** 40, what: "bytes of an Aurora volume", raise: false },
  capacity: { value: 256, what: "ACU of an Aurora instance", raise: false },
  tableWrites: { value: 40_000, what: "write units a second of a DynamoDB table", raise: true },
  stream: { value: 5 * 1_048_576, what: "bytes a second of a Firehose stream", raise: true },
  partitionIn: { value: 5 * 1_000_000, what: "bytes a second into a partition of MSK Serverless", raise: false },
} as const;

/** Assumed of PostgreSQL: each further processor has a hundredth of its work in common with all others. */
const CONTENTION = 0.01;
/** Assumed of a row in the lake, as JSON. */
const ROW_BYTES = 700;
/** Whoever waits for an answer waits so long at most for the database's processor. */
const PATIENCE = 0.05;
/** And an event to take effect elsewhere. */
const LAG = 1;

const requests = ({ writes, reads }: Demand): number => writes + reads;

const api = (limit: number, remedy: string): Station => ({
  name: "API Gateway",
  kind: "quota",
  limit,
  load: requests,
  remedy,
});

const lambda = (places: number, remedy: string): Station => ({
  name: "Lambda instances",
  kind: "pool",
  places,
  load: (demand) => ({ arrivals: requests(demand) + demand.events / 5, seconds: assumed("requestSeconds") }),
  remedy,
});

/** `max_connections` of an Aurora PostgreSQL instance of at least and at most so many ACU, of 2 GiB each ("Maximum connections for Aurora serverless"). */
export function connectionsOf(least: number, capacity: number): number {
  const byMemory = Math.floor((capacity * 2 * 2 ** 30) / 9_531_392);
  return Math.min(byMemory, least < 1 ? QUOTAS.connectionsLow.value : QUOTAS.connections.value);
}

/** An instance of a function holds a connection for as long as it lives: for each that is in use, another waits to be used. */
const connections = (least: number, capacity: number, remedy: string): Station => ({
  name: "Database connections",
  kind: "pool",
  places: connectionsOf(least, capacity) / 2,
  load: (demand) => ({ arrivals: requests(demand), seconds: assumed("requestSeconds") }),
  remedy,
});

const writesOf = ({ writes, events }: Demand) => [
  { arrivals: writes, seconds: COST.write },
  { arrivals: events, seconds: COST.relayed },
];
const readsOf = ({ reads }: Demand) => [{ arrivals: reads, seconds: COST.read }];
const reportsOf = ({ events }: Demand) => [{ arrivals: events, seconds: COST.event }];

const processor = (
  name: string,
  capacity: number,
  work: (demand: Demand) => { arrivals: number; seconds: number }[],
  remedy: string,
): Station => ({
  name,
  kind: "line",
  servers: effective(capacity * assumed("processorPerCapacity"), CONTENTION),
  load: (demand) => mixed(...work(demand)),
  patience: PATIENCE,
  remedy,
});

/** One relay at a time publishes the outbox of a database. */
const relay = (share: number, remedy: string): Station => ({
  name: "Relay",
  kind: "line",
  servers: 1,
  load: ({ events }) => ({
    arrivals: events * share,
    seconds: 1 / measured(RESULTS, "Relay, a full outbox", "/s"),
  }),
  patience: LAG,
  remedy,
});

/** Of a partition, one instance of each consumer takes one batch after another. */
const partitions = (count: number, remedy: string): Station => ({
  name: "Partitions",
  kind: "quota",
  limit: (count * QUOTAS.partitionIn.value) / assumed("eventBytes"),
  load: ({ events }) => events,
  remedy,
});

const tokens = (limit: number, remedy: string): Station => ({
  name: "Cognito",
  kind: "quota",
  limit,
  load: ({ visits }) => visits,
  remedy,
});

/** A category's score, in the table and in its index. */
const scores = (limit: number, remedy: string): Station => ({
  name: "DynamoDB, categories",
  kind: "quota",
  limit,
  load: ({ writes }) => writes * 2,
  remedy,
});

const lake = (streams: number, remedy: string): Station => ({
  name: "Firehose",
  kind: "quota",
  limit: (streams * QUOTAS.stream.value) / ROW_BYTES,
  load: ({ events }) => events,
  remedy,
});

/** What is kept of all the months before. */
const volume = (name: string, share: number, remedy: string): Station => ({
  name,
  kind: "quota",
  limit: QUOTAS.volume.value,
  load: ({ kept }) => kept * share,
  remedy,
});

/** Everything on one cluster. */
const whole = (demand: Demand) => [...writesOf(demand), ...readsOf(demand), ...reportsOf(demand)];

/** Functions are called one by one where there is no broker, seven for each event of a transaction at most. */
const handedOver: Station = {
  name: "Relay that calls consumers",
  kind: "line",
  servers: 1,
  load: ({ events }) => ({ arrivals: events / 5, seconds: 3 * assumed("requestSeconds") }),
  patience: LAG,
  remedy: "a broker: `events.broker`",
};

const ask = "ask AWS for more";
const SHARDS = 32;
/** The fullest shard has so much more than its share. */
const UNEVEN = 1.2;

/** A demand of which a shard has its share. */
const shard = (work: typeof whole) => (demand: Demand) =>
  work(demand).map(({ arrivals, seconds }) => ({ arrivals: (arrivals / SHARDS) * UNEVEN, seconds }));

const common = {
  asIs: [
    tokens(QUOTAS.tokens.value, ask),
    scores(QUOTAS.tableWrites.value, ask),
    lake(1, "ask AWS for more, or more streams"),
  ],
  raised: [
    tokens(QUOTAS.tokensRaised.value, ask),
    scores(10 * QUOTAS.tableWrites.value, ask),
    lake(20, "more streams"),
  ],
};

export const STAGES: Stage[] = [
  {
    name: "A family",
    how: "dev as it is: no broker, a database of at most 2 ACU that pauses",
    stations: [
      api(50, "`api.requestsPerSecond`"),
      lambda(QUOTAS.lambdas.value, ask),
      connections(0, 2, "`database.maxCapacity`"),
      processor("Database", 2, whole, "`database.maxCapacity`"),
      volume("Database, volume", 1, "a cluster for each service"),
      handedOver,
      ...common.asIs,
    ],
  },
  {
    name: "A town",
    how: "prod as it is: MSK Serverless, two instances of 0.5 to 16 ACU",
    stations: [
      api(1_000, "`api.requestsPerSecond`"),
      lambda(QUOTAS.lambdas.value, ask),
      connections(0.5, 16, "`database.minCapacity` of 1 at least"),
      processor("Database", 16, whole, "`database.maxCapacity`"),
      volume("Database, volume", 1, "a cluster for each service"),
      relay(1, "split it by person"),
      partitions(12, "more partitions"),
      ...common.asIs,
    ],
  },
  {
    name: "A city",
    how: "configuration and quotas only: `database.maxCapacity` 256, `database.minCapacity` 4, `api.requestsPerSecond` 10,000, more of Lambda and Cognito",
    stations: [
      api(QUOTAS.apiRequests.value, ask),
      lambda(QUOTAS.lambdasRaised.value, ask),
      connections(4, QUOTAS.capacity.value, "a pooler in between: RDS Proxy"),
      processor("Database", QUOTAS.capacity.value, whole, "a cluster for each service, reads from readers"),
      volume("Database, volume", 1, "a cluster for each service"),
      relay(1, "split it by person"),
      partitions(12, "more partitions"),
      ...common.raised,
    ],
  },
  {
    name: "A country",
    how: "a cluster for each service, reads from up to 15 readers, RDS Proxy, API Gateway's quota raised tenfold (and with it the bound of `api.requestsPerSecond`), 100 partitions",
    stations: [
      api(10 * QUOTAS.apiRequests.value, ask),
      lambda(3 * QUOTAS.lambdasRaised.value, ask),
      processor("Ledger, writer", QUOTAS.capacity.value, writesOf, "shards by person"),
      processor("Ledger, 15 readers", 15 * QUOTAS.capacity.value, readsOf, "shards by person"),
      processor("Reports", QUOTAS.capacity.value, reportsOf, "shards by person"),
      volume("Ledger, volume", 0.8, "shards by person"),
      relay(1, "shards, each with its own"),
      partitions(100, "more partitions"),
      ...common.raised,
    ],
  },
  {
    name: "A continent",
    how: `the ledger and its reports in ${SHARDS} clusters by person, a relay for each; as many streams, tables and pools as that takes`,
    stations: [
      api(100 * QUOTAS.apiRequests.value, "another account or region"),
      lambda(30 * QUOTAS.lambdasRaised.value, "another account or region"),
      processor("Ledger, fullest shard, writer", QUOTAS.capacity.value, shard(writesOf), "more shards"),
      processor("Ledger, fullest shard, readers", 15 * QUOTAS.capacity.value, shard(readsOf), "more shards"),
      processor("Reports, fullest shard", QUOTAS.capacity.value, shard(reportsOf), "more shards"),
      volume("Ledger, fullest shard, volume", (0.8 * UNEVEN) / SHARDS, "more shards"),
      relay(UNEVEN / SHARDS, "more shards"),
      partitions(3_000, "clusters of Kafka by group of shards"),
      tokens(10 * QUOTAS.tokensRaised.value, "another account or region"),
    ],
  },
];
