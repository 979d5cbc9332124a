import { type Graph, type Resource, resourcesOf } from "../program/graph";
import type { FunctionDefinition } from "./types";

/** Lambda's own defaults. */
const DEFAULT_MEMORY_MB = 128;
const DEFAULT_TIMEOUT_SECONDS = 3;

/**
 * The functions that a program declares, from its `aws:lambda/function:Function` resources.
 *
 * @throws when a function has no archive folder or no handler (container images are not run), naming it
 */
export function functionsOf(graph: Graph): FunctionDefinition[] {
  return resourcesOf(graph, "aws:lambda/function:Function").map(functionOf);
}

function functionOf(resource: Resource): FunctionDefinition {
  const { inputs, outputs } = resource;
  const directory: unknown = inputs.code?.directory;
  const missing = (what: string) =>
    new Error(
      `The Lambda function "${resource.name}" has no ${what}: the local stack cannot run it (${resource.urn}).`,
    );
  if (typeof directory !== "string") throw missing("code archive");
  if (typeof inputs.handler !== "string") throw missing("handler");
  // "Setting log format and level": functions that log JSON are told from which level on their lines are kept.
  const level: string | undefined = inputs.loggingConfig?.applicationLogLevel;
  const reserved: unknown = inputs.reservedConcurrentExecutions;
  return {
    name: outputs.name ?? inputs.name ?? resource.name,
    arn: outputs.arn,
    directory,
    handler: inputs.handler,
    environment: { ...inputs.environment?.variables, ...(level && { AWS_LAMBDA_LOG_LEVEL: level }) },
    memoryMb: inputs.memorySize ?? DEFAULT_MEMORY_MB,
    timeoutSeconds: inputs.timeout ?? DEFAULT_TIMEOUT_SECONDS,
    // -1 is how the provider says "no reservation".
    ...(typeof reserved === "number" && reserved >= 0 ? { reservedConcurrency: reserved } : {}),
  };
}
