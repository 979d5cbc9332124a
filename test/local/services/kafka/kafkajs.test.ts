import assert from "node:assert/strict";
import { type Admin, CompressionTypes, type Consumer, type Kafka, type KafkaMessage, type Producer } from "kafkajs";
import { client, collector, deferred, producerOf, startCluster, uniqueName } from "./support";

/** With KAFKA_BROKERS, these tests run against that Kafka instead. */
describe("Kafka: through kafkajs", () => {
  let cluster: Awaited<ReturnType<typeof startCluster>>;
  let kafka: Kafka;
  let admin: Admin;
  let producer: Producer;
  let topic: string;
  const consumers: Consumer[] = [];

  before(async () => {
    cluster = await startCluster();
    kafka = client(cluster.brokers);
    admin = kafka.admin();
    producer = producerOf(kafka, { idempotent: true });
    await Promise.all([admin.connect(), producer.connect()]);
  });
  beforeEach(async () => {
    topic = uniqueName("kafkajs");
    await admin.createTopics({ topics: [{ topic, numPartitions: 4 }], waitForLeaders: true });
  });
  afterEach(async () => {
    await Promise.all(consumers.splice(0).map((consumer) => consumer.disconnect()));
  });
  after(async () => {
    await Promise.all([admin.disconnect(), producer.disconnect()]);
    await cluster.close();
  });

  interface Received {
    by: number;
    partition: number;
    message: KafkaMessage;
  }

  /** A member of a group that adds what it gets to a collection; resolves when it has partitions. */
  async function consume(groupId: string, received: ReturnType<typeof collector<Received>>, by = 0) {
    const consumer = kafka.consumer({
      groupId,
      ...{ sessionTimeout: 6000, heartbeatInterval: 100, maxWaitTimeInMs: 200, rebalanceTimeout: 10_000 },
    });
    consumers.push(consumer);
    const joined = collector<number>();
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) =>
      joined.add((payload.memberAssignment[topic] ?? []).length),
    );
    await consumer.connect();
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    await consumer.run({
      eachMessage: async ({ partition, message }) => received.add({ by, partition, message }),
    });
    await joined.atLeast(1);
    return { consumer, joined };
  }

  const send = (values: string[], keyOf = (_: string, i: number) => `key-${i}`) =>
    producer.send({ topic, acks: -1, messages: values.map((value, i) => ({ key: keyOf(value, i), value })) });

  describe("records", () => {
    it("keep key, value, headers and time, be they empty or missing", async () => {
      const received = collector<Received>();
      const headers = { text: "ü", bytes: Buffer.from([0, 255]), twice: ["a", "b"] };
      const messages = [
        { key: "k", value: "v", headers, timestamp: "1700000000123" },
        { key: null, value: null },
        { key: "", value: "" },
      ];
      await producer.send({ topic, messages: messages.map((message) => ({ ...message, partition: 2 })) });
      await consume(uniqueName("group"), received);
      const found = (await received.atLeast(3)).map(({ message }) => message);
      assert.deepEqual(
        found.map(({ offset, key, value }) => [offset, key?.toString() ?? null, value?.toString() ?? null]),
        [
          ["0", "k", "v"],
          ["1", null, null],
          ["2", "", ""],
        ],
      );
      assert.equal(found[0]?.timestamp, "1700000000123");
      assert.deepEqual(found[0]?.headers, {
        text: Buffer.from("ü"),
        bytes: Buffer.from([0, 255]),
        twice: [Buffer.from("a"), Buffer.from("b")],
      });
    });

    it("of one key stay in order, compressed and not", async () => {
      const received = collector<Received>();
      const keys = ["a", "b", "c", "d", "e"];
      for (let i = 0; i < 20; i++) {
        const compression = i % 2 === 0 ? CompressionTypes.GZIP : CompressionTypes.None;
        const messages = keys.flatMap((key) => [2 * i, 2 * i + 1].map((value) => ({ key, value: String(value) })));
        await producer.send({ topic, messages, compression });
      }
      await consume(uniqueName("group"), received);
      const found = await received.atLeast(200);
      for (const key of keys) {
        const values = found
          .filter(({ message }) => String(message.key) === key)
          .map(({ message }) => Number(message.value));
        assert.deepEqual(
          values,
          Array.from({ length: 40 }, (_, i) => i),
        );
      }
    });

    it("come when they come: a consumer that waits long is answered at once", async () => {
      const received = collector<Received>();
      const consumer = kafka.consumer({
        groupId: uniqueName("group"),
        maxWaitTimeInMs: 30_000,
        sessionTimeout: 60_000,
      });
      const joined = deferred();
      consumer.on(consumer.events.FETCH_START, () => joined.resolve());
      await consumer.connect();
      await consumer.subscribe({ topics: [topic], fromBeginning: true });
      await consumer.run({
        eachMessage: async ({ partition, message }) => received.add({ by: 0, partition, message }),
      });
      await joined.promise;
      const started = performance.now();
      await send(["now"]);
      await received.atLeast(1);
      assert.ok(performance.now() - started < 15_000);
      await send(["wakes the last fetch, so that the consumer can leave"]);
      await consumer.disconnect();
    });

    it("that are too large, or of a topic that does not exist, are refused", async () => {
      const plain = producerOf(kafka, { retry: { retries: 0 } });
      await plain.connect();
      const refused = async (name: string, bytes: number) =>
        plain
          .send({ topic: name, messages: [{ value: "x".repeat(bytes) }] })
          .then(() => "accepted")
          .catch((error) => error.type ?? error.cause?.type ?? error.name);
      assert.equal(await refused(topic, 1_100_000), "MESSAGE_TOO_LARGE");
      assert.equal(await refused(uniqueName("missing"), 1), "UNKNOWN_TOPIC_OR_PARTITION");
      await plain.disconnect();
    });
  });

  describe("consumer groups", () => {
    it("share the partitions; when one leaves, the other has them all, and nothing is lost or read twice", async () => {
      const groupId = uniqueName("group");
      const received = collector<Received>();
      const first = await consume(groupId, received, 1);
      assert.equal(first.joined.values.at(-1), 4);
      const second = await consume(groupId, received, 2);
      // The first hears of the second by a heartbeat.
      await first.joined.atLeast(2);
      assert.deepEqual([first.joined.values.at(-1), second.joined.values.at(-1)], [2, 2]);
      const described = await admin.describeGroups([groupId]);
      assert.deepEqual([described.groups[0]?.state, described.groups[0]?.members.length], ["Stable", 2]);

      const values = Array.from({ length: 60 }, (_, i) => String(i));
      await send(values);
      await received.atLeast(60);
      assert.deepEqual(new Set(received.values.map(({ by }) => by)), new Set([1, 2]));
      await second.consumer.disconnect();
      await first.joined.atLeast(3);
      assert.equal(first.joined.values.at(-1), 4);
      await send(values);
      await received.atLeast(120);
      assert.ok(received.values.slice(60).every(({ by }) => by === 1));
      const counts = new Map<string, number>();
      for (const { message } of received.values)
        counts.set(String(message.value), (counts.get(String(message.value)) ?? 0) + 1);
      assert.deepEqual([...new Set(counts.values())], [2]);
    });

    it("go on after what they have committed", async () => {
      const groupId = uniqueName("group");
      const before = collector<Received>();
      const { consumer } = await consume(groupId, before);
      await send(["1", "2", "3"]);
      await before.atLeast(3);
      await consumer.disconnect(); // commits
      await send(["4", "5"]);
      const after = collector<Received>();
      await consume(groupId, after);
      await after.atLeast(2);
      assert.deepEqual(after.values.map(({ message }) => String(message.value)).sort(), ["4", "5"]);
    });

    it("may go back (seek)", async () => {
      const received = collector<Received>();
      await producer.send({ topic, messages: ["1", "2", "3"].map((value) => ({ value, partition: 0 })) });
      const { consumer } = await consume(uniqueName("group"), received);
      await received.atLeast(3);
      consumer.seek({ topic, partition: 0, offset: "1" });
      await received.atLeast(5);
      assert.deepEqual(
        received.values.map(({ message }) => String(message.value)),
        ["1", "2", "3", "2", "3"],
      );
    });

    it("are listed, tell their offsets, and are deleted when nobody is in them", async () => {
      const groupId = uniqueName("group");
      const received = collector<Received>();
      const { consumer } = await consume(groupId, received);
      await producer.send({ topic, messages: [{ value: "1", partition: 0 }] });
      await received.atLeast(1);
      await consumer.disconnect();
      const [offsets] = await admin.fetchOffsets({ groupId, topics: [topic] });
      const byPartition = offsets?.partitions.sort((a, b) => a.partition - b.partition);
      assert.deepEqual(
        byPartition?.map(({ offset }) => offset),
        ["1", "-1", "-1", "-1"],
      );
      assert.ok((await admin.listGroups()).groups.some((group) => group.groupId === groupId));
      await admin.deleteGroups([groupId]);
      assert.ok(!(await admin.listGroups()).groups.some((group) => group.groupId === groupId));
      await assert.rejects(admin.deleteGroups([groupId]));
    });

    it("are not deleted while somebody is in them", async () => {
      const groupId = uniqueName("group");
      await consume(groupId, collector<Received>());
      await assert.rejects(admin.deleteGroups([groupId]), (error: { groups?: { errorCode: number }[] }) => {
        assert.equal(error.groups?.[0]?.errorCode, 68);
        return true;
      });
    });
  });

  describe("topics", () => {
    it("are made once, listed, described, given more partitions, and deleted", async () => {
      const name = uniqueName("made");
      const configEntries = [{ name: "retention.ms", value: "3600000" }];
      const definition = { topic: name, numPartitions: 2, replicationFactor: 1, configEntries };
      assert.equal(await admin.createTopics({ topics: [definition] }), true);
      assert.equal(await admin.createTopics({ topics: [definition] }), false);
      await admin.createPartitions({ topicPartitions: [{ topic: name, count: 3 }] });
      const { topics } = await admin.fetchTopicMetadata({ topics: [name] });
      assert.equal(topics[0]?.partitions.length, 3);
      assert.ok(topics[0]?.partitions.every(({ leader }) => leader > 0));
      const described = await admin.describeConfigs({ includeSynonyms: false, resources: [{ type: 2, name }] });
      const configs = described.resources[0]?.configEntries ?? [];
      const configured = (config: string) => configs.find(({ configName }) => configName === config)?.configValue;
      assert.deepEqual([configured("retention.ms"), configured("cleanup.policy")], ["3600000", "delete"]);
      await admin.deleteTopics({ topics: [name] });
      assert.ok(!(await admin.listTopics()).includes(name));
    });

    it("are refused with a name, a number of partitions or replicas, or a config that cannot be", async () => {
      const name = uniqueName("refused");
      const refused = async (definition: Parameters<Admin["createTopics"]>[0]["topics"][number]) => {
        const error = await admin.createTopics({ topics: [definition] }).catch((reason) => reason);
        return error.errors?.[0]?.type ?? error.type ?? error;
      };
      assert.equal(await refused({ topic: "no/slash" }), "INVALID_TOPIC_EXCEPTION");
      assert.equal(await refused({ topic: name, numPartitions: 0 }), "INVALID_PARTITIONS");
      assert.equal(await refused({ topic: name, replicationFactor: 3 }), "INVALID_REPLICATION_FACTOR");
      const configEntries = [{ name: "no.such.config", value: "1" }];
      assert.equal(await refused({ topic: name, configEntries }), "INVALID_CONFIG");
      assert.ok(!(await admin.listTopics()).includes(name));
    });

    it("say where they begin and end, and what was written since a time", async () => {
      await producer.send({
        topic,
        messages: [1000, 2000, 3000].map((time) => ({ value: "v", partition: 1, timestamp: String(1.7e12 + time) })),
      });
      const offsets = await admin.fetchTopicOffsets(topic);
      assert.deepEqual(offsets.map(({ partition, low, high }) => [partition, low, high]).sort(), [
        [0, "0", "0"],
        [1, "0", "3"],
        [2, "0", "0"],
        [3, "0", "0"],
      ]);
      const since = await admin.fetchTopicOffsetsByTimestamp(topic, 1.7e12 + 1500);
      assert.equal(since.find(({ partition }) => partition === 1)?.offset, "1");
    });
  });
});
