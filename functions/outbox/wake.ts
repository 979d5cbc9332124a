import { invoker } from "../runtime/invoke";

/**
 * A relay goes on looking for so long after it found the last event, in ms. Long enough that under a steady load each instance of an API
 * calls twice a second only, since a call costs more than the looks that it spares.
 */
export const LINGER = 500;

/** So long after a call for the relay no other is needed, in ms: that relay is still there, or another waits its turn. */
const CALLED = LINGER / 2;

/**
 * Calls for the relay (`RELAY_FUNCTION`) after a commit, so that events travel at once. A call that fails is no loss: the
 * events are in the outbox, and the schedule's relay will find them.
 */
export const relayWaker = (): (() => Promise<void>) => {
  const invoke = invoker();
  let calledAt = Number.NEGATIVE_INFINITY;
  return async () => {
    // The time of day: clocks that measure spans may stand still while an instance is frozen. It may be set back, too.
    const now = Date.now();
    if (now >= calledAt && now - calledAt < CALLED) return;
    try {
      await invoke(process.env.RELAY_FUNCTION ?? "", {});
      calledAt = now;
    } catch (error) {
      console.warn({ message: "the relay could not be called", error: String(error) });
    }
  };
};
