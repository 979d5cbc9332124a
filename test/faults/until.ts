import { setTimeout as sleep } from "node:timers/promises";

const LOOK_EVERY_MS = 15;

/**
 * Waits until there is nothing to miss any more.
 *
 * @param missing says what is still missing; undefined when nothing is. A rejection, as of a server that restarts, counts as missing.
 * @throws Error that says what is missing when the time is over.
 */
export async function until(what: string, missing: () => Promise<string | undefined>, withinMs: number): Promise<void> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const found = await missing().catch((error: unknown) => `cannot tell: ${error}`);
    if (found === undefined) return;
    if (performance.now() > deadline) throw new Error(`${what}: not within ${withinMs} ms. ${found}`);
    await sleep(LOOK_EVERY_MS);
  }
}

/** The promise's value, or undefined when it takes longer. */
export async function within<T>(ms: number, promise: Promise<T>): Promise<T | undefined> {
  const over = new AbortController();
  const late = sleep(ms, undefined, { signal: over.signal }).catch(() => undefined);
  try {
    return await Promise.race([promise, late]);
  } finally {
    over.abort();
  }
}
