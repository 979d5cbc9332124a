/**
 * The process in which the program runs: a fresh one for every load, since Pulumi keeps its state in globals and a program
 * may be loaded for several stacks. It is given its orders in one message and answers with one.
 */
import "./stub-arborist";
import * as pulumi from "@pulumi/pulumi";
import { collectResources } from "./collector";
import type { Graph } from "./graph";
import { ACCOUNT_ID, type Addresses } from "./outputs";

export interface LoadOrder {
  project: string;
  stack: string;
  programFile: string;
  config: Record<string, string>;
  secretKeys: string[];
  addresses: Addresses;
  workFolder: string;
  preview: boolean;
}

export type LoadAnswer = { graph: Graph } | { failures: string[] };

/**
 * Pulumi reads the stack of a new error for every promise it makes, and mapping those to TypeScript is a sixth of the
 * loading time. V8 formats a stack when it is first read: while loading they stay bare, and are mapped when reported.
 */
const mapStack = Error.prepareStackTrace;
Error.prepareStackTrace = (error) => String(error);

/** After a first failure, how long the others are waited for, so that they are reported together. */
const FURTHER_FAILURES_MS = 1_000;

const failures: unknown[] = [];
let reportFailure: () => void = () => {};
const failed = new Promise<void>((resolve) => {
  reportFailure = resolve;
});
// A function that fails to serialize shows up here only: neither the program's outputs nor the drain notice.
const onFailure = (error: unknown) => {
  failures.push(error);
  reportFailure();
};
process.on("unhandledRejection", onFailure);
process.on("uncaughtException", onFailure);

process.once("message", (order: LoadOrder) => {
  load(order)
    .catch((error): LoadAnswer => ({ failures: [describe(error)] }))
    .then((answer) => process.send?.(answer, () => process.exit()));
});

async function load(order: LoadOrder): Promise<LoadAnswer> {
  pulumi.runtime.setAllConfig(order.config, order.secretKeys);
  const resources = await collectResources({
    ...order,
    context: {
      region: order.config["aws:region"] ?? "us-east-1",
      accountId: ACCOUNT_ID,
      addresses: order.addresses,
      defaultProvidersDisabled: (order.config["pulumi:disable-default-providers"] ?? "").includes("aws"),
    },
  });
  let outputs: Record<string, unknown> = {};
  const run = pulumi.runtime
    .runInPulumiStack(async () => require(order.programFile))
    .then(async (result) => {
      outputs = result ?? {};
      await pulumi.runtime.disconnect();
      // Rejections are reported after the turn that caused them.
      await new Promise((resolve) => setImmediate(resolve));
    });
  await Promise.race([run.catch(onFailure), failed]);
  if (failures.length > 0) {
    Error.prepareStackTrace = mapStack;
    await new Promise((resolve) => setTimeout(resolve, FURTHER_FAILURES_MS));
    return { failures: [...new Set(failures.map(describe))] };
  }
  return { graph: { stack: order.stack, resources, outputs } };
}

/** Errors meant for people as they are; others with the place they come from. */
function describe(error: unknown): string {
  if (pulumi.RunError.isInstance(error) || pulumi.ResourceError.isInstance(error)) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
