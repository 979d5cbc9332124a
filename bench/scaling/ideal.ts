/**
 * The seed's ideal architecture: three regions; writes to a DynamoDB global table, with the event beside the item; from its stream to Kafka in each
 * region; a view of its own in each region, Aurora behind Redis. All of it grows by the piece, so what is told is how many pieces it takes.
 */
import { assumed } from "../../costs/usage";
import { lastResults, processorSeconds } from "../measured";
import { demandOf } from "./demand";
import { QUOTAS } from "./stages";

export interface Piece {
  what: string;
  count: number;
}

const REGIONS = 3;
/** The busiest region has so much of all people; assumed. */
const LARGEST = 0.5;
/** A transaction, its balance and its event, each of 1 kB at most, and each twice, since all three or none are written. */
const ITEMS = 3;
const TRANSACTIONAL = 2;
/** Reads that Redis answers; assumed. */
const CACHED = 0.9;
/** Requests a second of a node of Redis; assumed, of a large one. */
const NODE = 200_000;
/** Of each piece is used so much. */
const FULL = 0.6;

/** What the busiest region needs for so many people in all regions. */
export function idealFor(people: number): Piece[] {
  const cost = processorSeconds(lastResults());
  const all = demandOf(people);
  const own = demandOf(people * LARGEST);
  const processors = QUOTAS.capacity.value * assumed("processorPerCapacity") * FULL;
  const units = own.writes * ITEMS * TRANSACTIONAL + (all.writes - own.writes) * ITEMS;
  const pieces: Record<string, number> = {
    "write units a second of the ledger's table, replicas' included": units,
    "partitions of that table, of 1,000 write units each": units / 1_000 / FULL,
    "bytes a second out of its stream, in MB": (all.writes * ITEMS * 1_000) / 1_000_000,
    "partitions of Kafka": (all.events * assumed("eventBytes")) / QUOTAS.partitionIn.value / FULL,
    "nodes of Redis": own.reads / NODE / FULL,
    "Aurora instances of 256 ACU that answer what Redis does not know":
      (own.reads * (1 - CACHED) * cost.read) / processors,
    "Aurora instances of 256 ACU that take in events": (all.events * cost.event) / processors,
    "Aurora volumes": all.kept / QUOTAS.volume.value / FULL,
    "instances of Lambda at a time": ((own.writes + own.reads) * assumed("requestSeconds")) / FULL,
  };
  return Object.entries(pieces).map(([what, count]) => ({ what, count: Math.ceil(count) }));
}

export const IDEAL = { regions: REGIONS, largest: LARGEST, cached: CACHED };
