import { fork } from "node:child_process";
import { rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { cacheKey, readCachedGraph, writeCachedGraph } from "./cache";
import type { LoadAnswer, LoadOrder } from "./child";
import type { Graph } from "./graph";
import { localConfig } from "./local-config";
import type { Addresses } from "./outputs";
import { PROJECT_FOLDER, projectName, stackConfig } from "./stack-config";

export interface LoadOptions {
  /** `local`, or a stack with a Pulumi.<stack>.yaml. */
  stack: string;
  /** Values beside or instead of those of the stack, e.g. `{ "ahorro:logs": '{"retentionDays":7}' }`. */
  config?: Record<string, string>;
  /** Keys of `config` that Pulumi shall treat as secret. */
  secretKeys?: string[];
  /** Addresses of the embedded services. */
  outputs?: Addresses;
  /** Belongs to the loader, which empties it: function archives are unpacked to `<workFolder>/functions/<function name>/`. */
  workFolder: string;
  /** Loads it as `pulumi preview` does. @default false */
  preview?: boolean;
  /** The program's file. @default index.ts of the project */
  programFile?: string;
  /**
   * Answers the graph of the last load into `workFolder` when neither the project's files nor these options have changed since.
   * @default false
   */
  cache?: boolean;
}

/** A program that has not come to an end by then hangs. */
const LOAD_TIMEOUT_MS = 120_000;

/**
 * Runs the Pulumi program without Pulumi's engine and without AWS, in a process of its own, and answers what it declares.
 * @throws Error saying which resource, function or configuration key is at fault, and why.
 */
export async function loadProgram(options: LoadOptions): Promise<Graph> {
  const order: LoadOrder = {
    project: projectName(),
    stack: options.stack,
    programFile: options.programFile ?? join(PROJECT_FOLDER, "index.ts"),
    config: { ...(options.stack === "local" ? localConfig() : stackConfig(options.stack)), ...options.config },
    secretKeys: options.secretKeys ?? [],
    addresses: options.outputs ?? {},
    workFolder: resolve(options.workFolder),
    preview: options.preview ?? false,
  };
  const key = options.cache ? cacheKey(order) : undefined;
  const cached = key && readCachedGraph(order.workFolder, key);
  if (cached) return cached;

  await rm(order.workFolder, { recursive: true, force: true });
  const answer = await runChild(order);
  if ("failures" in answer) throw new Error(failureMessage(options.stack, answer.failures.join("\n\n")));
  if (key) writeCachedGraph(order.workFolder, key, answer.graph);
  return answer.graph;
}

const failureMessage = (stack: string, reason: string) =>
  `The program cannot be loaded for the stack "${stack}".\n\n${reason}`;

function runChild(order: LoadOrder): Promise<LoadAnswer> {
  const child = fork(join(__dirname, "child.ts"), {
    cwd: PROJECT_FOLDER,
    // Serialization makes much short-lived garbage: a larger nursery saves a tenth of the time.
    execArgv: ["--max-semi-space-size=64", "--require", "ts-node/register/transpile-only"],
    env: {
      ...process.env,
      // Keeps the compiled code of the Pulumi packages, whose compilation would be a third of the time.
      NODE_COMPILE_CACHE: join(PROJECT_FOLDER, "node_modules", ".cache", "program"),
    },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  let printed = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => {
      printed = (printed + text).slice(-8_000);
    });
  }
  return new Promise((resolve, reject) => {
    const fail = (reason: string) => reject(new Error(failureMessage(order.stack, `${reason}\n${printed}`)));
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      fail(`It was not done after ${LOAD_TIMEOUT_MS / 1000} s.`);
    }, LOAD_TIMEOUT_MS);
    child.once("message", (answer: LoadAnswer) => resolve(answer));
    child.once("error", (error) => fail(error.message));
    child.once("close", (code, signal) => {
      clearTimeout(timer);
      fail(`Its process ended early (${signal ?? `exit code ${code}`}).`);
    });
    child.send(order);
  });
}
