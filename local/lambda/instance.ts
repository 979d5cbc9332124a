import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { errors, exceeds, failure, SYNCHRONOUS_LIMIT } from "./errors";
import type { FunctionDefinition, InvocationError, InvocationResult, LogEntry } from "./types";

/** Lambda's limit for the initialisation of an instance, in ms; it is not part of the function's own timeout. */
const INIT_LIMIT_MS = 10_000;

/** One event on its way through an instance. `event` and `clientContext` are JSON texts. */
export interface Invocation {
  requestId: string;
  event: string;
  clientContext: string | undefined;
  settle: (result: InvocationResult) => void;
}

type FromWorker =
  | { type: "ready" }
  | { type: "init-failed"; error: InvocationError }
  | { type: "answer"; payload: string }
  | { type: "error"; error: InvocationError }
  | { type: "log"; stream: "stdout" | "stderr"; text: string };

/** What an instance tells its pool. */
export interface InstanceListener {
  /** The instance can take an event: after its start and after every answer. */
  available(instance: Instance): void;
  /** The instance will take no more events. `initError` is given when it never became available. */
  gone(instance: Instance, initError: InvocationError | undefined): void;
  log(stream: LogEntry["stream"], text: string): void;
}

export interface InstanceOptions {
  definition: FunctionDefinition;
  environment: Record<string, string>;
  logStreamName: string;
}

/**
 * A worker thread that runs one function, one event at a time, with its own environment and heap limit. It outlives
 * thrown errors; it does not outlive a timeout, an exit, an uncaught error or a full heap.
 */
export class Instance {
  /** `Date.now()` when it last became available. */
  idleSince = 0;
  /** Resolves when the thread has ended. */
  readonly ended: Promise<void>;
  private readonly worker: Worker;
  private readonly timer: NodeJS.Timeout;
  private initTimer: NodeJS.Timeout | undefined;
  private current: Invocation | undefined;
  private state: "starting" | "live" | "gone" = "starting";
  private deathCause = "";

  constructor(
    private readonly options: InstanceOptions,
    private readonly listener: InstanceListener,
  ) {
    const { definition } = options;
    this.worker = startWorker(options);
    this.ended = new Promise((resolve) => this.worker.once("exit", () => resolve()));
    this.worker.on("message", (message: FromWorker) => this.receive(message));
    this.worker.on("error", (error) => this.noteUncaught(error));
    this.worker.on("exit", (code) => this.exited(code));
    // One timer for the life of the instance, restarted per event: starting and dropping one each time costs more.
    this.timer = setTimeout(() => this.timedOut(), definition.timeoutSeconds * 1000).unref();
    this.initTimer = setTimeout(() => this.initTimedOut(), INIT_LIMIT_MS + definition.timeoutSeconds * 1000).unref();
  }

  /** Runs one event. Only for an instance that is available. */
  run(invocation: Invocation): void {
    this.current = invocation;
    this.timer.refresh();
    this.worker.postMessage({
      requestId: invocation.requestId,
      deadline: Date.now() + this.options.definition.timeoutSeconds * 1000,
      event: invocation.event,
      clientContext: invocation.clientContext,
    });
  }

  /** Ends the thread, also in the middle of a busy loop. A running invocation fails with `error`. */
  stop(error: InvocationError): void {
    this.leave({ ok: false, reason: "exit", error }, error);
    void this.worker.terminate();
  }

  private receive(message: FromWorker): void {
    switch (message.type) {
      case "answer":
        this.answer(answerOf(message.payload));
        break;
      case "log":
        this.listener.log(message.stream, withoutLastNewline(message.text));
        break;
      case "error":
        this.listener.log("stderr", `Invoke Error ${textOf(message.error)}`);
        this.answer(failure("handled", message.error));
        break;
      case "ready":
        this.started();
        break;
      case "init-failed":
        this.listener.log("stderr", `Init Error ${textOf(message.error)}`);
        this.stop(message.error);
        break;
    }
  }

