import { invoker } from "../runtime/invoke";

/** A relay goes on looking for so long after it found the last event, in ms. */
export const LINGER = 500;

/** So long no other call for the relay is needed, in ms: the relay that was called or waited is still there. */
const CALLED = LINGER / 2;

/**
 * Calls for the relay (`RELAY_FUNCTION`) after a commit, so that events travel at once. A call that fails is no loss: the
 * events are in the outbox, and the schedule's relay will find them.
 *
 * @param isTurnAwaited whether a relay waits for its turn already, which will find the events: under a steady load one always does,
 *   and a call, which starts a function that connects only to be sent away, is spared.
 */
export const relayWaker = (isTurnAwaited: () => Promise<boolean>): (() => Promise<void>) => {
  const invoke = invoker();
  let calledAt = Number.NEGATIVE_INFINITY;
  return async () => {
    // The time of day: clocks that measure spans may stand still while an instance is frozen. It may be set back, too.
    const now = Date.now();
    if (now >= calledAt && now - calledAt < CALLED) return;
    try {
      if (!(await isTurnAwaited().catch(() => false))) await invoke(process.env.RELAY_FUNCTION ?? "", {});
      calledAt = now;
    } catch (error) {
      console.warn({ message: "the relay could not be called", error: String(error) });
    }
  };
};
