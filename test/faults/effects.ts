import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import type { consumer } from "../../functions/runtime/consumer";
import type { InvocationResult, LambdaHost } from "../../local/lambda/types";
import type { Program } from "./program";

/**
 * What goes wrong with an invocation, and where: before anything is done, between two events of its batch, while an effect is under
 * way (only killed), or when all is done but nobody gets to know.
 */
export interface Mishap {
  at: "before" | "midway" | "in-effect" | "after";
  /** Ended with SIGKILL, so long after it got there (ms), or by an error that the function throws. */
  how: "killed" | "failed";
  afterMs: number;
}

export interface ConsumerSettings {
  /** Of its database. */
  url: string;
}

type ConsumerEvent = Parameters<ReturnType<typeof consumer>>[0];
export type ConsumerMessage = { id: number; event: ConsumerEvent } | { plan: Mishap | null };
export type ConsumerAnswer = { id: number; error?: string } | { happened: true };

/** A function that has effects, and the host that invokes it. */
export interface EffectsFunction {
  lambda: Pick<LambdaHost, "invoke">;
  /** Has an invocation go wrong. Resolves when one has. */
  plan(mishap: Mishap): Promise<void>;
  /** Has invocations with records of this partition wait so long, so that others overtake them. Resolves when one does. */
  stall(partition: number, ms: number): Promise<void>;
  /** Forgets what was planned and has not come about. */
  heal(): void;
  stop(): Promise<void>;
}

/** Starts it in a process of its own, which is followed by another when it dies. */
export async function startEffects(program: Program, settings: ConsumerSettings): Promise<EffectsFunction> {
  const stalls: { partition: number; ms: number; happened: () => void }[] = [];
  const waiting = new Map<number, (result: InvocationResult) => void>();
  let happened = () => {};
  let lastId = 0;
  let stopped = false;

  const start = async (): Promise<ChildProcess> => {
    const child = await program.start(settings);
    child.on("message", (answer: ConsumerAnswer) => {
      if ("happened" in answer) return happened();
      waiting.get(answer.id)?.(
        answer.error === undefined ? { ok: true, payload: null } : failure("handled", answer.error),
      );
      waiting.delete(answer.id);
    });
    child.once("exit", (_code, signal) => {
      if (stopped) return;
      if (signal === "SIGKILL") happened();
      for (const end of waiting.values()) end(failure("exit", "the process ended"));
      waiting.clear();
      instance = start();
    });
    return child;
  };
  let instance = start();
  await instance;

  const tell = async (message: ConsumerMessage): Promise<boolean> => {
    const child = await instance;
    return child.connected && child.send(message, () => {}); // an error: it is about to end
  };
  const invoke = async (event: ConsumerEvent): Promise<InvocationResult> => {
    const partitions = new Set(Object.values(event.records).flatMap((records) => records.map((it) => it.partition)));
    const stall = stalls.find(({ partition }) => partitions.has(partition));
    if (stall !== undefined) {
      stalls.splice(stalls.indexOf(stall), 1);
      stall.happened();
      await sleep(stall.ms);
    }
    await instance;
    const id = ++lastId;
    return new Promise((resolve) => {
      waiting.set(id, resolve);
      void tell({ id, event });
    });
  };
  return {
    lambda: { invoke: (_name, event) => invoke(event as ConsumerEvent) },
    async plan(mishap) {
      const come = new Promise<void>((resolve) => {
        happened = resolve;
      });
      await tell({ plan: mishap });
      await come;
    },
    stall: (partition, ms) => new Promise((resolve) => stalls.push({ partition, ms, happened: resolve })),
    heal() {
      stalls.length = 0;
      void tell({ plan: null });
    },
    async stop() {
      stopped = true;
      const child = await instance;
      const ended = once(child, "exit");
      child.kill("SIGKILL");
      await ended;
    },
  };
}

const failure = (reason: "handled" | "exit", errorMessage: string): InvocationResult => ({
  ok: false,
  reason,
  error: { errorType: "Error", errorMessage, trace: [] },
});
