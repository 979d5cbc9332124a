import assert from "node:assert/strict";
import fc from "fast-check";
import { crc32c } from "../../../../local/services/kafka/protocol/crc32c";
import { FrameReader } from "../../../../local/services/kafka/protocol/frames";
import { ProtocolError, Reader } from "../../../../local/services/kafka/protocol/reader";
import {
  assignOffset,
  firstRecordSince,
  readBatchHeader,
  validateBatch,
} from "../../../../local/services/kafka/protocol/record-batch";
import { Writer } from "../../../../local/services/kafka/protocol/writer";
import { encodeBatch } from "./wire";

const written = (write: (writer: Writer) => void): Buffer => {
  const writer = new Writer();
  write(writer);
  return writer.toBuffer();
};

/** What is written is read again, and takes exactly the bytes that were written. */
function roundTrips<T>(values: fc.Arbitrary<T>, write: (w: Writer, value: T) => void, read: (r: Reader) => T): void {
  fc.assert(
    fc.property(fc.array(values, { maxLength: 20 }), (list) => {
      const writer = new Writer();
      for (const value of list) write(writer, value);
      const bytes = writer.toBuffer();
      assert.equal(writer.length, bytes.length);
      const reader = new Reader(bytes);
      assert.deepEqual(
        list.map(() => read(reader)),
        list,
      );
      assert.equal(reader.remaining, 0);
    }),
  );
}

const text = fc.string({ unit: "grapheme", maxLength: 2000 });
const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const safe = fc.oneof(fc.maxSafeInteger(), fc.integer({ min: -300, max: 300 }));

