import type { MSKEvent, MSKRecord } from "aws-lambda";
import { type Cause, deadLetters } from "./dead-letters";
import { isTransient, poison, poisonOf } from "./failures";
import type { Event } from "./outbox";

/** An event as it is published: CloudEvents 1.0 in JSON (structured mode of the Kafka protocol binding). */
export interface CloudEvent {
  specversion: "1.0";
  /** Tells events apart; the same when one is delivered again. */
  id: string;
  source: string;
  /** E.g. `TransactionCreated`. */
  type: string;
  /** Id of what it is about: the Kafka message key. */
  subject: string;
  /** RFC 3339. */
  time: string;
  /** The API's request that led to it. */
  correlationid?: string;
  data: Event["data"];
}

/** What a consumer does with events, by type. */
type Handlers = Record<string, (event: CloudEvent) => Promise<void>>;

/** Waits before a handler is given an event again that it failed with, in ms; after the last it is given up. */
const WAITS = [50, 250];
/** Longest that the records of one invocation wait, all together, in ms: many failing ones shall not use up its time. */
const PATIENCE = 3_000;

/**
 * The handler of a function that consumes topics: decodes the records that Lambda hands over ("Using Lambda with Amazon
 * MSK") and handles those events that there is a handler for, by type. Order holds within a partition, as in Kafka;
 * partitions go side by side.
 *
 * A transient failure (functions/runtime/failures.ts) stops its partition and fails the invocation: Lambda delivers all of its records
 * again. What fails by itself, after a few tries, is set aside, and its partition goes on. When it cannot be set aside, the
 * invocation fails. So it does, at its end, where there is nowhere to set records aside: then Lambda keeps the event.
 */
export const consumer =
  (handlers: Handlers, setAside = deadLetters()) =>
  async ({ records }: Pick<MSKEvent, "records">): Promise<void> => {
    const patience = { left: PATIENCE };
    const kept: unknown[] = [];
    const outcomes = await Promise.allSettled(
      Object.values(records).map(async (partition) => {
        for (const record of partition) {
          const cause = await failureOf(record, handlers, patience);
          if (cause === undefined) continue;
          tell(record, cause);
          if (setAside === undefined) kept.push(cause.error);
          else await setAside(record, cause);
        }
      }),
    );
    const failed = outcomes.find((outcome) => outcome.status === "rejected");
    if (failed !== undefined) throw failed.reason;
    if (kept.length > 0) throw kept[0];
  };

/**
 * Handles a record; answers why that cannot be done, or undefined when it is done.
 *
 * @throws what is transient.
 */
const failureOf = async (
  record: MSKRecord,
  handlers: Handlers,
  patience: { left: number },
): Promise<Cause | undefined> => {
  for (let attempts = 1; ; attempts += 1) {
    try {
      const event = eventOf(record);
      const handle = event && Object.hasOwn(handlers, event.type) ? handlers[event.type] : undefined;
      if (event && handle) {
        await handle(event);
        tellHandled(record);
      }
      return undefined;
    } catch (error) {
      if (isTransient(error)) {
        console.warn({ message: "A record waits", ...placeOf(record), ...causeOf(record), error: String(error) });
        throw error;
      }
      const reason = poisonOf(error);
      const wait = WAITS[attempts - 1];
      if (reason !== undefined || wait === undefined) return { reason: reason ?? "handler_failed", error, attempts };
      const pause = Math.min(wait, patience.left);
      patience.left -= pause;
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
};

/** For whoever has to mend it: where the record is, what led to it, and where the handler failed. */
const tell = (record: MSKRecord, { reason, attempts, error }: Cause): void =>
  console.error({
    message: "A record could not be handled",
    ...placeOf(record),
    ...causeOf(record),
    ...{ reason, attempts },
    error: error instanceof Error ? (error.stack ?? String(error)) : String(error),
  });

/** Where the function's log level is DEBUG only: a line for each event would cost more than all that it is for. */
const tellHandled = (record: MSKRecord): void => {
  if (!/^(DEBUG|TRACE)$/.test(process.env.AWS_LAMBDA_LOG_LEVEL ?? "")) return;
  console.debug({ message: "A record was handled", ...placeOf(record), ...causeOf(record) });
};

const placeOf = ({ topic, partition, offset }: MSKRecord) => ({ topic, partition, offset });

/** Which event a record is, and which request led to it; nothing, where it is no event. */
const causeOf = (record: MSKRecord) => {
  try {
    const { id, type, correlationid } = eventOf(record) ?? {};
    return { event_id: id, event_type: type, correlation_id: correlationid };
  } catch {
    return {};
  }
};

/** Undefined for a tombstone, which has no value. */
const eventOf = ({ topic, partition, offset, value }: MSKRecord): CloudEvent | undefined => {
  if (!value) return undefined;
  const where = `The record at ${topic}/${partition}/${offset}`;
  let event: CloudEvent;
  try {
    event = JSON.parse(Buffer.from(value, "base64").toString("utf8"));
  } catch {
    throw poison("not_json", `${where} is not JSON.`);
  }
  if (event?.specversion === "1.0" && typeof event.type === "string" && typeof event.data === "object") return event;
  throw poison("not_cloudevent", `${where} is not a CloudEvent.`);
};
