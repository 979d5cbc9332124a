/** Figures that have been measured, for what is worked out from them: of the last whole run of `npm run bench`. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Figure } from "./figures";

const FOLDER = join(__dirname, "results");

export interface Results {
  date: string;
  machine: { cpu: string; cores: number };
  figures: Figure[];
}

/** The results of the last run. */
export function lastResults(): Results {
  const last = readdirSync(FOLDER)
    .filter((name) => name.endsWith(".json"))
    .sort()
    .at(-1);
  if (last === undefined) throw new Error("Nothing has been measured yet: run npm run bench.");
  return JSON.parse(readFileSync(join(FOLDER, last), "utf8"));
}

/**
 * The value of a figure, by its name and unit. Names of figures that put another into proportion (they are indented) may come again; `after` is
 * the one that they stand behind.
 * @throws Error when it has not been measured, or in another unit.
 */
export function measured({ figures }: Results, name: string, unit: string, after?: string): number {
  const from = after === undefined ? 0 : figures.findIndex((figure) => figure.name === after);
  const found = from < 0 ? undefined : figures.slice(from).find((each) => each.name === name && each.unit === unit);
  if (found === undefined) throw new Error(`No figure "${name}" in ${unit} has been measured.`);
  return found.value;
}

/**
 * Processor seconds of the database for one piece of work, at most: where a program did nothing but that as fast as it could, all of the
 * machine's processors divided by how often. The program and what else ran are counted in, so it is too much rather than too little.
 */
export function processorSeconds(results: Results) {
  const { cores } = results.machine;
  const each = (name: string, after?: string) => cores / measured(results, name, "/s", after);
  return {
    /** A transaction with its balance, idempotency record and event. */
    write: each("  the same SQL by postgres.js alone, 10 connections", "POST /transactions, 10 connections"),
    /** A page of a list: no more than it takes. */
    read: measured(results, "GET /transactions of 100k in 1M, first page, p50", "ms") / 1_000,
    /** An event in the read model of reports. */
    event: each("Projection of transactions of 9000 users, batches of 100, 4 instances"),
    /** An event through the relay. */
    relayed: each("Relay, a full outbox"),
  };
}
