import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import type { RelayOptions } from "../../functions/outbox/relay";
import type { Program } from "./program";

export interface RelaySettings extends Pick<RelayOptions, "afterwards"> {
  topic: string;
  /** Tells its connections to the broker from others. */
  clientId: string;
}

/** Where an instance ends itself with SIGKILL; `afterMs` where that is a span of time. */
export interface Death {
  at: "before-publish" | "in-publish" | "after-publish" | "in-forget" | "after-forget" | "any-time";
  afterMs: number;
}

/** What an instance is told: to handle an event, or where to end itself (null: nowhere any more). */
export type Message = { invoke: true } | { death: Death | null };

export type Answer = { ok: true; published: number } | { ok: false; error: string };

/** One instance, in a process of its own. */
export interface Relay {
  busy: boolean;
  /** Undefined when it died instead of answering. */
  call(): Promise<Answer | undefined>;
  /** Has it end itself when it gets there, or not any more. */
  doom(death: Death | null): void;
  /** Resolves when it is no more. */
  ended: Promise<unknown>;
  signal(signal: "SIGKILL" | "SIGSTOP" | "SIGCONT"): void;
}

/** The instances of a relay function. Whoever dies is followed by another. */
export interface Relays {
  all(): Relay[];
  idle(): Relay[];
  /** How many invocations have answered with an error. */
  failures(): number;
  /** Calls an idle instance, as Lambda does; undefined when there is none. */
  call(): Promise<Answer | undefined>;
  /** Resolves when there are as many instances as there should be. */
  complete(): Promise<void>;
  stop(): Promise<void>;
}

export async function startRelays(
  program: Program,
  settings: RelaySettings,
  environment: Record<string, string>,
  count: number,
): Promise<Relays> {
  const relays = new Set<Relay>();
  const processes = new Set<ChildProcess>();
  const starting = new Set<Promise<void>>();
  let failures = 0;
  let stopped = false;

  const start = async (): Promise<void> => {
    const child = await program.start(settings, environment);
    const relay = relayOf(child, () => failures++);
    processes.add(child);
    relays.add(relay);
    child.once("exit", () => {
      processes.delete(child);
      relays.delete(relay);
      if (!stopped) track(start());
    });
    if (stopped) child.kill("SIGKILL");
  };
  const track = (started: Promise<void>) => {
    starting.add(started);
    void started.finally(() => starting.delete(started));
  };
  const complete = async (): Promise<void> => {
    while (starting.size > 0) await Promise.all(starting);
  };
  const idle = () => [...relays].filter(({ busy }) => !busy);

  for (let index = 0; index < count; index++) track(start());
  await complete();
  return {
    all: () => [...relays],
    idle,
    failures: () => failures,
    call: async () => idle()[0]?.call(),
    complete,
    async stop() {
      stopped = true;
      await complete();
      const ended = [...processes].map((child) => once(child, "exit"));
      for (const child of processes) child.kill("SIGKILL");
      await Promise.all(ended);
    },
  };
}

function relayOf(child: ChildProcess, failed: () => void): Relay {
  const tell = (message: Message) => {
    if (child.connected) child.send(message, () => {}); // an error: it is about to end
  };
  const relay: Relay = {
    busy: false,
    ended: once(child, "exit"),
    doom: (death) => tell({ death }),
    async call() {
      relay.busy = true;
      if (child.exitCode !== null || child.signalCode !== null) return undefined;
      const over = new AbortController();
      const { signal } = over;
      const answered = once(child, "message", { signal }).then(([answer]: Answer[]) => answer);
      const ended = once(child, "exit", { signal }).then(() => undefined);
      for (const promise of [answered, ended]) promise.catch(() => {}); // the one that comes too late
      tell({ invoke: true });
      const answer = await Promise.race([answered, ended]);
      over.abort();
      relay.busy = answer === undefined;
      if (answer?.ok === false) failed();
      return answer;
    },
    signal: (signal) => void child.kill(signal),
  };
  return relay;
}
