import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type postgres from "postgres";
import type { Random } from "./random";

/** Few, so that transactions meet on them. */
const KEYS = 12;
/** Most ms that a writer rests between two transactions, and that it holds one open. */
const REST_MS = 120;
const HOLD_MS = 150;

/** What writers know of their own work; the journal knows the rest. */
export interface Writers {
  /** Changes whose commit was confirmed. */
  confirmed: Set<string>;
  rolledBack: number;
  /** Makes a change, once. */
  write(): Promise<void>;
  resume(): void;
  /** Resolves when no transaction is open. */
  pause(): Promise<void>;
}

/**
 * Writers that change random accounts and publish it, each over a connection of its own: some hold their transaction open while others
 * commit, some roll back. They go on after errors, as when the server restarts.
 *
 * @param committed told of every commit, as an API calls for the relay.
 */
export function startWriters(sql: postgres.Sql, count: number, random: Random, committed: () => void): Writers {
  const keys = Array.from({ length: KEYS }, () => randomUUID());
  let running: Promise<void>[] = [];
  let paused = true;
  const writers: Writers = {
    confirmed: new Set(),
    rolledBack: 0,
    write: () => change(random),
    resume() {
      paused = false;
      running = Array.from({ length: count }, () => work(random.fork()));
    },
    async pause() {
      paused = true;
      await Promise.all(running);
    },
  };

  const work = async (chance: Random): Promise<void> => {
    while (!paused) {
      await change(chance).catch(() => {}); // the server is away; whether it was committed, the journal knows
      await sleep(chance.between(0, REST_MS));
    }
  };

  const change = async (chance: Random): Promise<void> => {
    // In one order, as all services lock: no deadlocks.
    const chosen = chance.some(keys, chance.between(1, 3)).sort();
    const changes = chosen.map((key) => ({ change: randomUUID(), key, delta: chance.between(-1000, 1000) }));
    const heldSeconds = chance.chance(0.3) ? chance.between(1, HOLD_MS) / 1000 : 0;
    const givesUp = chance.chance(0.2);
    try {
      // A single statement: under a transaction of several, postgres.js ends the process when the connection breaks between them.
      await sql`select fault_change(${JSON.stringify(changes)}::text::jsonb, ${heldSeconds}, ${givesUp})`;
    } catch (error) {
      if (!isGivenUp(error)) throw error;
      writers.rolledBack++;
      return;
    }
    for (const { change } of changes) writers.confirmed.add(change);
    committed();
  };
  return writers;
}

const isGivenUp = (error: unknown): boolean => error instanceof Error && "code" in error && error.code === "ZZ001";
