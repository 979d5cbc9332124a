/** What people ask of the platform, in the busiest minutes. */
import { assumed, MONTHS_KEPT, PERSON } from "../../costs/usage";

/** A second of the busiest minutes. */
export interface Demand {
  writes: number;
  reads: number;
  visits: number;
  /** A transaction's own, and its balance's. */
  events: number;
  /** Bytes of all that has been written before and is kept. */
  kept: number;
}

const SECONDS_A_MONTH = 730 * 3_600;

/** The busiest minutes have so many times the requests of an average one; assumed: Sunday evening, after payday. */
export const PEAK = 10;

export function demandOf(people: number): Demand {
  const rate = (each: number) => (people * each * PEAK) / SECONDS_A_MONTH;
  const writes = rate(PERSON.writes);
  const kept = people * PERSON.writes * MONTHS_KEPT * assumed("bytesPerTransaction");
  return { writes, reads: rate(PERSON.reads), visits: rate(PERSON.visits), events: writes * 2, kept };
}
