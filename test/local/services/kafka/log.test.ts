import assert from "node:assert/strict";
import { appendFileSync, readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { Offsets } from "../../../../local/services/kafka/groups/offsets";
import { type LogConfig, PartitionLog } from "../../../../local/services/kafka/log/partition-log";
import { TailCache } from "../../../../local/services/kafka/log/tail-cache";
import { readBatchHeader } from "../../../../local/services/kafka/protocol/record-batch";
import { removeFolder, temporaryFolder } from "../temporary";
import { type BatchFields, encodeBatch } from "./wire";

const KEEP_ALL: LogConfig = { segmentBytes: 1_000_000, retentionBytes: -1, retentionMs: -1 };

describe("Kafka: the log of a partition", () => {
  let folder: string;
  const lines: string[] = [];
  const open = (config: Partial<LogConfig> = {}, cacheBytes = 1_000_000) =>
    new PartitionLog(folder, { ...KEEP_ALL, ...config }, new TailCache(cacheBytes).newTail(), (line) =>
      lines.push(line),
    );
  beforeEach(() => {
    folder = temporaryFolder();
    lines.length = 0;
  });
  afterEach(() => removeFolder(folder));

  it("gives back what was appended, from any offset, from memory or files, before and after it is opened again", () => {
    const batches = fc.array(fc.record({ records: fc.integer({ min: 1, max: 5 }), bytes: fc.nat(3000) }), {
      minLength: 1,
      maxLength: 40,
    });
    const limits = fc.record({ segmentBytes: fc.integer({ min: 14, max: 20_000 }), cacheBytes: fc.nat(20_000) });
    fc.assert(
      fc.property(
        batches,
        limits,
        fc.integer({ min: 1, max: 30_000 }),
        (list, { segmentBytes, cacheBytes }, maxBytes) => {
          removeFolder(folder);
          const log = open({ segmentBytes }, cacheBytes);
          const appended: Buffer[] = [];
          for (const { records, bytes } of list) {
            const batch = batchOf(records, bytes);
            append(log, batch);
            appended.push(batch); // with its offset, which append wrote into it
          }
          const end = list.reduce((sum, { records }) => sum + records, 0);
          const check = (opened: PartitionLog) => {
            assert.deepEqual([opened.startOffset, opened.endOffset], [0, end]);
            assert.deepEqual([opened.read(-1, 1), opened.read(end + 1, 1), opened.read(end, 1)], [1, 1, []]);
            for (let offset = 0; offset < end; offset++) {
              const found = opened.read(offset, maxBytes);
              assert.ok(typeof found !== "number" && found.length > 0);
              const first = appended.findIndex((batch) => endOf(batch) > offset);
              assert.deepEqual(found, appended.slice(first, first + found.length));
              assert.ok(found.length === 1 || Buffer.concat(found).length <= maxBytes);
            }
          };
          check(log);
          log.close();
          const again = open({ segmentBytes }, cacheBytes);
          check(again);
          again.close();
        },
      ),
      { numRuns: 60 },
    );
    assert.deepEqual(lines, []);
  });

  it("cuts off a last batch that was not written to its end, wherever it was cut, and goes on", () => {
    const log = open();
    for (let i = 0; i < 3; i++) append(log, batchOf(2, 100));
    log.close();
    const file = join(folder, "00000000000000000000.log");
    const whole = readFileSync(file);
    const last = whole.length - whole.length / 3;
    for (const length of [last + 1, last + 11, last + 60, last + 61, whole.length - 1]) {
      writeFileSync(file, whole.subarray(0, length));
      lines.length = 0;
      const torn = open();
      assert.equal(torn.endOffset, 4, `cut at ${length}`);
      assert.match(lines.join(), new RegExp(`last ${length - last} bytes were not written to their end`));
      append(torn, batchOf(1, 100));
      torn.close();
      const again = open();
      assert.equal(again.endOffset, 5);
      again.close();
    }
  });

  it("cuts off a last batch whose bytes are not what the checksum says, and what is no batch at all", () => {
    const log = open();
    append(log, batchOf(1, 100));
    append(log, batchOf(1, 100));
    log.close();
    const file = join(folder, "00000000000000000000.log");
    const bytes = readFileSync(file);
    bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1);
    writeFileSync(file, bytes);
    const changed = open();
    assert.equal(changed.endOffset, 1);
    changed.close();
    appendFileSync(file, Buffer.alloc(500, 0xff));
    const garbage = open();
    assert.equal(garbage.endOffset, 1);
    garbage.close();
  });

  it("refuses an older file that is damaged, naming it and what to do", () => {
    const log = open({ segmentBytes: 14 });
    for (let i = 0; i < 3; i++) append(log, batchOf(1, 10));
    log.close();
    const file = join(folder, "00000000000000000001.log");
    truncateSync(file, 40);
    assert.throws(() => open(), /00000000000000000001\.log is damaged.*npm start -- --fresh/);
  });

  it("takes each batch of an idempotent producer once and in order, also after it was opened again", () => {
    const idempotent = (baseSequence: number, records = 1, producerEpoch = 0): Buffer =>
      batchOf(records, 10, { producerId: 7, producerEpoch, baseSequence });
    let log = open();
    const results = (...batches: Buffer[]) => batches.map((batch) => append(log, batch));
    const fresh = (baseOffset: number) => ({ baseOffset, duplicate: false });
    const again = (baseOffset: number) => ({ baseOffset, duplicate: true });
    const OUT_OF_ORDER = 45;
    const INVALID_EPOCH = 47;
    assert.deepEqual(results(idempotent(0, 3), idempotent(3, 2)), [fresh(0), fresh(3)]);
    assert.deepEqual(results(idempotent(3, 2), idempotent(0, 3)), [again(3), again(0)]);
    assert.deepEqual(results(idempotent(6), idempotent(4)), [OUT_OF_ORDER, OUT_OF_ORDER]);
    log.close();
    log = open();
    assert.deepEqual(results(idempotent(0, 3), idempotent(6), idempotent(5)), [again(0), OUT_OF_ORDER, fresh(5)]);
    assert.deepEqual(results(idempotent(1, 1, 1), idempotent(0, 1, 1)), [OUT_OF_ORDER, fresh(6)]);
    assert.deepEqual(results(idempotent(6)), [INVALID_EPOCH]);
    // Six batches on, the first is no longer known to be a duplicate; it is certainly not the next.
    for (let sequence = 1; sequence <= 5; sequence++)
      assert.deepEqual(results(idempotent(sequence, 1, 1)), [fresh(6 + sequence)]);
    assert.deepEqual(results(idempotent(1, 1, 1), idempotent(0, 1, 1)), [again(7), OUT_OF_ORDER]);
    log.close();
  });

  it("counts sequence numbers on from 0 after 2^31 − 1", () => {
    const log = open();
    const last = 2 ** 31 - 1;
    append(log, batchOf(1, 0, { producerId: 1, producerEpoch: 0, baseSequence: last - 1 }));
    append(log, batchOf(3, 0, { producerId: 1, producerEpoch: 0, baseSequence: last }));
    assert.deepEqual(append(log, batchOf(1, 0, { producerId: 1, producerEpoch: 0, baseSequence: 2 })), {
      baseOffset: 4,
      duplicate: false,
    });
    log.close();
  });

  it("deletes the oldest files by size and by age, never the one being written", () => {
    const log = open({ segmentBytes: 1000, retentionBytes: 3000 });
    for (let i = 0; i < 10; i++) append(log, batchOf(1, 800));
    assert.ok(log.startOffset >= 5 && log.startOffset < 9, `starts at ${log.startOffset}`);
    assert.equal(readdirSync(folder).length, 10 - log.startOffset);
    assert.equal(log.read(log.startOffset - 1, 1), 1);
    log.close();
    const old = open({ segmentBytes: 1000, retentionMs: 1000 });
    assert.deepEqual([old.startOffset, old.endOffset], [9, 10]);
    old.close();
  });

  it("finds the first record at or after a time, in whatever file it is", () => {
    const log = open({ segmentBytes: 3000 }, 0);
    for (let i = 0; i < 100; i++) append(log, batchOf(1, 100, { baseTimestamp: 1000 + 10 * i }));
    for (const [time, offset] of [
      [0, 0],
      [1000, 0],
      [1001, 1],
      [1500, 50],
      [1985, 99],
      [1990, 99],
    ] as const) {
      assert.equal(log.firstSince(time)?.offset, offset, `at ${time}`);
    }
    assert.equal(log.firstSince(1991), undefined);
    log.close();
  });
});

