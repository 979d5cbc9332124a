import { spawn } from "node:child_process";
import { join } from "node:path";

/** Keeps a process from outliving us. */
export interface Guard {
  /** The guarded process has ended, or may live on: lets it alone from now on. Harmless when called again. */
  release(): void;
}

/**
 * Has a process ended when we are gone, however we go; even SIGKILL, after which nothing of ours runs any more, is seen
 * by a small watchdog process of its own session, through a pipe that the kernel closes with us.
 *
 * @param signal what the process takes as a request to end in order, e.g. SIGINT for PostgreSQL's fast shutdown.
 */
export function guard(pid: number, signal: NodeJS.Signals): Guard {
  const watchdog = spawn(process.execPath, [join(__dirname, "watchdog.js"), String(pid), signal], {
    detached: true,
    cwd: "/",
    env: {},
    stdio: ["pipe", "ignore", "ignore"],
  });
  // A watchdog that cannot start or was killed by somebody costs the protection, not the stack.
  watchdog.on("error", () => {});
  watchdog.stdin.on("error", () => {});
  watchdog.unref();
  return { release: () => void (watchdog.stdin.writable && watchdog.stdin.end("release\n")) };
}
