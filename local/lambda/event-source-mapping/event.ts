import type { KafkaMessage } from "kafkajs";
import { SYNCHRONOUS_LIMIT } from "../errors";

/** One record as Lambda gives it to functions. Key and value are base64; without the one or the other, it is not there. */
export interface KafkaEventRecord {
  topic: string;
  partition: number;
  offset: number;
  /** ms since 1970 */
  timestamp: number;
  timestampType: "CREATE_TIME";
  key?: string;
  value?: string;
  /** One object per header, with its name and its bytes, which are signed as Java's are. */
  headers: Record<string, number[]>[];
}

/**
 * Lambda's event for Kafka. Source: AWS Lambda Developer Guide, "Using Lambda with Amazon MSK", example event. What it does
 * not say: header bytes run from −128 to 127 (aws-lambda-rust-runtime, pull request 689), and what is null is left out, so
 * that a header without value is `{}` (Nike-Inc/hal, pull request 144).
 */
export interface KafkaEvent {
  eventSource: "aws:kafka" | "aws:SelfManagedKafka";
  eventSourceArn?: string;
  bootstrapServers: string;
  /** By `<topic>-<partition>`. Lambda may give more than one partition in an event, this host gives one. */
  records: Record<string, KafkaEventRecord[]>;
}

export interface EventSource {
  eventSourceArn?: string;
  bootstrapServers: string;
}

/** The event for some records of one partition. */
export function kafkaEvent(
  { eventSourceArn, bootstrapServers }: EventSource,
  topic: string,
  partition: number,
  messages: KafkaMessage[],
): KafkaEvent {
  const records = { [`${topic}-${partition}`]: messages.map((message) => recordOf(topic, partition, message)) };
  if (eventSourceArn === undefined) return { eventSource: "aws:SelfManagedKafka", bootstrapServers, records };
  return { eventSource: "aws:kafka", eventSourceArn, bootstrapServers, records };
}

const recordOf = (topic: string, partition: number, message: KafkaMessage): KafkaEventRecord => ({
  topic,
  partition,
  offset: Number(message.offset),
  timestamp: Number(message.timestamp),
  timestampType: "CREATE_TIME",
  ...(message.key === null ? {} : { key: message.key.toString("base64") }),
  ...(message.value === null ? {} : { value: message.value.toString("base64") }),
  headers: headersOf(message).map(([name, value]) => (value === null ? {} : { [name]: [...new Int8Array(value)] })),
});

/** Name and value of each header; kafkajs gives those of one name as a list, and null for none as a type it denies. */
const headersOf = ({ headers = {} }: KafkaMessage): [name: string, value: Buffer | null][] =>
  Object.entries(headers).flatMap(([name, values]) =>
    [values].flat().map((value): [string, Buffer | null] => [name, value == null ? null : Buffer.from(value)]),
  );

/** About how many bytes a record takes in the event: base64 makes three bytes four, a header's byte becomes a number. */
export const eventBytes = (message: KafkaMessage): number =>
  RECORD_OVERHEAD_BYTES +
  1.34 * ((message.key?.length ?? 0) + (message.value?.length ?? 0)) +
  headersOf(message).reduce((sum, [name, value]) => sum + 2 * name.length + 10 + 5 * (value?.length ?? 0), 0);

/** With the longest name of a topic. */
const RECORD_OVERHEAD_BYTES = 450;

/** Records of more bytes do not go into one event together: Lambda's limit of 6 MB, less what is around them. */
export const MAX_EVENT_BYTES = SYNCHRONOUS_LIMIT - 4096;