describe("Kafka: committed offsets", () => {
  it("are there again after an end in the middle of a line, and when the file was written anew", () => {
    const folder = temporaryFolder();
    const file = join(folder, "offsets");
    const lines: string[] = [];
    const open = () => new Offsets(file, (line) => lines.push(line));
    let offsets = open();
    for (let i = 0; i <= 25_000; i++) offsets.commit("g", [{ topic: "t", partition: i % 2, offset: i, metadata: "m" }]);
    offsets.commit("gone", [{ topic: "t", partition: 0, offset: 1, metadata: "" }]);
    offsets.deleteGroup("gone");
    offsets.commit("g", [{ topic: "deleted", partition: 0, offset: 1, metadata: "" }]);
    offsets.deleteTopic("deleted");
    offsets.close();
    assert.ok(readFileSync(file, "utf8").split("\n").length < 15_000, "the file was not written anew");
    appendFileSync(file, '{"group":"g","topic":"t","partition":0,"off');
    offsets = open();
    assert.deepEqual(offsets.get("g", "t", 0), { offset: 25_000, metadata: "m" });
    assert.deepEqual(offsets.get("g", "t", 1), { offset: 24_999, metadata: "m" });
    assert.deepEqual(offsets.ofGroup("g"), [{ topic: "t", partitions: [0, 1] }]);
    assert.deepEqual(offsets.groupIds(), ["g"]);
    assert.match(lines.join(), /the last 43 bytes were not written to their end/);
    offsets.commit("g", [{ topic: "t", partition: 0, offset: 7, metadata: "" }]);
    offsets.close();
    offsets = open();
    assert.equal(offsets.get("g", "t", 0)?.offset, 7);
    offsets.close();
    removeFolder(folder);
  });
});

function batchOf(records: number, bytes: number, fields: BatchFields = {}): Buffer {
  return encodeBatch(
    Array.from({ length: records }, () => ({ value: "x".repeat(bytes) })),
    fields,
  );
}

function append(log: PartitionLog, batch: Buffer) {
  const header = readBatchHeader(batch);
  assert.ok(header !== undefined);
  return log.append(batch, header);
}

function endOf(batch: Buffer): number {
  const header = readBatchHeader(batch);
  return (header?.baseOffset ?? 0) + (header?.lastOffsetDelta ?? 0) + 1;
}