describe("Kafka: primitive types", () => {
  it("integers and booleans are read as they were written", () => {
    const int = (bits: number) => fc.integer({ min: -(2 ** (bits - 1)), max: 2 ** (bits - 1) - 1 });
    roundTrips(
      int(8),
      (w, value) => w.int8(value),
      (r) => r.int8(),
    );
    roundTrips(
      int(16),
      (w, value) => w.int16(value),
      (r) => r.int16(),
    );
    roundTrips(
      int32,
      (w, value) => w.int32(value),
      (r) => r.int32(),
    );
    roundTrips(
      safe,
      (w, value) => w.int64(value),
      (r) => r.int64(),
    );
    roundTrips(
      fc.boolean(),
      (w, value) => w.boolean(value),
      (r) => r.boolean(),
    );
  });

  it("variable-length integers are read as they were written, in the bytes that the format gives them", () => {
    roundTrips(
      int32,
      (w, value) => w.varint(value),
      (r) => r.varint(),
    );
    roundTrips(
      safe,
      (w, value) => w.varlong(value),
      (r) => r.varlong(),
    );
    roundTrips(
      fc.integer({ min: 0, max: 2 ** 32 - 1 }),
      (w, value) => w.unsignedVarint(value),
      (r) => r.unsignedVarint(),
    );
    // Protocol Buffers, "Encoding": the same zigzag and base-128 encodings.
    const zigzag: [number, number[]][] = [
      [0, [0]],
      [-1, [1]],
      [1, [2]],
      [-64, [0x7f]],
      [64, [0x80, 0x01]],
      [2147483647, [0xfe, 0xff, 0xff, 0xff, 0x0f]],
      [-2147483648, [0xff, 0xff, 0xff, 0xff, 0x0f]],
    ];
    for (const [value, bytes] of zigzag) {
      assert.deepEqual([...written((w) => w.varint(value))], bytes);
      assert.deepEqual([...written((w) => w.varlong(value))], bytes);
    }
    assert.deepEqual([...written((w) => w.unsignedVarint(300))], [0xac, 0x02]);
  });

  it("texts, bytes, arrays and tagged fields are read as they were written", () => {
    roundTrips(
      text,
      (w, value) => w.string(value),
      (r) => r.string(),
    );
    roundTrips(
      fc.option(text),
      (w, value) => w.nullableString(value),
      (r) => r.nullableString(),
    );
    roundTrips(
      text,
      (w, value) => w.compactString(value),
      (r) => r.compactString(),
    );
    roundTrips(
      fc.option(text),
      (w, value) => w.compactNullableString(value),
      (r) => r.compactNullableString(),
    );
    const bytes = fc.uint8Array({ maxLength: 3000 }).map((array): Buffer => Buffer.from(array));
    roundTrips(
      fc.option(bytes),
      (w, value) => w.nullableBytes(value),
      (r) => r.nullableBytes(),
    );
    roundTrips(
      fc.array(int32),
      (w, value) => w.array(value, (item) => w.int32(item)),
      (r) => r.array(() => r.int32()),
    );
    roundTrips(
      fc.array(text),
      (w, value) => w.compactArray(value, (item) => w.compactString(item)),
      (r) => r.compactArray(() => r.compactString()),
    );
    const tags = fc.uniqueArray(fc.tuple(fc.nat(1000), bytes), { selector: ([tag]) => tag });
    roundTrips(
      tags.map((fields) => new Map(fields.sort(([a], [b]) => a - b))),
      (w, value) => w.taggedFields(value),
      (r) => r.taggedFields(),
    );
  });

  it("reads beyond the end, and lengths that promise more than there is, are protocol errors", () => {
    const reads: ((reader: Reader) => unknown)[] = [
      (r) => r.int64(),
      (r) => r.string(),
      (r) => r.compactString(),
      (r) => r.bytes(),
      (r) => r.varlong(),
      (r) => r.array(() => r.int8()),
      (r) => r.compactArray(() => r.taggedFields()),
      (r) => r.taggedFields(),
    ];
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 12 }), fc.constantFrom(...reads), (bytes, read) => {
        const reader = new Reader(Buffer.from(bytes));
        try {
          read(reader);
        } catch (error) {
          assert.ok(error instanceof ProtocolError, String(error));
        }
        assert.ok(reader.position <= bytes.length);
      }),
    );
    const huge = written((w) => w.int32(2 ** 31 - 1).int8(0));
    for (const read of [(r: Reader) => r.array(() => r.int8()), (r: Reader) => r.bytes()]) {
      assert.throws(() => read(new Reader(huge)), ProtocolError);
    }
    assert.throws(() => new Reader(Buffer.alloc(6, 0xff)).unsignedVarint(), /longer than 5 bytes/);
    assert.throws(() => new Reader(Buffer.alloc(11, 0xff)).varlong(), /longer than 10 bytes/);
  });

  it("frames come out whole, however the stream was cut", () => {
    const frame = fc.uint8Array({ maxLength: 200 });
    fc.assert(
      fc.property(
        fc.array(frame, { maxLength: 10 }),
        fc.infiniteStream(fc.integer({ min: 1, max: 60 })),
        (list, cuts) => {
          const stream = written((w) => {
            for (const bytes of list) w.bytes(Buffer.from(bytes));
          });
          const frames = new FrameReader();
          const found: number[][] = [];
          for (let at = 0; at < stream.length; ) {
            const end = at + (cuts.next().value ?? 1);
            frames.push(stream.subarray(at, end));
            at = end;
            for (let next = frames.next(); next !== undefined; next = frames.next()) found.push([...next]);
          }
          assert.deepEqual(
            found,
            list.map((bytes) => [...bytes]),
          );
          assert.equal(frames.bytes, 0);
        },
      ),
    );
  });
});

describe("Kafka: CRC-32C", () => {
  it("has the values of RFC 3720, appendix B.4", () => {
    const ascending = Buffer.from(Array.from({ length: 32 }, (_, i) => i));
    assert.equal(crc32c(Buffer.alloc(32)), 0x8a9136aa);
    assert.equal(crc32c(Buffer.alloc(32, 0xff)), 0x62a8ab43);
    assert.equal(crc32c(ascending), 0x46dd794e);
    assert.equal(crc32c(Buffer.from(ascending).reverse()), 0x113fdb5c);
    assert.equal(crc32c(Buffer.from("123456789")), 0xe3069283);
  });

  it("is the same bit by bit, whatever the length and the place", () => {
    const simple = (bytes: Uint8Array): number => {
      let crc = 0xffffffff;
      for (const byte of bytes) {
        crc ^= byte;
        for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
      }
      return ~crc >>> 0;
    };
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(20), (bytes, start) => {
        assert.equal(crc32c(bytes, start), simple(bytes.subarray(start)));
      }),
    );
  });
});

