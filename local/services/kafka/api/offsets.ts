import { ErrorCode } from "../protocol/errors";
import { Writer } from "../protocol/writer";
import type { Api, Broker } from "./api";

/** offset.metadata.max.bytes */
const MAX_METADATA_BYTES = 4096;

interface Wanted {
  topic: string;
  partitions: { index: number; offset: number; metadata: string }[];
}

export const offsetCommit: Api = {
  key: 8,
  name: "OffsetCommit",
  versions: { min: 2, max: 5 },
  handle({ version, body }, broker) {
    const groupId = body.string();
    const generation = body.int32();
    const memberId = body.string();
    if (version <= 4) body.int64(); // retention_time_ms: offsets are kept for good
    const topics = body.array(
      (): Wanted => ({
        topic: body.string(),
        partitions: body.array(() => ({
          index: body.int32(),
          offset: body.int64(),
          metadata: body.nullableString() ?? "",
        })),
      }),
    );
    const refusal = broker.coordinator.checkCommit(groupId, memberId, generation);
    const errors = topics.map((wanted) => errorsOf(wanted, refusal, broker));
    broker.coordinator.offsets.commit(
      groupId,
      topics.flatMap(({ topic, partitions }, i) =>
        partitions.flatMap(({ index, offset, metadata }, j) =>
          errors[i]?.[j] === ErrorCode.NONE ? { topic, partition: index, offset, metadata } : [],
        ),
      ),
    );
    const answer = new Writer();
    if (version >= 3) answer.int32(0); // throttle_time_ms
    return answer.array([...topics.entries()], ([i, { topic, partitions }]) => {
      answer.string(topic);
      answer.array([...partitions.entries()], ([j, { index }]) => {
        answer.int32(index).int16(errors[i]?.[j] ?? refusal);
      });
    });
  },
};

/** What is wrong with each partition's offset, in their order. */
const errorsOf = ({ topic, partitions }: Wanted, refusal: ErrorCode, { topics }: Broker): ErrorCode[] =>
  partitions.map(({ index, metadata }) => {
    if (refusal !== ErrorCode.NONE) return refusal;
    if (topics.partition(topic, index) === undefined) return ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
    if (Buffer.byteLength(metadata) > MAX_METADATA_BYTES) return ErrorCode.OFFSET_METADATA_TOO_LARGE;
    return ErrorCode.NONE;
  });

/** The committed offsets; −1 where there is none. */
export const offsetFetch: Api = {
  key: 9,
  name: "OffsetFetch",
  versions: { min: 1, max: 4 },
  handle({ version, body }, { coordinator: { offsets } }) {
    const groupId = body.string();
    const read = () => ({ topic: body.string(), partitions: body.array(() => body.int32()) });
    const topics = version >= 2 ? body.nullableArray(read) : body.array(read);
    const answer = new Writer();
    if (version >= 3) answer.int32(0); // throttle_time_ms
    answer.array(topics ?? offsets.ofGroup(groupId), ({ topic, partitions }) => {
      answer.string(topic);
      answer.array(partitions, (partition) => {
        const committed = offsets.get(groupId, topic, partition);
        answer
          .int32(partition)
          .int64(committed?.offset ?? -1)
          .nullableString(committed?.metadata ?? "");
        answer.int16(ErrorCode.NONE);
      });
    });
    return version >= 2 ? answer.int16(ErrorCode.NONE) : answer;
  },
};
