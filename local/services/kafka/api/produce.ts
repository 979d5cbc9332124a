import type { Appended, PartitionLog } from "../log/partition-log";
import type { Topic } from "../log/topics";
import { ErrorCode } from "../protocol/errors";
import type { Reader } from "../protocol/reader";
import { type BatchHeader, Compression, validateBatch } from "../protocol/record-batch";
import { Writer } from "../protocol/writer";
import type { Api, Broker } from "./api";

interface TopicData {
  name: string;
  partitions: { index: number; records: Buffer | null }[];
}

interface Outcome {
  index: number;
  error: ErrorCode;
  baseOffset: number;
  logStartOffset: number;
}

/**
 * Appends record batches. With acks=−1, and 1 just the same as there are no replicas, the answer says that they are with
 * the operating system (see PartitionLog); with acks=0 there is no answer, and an error closes the connection.
 *
 * Versions 0 to 2, of the message formats before record batches, are advertised yet answered UNSUPPORTED_VERSION, as Apache
 * Kafka 4 does: librdkafka takes a broker without them for one that knows no compression (KAFKA-18659).
 */
export const produce: Api = {
  key: 0,
  name: "Produce",
  versions: { min: 0, max: 7 },
  handle({ version, body }, broker) {
    const transactionalId = version >= 3 ? body.nullableString() : null;
    const acks = body.int16();
    body.int32(); // timeout_ms: nothing is waited for
    const topics = body.array(() => readTopicData(body));
    const refusal = refusalOf(version, acks, transactionalId);
    const outcomes = topics.map(({ name, partitions }) => {
      const topic = broker.topics.get(name);
      return { name, partitions: partitions.map((data) => appendData(data, topic, version, refusal, broker)) };
    });
    if (acks === 0) {
      const failed = outcomes.some(({ partitions }) => partitions.some(({ error }) => error !== ErrorCode.NONE));
      if (failed) throw new Error("records with acks=0 were refused");
      return null;
    }
    const answer = new Writer();
    answer.array(outcomes, ({ name, partitions }) => {
      answer.string(name);
      answer.array(partitions, ({ index, error, baseOffset, logStartOffset }) => {
        answer.int32(index).int16(error).int64(baseOffset);
        if (version >= 2) answer.int64(-1); // log_append_time_ms: timestamps are the producers'
        if (version >= 5) answer.int64(logStartOffset);
      });
    });
    if (version >= 1) answer.int32(0); // throttle_time_ms
    return answer;
  },
};

const readTopicData = (body: Reader): TopicData => ({
  name: body.string(),
  partitions: body.array(() => ({ index: body.int32(), records: body.nullableBytes() })),
});

/** What is wrong with the request as a whole. */
function refusalOf(version: number, acks: number, transactionalId: string | null): ErrorCode | undefined {
  if (version < 3) return ErrorCode.UNSUPPORTED_VERSION;
  if (acks !== 0 && acks !== 1 && acks !== -1) return ErrorCode.INVALID_REQUIRED_ACKS;
  return transactionalId === null ? undefined : ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED;
}

function appendData(
  { index, records }: TopicData["partitions"][number],
  topic: Topic | undefined,
  version: number,
  refusal: ErrorCode | undefined,
  broker: Broker,
): Outcome {
  const failed = (error: ErrorCode): Outcome => ({ index, error, baseOffset: -1, logStartOffset: -1 });
  if (refusal !== undefined) return failed(refusal);
  const partition = topic?.partitions[index];
  if (topic === undefined || partition === undefined) return failed(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
  if (records === null) return failed(ErrorCode.INVALID_RECORD);
  const header = validateBatch(records, topic.maxMessageBytes);
  if (typeof header === "number") return failed(header);
  if (header.compression === Compression.ZSTD && version < 7) return failed(ErrorCode.UNSUPPORTED_COMPRESSION_TYPE);
  const appended = append(partition, records, header, broker);
  if (typeof appended === "number") return failed(appended);
  return { index, error: ErrorCode.NONE, baseOffset: appended.baseOffset, logStartOffset: partition.startOffset };
}

function append(partition: PartitionLog, records: Buffer, header: BatchHeader, { log }: Broker): Appended | ErrorCode {
  try {
    return partition.append(records, header);
  } catch (error) {
    log(`Records could not be written: ${error instanceof Error ? error.message : error}`);
    return ErrorCode.KAFKA_STORAGE_ERROR;
  }
}
