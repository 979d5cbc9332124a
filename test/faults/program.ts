import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { build } from "esbuild";

/** A program of this folder that can be run many times, each time in a process of its own. */
export interface Program {
  /** Starts it; resolves with its first message. It ends when this process does. */
  start(settings: unknown, environment?: Record<string, string>): Promise<ChildProcess>;
}

/**
 * Bundles a program once: a process that has to compile first takes a second to start, and this one is started hundreds of times.
 *
 * @param crashed told when a process has ended by itself, and not well.
 */
export async function programOf(
  name: string,
  folder: string,
  log: (line: string) => void,
  crashed: (how: string) => void,
): Promise<Program> {
  const file = join(folder, `${name}.js`);
  await build({
    entryPoints: [join(__dirname, `${name}.ts`)],
    outfile: file,
    bundle: true,
    platform: "node",
    target: "node24",
    logLevel: "error",
  });
  return {
    async start(settings, environment = {}) {
      const child = fork(file, [JSON.stringify(settings)], {
        env: { PATH: process.env.PATH, ...environment },
        stdio: ["ignore", "pipe", "pipe", "ipc"],
      });
      for (const stream of [child.stdout, child.stderr]) {
        stream?.setEncoding("utf8").on("data", (text: string) => log(`${name}: ${text.trimEnd()}`));
      }
      const ended = once(child, "exit").then(([code]) => {
        throw new Error(`${name} ended with ${code} while it was starting.`);
      });
      await Promise.race([once(child, "message"), ended]);
      ended.catch(() => {});
      child.once("exit", (code, signal) => {
        const how = `${name} ${child.pid} ended: ${code ?? signal}`;
        log(how);
        if (signal !== "SIGKILL" && code !== 0) crashed(how);
      });
      return child;
    },
  };
}
