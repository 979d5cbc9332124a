/** What the Lambda host is told and what it answers. Plain data, free of the domain. */

/** One function as the host runs it: the unzipped archive and its settings. */
export interface FunctionDefinition {
  /** AWS function name. */
  name: string;
  /** Function ARN, unqualified. */
  arn: string;
  /** Absolute folder that holds the unzipped deployment archive (Lambda's `/var/task`). */
  directory: string;
  /** Handler, e.g. `__index.handler`. */
  handler: string;
  /** Declared environment variables. */
  environment: Record<string, string>;
  /** Memory in MB; bounds the instance's heap. */
  memoryMb: number;
  /** Longest duration of one invocation, in seconds. */
  timeoutSeconds: number;
  /** Largest number of simultaneous invocations; more are throttled. Absent: no reservation. 0: the function is off. */
  reservedConcurrency?: number;
}

/** An error as the Lambda runtime API reports it. */
export interface InvocationError {
  errorType: string;
  errorMessage: string;
  trace: string[];
}

/**
 * Why an invocation failed:
 * - `handled`: the handler threw or answered something unusable; its instance lives on
 * - `timeout`: the declared timeout passed; the instance is gone
 * - `exit`: the instance ended or could not start (exit, uncaught error, out of memory, unloadable module)
 * - `throttled`: beyond the reserved concurrency
 * - `rejected`: never reached a function (unknown name, event too large, host closed)
 */
export type FailureReason = "handled" | "timeout" | "exit" | "throttled" | "rejected";

/** The answer to one invocation. `payload` is the parsed JSON that the handler returned (`undefined` becomes `null`). */
export type InvocationResult =
  | { ok: true; payload: unknown }
  | { ok: false; error: InvocationError; reason: FailureReason };

/** A line for people: what a function wrote (`stdout`, `stderr`), or what the host has to say about it (`host`). */
export interface LogEntry {
  function: string;
  stream: "stdout" | "stderr" | "host";
  text: string;
}

export interface LambdaHost {
  /** Whether there is a function of this name or ARN. */
  has(nameOrArn: string): boolean;
  /**
   * Invokes a function and waits for its answer (`RequestResponse`). Never rejects: every failure is a result.
   * `nameOrArn` takes a name, an ARN or a partial ARN, each with or without a qualifier.
   */
  invoke(nameOrArn: string, event: unknown, options?: { clientContext?: unknown }): Promise<InvocationResult>;
  /** Queues an event invocation (`Event`): retried on failure as Lambda does, failures logged. Never throws. */
  invokeAsync(nameOrArn: string, event: unknown): void;
  /** Ends every instance, forgets what is queued, and resolves when no thread is left. */
  close(): Promise<void>;
}

export interface LambdaHostOptions {
  functions: FunctionDefinition[];
  region: string;
  accountId: string;
  /** Variables for every function of this host, such as `AWS_ENDPOINT_URL_*`; they win over declared ones. */
  extraEnvironment: Record<string, string>;
  log: (entry: LogEntry) => void;
  /** Most instances of one function at a time: this machine's limit, not AWS's. Beyond it invocations wait. @default 10 */
  maxInstances?: number;
  /** Seconds after which an unused instance ends. @default 300 */
  idleSeconds?: number;
  /** Waits before the retries of a failed event invocation, in ms. @default Lambda's: one minute, then two */
  retryDelaysMs?: number[];
}
