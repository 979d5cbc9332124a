/**
 * The consuming function, as Lambda runs it, in a process of its own: it ends itself with SIGKILL, or fails, where it is told to. It
 * stands for all instances of the function at once: it handles batches of several partitions side by side, and all of them die with it.
 *
 * Its effects come once per event (an inbox), and the state with the highest version stays: both ways that services have.
 */
import postgres from "postgres";
import { type CloudEvent, consumer } from "../../functions/runtime/consumer";
import { transient } from "../../functions/runtime/failures";
import type { ConsumerAnswer, ConsumerMessage, ConsumerSettings, Mishap } from "./effects";

const { url }: ConsumerSettings = JSON.parse(process.argv[2] ?? "");
const sql = postgres(url, { max: 4, fetch_types: false, onnotice: () => undefined });
let planned: Mishap | null = null;

const answer = (message: ConsumerAnswer) => process.send?.(message);
const die = () => process.kill(process.pid, "SIGKILL");

/** Has happen what was planned, if that is it. */
const mayHappen = (at: Mishap["at"]): void => {
  if (planned?.at !== at) return;
  const { how, afterMs } = planned;
  planned = null;
  if (how === "killed") return void (afterMs === 0 ? die() : setTimeout(die, afterMs));
  answer({ happened: true });
  throw transient(`planned failure, ${at}`);
};

const invoke = async (event: Parameters<ReturnType<typeof consumer>>[0]): Promise<void> => {
  let done = 0;
  mayHappen("before");
  await consumer({
    FaultChanged: async (event) => {
      // In the middle: something has been done, and something is left.
      if (done > 0) mayHappen("midway");
      const applied = apply(event);
      mayHappen("in-effect");
      await applied;
      done++;
    },
  })(event);
  mayHappen("after");
};

/** In one statement, hence one transaction: the event is in the inbox exactly when its effect is there. */
const apply = async ({ id, data }: CloudEvent): Promise<void> => {
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

process.on("message", (message: ConsumerMessage) => {
  if ("plan" in message) {
    planned = message.plan;
    return;
  }
  invoke(message.event).then(
    () => answer({ id: message.id }),
    (error: unknown) => answer({ id: message.id, error: String(error) }),
  );
});
process.on("disconnect", () => process.exit());
answer({ happened: true });
