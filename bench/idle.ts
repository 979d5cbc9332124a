import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import postgres from "postgres";
import type { Endpoints } from "../local/stack";
import { type Figure, figure } from "./figures";

/** What a start leaves to be done is done by then. */
const REST_MS = 10_000;
const ROUNDS = 3;
const ROUND_MS = 5_000;
/** Clock ticks per second in /proc (`getconf CLK_TCK`; 100 wherever Linux runs today). */
const TICKS = 100;

/**
 * What the platform costs while nobody uses it: processor time of the stack's processes, and connections that relays hold. Where there
 * is no /proc the former is left out.
 *
 * @param pid of the stack; its descendants count, too.
 */
export async function benchIdle(endpoints: Endpoints, pid: number): Promise<Figure[]> {
  await sleep(REST_MS);
  const sql = postgres(endpoints.postgres.transactions ?? "", { max: 1, onnotice: () => undefined });
  const shares: number[] = [];
  const connections: number[] = [];
  try {
    for (let round = 0; round < ROUNDS; round += 1) {
      const before = cpuSeconds(pid);
      await sleep(ROUND_MS);
      shares.push(((cpuSeconds(pid) - before) / (ROUND_MS / 1000)) * 100);
      const [held] = await sql`select count(*)::int from pg_stat_activity where application_name = 'relay'`;
      connections.push(held?.count);
    }
  } finally {
    await sql.end();
  }
  return [
    ...(process.platform === "linux"
      ? [figure("Idle: processor time of the whole stack", "% of a core", shares, { relation: "≤", value: 1 })]
      : []),
    figure("  database connections held by relays", "", connections, { relation: "≤", value: 0 }),
  ];
}

/** Processor time of a process and of all its descendants so far. Source: proc_pid_stat(5), fields 4, 14 and 15. */
function cpuSeconds(root: number): number {
  if (process.platform !== "linux") return Number.NaN;
  const processes = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const text = readFileSync(`/proc/${pid}/stat`, "latin1");
        const fields = text.slice(text.lastIndexOf(")") + 2).split(" "); // from field 3 on: a name may have blanks
        return [{ pid: Number(pid), parent: Number(fields[1]), ticks: Number(fields[11]) + Number(fields[12]) }];
      } catch {
        return []; // it has just ended
      }
    });
  const ticksOf = (pid: number): number =>
    processes.filter(({ parent }) => parent === pid).reduce((sum, child) => sum + ticksOf(child.pid), 0) +
    (processes.find((it) => it.pid === pid)?.ticks ?? 0);
  return ticksOf(root) / TICKS;
}
