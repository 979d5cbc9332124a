import assert from "node:assert/strict";
import type { Producer } from "kafkajs";
import { type KafkaEvent, startEventSourceMapping } from "../../../../local/lambda/event-source-mapping";
import { eventually } from "../../../support/eventually";
import { client, producerOf, startBroker, type TestBroker, uniqueName } from "../../services/kafka/support";

const PARTITIONS = 6;

describe("event source mappings of one group", () => {
  let broker: TestBroker;
  let producer: Producer;
  const stops: (() => Promise<void>)[] = [];

  before(async () => {
    broker = await startBroker();
    producer = producerOf(client(broker.brokers), { idempotent: true });
    await producer.connect();
  });
  after(async () => {
    await Promise.all(stops.map((stop) => stop()));
    await producer.disconnect();
    await broker.close();
  });

  it("get all partitions of their own topics, whichever leads the group", async () => {
    const group = uniqueName("group");
    const topics = [uniqueName("one"), uniqueName("two"), uniqueName("three")];
    const read = new Map(topics.map((topic) => [topic, new Set<string>()]));
    for (const topic of topics) broker.ensureTopic(topic, PARTITIONS);
    for (const topic of topics) {
      const mapping = await startEventSourceMapping({
        mapping: {
          ...{ name: topic, functionName: "f", topics: [topic], consumerGroupId: group, enabled: true },
          ...{ startingPosition: "TRIM_HORIZON", batchSize: 100, batchingWindowMs: 0, eventSourceArn: "arn" },
        },
        brokers: broker.brokers,
        log: () => {},
        pollMs: 50,
        lambda: {
          async invoke(_name, event) {
            for (const partition of Object.keys((event as KafkaEvent).records)) read.get(topic)?.add(partition);
            return { ok: true, payload: null };
          },
        },
      });
      stops.push(mapping.stop);
    }
    for (const topic of topics) {
      const messages = Array.from({ length: PARTITIONS }, (_, partition) => ({ value: "x", partition }));
      await producer.send({ topic, messages });
    }
    const all = topics.map((topic) => Array.from({ length: PARTITIONS }, (_, partition) => `${topic}-${partition}`));
    const seen = () => topics.map((topic) => [...(read.get(topic) ?? [])].sort());
    await eventually("every partition is read", () => seen().flat().length === PARTITIONS * topics.length || undefined);
    assert.deepEqual(seen(), all);
  });
});
