import type { CloudEvent } from "../runtime/consumer";
import { poison } from "../runtime/failures";
import { type Events, type EventType, isEventType, parserOf } from "./types";

/** What a consumer does with the events that concern it, by type. */
export type Handlers = { [T in EventType]?: (event: Events[T]) => Promise<void> };

/**
 * The same handlers for `consumer`: each is given its events as the contract has them.
 *
 * @throws poison (the handler made) naming the event that breaks its contract, and how.
 */
export const eventHandlers = (handlers: Handlers): Record<string, (event: CloudEvent) => Promise<void>> =>
  Object.fromEntries(
    Object.keys(handlers)
      .filter(isEventType)
      .map((type) => [type, reading(type, handlers)]),
  );

const reading = <T extends EventType>(type: T, { [type]: handle }: Handlers) => {
  const parse = parserOf(type);
  return async (event: CloudEvent): Promise<void> => {
    const parsed = parse(event);
    if ("wrong" in parsed) {
      throw poison("contract_broken", `The ${type} ${event.id} is not as expected: ${parsed.wrong}`);
    }
    await handle?.(parsed.event);
  };
};