describe("Kafka: record batches", () => {
  const nullable = fc.option(fc.string({ maxLength: 50 }));
  const record = fc.record({
    key: nullable,
    value: nullable,
    headers: fc.array(fc.tuple(fc.string({ maxLength: 10 }), nullable), { maxLength: 3 }),
    timestampDelta: fc.nat(100_000),
  });
  const records = fc.array(record, { minLength: 1, maxLength: 20 });
  const MAX = 1_000_000;

  it("that are well formed are let in, and keep their checksum when they get their offset", () => {
    fc.assert(
      fc.property(records, fc.maxSafeInteger().map(Math.abs), (list, offset) => {
        const batch = encodeBatch(list);
        assignOffset(batch, offset);
        const header = validateBatch(batch, MAX);
        assert.ok(typeof header === "object", `error ${header}`);
        assert.equal(header.baseOffset, offset);
        assert.equal(header.recordCount, list.length);
        assert.equal(header.size, batch.length);
      }),
    );
  });

  it("with any byte changed after the checksum, cut off, or doubled are refused", () => {
    fc.assert(
      fc.property(records, fc.nat(), fc.integer({ min: 1, max: 255 }), (list, place, change) => {
        const batch = encodeBatch(list);
        const changed = Buffer.from(batch);
        const at = 17 + (place % (batch.length - 17));
        changed.writeUInt8(changed.readUInt8(at) ^ change, at);
        assert.equal(validateBatch(changed, MAX), 2);
        assert.equal(validateBatch(batch.subarray(0, place % batch.length), MAX), 87);
        assert.equal(validateBatch(Buffer.concat([batch, batch]), MAX), 87);
      }),
    );
  });

  it("are refused by name of the mistake", () => {
    const one = [{ value: "v" }];
    const cases: [Buffer, number][] = [
      [encodeBatch(one, { magic: 1 }), 87],
      [encodeBatch(one, { recordCount: 0 }), 87],
      [encodeBatch(one, { recordCount: 2 }), 87],
      [encodeBatch(one, { recordCount: 2, lastOffsetDelta: 1 }), 87],
      [encodeBatch([...one, ...one], { recordCount: 1, lastOffsetDelta: 0 }), 87],
      [encodeBatch(one, { attributes: 5 }), 87],
      [encodeBatch(one, { attributes: 0x20 }), 87],
      [encodeBatch(one, { attributes: 0x10, producerId: 1, producerEpoch: 0, baseSequence: 0 }), 53],
      [encodeBatch(one, { producerId: 1, producerEpoch: 0 }), 87],
      [encodeBatch([{ value: "x".repeat(1000) }]), 10],
    ];
    for (const [batch, error] of cases) assert.equal(validateBatch(batch, 1000), error);
  });

  it("give the first record at or after a time", () => {
    fc.assert(
      fc.property(records, fc.nat(110_000), (list, after) => {
        const batch = encodeBatch(list, { baseTimestamp: 1_000_000 });
        assignOffset(batch, 500);
        const index = list.findIndex(({ timestampDelta }) => timestampDelta >= after);
        const expected =
          index === -1 ? undefined : { offset: 500 + index, timestamp: 1_000_000 + (list[index]?.timestampDelta ?? 0) };
        assert.deepEqual(firstRecordSince(batch, 1_000_000 + after), expected);
      }),
    );
    const snappy = encodeBatch([{ value: "not looked into" }], { attributes: 2, baseTimestamp: 5 });
    assert.deepEqual(firstRecordSince(snappy, 5), { offset: 0, timestamp: 5 });
  });

  it("are not found in fewer bytes than a header", () => {
    assert.equal(readBatchHeader(Buffer.alloc(60)), undefined);
  });
});
