import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { startKafka } from "../../../../local/services/kafka";
import { Writer } from "../../../../local/services/kafka/protocol/writer";
import { removeFolder, temporaryFolder } from "../temporary";
import { client, collector, producerOf, startBroker, uniqueName } from "./support";
import { encodeBatch, fetch, produce, WireClient } from "./wire";

describe("Kafka: the broker's life", () => {
  it("keeps records, topics and offsets over a restart; clients come back by themselves", async () => {
    const broker = await startBroker();
    broker.ensureTopic("t", 2, { "retention.ms": "-1" });
    const kafka = client(broker.brokers);
    const producer = producerOf(kafka, { idempotent: true });
    const consumer = kafka.consumer({ groupId: "g", heartbeatInterval: 100, maxWaitTimeInMs: 200 });
    await Promise.all([producer.connect(), consumer.connect()]);
    await consumer.subscribe({ topics: ["t"], fromBeginning: true });
    const received = collector<string>();
    const commits = collector<string>();
    consumer.on(consumer.events.COMMIT_OFFSETS, () => commits.add(received.values.at(-1) ?? ""));
    await consumer.run({ eachMessage: async ({ message }) => received.add(String(message.value)) });
    await producer.send({ topic: "t", messages: [{ key: "k", value: "before" }] });
    await commits.atLeast(1);
    await broker.restart();
    await producer.send({ topic: "t", messages: [{ key: "k", value: "after" }] });
    await commits.atLeast(2);
    await Promise.all([producer.disconnect(), consumer.disconnect()]);
    assert.deepEqual(commits.values.slice(0, 2), ["before", "after"]);
    const admin = kafka.admin();
    await admin.connect();
    const offsets = await admin.fetchTopicOffsets("t");
    assert.equal(
      offsets.reduce((sum, { high }) => sum + Number(high), 0),
      2,
    );
    const [committed] = await admin.fetchOffsets({ groupId: "g", topics: ["t"] });
    assert.deepEqual(
      committed?.partitions
        .filter(({ offset }) => offset !== "-1")
        .reduce((sum, { offset }) => sum + Number(offset), 0),
      2,
    );
    await admin.disconnect();
    await broker.close();
    assert.deepEqual(broker.logged, []);
  });

  it("never gives a producer id twice, not even after a restart", async () => {
    const broker = await startBroker();
    const next = async () => {
      const wire = await WireClient.connect(broker.port);
      const body = await wire.request(22, 0, new Writer().nullableString(null).int32(0));
      body.skip(6);
      wire.close();
      return body.int64();
    };
    const ids = [await next(), await next()];
    await broker.restart();
    ids.push(await next(), await next());
    assert.equal(new Set(ids).size, 4);
    await broker.close();
  });

  it("has lost nothing that it acknowledged, and nothing twice, when it is killed with SIGKILL again and again", async () => {
    const dataFolder = temporaryFolder();
    const acknowledged: string[] = [];
    const numbers = Array.from({ length: 1_000_000 }, (_, i) => String(i)).values();
    for (let round = 0; round < 3; round++) {
      const { child, port } = await startInChild(dataFolder);
      const gone = once(child, "exit");
      const writers = [0, 1, 2].map(async (partition) => {
        const wire = await WireClient.connect(port);
        const stopped = wire.closed.then(() => undefined);
        for (const value of numbers) {
          const records = [{ value: `${partition}:${value}` }, { value: "x".repeat(300) }];
          const batch = encodeBatch(records, { baseTimestamp: Date.now() }); // or retention would delete it
          const answer = await Promise.race([produce(wire, "t", batch, { partition }), stopped]);
          if (answer === undefined) return;
          assert.equal(answer.error, 0);
          acknowledged.push(`${partition}:${value}@${answer.baseOffset}`);
          if (acknowledged.length === 300 * (round + 1)) child.kill("SIGKILL");
        }
      });
      await Promise.all(writers);
      await gone;
    }
    const logged: string[] = [];
    const kafka = await startKafka({ port: 0, dataFolder, log: (line) => logged.push(line) });
    const consumer = client(kafka.brokers).consumer({ groupId: uniqueName("g") });
    await consumer.connect();
    await consumer.subscribe({ topics: ["t"], fromBeginning: true });
    const found = new Set<string>();
    const all = collector<boolean>();
    const wire = await WireClient.connect(kafka.port);
    const ends = await fetch(wire, [
      ["t", 0, 0],
      ["t", 1, 0],
      ["t", 2, 0],
    ]);
    wire.close();
    const total = ends.partitions.reduce((sum, { highWatermark }) => sum + highWatermark, 0);
    await consumer.run({
      eachMessage: async ({ message }) => {
        const value = String(message.value);
        if (!value.startsWith("x")) found.add(`${value}@${message.offset}`);
        all.add(true);
      },
    });
    await all.atLeast(total);
    await consumer.disconnect();
    await kafka.stop();
    removeFolder(dataFolder);
    assert.ok(acknowledged.length >= 900);
    assert.deepEqual(
      acknowledged.filter((record) => !found.has(record)),
      [],
    );
    assert.equal(all.values.length, total);
    assert.equal(new Set([...found].map((record) => record.split("@")[0])).size, found.size);
  });

  it("refuses transactions, saying so", async () => {
    const broker = await startBroker();
    broker.ensureTopic("t");
    const wire = await WireClient.connect(broker.port);
    const producerId = await wire.request(22, 1, new Writer().nullableString("tx").int32(60_000));
    producerId.int32();
    assert.equal(producerId.int16(), 53);
    const coordinator = await wire.request(10, 2, new Writer().string("tx").int8(1));
    coordinator.int32();
    assert.deepEqual([coordinator.int16(), coordinator.nullableString()], [53, "Transactions are not available here."]);
    wire.close();
    const config = { transactionalId: "tx", idempotent: true, maxInFlightRequests: 1, retry: { retries: 1 } };
    const producer = producerOf(client(broker.brokers), config);
    await producer.connect().catch(() => {});
    await assert.rejects(producer.transaction());
    await producer.disconnect();
    await broker.close();
  });

  it("lets clients authenticate as on AWS", async () => {
    const broker = await startBroker();
    broker.ensureTopic("t");
    for (const sasl of [
      { mechanism: "oauthbearer" as const, oauthBearerProvider: async () => ({ value: "any token" }) },
      { mechanism: "plain" as const, username: "any", password: "thing" },
    ]) {
      const { Kafka, logLevel } = await import("kafkajs");
      const admin = new Kafka({ brokers: [broker.brokers], sasl, logLevel: logLevel.NOTHING }).admin();
      await admin.connect();
      assert.deepEqual(await admin.listTopics(), ["t"]);
      await admin.disconnect();
    }
    await broker.close();
  });

  it("tells clients another address where it is asked to, as behind a proxy", async () => {
    const broker = await startBroker({ advertised: { host: "127.0.0.1", port: 1 } });
    const wire = await WireClient.connect(broker.port);
    const body = await wire.request(
      3,
      1,
      new Writer().array([], () => {}),
    );
    assert.deepEqual([body.int32(), body.int32(), body.string(), body.int32()], [1, 1, "127.0.0.1", 1]);
    wire.close();
    await broker.close();
  });

  it("makes declared topics, lets those be that are there, and says why one cannot be made", async () => {
    const broker = await startBroker();
    broker.ensureTopic("t", 2);
    broker.ensureTopic("t", 1);
    broker.ensureTopic("t", 3);
    assert.deepEqual(readdirSync(join(broker.dataFolder, "kafka", "t")).sort(), ["0", "1", "2", "topic.json"]);
    assert.throws(
      () => broker.ensureTopic("compacted", 1, { "cleanup.policy": "compact" }),
      /"compacted".*cannot be made/,
    );
    await broker.close();
  });

  it("says which port is taken", async () => {
    const holder = createServer().listen(0, "127.0.0.1");
    await once(holder, "listening");
    const address = holder.address();
    const port = typeof address === "object" ? (address?.port ?? 0) : 0;
    const dataFolder = temporaryFolder();
    await assert.rejects(
      startKafka({ port, dataFolder, log: () => {} }),
      new RegExp(`Port ${port} for kafka is taken.*AHORRO_KAFKA_PORT`),
    );
    holder.close();
    removeFolder(dataFolder);
  });
});

/** Starts a broker in a process of its own, with a topic of three partitions, and waits until it listens. */
async function startInChild(dataFolder: string): Promise<{ child: ChildProcess; port: number }> {
  const program =
    'require("./local/services/kafka").startKafka({ dataFolder: process.argv[1], port: 0, log: console.error })' +
    '.then((kafka) => { kafka.ensureTopic({ name: "t", partitions: 3, config: { "segment.bytes": "20000" } }); console.log(kafka.port); });';
  const args = ["-r", "ts-node/register/transpile-only", "-e", program, dataFolder];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "ignore"] });
  const [line] = await once(createInterface(child.stdout), "line");
  return { child, port: Number(line) };
}
