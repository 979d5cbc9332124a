import type { MSKEvent, MSKRecord } from "aws-lambda";
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
  data: Event["data"];
}

/**
 * The handler of a function that consumes topics: decodes the records that Lambda hands over ("Using Lambda with Amazon
 * MSK") and handles those events that there is a handler for, by type. Order holds within a partition, as in Kafka;
 * partitions go side by side. When one event fails the invocation fails, and Lambda delivers all of them again.
 */
export const consumer =
  (handlers: Record<string, (event: CloudEvent) => Promise<void>>) =>
  async ({ records }: Pick<MSKEvent, "records">): Promise<void> => {
    const outcomes = await Promise.allSettled(
      Object.values(records).map(async (partition) => {
        for (const record of partition) {
          const event = eventOf(record);
          const handle = event && Object.hasOwn(handlers, event.type) ? handlers[event.type] : undefined;
          if (event && handle) await handle(event);
        }
      }),
    );
    const failed = outcomes.find((outcome) => outcome.status === "rejected");
    if (failed !== undefined) throw failed.reason;
  };

/** Undefined for a tombstone, which has no value. */
const eventOf = ({ topic, partition, offset, value }: MSKRecord): CloudEvent | undefined => {
  if (!value) return undefined;
  const where = `The record at ${topic}/${partition}/${offset}`;
  let event: CloudEvent;
  try {
    event = JSON.parse(Buffer.from(value, "base64").toString("utf8"));
  } catch {
    throw new Error(`${where} is not JSON.`);
  }
  if (event?.specversion === "1.0" && typeof event.type === "string" && typeof event.data === "object") return event;
  throw new Error(`${where} is not a CloudEvent.`);
};
