/**
 * What a dead letter says besides the record that it holds: headers `dead_letter_*`, in snake case, texts in UTF-8. Key, value and all
 * other headers are the record's own.
 */
import type { MSKRecord } from "aws-lambda";
import type { IHeaders, KafkaMessage, Message } from "kafkajs";
import type { DeadLetter } from "../runtime/dead-letters";

const PREFIX = "dead_letter_";

/** Longest text of an error, in characters. */
const LONGEST_ERROR = 1_000;

/** The record as it was, with headers that say why it is here. It counts as new: what its time was stands in a header. */
export const messageOf = ({ record, reason, error, attempts, group, function: name }: DeadLetter): Message => {
  const { topic, partition, offset, timestamp, key, value } = record;
  const why = {
    reason,
    error: error.slice(0, LONGEST_ERROR),
    attempts,
    group,
    function: name,
    topic,
    partition,
    offset,
    timestamp: new Date(timestamp).toISOString(),
    time: new Date().toISOString(),
  };
  return {
    key: bytesOf(key),
    value: bytesOf(value),
    headers: {
      ...headersOf(record),
      ...Object.fromEntries(Object.entries(why).map(([header, content]) => [PREFIX + header, String(content)])),
    },
  };
};

/** Lambda leaves out what is null. */
const bytesOf = (base64: string | undefined): Buffer | null =>
  typeof base64 === "string" ? Buffer.from(base64, "base64") : null;

/** Headers as Lambda tells them: a list of objects with one name each, bytes from −128 to 127. A name may come more than once. */
const headersOf = ({ headers }: Pick<MSKRecord, "headers">): IHeaders => {
  const byName = new Map<string, Buffer[]>();
  for (const [name, bytes] of headers.flatMap((header) => Object.entries(header))) {
    byName.set(name, [...(byName.get(name) ?? []), Buffer.from(bytes)]);
  }
  return Object.fromEntries([...byName].map(([name, values]) => [name, values.length === 1 ? values[0] : values]));
};

/** A dead letter as people see it. Fields that its headers do not tell are empty. */
export interface Described {
  /** Where it is: `<topic>/<partition>/<offset>`. */
  id: string;
  reason: string;
  error: string;
  attempts: string;
  group: string;
  function: string;
  /** Where the record was: `<topic>/<partition>/<offset>`. */
  origin: string;
  /** When the record was published, RFC 3339. */
  timestamp: string;
  /** When it was set aside, RFC 3339. */
  time: string;
  key: string | null;
  event_id: string;
  event_type: string;
  /** The record's value as a text, where it was asked for: it may hold personal data, and codes of invites. */
  value?: string | null;
}

/** What is in a topic of dead letters. */
export const describe = (
  topic: string,
  partition: number,
  { offset, key, value, headers = {} }: KafkaMessage,
  withValue: boolean,
): Described => {
  const header = (name: string) => String([headers[name] ?? ""].flat()[0]);
  const told = (name: string) => header(PREFIX + name);
  return {
    id: `${topic}/${partition}/${offset}`,
    reason: told("reason"),
    error: told("error"),
    attempts: told("attempts"),
    group: told("group"),
    function: told("function"),
    origin: [told("topic"), told("partition"), told("offset")].join("/"),
    timestamp: told("timestamp"),
    time: told("time"),
    key: key === null ? null : key.toString(),
    event_id: header("ce_id"),
    event_type: header("ce_type"),
    ...(withValue && { value: value === null ? null : value.toString() }),
  };
};

/** The record as it was, to be published again. It counts as new, or it could expire before anybody has taken it. */
export const recordOf = ({ key, value, headers = {} }: KafkaMessage): Message => ({
  key,
  value,
  headers: Object.fromEntries(Object.entries(headers).filter(([name]) => !name.startsWith(PREFIX))),
});
