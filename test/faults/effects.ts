import { setTimeout as sleep } from "node:timers/promises";
import type postgres from "postgres";
import { type CloudEvent, consumer } from "../../functions/runtime/consumer";
import { transient } from "../../functions/runtime/failures";
import type { InvocationResult, LambdaHost } from "../../local/lambda/types";

/** How an invocation goes wrong: before anything is done, after some events, or when all is done but nobody gets to know. */
export type Failure = { when: "before" | "after" } | { when: "midway"; events: number };

/** A function that has effects, and the host that invokes it. */
export interface EffectsFunction {
  lambda: Pick<LambdaHost, "invoke">;
  /** Has an invocation fail. Resolves when one has. */
  fail(failure: Failure): Promise<void>;
  /** Has invocations with records of this partition wait so long, so that others overtake them. Resolves when one does. */
  stall(partition: number, ms: number): Promise<void>;
  /** Forgets failures and stalls that have not come about. */
  heal(): void;
}

interface Planned<T> {
  what: T;
  happened: () => void;
}

/** Its effects come once per event (an inbox), and the state with the highest version stays: both ways that services have. */
export function effectsFunction(sql: postgres.Sql): EffectsFunction {
  const failures: Planned<Failure>[] = [];
  const stalls: Planned<{ partition: number; ms: number }>[] = [];
  let midway: { left: number; happened: () => void } | undefined;

  const handle = consumer({
    FaultChanged: async (event) => {
      if (midway !== undefined && midway.left-- <= 0) {
        midway.happened();
        midway = undefined;
        throw transient("planned failure, midway");
      }
      await apply(sql, event);
    },
  });
  const plan = <T>(list: Planned<T>[], what: T): Promise<void> =>
    new Promise((resolve) => list.push({ what, happened: resolve }));

  const invoke = async (event: Parameters<typeof handle>[0]): Promise<void> => {
    const partitions = new Set(Object.values(event.records).flatMap((records) => records.map((it) => it.partition)));
    const stall = stalls.find(({ what }) => partitions.has(what.partition));
    if (stall !== undefined) {
      stalls.splice(stalls.indexOf(stall), 1);
      stall.happened();
      await sleep(stall.what.ms);
    }
    const failure = failures.shift();
    if (failure?.what.when === "before") failure.happened();
    if (failure?.what.when === "before") throw new Error("planned failure, before");
    if (failure?.what.when === "midway") midway = { left: failure.what.events, happened: failure.happened };
    await handle(event);
    if (failure?.what.when === "after") failure.happened();
    if (failure?.what.when === "after") throw new Error("planned failure, after");
  };
  return {
    lambda: {
      // What the host makes of a function that throws.
      invoke: (_name, event) =>
        invoke(JSON.parse(JSON.stringify(event))).then(
          (): InvocationResult => ({ ok: true, payload: null }),
          (error: unknown): InvocationResult => ({
            ok: false,
            reason: "handled",
            error: { errorType: "Error", errorMessage: String(error), trace: [] },
          }),
        ),
    },
    fail: (failure) => plan(failures, failure),
    stall: (partition, ms) => plan(stalls, { partition, ms }),
    heal() {
      failures.length = 0;
      stalls.length = 0;
      midway = undefined;
    },
  };
}

/** In one statement, hence one transaction: the event is in the inbox exactly when its effect is there. */
const apply = async (sql: postgres.Sql, { id, data }: CloudEvent): Promise<void> => {
  const { key, version, amount, delta } = data as { key: string; version: number; amount: number; delta: number };
  await sql`
    with fresh as (
      insert into fault_inbox (event_id) values (${id}) on conflict do nothing
      returning event_id
    )
    insert into fault_effects as e (key, version, amount, total, count)
    select ${key}::uuid, ${version}::integer, ${amount}::bigint, ${delta}::bigint, 1 from fresh
    on conflict (key) do update set
      amount = case when excluded.version > e.version then excluded.amount else e.amount end,
      version = greatest(e.version, excluded.version),
      total = e.total + excluded.total,
      count = e.count + 1
  `;
};
