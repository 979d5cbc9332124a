/** Where requests or events go through, and how much gets through. */
import type { Demand } from "./demand";
import { turnedAway, waitOf } from "./queue";

/** A part of the platform that can be too small. */
export type Station = { name: string; remedy: string } & (Quota | Pool | Line);

/** So many a second, and no more. */
interface Quota {
  kind: "quota";
  limit: number;
  load: (demand: Demand) => number;
}

/** Places of which a request takes one; who finds none is turned away. */
interface Pool {
  kind: "pool";
  places: number;
  load: (demand: Demand) => Work;
}

/** Servers for which requests wait. */
interface Line {
  kind: "line";
  servers: number;
  load: (demand: Demand) => Work;
  /** Seconds that 99 of 100 may have to wait at most. */
  patience: number;
}

/** So many a second, each so many seconds. */
export interface Work {
  arrivals: number;
  seconds: number;
}

/** Of a quota is used at most so much, since minutes are not even. */
const HEADROOM = 0.8;
/** One in so many requests may be turned away. */
const TURNED_AWAY = 1 / 10_000;

/** Several kinds of work on the same servers, as one kind. */
export function mixed(...works: Work[]): Work {
  const arrivals = works.reduce((sum, work) => sum + work.arrivals, 0);
  const busy = works.reduce((sum, work) => sum + work.arrivals * work.seconds, 0);
  return { arrivals, seconds: arrivals === 0 ? 0 : busy / arrivals };
}

/** Whether a station copes with a demand. */
export function copes(station: Station, demand: Demand): boolean {
  if (station.kind === "quota") return station.load(demand) <= station.limit * HEADROOM;
  const { arrivals, seconds } = station.load(demand);
  if (station.kind === "pool") return turnedAway(station.places, arrivals * seconds) <= TURNED_AWAY;
  return waitOf(0.99, lineOf(station.servers, { arrivals, seconds })) <= station.patience;
}

/** A fraction of a processor is one that is slower; of 2.5, each of two is a quarter faster. */
export function lineOf(servers: number, { arrivals, seconds }: Work) {
  const whole = Math.max(1, Math.floor(servers));
  return { servers: whole, arrivals, seconds: seconds * (whole / servers) };
}

/** The most that are there of anything, for which the answer is still yes; to one in a thousand. */
export function most(copesWith: (count: number) => boolean, limit: number): number {
  let [yes, no] = [0, limit];
  if (copesWith(limit)) return limit;
  while (no - yes > Math.max(1, yes / 1_000)) {
    const middle = (yes + no) / 2;
    if (copesWith(middle)) yes = middle;
    else no = middle;
  }
  return yes;
}
