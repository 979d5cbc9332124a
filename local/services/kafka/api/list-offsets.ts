import type { PartitionLog } from "../log/partition-log";
import { ErrorCode } from "../protocol/errors";
import { Writer } from "../protocol/writer";
import type { Api } from "./api";

/** Timestamps that stand for a place in the log. */
const LATEST = -1;
const EARLIEST = -2;

/** The first offset, the one after the last, or the first at or after a time (ms since 1970). */
export const listOffsets: Api = {
  key: 2,
  name: "ListOffsets",
  versions: { min: 1, max: 3 },
  handle({ version, body }, broker) {
    body.int32(); // replica_id
    if (version >= 2) body.int8(); // isolation_level
    const topics = body.array(() => ({
      name: body.string(),
      partitions: body.array(() => ({ index: body.int32(), timestamp: body.int64() })),
    }));
    const answer = new Writer();
    if (version >= 2) answer.int32(0); // throttle_time_ms
    return answer.array(topics, ({ name, partitions }) => {
      answer.string(name);
      answer.array(partitions, ({ index, timestamp }) => {
        const log = broker.topics.partition(name, index);
        const found = log && locate(log, timestamp);
        answer.int32(index).int16(log === undefined ? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION : ErrorCode.NONE);
        answer.int64(found?.timestamp ?? -1).int64(found?.offset ?? -1);
      });
    });
  },
};

function locate(log: PartitionLog, timestamp: number): { offset: number; timestamp: number } | undefined {
  if (timestamp === LATEST) return { offset: log.endOffset, timestamp: -1 };
  if (timestamp === EARLIEST) return { offset: log.startOffset, timestamp: -1 };
  return log.firstSince(timestamp);
}
