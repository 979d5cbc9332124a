import type { PartitionLog } from "../log/partition-log";
import { ErrorCode } from "../protocol/errors";
import type { Reader } from "../protocol/reader";
import { Compression, readBatchHeader } from "../protocol/record-batch";
import { Writer } from "../protocol/writer";
import type { Api, Broker, Connection } from "./api";

interface FetchRequest {
  maxWaitMs: number;
  minBytes: number;
  maxBytes: number;
  sessionId: number;
  topics: { name: string; partitions: FetchPartition[] }[];
}

interface FetchPartition {
  index: number;
  offset: number;
  maxBytes: number;
}

interface PartitionData {
  index: number;
  error: ErrorCode;
  log: PartitionLog | undefined;
  batches: Buffer[];
}

interface Found {
  topics: { name: string; partitions: PartitionData[] }[];
  bytes: number;
  /** Whether there is news that should not wait, whatever the bytes. */
  failed: boolean;
}

/**
 * Reads record batches, whole ones only. When there are fewer than min_bytes, it waits until there are more, at most
 * max_wait_ms: waiting costs nothing, the append wakes it.
 *
 * Fetch sessions (KIP-227) are not kept: session id 0 in the answer tells clients to name all partitions every time.
 */
export const fetch: Api = {
  key: 1,
  name: "Fetch",
  versions: { min: 4, max: 11 },
  async handle({ version, body, connection }, broker) {
    const request = readFetchRequest(body, version);
    if (request.sessionId !== 0) return writeFound([], version, ErrorCode.FETCH_SESSION_ID_NOT_FOUND);
    let found = find(request, version, broker);
    if (found.bytes < request.minBytes && !found.failed && request.maxWaitMs > 0) {
      await moreBytes(request.minBytes - found.bytes, request.maxWaitMs, logsOf(found), connection);
      found = find(request, version, broker);
    }
    return writeFound(found.topics, version, ErrorCode.NONE);
  },
};

function readFetchRequest(body: Reader, version: number): FetchRequest {
  body.int32(); // replica_id
  const maxWaitMs = body.int32();
  const minBytes = body.int32();
  const maxBytes = Math.max(0, body.int32());
  body.int8(); // isolation_level: without transactions both are the same
  const sessionId = version >= 7 ? body.int32() : 0;
  if (version >= 7) body.int32(); // session_epoch
  const topics = body.array(() => ({
    name: body.string(),
    partitions: body.array((): FetchPartition => {
      const index = body.int32();
      if (version >= 9) body.int32(); // current_leader_epoch
      const offset = body.int64();
      if (version >= 5) body.int64(); // log_start_offset, of followers
      return { index, offset, maxBytes: Math.max(0, body.int32()) };
    }),
  }));
  if (version >= 7) {
    // forgotten_topics_data, of sessions
    body.array(() => {
      body.string();
      body.array(() => body.int32());
    });
  }
  if (version >= 11) body.string(); // rack_id
  return { maxWaitMs, minBytes, maxBytes, sessionId, topics };
}

/** What there is now. The first batch is given whatever its size, so that a consumer with small limits gets on (KIP-74). */
function find({ topics, maxBytes }: FetchRequest, version: number, broker: Broker): Found {
  const found: Found = { topics: [], bytes: 0, failed: false };
  for (const { name, partitions } of topics) {
    const data = partitions.map((wanted): PartitionData => {
      const log = broker.topics.partition(name, wanted.index);
      const left = found.bytes === 0 ? Number.POSITIVE_INFINITY : maxBytes - found.bytes;
      const { batches, error } = read(log, wanted, Math.min(wanted.maxBytes, maxBytes), left, version);
      for (const { length } of batches) found.bytes += length;
      if (error !== ErrorCode.NONE) found.failed = true;
      return { index: wanted.index, error, log, batches };
    });
    found.topics.push({ name, partitions: data });
  }
  return found;
}

function read(
  log: PartitionLog | undefined,
  { offset }: FetchPartition,
  maxBytes: number,
  left: number,
  version: number,
): { batches: Buffer[]; error: ErrorCode } {
  if (log === undefined) return { batches: [], error: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION };
  const batches = log.read(offset, Math.max(0, Math.min(maxBytes, left)));
  if (typeof batches === "number") return { batches: [], error: batches };
  // The log gives one batch at least: too much, once other partitions have had their share.
  if ((batches[0]?.length ?? 0) > left) return { batches: [], error: ErrorCode.NONE };
  const isZstd = (batch: Buffer) => readBatchHeader(batch)?.compression === Compression.ZSTD;
  if (version < 10 && batches.some(isZstd)) return { batches: [], error: ErrorCode.UNSUPPORTED_COMPRESSION_TYPE };
  return { batches, error: ErrorCode.NONE };
}

const logsOf = ({ topics }: Found): PartitionLog[] =>
  topics.flatMap(({ partitions }) => partitions.flatMap(({ log }) => log ?? []));

/** Resolves when so many bytes have been appended to the logs, when the time is over, or when nobody is there to wait. */
function moreBytes(bytes: number, maxWaitMs: number, logs: PartitionLog[], connection: Connection): Promise<void> {
  return new Promise((resolve) => {
    let missing = bytes;
    const wake = (appended: number) => {
      missing -= appended;
      if (missing <= 0) finish();
    };
    const timer = setTimeout(finish, maxWaitMs);
    const forget = [...logs.map((log) => log.onAppend(wake)), connection.onClose(finish)];
    function finish(): void {
      clearTimeout(timer);
      for (const stop of forget) stop();
      resolve();
    }
  });
}

function writeFound(topics: Found["topics"], version: number, error: ErrorCode): Writer {
  const answer = new Writer().int32(0); // throttle_time_ms
  if (version >= 7) answer.int16(error).int32(0); // session_id: none
  return answer.array(topics, ({ name, partitions }) => {
    answer.string(name);
    answer.array(partitions, (data) => writePartition(answer, version, data));
  });
}

function writePartition(answer: Writer, version: number, { index, error, log, batches }: PartitionData): void {
  const known = error === ErrorCode.NONE ? log : undefined;
  answer.int32(index).int16(error);
  answer.int64(known?.endOffset ?? -1); // high_watermark
  answer.int64(known?.endOffset ?? -1); // last_stable_offset
  if (version >= 5) answer.int64(known?.startOffset ?? -1);
  answer.array([], () => undefined); // aborted_transactions
  if (version >= 11) answer.int32(-1); // preferred_read_replica
  answer.int32(batches.reduce((sum, { length }) => sum + length, 0));
  for (const batch of batches) answer.raw(batch);
}
