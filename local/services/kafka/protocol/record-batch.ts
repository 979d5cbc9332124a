import { gunzipSync, zstdDecompressSync } from "node:zlib";
import { crc32c } from "./crc32c";
import { ErrorCode } from "./errors";
import { ProtocolError, Reader } from "./reader";

/**
 * Record batches, format version ("magic") 2 (kafka.apache.org/documentation, "Record Batch"):
 *
 * | at | field | |
 * |---|---|---|
 * | 0 | baseOffset int64 | assigned by the broker |
 * | 8 | batchLength int32 | bytes after this field |
 * | 12 | partitionLeaderEpoch int32 | assigned by the broker |
 * | 16 | magic int8 | 2 |
 * | 17 | crc uint32 | CRC-32C of all that follows, so that what the broker assigns is not part of it |
 * | 21 | attributes int16 | bits 0–2 compression, 3 timestamp type, 4 transactional, 5 control |
 * | 23 | lastOffsetDelta int32 | |
 * | 27, 35 | baseTimestamp, maxTimestamp int64 | ms since 1970 |
 * | 43, 51, 53 | producerId int64, producerEpoch int16, baseSequence int32 | −1 unless idempotent |
 * | 57 | record count int32, then the records, compressed or not | |
 */
export const BATCH_HEADER_BYTES = 61;
/** baseOffset and batchLength: what comes before the bytes that batchLength counts. */
export const BATCH_PREFIX_BYTES = 12;
/** Replicas know one leader only, the one that was there first. */
const LEADER_EPOCH = 0;

export interface BatchHeader {
  baseOffset: number;
  /** Of the whole batch, in bytes. */
  size: number;
  magic: number;
  crc: number;
  compression: number;
  transactional: boolean;
  control: boolean;
  lastOffsetDelta: number;
  baseTimestamp: number;
  maxTimestamp: number;
  producerId: number;
  producerEpoch: number;
  baseSequence: number;
  recordCount: number;
}

export const Compression = { NONE: 0, GZIP: 1, SNAPPY: 2, LZ4: 3, ZSTD: 4 } as const;

/** The header of the batch at `at`; undefined when fewer bytes than a header are there. */
export function readBatchHeader(bytes: Buffer, at = 0): BatchHeader | undefined {
  if (bytes.length - at < BATCH_HEADER_BYTES) return undefined;
  const reader = new Reader(bytes, at);
  const baseOffset = reader.int64();
  const size = reader.int32() + BATCH_PREFIX_BYTES;
  reader.skip(4);
  const magic = reader.int8();
  const crc = reader.int32() >>> 0;
  const attributes = reader.int16();
  return {
    baseOffset,
    size,
    magic,
    crc,
    compression: attributes & 0x07,
    transactional: (attributes & 0x10) !== 0,
    control: (attributes & 0x20) !== 0,
    lastOffsetDelta: reader.int32(),
    baseTimestamp: reader.int64(),
    maxTimestamp: reader.int64(),
    producerId: reader.int64(),
    producerEpoch: reader.int16(),
    baseSequence: reader.int32(),
    recordCount: reader.int32(),
  };
}

/** Whether the bytes of one batch are those that its producer sent. */
export const hasValidCrc = (batch: Buffer, { crc }: BatchHeader): boolean => crc32c(batch, 21) === crc;

/** Writes into a batch what the broker assigns. */
export function assignOffset(batch: Buffer, baseOffset: number): void {
  const high = Math.floor(baseOffset / 0x1_0000_0000);
  batch.writeInt32BE(high, 0);
  batch.writeUInt32BE(baseOffset - high * 0x1_0000_0000, 4);
  batch.writeInt32BE(LEADER_EPOCH, 12);
}

/**
 * The header of a batch that a producer sent, or why it is refused, with the errors that Apache Kafka answers. `records`
 * must be exactly one batch, as Produce ≥ 3 demands.
 */
export function validateBatch(records: Buffer, maxBytes: number): BatchHeader | ErrorCode {
  const header = readBatchHeader(records);
  if (header === undefined || header.magic !== 2) return ErrorCode.INVALID_RECORD;
  if (header.size < BATCH_HEADER_BYTES) return ErrorCode.CORRUPT_MESSAGE;
  if (header.size !== records.length) return ErrorCode.INVALID_RECORD; // cut off, or more than one
  if (header.size > maxBytes) return ErrorCode.MESSAGE_TOO_LARGE;
  if (!hasValidCrc(records, header)) return ErrorCode.CORRUPT_MESSAGE;
  if (header.compression > Compression.ZSTD || header.control) return ErrorCode.INVALID_RECORD;
  if (header.transactional) return ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED;
  if (header.recordCount < 1 || header.lastOffsetDelta !== header.recordCount - 1) return ErrorCode.INVALID_RECORD;
  if (header.producerId >= 0 && (header.producerEpoch < 0 || header.baseSequence < 0)) return ErrorCode.INVALID_RECORD;
  if (header.compression === Compression.NONE && !areWellFormed(records, header)) return ErrorCode.INVALID_RECORD;
  return header;
}

/** Whether uncompressed records fill the batch exactly and their offsets count 0, 1, 2 … */
function areWellFormed(batch: Buffer, { recordCount }: BatchHeader): boolean {
  try {
    const reader = new Reader(batch, BATCH_HEADER_BYTES);
    for (let i = 0; i < recordCount; i++) {
      const end = reader.varint() + reader.position;
      reader.skip(1); // attributes, unused
      reader.varlong();
      if (reader.varint() !== i || end < reader.position) return false;
      reader.skip(end - reader.position);
    }
    return reader.remaining === 0;
  } catch (error) {
    if (error instanceof ProtocolError) return false;
    throw error;
  }
}

export interface TimestampAndOffset {
  offset: number;
  timestamp: number;
}

/**
 * The first record of a batch at or after a time, for ListOffsets. In a batch that cannot be looked into (LZ4, Snappy), it
 * is the batch's first: earlier than asked for, so that nothing is missed.
 */
export function firstRecordSince(batch: Buffer, timestamp: number): TimestampAndOffset | undefined {
  const header = readBatchHeader(batch);
  if (header === undefined) return undefined;
  try {
    const reader = new Reader(decompressed(batch, header.compression));
    for (let i = 0; i < header.recordCount; i++) {
      const end = reader.varint() + reader.position;
      reader.skip(1);
      const time = header.baseTimestamp + reader.varlong();
      if (time >= timestamp) return { offset: header.baseOffset + reader.varint(), timestamp: time };
      reader.skip(end - reader.position);
    }
    return undefined;
  } catch {
    return { offset: header.baseOffset, timestamp: header.baseTimestamp };
  }
}

/** @throws for codecs that Node does not have, and when the bytes are broken: they are stored as they came. */
function decompressed(batch: Buffer, compression: number): Buffer {
  const records = batch.subarray(BATCH_HEADER_BYTES);
  const limits = { maxOutputLength: MAX_DECOMPRESSED_BYTES };
  if (compression === Compression.NONE) return records;
  if (compression === Compression.GZIP) return gunzipSync(records, limits);
  if (compression === Compression.ZSTD) return zstdDecompressSync(records, limits);
  throw new ProtocolError(`compression ${compression} is not decompressed here`);
}

const MAX_DECOMPRESSED_BYTES = 64 * 1024 * 1024;
