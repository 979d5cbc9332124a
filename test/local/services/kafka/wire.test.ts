import assert from "node:assert/strict";
import { APIS } from "../../../../local/services/kafka/api";
import type { Reader } from "../../../../local/services/kafka/protocol/reader";
import { readBatchHeader } from "../../../../local/services/kafka/protocol/record-batch";
import { Writer } from "../../../../local/services/kafka/protocol/writer";
import { startBroker, type TestBroker, uniqueName } from "./support";
import { encodeBatch, fetch, produce, produceRequest, WireClient } from "./wire";

describe("Kafka: the broker, byte by byte", () => {
  let broker: TestBroker;
  let wire: WireClient;
  let topic: string;
  before(async () => {
    broker = await startBroker();
  });
  beforeEach(async () => {
    wire = await WireClient.connect(broker.port);
    topic = uniqueName("wire");
    broker.ensureTopic(topic, 2);
  });
  afterEach(() => wire.close());
  after(() => broker.close());

  const one = (fields = {}) => encodeBatch([{ value: "v" }], fields);

  describe("ApiVersions", () => {
    const readAll = (body: Reader) => body.array(() => [body.int16(), body.int16(), body.int16()]);
    const advertised = [...APIS.values()].map(({ key, versions: { min, max } }) => [key, min, max]);

    it("says which versions there are, in versions 0 to 3", async () => {
      for (const version of [0, 1, 2]) {
        const body = await wire.request(18, version, new Writer());
        assert.equal(body.int16(), 0);
        assert.deepEqual(readAll(body), advertised);
        assert.equal(body.remaining, version === 0 ? 0 : 4);
      }
      const flexible = new Writer().taggedFields().compactString("test").compactString("1.0").taggedFields();
      const body = await wire.request(18, 3, flexible);
      assert.equal(body.int16(), 0);
      const found = body.compactArray(() => {
        const api = [body.int16(), body.int16(), body.int16()];
        body.taggedFields();
        return api;
      });
      assert.deepEqual(found, advertised);
      body.int32();
      body.taggedFields();
      assert.equal(body.remaining, 0);
    });

    it("answers a version that is too new in version 0, with UNSUPPORTED_VERSION, and the client may ask again", async () => {
      const body = await wire.request(18, 99, new Writer().taggedFields());
      assert.equal(body.int16(), 35);
      assert.deepEqual(readAll(body), [[18, 0, 3]]);
      assert.equal(body.remaining, 0);
      assert.equal((await wire.request(18, 0, new Writer())).int16(), 0);
    });
  });

  describe("Produce", () => {
    it("assigns offsets, in every version that is served", async () => {
      for (const [i, version] of [3, 4, 5, 6, 7].entries()) {
        assert.deepEqual(await produce(wire, topic, one(), { version }), { error: 0, baseOffset: i });
      }
      assert.deepEqual(await produce(wire, topic, one(), { acks: 1 }), { error: 0, baseOffset: 5 });
    });

    it("refuses by name of the mistake, and appends nothing", async () => {
      const corrupt = one();
      corrupt.writeUInt8(corrupt.readUInt8(corrupt.length - 1) ^ 1, corrupt.length - 1);
      const outcomes = {
        corrupt: produce(wire, topic, corrupt),
        empty: produce(wire, topic, Buffer.alloc(0)),
        none: produce(wire, topic, null),
        twoBatches: produce(wire, topic, Buffer.concat([one(), one()])),
        tooLarge: produce(wire, topic, encodeBatch([{ value: "x".repeat(1_048_588) }])),
        unknownTopic: produce(wire, "no-such-topic", one()),
        unknownPartition: produce(wire, topic, one(), { partition: 2 }),
        negativePartition: produce(wire, topic, one(), { partition: -1 }),
        acks: produce(wire, topic, one(), { acks: 2 }),
        transactional: produce(wire, topic, one(), { transactionalId: "t" }),
        transactionalBatch: produce(wire, topic, one({ attributes: 0x10 })),
        zstdTooEarly: produce(wire, topic, one({ attributes: 4 }), { version: 6 }),
        oldFormat: produce(wire, topic, one(), { version: 2 }),
      };
      const errors = Object.entries(outcomes).map(async ([name, answer]) => [name, (await answer).error]);
      assert.deepEqual(Object.fromEntries(await Promise.all(errors)), {
        corrupt: 2,
        empty: 87,
        none: 87,
        twoBatches: 87,
        tooLarge: 10,
        unknownTopic: 3,
        unknownPartition: 3,
        negativePartition: 3,
        acks: 21,
        transactional: 53,
        transactionalBatch: 53,
        zstdTooEarly: 76,
        oldFormat: 35,
      });
      assert.equal((await fetch(wire, [[topic, 0, 0]])).partitions[0]?.highWatermark, 0);
    });

    it("answers a duplicate of an idempotent producer with the old offset, and a gap with an error", async () => {
      const body = await wire.request(22, 1, new Writer().nullableString(null).int32(60_000));
      body.int32();
      assert.equal(body.int16(), 0);
      const ids = { producerId: body.int64(), producerEpoch: body.int16() };
      const batch = (baseSequence: number) => one({ ...ids, baseSequence });
      assert.deepEqual(await produce(wire, topic, batch(0)), { error: 0, baseOffset: 0 });
      assert.deepEqual(await produce(wire, topic, batch(1)), { error: 0, baseOffset: 1 });
      assert.deepEqual(await produce(wire, topic, batch(0)), { error: 0, baseOffset: 0 });
      assert.deepEqual(await produce(wire, topic, batch(3)), { error: 45, baseOffset: -1 });
      assert.equal((await fetch(wire, [[topic, 0, 0]])).partitions[0]?.highWatermark, 2);
    });

    it("with acks=0 is not answered; an error closes the connection", async () => {
      wire.request(0, 7, produceRequest(topic, one(), { acks: 0 }));
      assert.deepEqual(await produce(wire, topic, one()), { error: 0, baseOffset: 1 });
      wire.request(0, 7, produceRequest("no-such-topic", one(), { acks: 0 }));
      await wire.closed;
    });
  });

  describe("Fetch", () => {
    it("gives whole batches as they were sent, but for their offset, in every version that is served", async () => {
      const gzip = one({ attributes: 1 });
      await produce(wire, topic, gzip);
      await produce(wire, topic, one());
      for (const version of [4, 5, 6, 7, 8, 9, 10, 11]) {
        const { error, partitions } = await fetch(wire, [[topic, 0, 0]], { version });
        const records = partitions[0]?.records ?? Buffer.alloc(0);
        assert.deepEqual([error, partitions[0]?.error, partitions[0]?.highWatermark], [0, 0, 2]);
        assert.deepEqual(records.subarray(16, gzip.length), gzip.subarray(16));
        assert.equal(readBatchHeader(records, gzip.length)?.baseOffset, 1);
      }
      const second = await fetch(wire, [[topic, 0, 1]]);
      assert.equal(readBatchHeader(second.partitions[0]?.records ?? Buffer.alloc(0))?.baseOffset, 1);
    });

    it("says what cannot be read", async () => {
      await produce(wire, topic, one());
      const errors = async (...wanted: Parameters<typeof fetch>[1]) =>
        (await fetch(wire, wanted, { maxWaitMs: 60_000 })).partitions.map(({ error }) => error);
      assert.deepEqual(
        await errors([topic, 0, 2], [topic, 0, -1], ["no-such-topic", 0, 0], [topic, 9, 0]),
        [1, 1, 3, 3],
      );
      assert.equal((await fetch(wire, [[topic, 0, 0]], { sessionId: 5 })).error, 70);
      await produce(wire, topic, one({ attributes: 4 }), { partition: 1 });
      assert.equal((await fetch(wire, [[topic, 1, 0]], { version: 9 })).partitions[0]?.error, 76);
      assert.equal((await fetch(wire, [[topic, 1, 0]], { version: 10 })).partitions[0]?.error, 0);
    });

    it("heeds its limits, yet always gives a first batch", async () => {
      const batch = encodeBatch([{ value: "x".repeat(1000) }]);
      for (let i = 0; i < 4; i++) await produce(wire, topic, batch, { partition: i % 2 });
      const sizes = async (limits: Parameters<typeof fetch>[2]) => {
        const { partitions } = await fetch(
          wire,
          [
            [topic, 0, 0],
            [topic, 1, 0],
          ],
          limits,
        );
        return partitions.map(({ records }) => records.length / batch.length);
      };
      assert.deepEqual(await sizes({}), [2, 2]);
      assert.deepEqual(await sizes({ maxBytes: 1 }), [1, 0]);
      assert.deepEqual(await sizes({ partitionMaxBytes: 1 }), [1, 1]);
      assert.deepEqual(await sizes({ maxBytes: 3 * batch.length }), [2, 1]);
      assert.deepEqual(await sizes({ maxBytes: -1, partitionMaxBytes: -1 }), [1, 0]);
    });

    it("waits for min_bytes, is woken by what arrives, in any of its partitions, and not before", async () => {
      const batch = one();
      const other = await WireClient.connect(broker.port);
      let answered = false;
      const waiting = fetch(
        wire,
        [
          [topic, 0, 0],
          [topic, 1, 0],
        ],
        { maxWaitMs: 60_000, minBytes: 2 * batch.length },
      ).then((answer) => {
        answered = true;
        return answer;
      });
      await produce(other, topic, batch, { partition: 1 });
      await produce(other, "no-such-topic", batch);
      assert.equal(answered, false);
      await produce(other, topic, batch, { partition: 0 });
      const { partitions } = await waiting;
      assert.deepEqual(
        partitions.map(({ records }) => records.length),
        [batch.length, batch.length],
      );
      other.close();
    });

    it("waits max_wait_ms when nothing arrives, and lets later requests of the connection wait their turn", async () => {
      const started = performance.now();
      void fetch(wire, [[topic, 0, 0]], { maxWaitMs: 100 });
      await wire.request(18, 0, new Writer());
      assert.ok(performance.now() - started >= 99);
    });
  });

  describe("ListOffsets", () => {
    it("gives the earliest, the latest, and the first at or after a time", async () => {
      const batch = encodeBatch([{ timestampDelta: 0 }, { timestampDelta: 10 }, { timestampDelta: 20 }], {
        baseTimestamp: 1000,
      });
      await produce(wire, topic, batch);
      const offsetAt = async (version: number, timestamp: number) => {
        const request = new Writer().int32(-1);
        if (version >= 2) request.int8(0);
        request.array([topic], (name) => request.string(name).array([0], (i) => request.int32(i).int64(timestamp)));
        const body = await wire.request(2, version, request);
        if (version >= 2) body.int32();
        assert.equal(body.int32(), 1);
        body.string();
        assert.deepEqual([body.int32(), body.int32(), body.int16()], [1, 0, 0]);
        return [body.int64(), body.int64()];
      };
      for (const version of [1, 2, 3]) {
        assert.deepEqual(await offsetAt(version, -2), [-1, 0]);
        assert.deepEqual(await offsetAt(version, -1), [-1, 3]);
        assert.deepEqual(await offsetAt(version, 1005), [1010, 1]);
        assert.deepEqual(await offsetAt(version, 1021), [-1, -1]);
      }
    });
  });

  describe("Metadata", () => {
    it("names the broker and what was asked for, in every version that is served, and makes no topics", async () => {
      for (const version of [0, 1, 2, 3, 4, 5, 6]) {
        const request = new Writer();
        request.array([topic, "no-such-topic", "no/topic"], (name) => request.string(name));
        if (version >= 4) request.boolean(true);
        const body = await wire.request(3, version, request);
        if (version >= 3) body.int32();
        const [node] = body.array(() => {
          const found = { id: body.int32(), host: body.string(), port: body.int32() };
          if (version >= 1) body.nullableString();
          return found;
        });
        assert.deepEqual(node, { id: 1, host: "127.0.0.1", port: broker.port });
        if (version >= 2) assert.match(body.nullableString() ?? "", /^[\w-]{22}$/);
        if (version >= 1) assert.equal(body.int32(), 1);
        const topics = body.array(() => {
          const [error, name] = [body.int16(), body.string()];
          if (version >= 1) body.boolean();
          const partitions = body.array(() => {
            const partition = [body.int16(), body.int32(), body.int32()];
            const replicas = [body.array(() => body.int32()), body.array(() => body.int32())];
            if (version >= 5) body.array(() => body.int32());
            return [...partition, ...replicas.flat()];
          });
          return { error, name, partitions };
        });
        assert.deepEqual(topics, [
          {
            error: 0,
            name: topic,
            partitions: [
              [0, 0, 1, 1, 1],
              [0, 1, 1, 1, 1],
            ],
          },
          { error: 3, name: "no-such-topic", partitions: [] },
          { error: 17, name: "no/topic", partitions: [] },
        ]);
        assert.equal(body.remaining, 0);
      }
    });
  });

  describe("OffsetCommit and OffsetFetch", () => {
    const commit = async (version: number, groupId: string, memberId: string, generation: number, index = 0) => {
      const request = new Writer().string(groupId).int32(generation).string(memberId);
      if (version <= 4) request.int64(-1);
      request.array([topic], (name) => {
        request.string(name).array([index], () => request.int32(index).int64(version).nullableString("note"));
      });
      const body = await wire.request(8, version, request);
      if (version >= 3) body.int32();
      const [[error] = []] = body.array(() => {
        body.string();
        return body.array(() => [body.int32(), body.int16()][1]);
      });
      return error;
    };

    it("keep the offsets of a group without members, in every version that is served", async () => {
      const groupId = uniqueName("group");
      for (const version of [2, 3, 4, 5]) {
        assert.equal(await commit(version, groupId, "", -1), 0);
        const fetchVersion = version - 1;
        const request = new Writer().string(groupId);
        request.array([topic], (name) => {
          request.string(name).array([0, 1], (index) => request.int32(index));
        });
        const body = await wire.request(9, fetchVersion, request);
        if (fetchVersion >= 3) body.int32();
        const [found] = body.array(() => {
          body.string();
          return body.array(() => [body.int32(), body.int64(), body.nullableString(), body.int16()]);
        });
        assert.deepEqual(found, [
          [0, version, "note", 0],
          [1, -1, "", 0],
        ]);
        if (fetchVersion >= 2) assert.equal(body.int16(), 0);
        assert.equal(body.remaining, 0);
      }
    });

    it("refuse the offsets of those who are not in the group, and of what does not exist", async () => {
      assert.equal(await commit(5, uniqueName("group"), "stranger", 3), 22);
      assert.equal(await commit(5, "", "stranger", 3), 22);
      assert.equal(await commit(5, uniqueName("group"), "", -1, 2), 3);
    });
  });

  describe("SASL", () => {
    const handshake = async (mechanism: string, version = 1) => {
      const body = await wire.request(17, version, new Writer().string(mechanism));
      return [body.int16(), ...body.array(() => body.string())];
    };
    const authenticate = async (message: string) => {
      const body = await wire.request(36, 1, new Writer().bytes(Buffer.from(message)));
      return body.int16();
    };

    it("accepts any token and any password in their right form", async () => {
      assert.deepEqual(await handshake("OAUTHBEARER"), [0, "OAUTHBEARER", "PLAIN"]);
      assert.equal(await authenticate("n,,\x01auth=Bearer token\x01\x01"), 0);
      await handshake("PLAIN");
      assert.equal(await authenticate("\0user\0password"), 0);
      assert.deepEqual(await produce(wire, topic, one()), { error: 0, baseOffset: 0 });
    });

    it("refuses other mechanisms, other forms, and authentication out of turn", async () => {
      assert.deepEqual(await handshake("SCRAM-SHA-256"), [33, "OAUTHBEARER", "PLAIN"]);
      assert.equal(await authenticate("\0user\0password"), 34);
      await handshake("PLAIN");
      assert.equal(await authenticate("user:password"), 58);
      await handshake("OAUTHBEARER");
      assert.equal(await authenticate("n,,\x01auth=Basic token\x01\x01"), 58);
      assert.equal((await handshake("PLAIN", 0))[0], 35);
    });
  });
});
