/** What a stack's functions and databases have to do in a month of a usage. */
import { lastResults, processorSeconds } from "../bench/measured";
import type { Graph, Resource } from "../local/program/graph";
import { resourcesOf } from "../local/program/graph";
import { awakeHours, scheduledOf } from "./graph";
import { assumed, type Usage } from "./usage";

export interface Invocations {
  times: number;
  /** Of all of them together. */
  seconds: number;
}

/** Who answers which share of requests; assumed from what the web app asks for. */
const SHARES: Record<string, { writes?: number; reads?: number }> = {
  "transactions-api": { writes: 1, reads: 0.5 },
  "users-api": { reads: 0.2 },
  "analytics-api": { reads: 0.2 },
  "categories-api": { reads: 0.1 },
};

/** Consumers of the topic of transactions. What happens to users is rare. */
const OF_TRANSACTIONS = ["categories-consumer", "analytics-consumer", "lake-consumer"];

/** A transaction's own, and that of its balance. */
const EVENTS_PER_WRITE = 2;

export const eventsOf = ({ writes }: Usage): number => writes * EVENTS_PER_WRITE;

/** How often a function is invoked: by requests, events, and schedules. */
export function invocationsOf(graph: Graph, lambda: Resource, usage: Usage): Invocations {
  const used = usedBy(lambda.name, usage);
  const scheduled = scheduledOf(graph)
    .filter((each) => each.lambda === lambda)
    .reduce((sum, { times }) => sum + times, 0);
  return {
    times: used.times + scheduled,
    seconds: used.seconds + scheduled * assumed("scheduledSeconds"),
  };
}

function usedBy(name: string, usage: Usage): Invocations {
  const every = (times: number, seconds: number) => ({ times, seconds: times * seconds });
  if (name === "api-authorizer") return every(usage.visits * 2, assumed("requestSeconds"));
  if (name === "transactions-relay") return relayed(usage.writes);
  const { writes = 0, reads = 0 } = SHARES[name] ?? {};
  if (name in SHARES) return every(usage.writes * writes + usage.reads * reads, assumed("requestSeconds"));
  if (!OF_TRANSACTIONS.includes(name)) return { times: 0, seconds: 0 };
  const events = eventsOf(usage);
  return { times: events / assumed("eventsPerInvocation"), seconds: events * assumed("eventSeconds") };
}

/** A relay goes on for half a second after the last event; two at most are there at any time, which each API calls twice a second. */
function relayed(writes: number): Invocations {
  const month = assumed("hours") * 3_600;
  return { times: Math.min(writes, 2 * month), seconds: Math.min(writes * 0.6, 2 * month) };
}

/** ACU-hours that one instance of a cluster is paid for in a month. */
export function capacityHours(graph: Graph, cluster: Resource, usage: Usage): number {
  const { minCapacity = 0, maxCapacity = 1 } = cluster.inputs.serverlessv2ScalingConfiguration ?? {};
  const hours = assumed("hours");
  const demand = demandOf(usage) * shareOf(graph);
  if (minCapacity > 0) return hours * Math.min(maxCapacity, Math.max(minCapacity, demand));
  const awake = Math.min(hours, awakeHours(graph, cluster) + usedHours(cluster, usage));
  return awake * Math.min(maxCapacity, Math.max(assumed("resumedCapacity"), demand));
}

/** Where there are several clusters, each is taken to have the same share of what is stored and done. */
export const shareOf = (graph: Graph): number => 1 / Math.max(1, resourcesOf(graph, "aws:rds/cluster:Cluster").length);

/** ACU on average, of all that databases do. */
export function demandOf(usage: Usage): number {
  const cost = processorSeconds(lastResults());
  const { write, read, event, relayed: relay } = cost;
  const seconds = usage.writes * write + usage.reads * read + eventsOf(usage) * (event + relay);
  const processors = seconds / (assumed("hours") * 3_600);
  return processors / assumed("processorPerCapacity") / assumed("fullCapacity");
}

/** Each visit has a cluster that may pause stay awake, until it pauses again. */
function usedHours(cluster: Resource, { visits }: Usage): number {
  const pause = cluster.inputs.serverlessv2ScalingConfiguration?.secondsUntilAutoPause ?? 300;
  return (visits * (pause + assumed("resumeSeconds") + assumed("heldSeconds"))) / 3_600;
}

/** The cluster of an instance. */
export function clusterOf(graph: Graph, instance: Resource): Resource {
  const found = resourcesOf(graph, "aws:rds/cluster:Cluster").find(
    ({ outputs }) => outputs.id === instance.inputs.clusterIdentifier,
  );
  if (found === undefined) throw new Error(`The instance "${instance.name}" is of no cluster of the stack.`);
  return found;
}
