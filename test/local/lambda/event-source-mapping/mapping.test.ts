import assert from "node:assert/strict";
import type { KafkaMessage, Producer } from "kafkajs";
import type { InvocationResult } from "../../../../local/lambda";
import {
  type EventSourceMappingDefinition,
  type EventSourceMappingOptions,
  type KafkaEvent,
  startEventSourceMapping,
} from "../../../../local/lambda/event-source-mapping";
import { kafkaEvent } from "../../../../local/lambda/event-source-mapping/event";
import {
  client,
  collector,
  deferred,
  producerOf,
  startBroker,
  type TestBroker,
  uniqueName,
} from "../../services/kafka/support";
import { startHost, writeFunctions } from "../functions";

const CLUSTER_ARN = "arn:aws:kafka:eu-west-1:000000000000:cluster/events/1";

describe("event source mapping", () => {
  const OK: InvocationResult = { ok: true, payload: null };
  const FAILED: InvocationResult = {
    ok: false,
    reason: "handled",
    error: { errorType: "Error", errorMessage: "no good", trace: [] },
  };
  let broker: TestBroker;
  let producer: Producer;
  let topic: string;
  const stops: (() => Promise<void>)[] = [];

  before(async () => {
    broker = await startBroker();
    producer = producerOf(client(broker.brokers), { idempotent: true });
    await producer.connect();
  });
  beforeEach(() => {
    topic = uniqueName("esm");
    broker.ensureTopic(topic, 2);
  });
  afterEach(async () => {
    await Promise.all(stops.splice(0).map((stop) => stop()));
  });
  after(async () => {
    await producer.disconnect();
    await broker.close();
  });

  /** Starts a mapping whose function is a callback; answers what it was called with. */
  async function start(
    handle: (event: KafkaEvent) => Promise<InvocationResult> = async () => OK,
    mapping: Partial<EventSourceMappingDefinition> = {},
    options: Partial<EventSourceMappingOptions> = {},
  ) {
    const events = collector<KafkaEvent>();
    const logged: string[] = [];
    const running = await startEventSourceMapping({
      mapping: {
        ...{ name: "m", functionName: "f", topics: [topic], consumerGroupId: topic, enabled: true },
        ...{ startingPosition: "TRIM_HORIZON", batchSize: 100, batchingWindowMs: 0, eventSourceArn: CLUSTER_ARN },
        ...mapping,
      },
      brokers: broker.brokers,
      log: (line) => logged.push(line),
      retryDelayMs: { first: 5, most: 20 },
      pollMs: 50,
      lambda: {
        async invoke(name, event) {
          assert.equal(name, "f");
          const sent: KafkaEvent = JSON.parse(JSON.stringify(event));
          events.add(sent);
          return handle(sent);
        },
      },
      ...options,
    });
    stops.push(running.stop);
    return { events, logged, stop: running.stop };
  }

  const send = (partition: number, ...values: string[]) =>
    producer.send({ topic, messages: values.map((value) => ({ value, partition })) });
  const recordsOf = (event: KafkaEvent | undefined) => Object.values(event?.records ?? {}).flat();
  const valuesOf = (event: KafkaEvent | undefined) =>
    recordsOf(event).map(({ value = "" }) => Buffer.from(value, "base64").toString());

  it("invokes a real function with Lambda's event", async () => {
    const source = "exports.handler = async (event) => console.log(JSON.stringify(event));";
    const { definition, remove } = writeFunctions({ f: source });
    const lines = collector<string>();
    const { host } = startHost([definition("f")], { log: ({ text }) => lines.add(text) });
    await start(undefined, {}, { lambda: host });
    const headers = { name: Buffer.from([104, 105, 200]), empty: "" };
    await producer.send({
      topic,
      messages: [
        { key: "key", value: "ü", headers, timestamp: "1700000000123", partition: 1 },
        { key: null, value: null, timestamp: "1700000000124", partition: 1 },
      ],
    });
    const [line = ""] = await lines.atLeast(1);
    await host.close();
    remove();
    const base = { topic, partition: 1, timestampType: "CREATE_TIME" };
    assert.deepEqual(JSON.parse(line), {
      eventSource: "aws:kafka",
      eventSourceArn: CLUSTER_ARN,
      bootstrapServers: broker.brokers,
      records: {
        [`${topic}-1`]: [
          {
            ...base,
            offset: 0,
            timestamp: 1700000000123,
            key: "a2V5",
            value: "w7w=",
            headers: [{ name: [104, 105, -56] }, { empty: [] }],
          },
          { ...base, offset: 1, timestamp: 1700000000124, headers: [] },
        ],
      },
    });
  });

  it("says self-managed Kafka where there is no ARN, and leaves out headers without value", () => {
    const message: KafkaMessage = { key: null, value: null, timestamp: "1", attributes: 0, offset: "2", headers: {} };
    const headers = JSON.parse('{ "none": null }');
    assert.deepEqual(kafkaEvent({ bootstrapServers: "a:1" }, "t", 3, [{ ...message, headers }]), {
      eventSource: "aws:SelfManagedKafka",
      bootstrapServers: "a:1",
      records: {
        "t-3": [{ topic: "t", partition: 3, offset: 2, timestamp: 1, timestampType: "CREATE_TIME", headers: [{}] }],
      },
    });
  });

  it("tries a failed batch again, the very same, and then goes on in order; other partitions do not wait for it", async () => {
    const attempts: string[][] = [];
    const other = deferred();
    const done = deferred();
    const { logged } = await start(
      async (event) => {
        const values = valuesOf(event);
        if (recordsOf(event)[0]?.partition === 1) other.resolve();
        else attempts.push(values);
        // Fails until the other partition has got through, and three times at least.
        if (values[0] === "1") {
          if (attempts.length <= 3) return FAILED;
          await other.promise;
        }
        if (values.at(-1) === "5") done.resolve();
        return OK;
      },
      { batchSize: 2 },
    );
    await send(0, "1", "2", "3", "4", "5");
    await send(1, "other");
    await done.promise;
    const same = ["1", "2"];
    assert.deepEqual(attempts, [same, same, same, same, ["3", "4"], ["5"]]);
    assert.match(
      logged[0] ?? "",
      /"m", 2 records of esm-\w+-0 from offset 0: Error: no good\. Next attempt in 0\.005 s/,
    );
    assert.match(logged[2] ?? "", /Next attempt in 0\.02 s/);
  });

  it("never has two batches of a partition under way", async () => {
    const underWay = new Map<string, number>();
    let most = 0;
    let together = 0;
    let count = 0;
    const done = deferred();
    await start(
      async (event) => {
        const [id = ""] = Object.keys(event.records);
        underWay.set(id, (underWay.get(id) ?? 0) + 1);
        most = Math.max(most, underWay.get(id) ?? 0);
        together = Math.max(
          together,
          [...underWay.values()].reduce((sum, n) => sum + n, 0),
        );
        await new Promise((resolve) => setTimeout(resolve, 2));
        underWay.set(id, (underWay.get(id) ?? 0) - 1);
        count += recordsOf(event).length;
        if (count === 100) done.resolve();
        return OK;
      },
      { batchSize: 5 },
    );
    for (let i = 0; i < 50; i++) await Promise.all([send(0, String(i)), send(1, String(i))]);
    await done.promise;
    assert.deepEqual([most, together], [1, 2]);
  });

  it("commits what succeeded, and nothing else: a restart goes on exactly there", async () => {
    await send(0, "1", "2", "3");
    const first = await start(async (event) => (valuesOf(event)[0] === "2" ? FAILED : OK), { batchSize: 1 });
    await first.events.atLeast(3);
    await first.stop();
    assert.deepEqual(valuesOf(first.events.values[0]), ["1"]);
    assert.ok(first.events.values.slice(1).every((event) => valuesOf(event)[0] === "2"));
    const second = await start();
    const [event] = await second.events.atLeast(1);
    assert.deepEqual(valuesOf(event), ["2", "3"]);
  });

  it("stops after the batch that is under way, which it commits", async () => {
    const started = deferred();
    const finish = deferred();
    const first = await start(
      async () => {
        started.resolve();
        await finish.promise;
        return OK;
      },
      { batchSize: 1 },
    );
    await send(0, "1", "2");
    await started.promise;
    const stopped = first.stop();
    finish.resolve();
    await stopped;
    assert.equal(first.events.values.length, 1);
    const { events } = await start();
    const [event] = await events.atLeast(1);
    assert.deepEqual(valuesOf(event), ["2"]);
  });

  it("with LATEST begins with what comes after it was first started, also when it was not running then", async () => {
    await send(0, "before");
    const latest = { startingPosition: "LATEST" as const };
    const first = await start(undefined, latest);
    await first.stop();
    await send(0, "meanwhile");
    const second = await start(undefined, latest);
    const [event] = await second.events.atLeast(1);
    assert.deepEqual(valuesOf(event), ["meanwhile"]);
  });

  it("with AT_TIMESTAMP begins with the first record since then", async () => {
    const messages = [1000, 2000, 3000].map((time) => ({ value: String(time), timestamp: String(time), partition: 0 }));
    await producer.send({ topic, messages });
    const { events } = await start(undefined, { startingPosition: { atTimestamp: 1500 } });
    const [event] = await events.atLeast(1);
    assert.deepEqual(valuesOf(event), ["2000", "3000"]);
  });

  it("goes on by itself when the broker was away", async () => {
    const { events } = await start();
    await send(0, "before");
    await events.atLeast(1);
    await broker.restart();
    await send(0, "after");
    // The commit of the first may have been cut off, so that it comes again.
    const isThere = () => events.values.some((event) => valuesOf(event).includes("after"));
    for (let count = 2; !isThere(); count++) await events.atLeast(count);
  });

  it("is not started when it is not enabled, and says which topic is missing", async () => {
    await send(0, "1");
    await start(async () => assert.fail("invoked"), { enabled: false });
    await assert.rejects(
      start(undefined, { topics: [topic, "no-such-topic"] }),
      /"m" reads no-such-topic, which Kafka does not have/,
    );
  });
});
