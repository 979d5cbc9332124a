import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { crc32c } from "../../../../local/services/kafka/protocol/crc32c";
import { FrameReader } from "../../../../local/services/kafka/protocol/frames";
import { Reader } from "../../../../local/services/kafka/protocol/reader";
import { BATCH_HEADER_BYTES, BATCH_PREFIX_BYTES } from "../../../../local/services/kafka/protocol/record-batch";
import { Writer } from "../../../../local/services/kafka/protocol/writer";

/** Speaks the protocol byte by byte: for what no well-behaved client would send. */
export class WireClient {
  /** Resolves when the broker has closed the connection. */
  readonly closed: Promise<unknown>;
  private readonly frames = new FrameReader();
  private readonly waiting = new Map<number, (body: Reader) => void>();
  private correlationId = 0;

  private constructor(readonly socket: Socket) {
    this.closed = new Promise((resolve) => socket.on("close", resolve));
    socket.setNoDelay(true);
    socket.on("error", () => {});
    socket.on("data", (chunk) => {
      this.frames.push(chunk);
      for (let frame = this.frames.next(); frame !== undefined; frame = this.frames.next()) {
        const reader = new Reader(frame);
        const id = reader.int32();
        this.waiting.get(id)?.(reader);
        this.waiting.delete(id);
      }
    });
  }

  static async connect(port: number): Promise<WireClient> {
    const socket = connect(port, "127.0.0.1");
    await once(socket, "connect");
    return new WireClient(socket);
  }

  /** Sends a request with a header of version 1; resolves with the body of the response. */
  request(key: number, version: number, body: Writer): Promise<Reader> {
    const id = ++this.correlationId;
    const answer = new Promise<Reader>((resolve) => this.waiting.set(id, resolve));
    const request = new Writer().int16(key).int16(version).int32(id).nullableString("wire");
    this.sendFrame(Buffer.concat([request.toBuffer(), body.toBuffer()]));
    return answer;
  }

  sendFrame(frame: Buffer): void {
    this.socket.write(new Writer().bytes(frame).toBuffer());
  }

  close(): void {
    this.socket.destroy();
  }
}

export interface TestRecord {
  key?: string | null;
  value?: string | null;
  headers?: [string, string | null][];
  /** ms after the batch's base timestamp */
  timestampDelta?: number;
}

export interface BatchFields {
  baseTimestamp?: number;
  attributes?: number;
  producerId?: number;
  producerEpoch?: number;
  baseSequence?: number;
  magic?: number;
  recordCount?: number;
  lastOffsetDelta?: number;
}

/** A record batch as a producer sends it; fields that are given may be wrong. */
export function encodeBatch(records: TestRecord[], fields: BatchFields = {}): Buffer {
  const baseTimestamp = fields.baseTimestamp ?? 1_700_000_000_000;
  const body = new Writer();
  for (const [i, record] of records.entries()) {
    const encoded = encodeRecord(record, i);
    body.varint(encoded.length).raw(encoded);
  }
  const latest = Math.max(...records.map(({ timestampDelta = 0 }) => timestampDelta));
  const checked = new Writer()
    .int16(fields.attributes ?? 0)
    .int32(fields.lastOffsetDelta ?? records.length - 1)
    .int64(baseTimestamp)
    .int64(baseTimestamp + latest)
    .int64(fields.producerId ?? -1)
    .int16(fields.producerEpoch ?? -1)
    .int32(fields.baseSequence ?? -1)
    .int32(fields.recordCount ?? records.length)
    .raw(body.toBuffer())
    .toBuffer();
  const afterLength = BATCH_HEADER_BYTES - BATCH_PREFIX_BYTES + body.length;
  const head = new Writer()
    .int64(0)
    .int32(afterLength)
    .int32(-1)
    .int8(fields.magic ?? 2)
    .uint32(crc32c(checked));
  return Buffer.concat([head.toBuffer(), checked]);
}

