import { randomBytes, randomUUID } from "node:crypto";
import { type EnvironmentOptions, environmentOf } from "./environment";
import { errors, failure } from "./errors";
import { Instance, type Invocation } from "./instance";
import type { FunctionDefinition, InvocationError, InvocationResult, LogEntry } from "./types";

export interface PoolOptions extends EnvironmentOptions {
  /** Most instances at a time; invocations beyond it wait. */
  maxInstances: number;
  log: (entry: LogEntry) => void;
}

/**
 * The instances of one function. An event goes to the instance that was used last (it is the warmest); when all are busy a
 * further one starts, and whichever is free first takes the event.
 */
export class FunctionPool {
  private readonly instances = new Set<Instance>();
  /** Instances that have left the pool but whose thread has not ended yet. */
  private readonly ending = new Set<Promise<void>>();
  /** Free instances, the last used at the end. */
  private readonly idle: Instance[] = [];
  private readonly waiting: Invocation[] = [];
  private starting = 0;
  private inFlight = 0;
  private closed = false;

  constructor(
    readonly definition: FunctionDefinition,
    private readonly options: PoolOptions,
  ) {}

  /**
   * Runs one event, given as JSON text.
   *
   * @param wait whether to wait rather than be throttled beyond the reserved concurrency, as event invocations do
   */
  invoke(event: string, clientContext: string | undefined, wait: boolean): Promise<InvocationResult> {
    const { reservedConcurrency } = this.definition;
    if (this.closed) return Promise.resolve(failure("rejected", errors.closed()));
    if (reservedConcurrency !== undefined && this.inFlight >= reservedConcurrency) {
      if (!wait || reservedConcurrency === 0) return Promise.resolve(failure("throttled", errors.throttled()));
    }
    this.inFlight++;
    return new Promise((resolve) => {
      const settle = (result: InvocationResult) => {
        this.inFlight--;
        resolve(result);
      };
      this.accept({ requestId: randomUUID(), event, clientContext, settle });
    });
  }

  /** Ends the instances that have been free since before `time` (`Date.now()` scale). */
  endIdleSince(time: number): void {
    while (this.idle[0] !== undefined && this.idle[0].idleSince < time) {
      this.idle[0].stop(errors.closed());
    }
  }

  /** Ends all instances; what runs or waits fails. Resolves when the threads have ended. */
  async close(): Promise<void> {
    this.closed = true;
    for (const invocation of this.waiting.splice(0)) invocation.settle(failure("rejected", errors.closed()));
    for (const instance of [...this.instances]) instance.stop(errors.closed());
    await Promise.all(this.ending);
  }

  private accept(invocation: Invocation): void {
    const instance = this.idle.pop();
    if (instance !== undefined) {
      instance.run(invocation);
    } else {
      this.waiting.push(invocation);
      this.scaleOut();
    }
  }

  private scaleOut(): void {
    const { reservedConcurrency } = this.definition;
    const limit = Math.min(reservedConcurrency ?? this.options.maxInstances, this.options.maxInstances);
    while (!this.closed && this.waiting.length > this.starting && this.instances.size < limit) {
      try {
        this.start();
      } catch (error) {
        // A thread that cannot even be made, e.g. for a NODE_OPTIONS that Node refuses.
        this.starting--;
        this.waiting
          .shift()
          ?.settle(failure("exit", errors.exited("init", `Runtime could not start: ${String(error)}`)));
      }
    }
  }

  private start(): void {
    const now = new Date().toISOString();
    const logStreamName = `${now.slice(0, 10).replaceAll("-", "/")}/[$LATEST]${randomBytes(16).toString("hex")}`;
    const environment = environmentOf(this.definition, logStreamName, this.options);
    this.starting++;
    let ready = false;
    const instance = new Instance(
      { definition: this.definition, environment, logStreamName },
      {
        available: (free) => {
          if (!ready) {
            ready = true;
            this.starting--;
          }
          this.takeNext(free);
        },
        gone: (gone, initError) => {
          if (!ready) this.starting--;
          this.remove(gone, initError);
        },
        log: (stream, text) => this.options.log({ function: this.definition.name, stream, text }),
      },
    );
    this.instances.add(instance);
  }

  private takeNext(instance: Instance): void {
    const next = this.waiting.shift();
    if (next !== undefined) instance.run(next);
    else this.idle.push(instance);
  }

  private remove(instance: Instance, initError: InvocationError | undefined): void {
    this.instances.delete(instance);
    const index = this.idle.indexOf(instance);
    if (index >= 0) this.idle.splice(index, 1);
    const ended = instance.ended.then(() => {
      this.ending.delete(ended);
    });
    this.ending.add(ended);
    // An instance that could not start fails the event it was started for; the next event tries again.
    if (initError !== undefined) this.waiting.shift()?.settle(failure("exit", initError));
    this.scaleOut();
  }
}
