import { EVENT_LIMIT, errors, exceeds, failure, SYNCHRONOUS_LIMIT } from "./errors";
import { FunctionPool } from "./pool";
import type { InvocationError, InvocationResult, LambdaHost, LambdaHostOptions } from "./types";

/** Lambda's waits before it retries a failed event invocation. Source: "How Lambda handles errors and retries". */
const RETRY_DELAYS_MS = [60_000, 120_000];
/** Most often that idle instances are looked for, in ms. */
const SWEEP_MS = 5_000;

/**
 * Runs Lambda functions from their unzipped archives with the semantics of the Node.js 24 runtime: each instance is a worker
 * thread with its own environment and heap limit, takes one event at a time, and outlives neither timeout nor exit.
 *
 * Sets the time zone of this process to UTC: threads share it, and Lambda runs in UTC.
 */
export function createLambdaHost(options: LambdaHostOptions): LambdaHost {
  process.env.TZ = "UTC";
  const pools = new Map<string, FunctionPool>();
  for (const definition of options.functions) {
    const pool = new FunctionPool(definition, {
      region: options.region,
      extraEnvironment: options.extraEnvironment,
      maxInstances: options.maxInstances ?? 10,
      log: options.log,
    });
    pools.set(definition.name, pool);
    pools.set(definition.arn, pool);
  }
  const find = (nameOrArn: string) => pools.get(nameOrArn) ?? pools.get(nameIn(nameOrArn, options));
  const notFound = (name: string) =>
    errors.notFound(
      name,
      options.functions.map((definition) => definition.name),
    );
  const stopSweeping = sweepIdle(new Set(pools.values()), (options.idleSeconds ?? 300) * 1000);
  const retries = createRetries(options);

  return {
    has: (nameOrArn) => find(nameOrArn) !== undefined,

    invoke(nameOrArn, event, { clientContext } = {}) {
      const pool = find(nameOrArn);
      if (pool === undefined) return Promise.resolve(failure("rejected", notFound(nameOrArn)));
      const payload = serialize(event, "RequestResponse", SYNCHRONOUS_LIMIT);
      if (typeof payload !== "string") return Promise.resolve(failure("rejected", payload));
      return pool.invoke(payload, clientContext === undefined ? undefined : JSON.stringify(clientContext), false);
    },

    invokeAsync(nameOrArn, event) {
      const pool = find(nameOrArn);
      const payload = pool === undefined ? notFound(nameOrArn) : serialize(event, "Event", EVENT_LIMIT);
      if (pool !== undefined && typeof payload === "string") {
        retries.run(pool.definition.name, () => pool.invoke(payload, undefined, true));
      } else if (typeof payload !== "string") {
        const text = `Event refused. ${payload.errorType}: ${payload.errorMessage}`;
        options.log({ function: nameOrArn, stream: "host", text });
      }
    },

    async close() {
      stopSweeping();
      retries.close();
      await Promise.all([...new Set(pools.values())].map((pool) => pool.close()));
    },
  };
}

/** The event as JSON text, or why it cannot be sent. Text, so that a function never shares an object with the host. */
function serialize(event: unknown, type: string, limit: number): string | InvocationError {
  let text: string;
  try {
    text = JSON.stringify(event) ?? "null";
  } catch (error) {
    return errors.unserializableEvent(error);
  }
  return exceeds(text, limit) ? errors.requestTooLarge(Buffer.byteLength(text), type, limit) : text;
}

/**
 * The function name within any form of `FunctionName` that Lambda's Invoke takes: `name`, `account:function:name`, or an
 * ARN of this region and account; each may carry a qualifier.
 */
function nameIn(nameOrArn: string, { region, accountId }: LambdaHostOptions): string {
  const prefixes = [`arn:aws:lambda:${region}:${accountId}:function:`, `${accountId}:function:`];
  const prefix = prefixes.find((candidate) => nameOrArn.startsWith(candidate)) ?? "";
  const [name = ""] = nameOrArn.slice(prefix.length).split(":");
  return name;
}

function sweepIdle(pools: Set<FunctionPool>, idleMs: number): () => void {
  const timer = setInterval(
    () => {
      for (const pool of pools) pool.endIdleSince(Date.now() - idleMs);
    },
    Math.min(SWEEP_MS, Math.max(idleMs / 2, 10)),
  ).unref();
  return () => clearInterval(timer);
}

/** Event invocations: failed ones are run again after the given waits, then given up with a log entry. */
function createRetries({ log, retryDelaysMs = RETRY_DELAYS_MS }: LambdaHostOptions) {
  const timers = new Set<NodeJS.Timeout>();
  let closed = false;

  const attempt = async (name: string, invoke: () => Promise<InvocationResult>, attempts: number): Promise<void> => {
    const result = await invoke();
    if (result.ok || closed) return;
    const delay = retryDelaysMs[attempts];
    const { errorType, errorMessage } = result.error;
    const next = delay === undefined ? `Given up after ${attempts + 1} attempts` : `Next attempt in ${delay / 1000} s`;
    log({ function: name, stream: "host", text: `Event invocation failed: ${errorType}: ${errorMessage}. ${next}.` });
    if (delay === undefined) return;
    const timer = setTimeout(() => {
      timers.delete(timer);
      void attempt(name, invoke, attempts + 1);
    }, delay).unref();
    timers.add(timer);
  };

  return {
    run: (name: string, invoke: () => Promise<InvocationResult>): void => void attempt(name, invoke, 0),
    close() {
      closed = true;
      for (const timer of timers) clearTimeout(timer);
    },
  };
}