function encodeRecord(
  { key = null, value = null, headers = [], timestampDelta = 0 }: TestRecord,
  index: number,
): Buffer {
  const record = new Writer().int8(0).varlong(timestampDelta).varint(index);
  const bytes = (text: string | null) => {
    if (text === null) record.varint(-1);
    else record.varint(Buffer.byteLength(text)).raw(Buffer.from(text));
  };
  bytes(key);
  bytes(value);
  record.varint(headers.length);
  for (const [name, header] of headers) {
    bytes(name);
    bytes(header);
  }
  return record.toBuffer();
}

export interface ProduceOptions {
  version?: number;
  acks?: number;
  transactionalId?: string | null;
  partition?: number;
}

/** Produces one batch; answers its error and base offset. */
export async function produce(
  wire: WireClient,
  topic: string,
  batch: Buffer | null,
  { version = 7, acks = -1, transactionalId = null, partition = 0 }: ProduceOptions = {},
): Promise<{ error: number; baseOffset: number }> {
  const body = await wire.request(
    0,
    version,
    produceRequest(topic, batch, { version, acks, transactionalId, partition }),
  );
  const [found] = body.array(() => {
    body.string();
    const [answered] = body.array(() => {
      const [, error, baseOffset] = [body.int32(), body.int16(), body.int64()];
      if (version >= 2) body.int64();
      if (version >= 5) body.int64();
      return { error, baseOffset };
    });
    return answered;
  });
  if (found === undefined) throw new Error("no partition in the response");
  return found;
}

export function produceRequest(
  topic: string,
  batch: Buffer | null,
  { version = 7, acks = -1, transactionalId = null, partition = 0 }: ProduceOptions = {},
): Writer {
  const request = new Writer();
  if (version >= 3) request.nullableString(transactionalId);
  request.int16(acks).int32(1000);
  return request.array([topic], (name) => {
    request.string(name).array([partition], (index) => request.int32(index).nullableBytes(batch));
  });
}

const NONE: Buffer = Buffer.alloc(0);

export interface FetchOptions {
  version?: number;
  maxWaitMs?: number;
  minBytes?: number;
  maxBytes?: number;
  partitionMaxBytes?: number;
  sessionId?: number;
}

/** Fetches from partitions `[topic, index, offset]`; answers the error of each, the end of its log and its batches. */
export async function fetch(
  wire: WireClient,
  partitions: [topic: string, index: number, offset: number][],
  {
    version = 11,
    maxWaitMs = 0,
    minBytes = 1,
    maxBytes = 1e8,
    partitionMaxBytes = 1e7,
    sessionId = 0,
  }: FetchOptions = {},
): Promise<{ error: number; partitions: { error: number; highWatermark: number; records: Buffer }[] }> {
  const request = new Writer().int32(-1).int32(maxWaitMs).int32(minBytes).int32(maxBytes).int8(0);
  if (version >= 7) request.int32(sessionId).int32(-1);
  request.array(partitions, ([topic, index, offset]) => {
    request.string(topic).array([index], () => {
      request.int32(index);
      if (version >= 9) request.int32(-1);
      request.int64(offset);
      if (version >= 5) request.int64(-1);
      request.int32(partitionMaxBytes);
    });
  });
  if (version >= 7) request.array([], () => {});
  if (version >= 11) request.string("");
  const body = await wire.request(1, version, request);
  body.int32();
  const error = version >= 7 ? body.int16() : 0;
  if (version >= 7) body.int32();
  const found = body.array(() => {
    body.string();
    return body.array(() => {
      body.int32();
      const partition = { error: body.int16(), highWatermark: body.int64(), records: NONE };
      body.int64();
      if (version >= 5) body.int64();
      body.nullableArray(() => body.skip(16));
      if (version >= 11) body.int32();
      partition.records = body.nullableBytes() ?? partition.records;
      return partition;
    });
  });
  return { error, partitions: found.flat() };
}
