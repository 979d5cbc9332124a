import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/**
 * What the operating system knows of other processes. `/proc` where there is one (Linux), `ps` elsewhere (macOS).
 */

/** Whether a process with this id exists, whoever it belongs to. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** Full command line of a process, arguments joined by blanks; undefined when it is gone or hidden from us. */
export function commandOf(pid: number): string | undefined {
  const command = readProc(pid, "cmdline")?.replaceAll("\0", " ").trim() ?? ps(pid, "command");
  return command || undefined;
}

/**
 * Says when a process was started, in a form only good for comparing. Together with the process id it names one process
 * for good, although ids are used again.
 */
export function startOf(pid: number): string | undefined {
  const stat = readProc(pid, "stat");
  // proc_pid_stat(5): field 22 is the start time; field 2, the command in parentheses, may itself hold blanks.
  return stat?.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? ps(pid, "lstart");
}

/** Waits until a process is gone; false when it still exists after `milliseconds`. */
export async function waitUntilGone(pid: number, milliseconds: number): Promise<boolean> {
  const deadline = Date.now() + milliseconds;
  while (isAlive(pid)) {
    if (Date.now() > deadline) return false;
    await sleep(20);
  }
  return true;
}

function readProc(pid: number, file: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return undefined;
  }
}

function ps(pid: number, column: string): string | undefined {
  return (
    spawnSync("ps", ["-ww", "-o", `${column}=`, "-p", String(pid)], { encoding: "utf8" }).stdout?.trim() || undefined
  );
}
