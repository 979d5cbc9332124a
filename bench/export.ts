import { readFileSync } from "node:fs";
import type { Endpoints } from "../local/stack";
import { type Figure, figure } from "./figures";
import { ownerOfMany } from "./fill";
import { ROUNDS } from "./http";

/** At least so many are exported. */
const MANY = 100_000;

/**
 * `GET /transactions/export` of somebody's 100,000 transactions in a million, link and all; and how the memory of the stack's process grows
 * meanwhile, in which all functions, the gateway and S3 are.
 *
 * @param pid of `npm start`'s process, whose only child the stack is.
 */
export async function benchExport(endpoints: Endpoints, pid: number): Promise<Figure[]> {
  const { token } = await ownerOfMany(endpoints);
  const stack = process.platform === "linux" ? onlyChildOf(pid) : undefined;
  const figures: Figure[] = [];
  for (const format of ["csv", "json"]) {
    const rates: number[] = [];
    const growths: number[] = [];
    const megabytes: number[] = [];
    await exported(endpoints, token, format); // warms up
    for (let round = 0; round < ROUNDS; round += 1) {
      const growth = stack === undefined ? undefined : watchMemory(stack);
      const started = performance.now();
      const { chunks, bytes } = await exported(endpoints, token, format);
      const seconds = (performance.now() - started) / 1000;
      if (growth !== undefined) growths.push(growth());
      rates.push(rowsOf(Buffer.concat(chunks), format) / seconds);
      megabytes.push(bytes / 1e6);
    }
    figures.push(
      figure(`GET /transactions/export, ${format}, 100k of 1M`, "rows/s", rates, { relation: "≥", value: 20_000 }),
      figure("  size of the file", "MB", megabytes),
    );
    if (growths.length > 0) {
      figures.push(
        figure("  growth of the stack's memory meanwhile", "MB", growths, { relation: "≤", value: 100 }),
        figure("  the most that it grew", "MB", [Math.max(...growths)], { relation: "≤", value: 100 }),
      );
    }
  }
  return figures;
}

/** Fetches the file, to where the link leads. */
async function exported(endpoints: Endpoints, token: string, format: string) {
  const response = await fetch(`${endpoints.api}/transactions/export?format=${format}`, {
    headers: { authorization: `Bearer ${token}` },
  });
  if (!response.ok || response.body === null) {
    throw new Error(`The export was answered ${response.status}: ${await response.text()}`);
  }
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body) {
    chunks.push(chunk);
    bytes += chunk.length;
  }
  return { chunks, bytes };
}

/** What is in it, by a mark that begins or ends each row and is in no text of the made-up ones. */
function rowsOf(file: Buffer, format: string): number {
  const mark = format === "csv" ? "\r\n" : '{"transaction_id"';
  let rows = format === "csv" ? -1 : 0;
  for (let at = file.indexOf(mark); at !== -1; at = file.indexOf(mark, at + mark.length)) rows += 1;
  if (rows < MANY) throw new Error(`Only ${rows} transactions were exported.`);
  return rows;
}

/** Watches the memory of a process: how much more it was at most than at first, in MB. */
function watchMemory(pid: number): () => number {
  const first = residentBytes(pid);
  let most = first;
  const look = () => {
    most = Math.max(most, residentBytes(pid));
  };
  const timer = setInterval(look, 20);
  return () => {
    clearInterval(timer);
    look();
    return (most - first) / 1e6;
  };
}

/** proc_pid_status(5) */
function residentBytes(pid: number): number {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  if (kilobytes === undefined) throw new Error(`/proc tells nothing of the memory of process ${pid}.`);
  return Number(kilobytes) * 1024;
}

/** proc_pid_task(5) */
function onlyChildOf(pid: number): number {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ");
  if (children.length !== 1) throw new Error(`The process ${pid} has the children ${children.join(", ")}, not one.`);
  return Number(children[0]);
}