  private started(): void {
    if (this.state !== "starting") return;
    clearTimeout(this.initTimer);
    this.state = "live";
    this.becomeAvailable();
  }

  private answer(result: InvocationResult): void {
    const { current } = this;
    // Nothing is current when the answer comes after the timeout has already been reported.
    if (current === undefined) return;
    this.current = undefined;
    current.settle(result);
    if (this.state === "live") this.becomeAvailable();
  }

  private becomeAvailable(): void {
    this.idleSince = Date.now();
    this.listener.available(this);
  }

  private timedOut(): void {
    if (this.current === undefined) return;
    const error = errors.timedOut(this.current.requestId, this.options.definition.timeoutSeconds);
    this.listener.log("host", `${error.errorMessage}. The instance was ended.`);
    this.leave(failure("timeout", error), undefined);
    void this.worker.terminate();
  }

  private initTimedOut(): void {
    if (this.state !== "starting") return;
    const seconds = INIT_LIMIT_MS / 1000 + this.options.definition.timeoutSeconds;
    const error = errors.timedOut("init", seconds);
    this.listener.log("host", `Loading ${this.options.definition.handler} took more than ${seconds} s and was ended.`);
    this.stop(error);
  }

  private noteUncaught(error: unknown): void {
    const outOfMemory = error instanceof Error && "code" in error && error.code === "ERR_WORKER_OUT_OF_MEMORY";
    if (outOfMemory) this.deathCause = "Runtime exited with error: signal: killed";
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.listener.log(outOfMemory ? "host" : "stderr", outOfMemory ? this.outOfMemoryText() : `Uncaught ${text}`);
  }

  private exited(code: number): void {
    if (this.state === "gone") return;
    const detail =
      this.deathCause ||
      (code === 0 ? "Runtime exited without providing a reason" : `Runtime exited with error: exit status ${code}`);
    const error = errors.exited(this.current?.requestId ?? "init", detail);
    this.listener.log("host", `${detail}. The next invocation gets a new instance.`);
    this.leave(failure("exit", error), error);
  }

  private leave(result: InvocationResult, cause: InvocationError | undefined): void {
    if (this.state === "gone") return;
    const initError = this.state === "starting" ? cause : undefined;
    this.state = "gone";
    clearTimeout(this.timer);
    clearTimeout(this.initTimer);
    const { current } = this;
    this.current = undefined;
    current?.settle(result);
    this.listener.gone(this, initError);
  }

  private outOfMemoryText(): string {
    return `Out of memory: the heap reached the declared ${this.options.definition.memoryMb} MB.`;
  }
}

function startWorker({ definition, environment, logStreamName }: InstanceOptions): Worker {
  const worker = new Worker(join(__dirname, "worker.js"), {
    env: environment,
    // Neither the host's loaders (ts-node) nor its flags.
    execArgv: [],
    argv: [],
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: definition.memoryMb },
    name: definition.name,
    workerData: {
      directory: definition.directory,
      handler: definition.handler,
      context: {
        functionName: definition.name,
        functionVersion: "$LATEST",
        invokedFunctionArn: definition.arn,
        memoryLimitInMB: String(definition.memoryMb),
        logGroupName: `/aws/lambda/${definition.name}`,
        logStreamName,
      },
    },
  });
  // The thread sends what it prints as messages; these pipes stay empty but must not fill up.
  worker.stdout.resume();
  worker.stderr.resume();
  return worker;
}

const answerOf = (payload: string): InvocationResult =>
  exceeds(payload, SYNCHRONOUS_LIMIT)
    ? failure("handled", errors.responseTooLarge())
    : { ok: true, payload: JSON.parse(payload) };

const textOf = ({ errorType, errorMessage, trace }: InvocationError): string =>
  trace.length > 0 ? trace.join("\n") : `${errorType}: ${errorMessage}`;

const withoutLastNewline = (text: string): string => (text.endsWith("\n") ? text.slice(0, -1) : text);
