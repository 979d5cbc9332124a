/**
 * Sends the waiting writes, one after the other, as soon as there is a network; keeps them on this device until the API has answered.
 * Of several open windows one sends at a time.
 */
import { client, idempotent, type Transaction, unwrap } from "../api/client";
import { type ApiProblem, apiProblem, isApiProblem, isPassing } from "../api/problem";
import { session } from "../auth/session";
import { readWrites, storeWrites } from "./database";
import { type Change, isApplied, nextWrite, type QueuedWrite, rebased, subjectOf } from "./writes";

let writes: QueuedWrite[] = [];
const listeners = new Set<() => void>();
const channel = new BroadcastChannel("ahorro-writes");
let timer: ReturnType<typeof setTimeout> | undefined;
let failures = 0;

/** Called when the API has carried out a write: its result, or undefined after a deletion. */
type OnDone = (write: QueuedWrite, result: Transaction | undefined) => void;
let onDone: OnDone = () => {};

export const queuedWrites = (): QueuedWrite[] => writes;
export const onQueue = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/** Starts: reads what was left waiting, and sends. Answers a function that stops. */
export function startOutbox(done: OnDone): () => void {
  onDone = done;
  const wake = () => void drain();
  const reload = () => void load();
  window.addEventListener("online", wake);
  document.addEventListener("visibilitychange", wake);
  channel.addEventListener("message", reload);
  void load().then(drain);
  return () => {
    window.removeEventListener("online", wake);
    document.removeEventListener("visibilitychange", wake);
    channel.removeEventListener("message", reload);
    clearTimeout(timer);
    show([]);
  };
}

async function load(): Promise<void> {
  const userId = session()?.userId;
  show((await readWrites()).filter((write) => write.user_id === userId));
}

function show(next: QueuedWrite[]): void {
  writes = next;
  for (const listener of listeners) listener();
}

/** Keeps a write and sends it when its turn comes. Shown at once. */
export async function enqueue(change: Change, key: string = crypto.randomUUID()): Promise<string> {
  const userId = session()?.userId;
  if (userId === undefined) throw apiProblem(401, "signed_out", "Nobody is signed in.");
  const write: QueuedWrite = {
    key,
    user_id: userId,
    order: Math.max(Date.now(), (writes.at(-1)?.order ?? 0) + 1),
    queued_at: new Date().toISOString(),
    change,
    state: "waiting",
    attempted: false,
  };
  show([...writes, write]);
  await storeWrites([write]);
  channel.postMessage("changed");
  void drain();
  return write.key;
}

/** Takes a write back, with all later ones about the same transaction if it would have made it. */
export async function dequeue(key: string): Promise<void> {
  const write = writes.find((one) => one.key === key);
  if (write === undefined) return;
  const gone =
    write.change.kind === "create" ? writes.filter((one) => subjectOf(one) === key).map((one) => one.key) : [key];
  await change([], gone);
  void drain();
}

/** Has a stuck write sent once more; over theirs, if it was in conflict. */
export async function retry(key: string): Promise<void> {
  const write = writes.find((one) => one.key === key);
  if (write === undefined) return;
  const { theirs, problem: _, ...kept } = write;
  const next: QueuedWrite = { ...kept, state: "waiting" };
  if (theirs !== undefined && next.change.kind !== "create") next.change = { ...next.change, before: theirs };
  await change([next]);
  void drain();
}

async function change(put: QueuedWrite[], removed: string[] = []): Promise<void> {
  const byKey = new Map(put.map((write) => [write.key, write]));
  show(writes.filter(({ key }) => !removed.includes(key)).map((write) => byKey.get(write.key) ?? write));
  await storeWrites(put, removed);
  channel.postMessage("changed");
}

/** Sends what can be sent. */
export async function drain(): Promise<void> {
  await navigator.locks.request("ahorro-outbox", { ifAvailable: true }, async (lock) => {
    if (lock === null) return;
    clearTimeout(timer);
    for (let write = nextWrite(writes); write !== undefined; write = nextWrite(writes)) {
      if (session() === undefined || !(await sendOne(write))) return;
    }
  });
}

/** Sends one write; false when it has to wait. */
async function sendOne(write: QueuedWrite): Promise<boolean> {
  try {
    if (!write.attempted) await change([{ ...write, attempted: true }]);
    const result = await carryOut(write);
    failures = 0;
    onDone(write, result);
    await change(rebased(writes, write, result), [write.key]);
    return true;
  } catch (error) {
    if (!isApiProblem(error)) throw error;
    if (isPassing(error)) {
      failures += 1;
      timer = setTimeout(() => void drain(), Math.min(60_000, 1000 * 2 ** failures));
      return false;
    }
    if (error.status === 401) return false;
    await change([stuck(write, error)]);
    return true;
  }
}

const stuck = (write: QueuedWrite, error: ApiProblem & { theirs?: Transaction }): QueuedWrite => ({
  ...write,
  attempted: true,
  state: error.code === "changed_meanwhile" ? "conflict" : "refused",
  problem: { code: error.code, detail: error.errors[0]?.message ?? error.message },
  ...(error.theirs && { theirs: error.theirs }),
});

async function carryOut({ key, change }: QueuedWrite): Promise<Transaction | undefined> {
  if (change.kind === "create") {
    return unwrap(client.POST("/transactions", { params: idempotent(key), body: change.body }));
  }
  const path = { transaction_id: change.before.transaction_id };
  if (change.kind === "restore") {
    return unwrap(
      client.POST("/transactions/{transaction_id}/restore", { params: { path, ...idempotent(key) } }),
    ).catch((error: unknown) => {
      if (isApiProblem(error) && error.code === "transaction_not_deleted")
        return { ...change.before, deleted_at: null };
      throw error;
    });
  }
  const { current, etag } = await read(path.transaction_id);
  if (change.kind === "delete") {
    if (current.deleted_at !== null) return undefined;
    requireUnchanged(change.before, current);
    await unwrap(client.DELETE("/transactions/{transaction_id}", { params: { path, header: { "If-Match": etag } } }));
    return undefined;
  }
  if (current.deleted_at === null && isApplied(current, change.body)) return current;
  requireUnchanged(change.before, current);
  return unwrap(
    client.PUT("/transactions/{transaction_id}", { params: { path, header: { "If-Match": etag } }, body: change.body }),
  );
}

async function read(id: string): Promise<{ current: Transaction; etag: string }> {
  const answer = client.GET("/transactions/{transaction_id}", { params: { path: { transaction_id: id } } });
  const current = await unwrap(answer);
  return { current, etag: (await answer).response.headers.get("etag") ?? "*" };
}

function requireUnchanged(before: Transaction, current: Transaction): void {
  if (before.updated_at === current.updated_at && current.deleted_at === null) return;
  throw Object.assign(apiProblem(412, "changed_meanwhile", "It was changed somewhere else meanwhile."), {
    theirs: current,
  });
}
