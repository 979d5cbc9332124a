import assert from "node:assert/strict";
import { eventSourceMappingsOf } from "../../../../local/lambda/event-source-mapping";
import type { Graph, Resource } from "../../../../local/program/graph";

const CLUSTER_ARN = "arn:aws:kafka:eu-west-1:000000000000:cluster/events/1";

describe("event source mapping definitions", () => {
  const graphOf = (...resources: Resource["inputs"][]): Graph => {
    const type = "aws:lambda/eventSourceMapping:EventSourceMapping";
    return {
      stack: "local",
      resources: resources.map((inputs, index) => {
        const name = index === 0 ? "m" : `m${index}`;
        return { urn: `urn:${type}::${name}`, type, name, inputs, outputs: {} };
      }),
      outputs: {},
    };
  };
  const declared = { functionName: "f", topics: ["t"], eventSourceArn: CLUSTER_ARN, startingPosition: "TRIM_HORIZON" };

  it("are read from the program's resources, with Lambda's defaults", () => {
    const config = { amazonManagedKafkaEventSourceConfig: { consumerGroupId: "g" } };
    const settings = { ...config, batchSize: 7, maximumBatchingWindowInSeconds: 0, enabled: false };
    const base = {
      name: "m",
      functionName: "f",
      topics: ["t"],
      startingPosition: "TRIM_HORIZON",
      eventSourceArn: CLUSTER_ARN,
    };
    assert.deepEqual(eventSourceMappingsOf(graphOf(declared, { ...declared, ...settings })), [
      { ...base, consumerGroupId: "m", enabled: true, batchSize: 100, batchingWindowMs: 500 },
      { ...base, name: "m1", consumerGroupId: "g", enabled: false, batchSize: 7, batchingWindowMs: 0 },
    ]);
  });

  it("take self-managed Kafka and times, and leave other sources alone", () => {
    const selfManaged = {
      functionName: "f",
      topics: ["t"],
      selfManagedEventSource: { endpoints: { KAFKA_BOOTSTRAP_SERVERS: "a:9092" } },
      selfManagedKafkaEventSourceConfig: { consumerGroupId: "g" },
      startingPosition: "AT_TIMESTAMP",
      startingPositionTimestamp: "2026-01-01T00:00:00Z",
    };
    const stream = { functionName: "f", eventSourceArn: "arn:aws:dynamodb:eu-west-1:0:table/t/stream/1" };
    const [found, ...others] = eventSourceMappingsOf(graphOf(selfManaged, stream));
    assert.deepEqual(found?.startingPosition, { atTimestamp: Date.UTC(2026, 0, 1) });
    assert.deepEqual([found?.consumerGroupId, found?.eventSourceArn, others], ["g", undefined, []]);
  });

  it("that share a consumer group are refused, as by Lambda", () => {
    const config = { amazonManagedKafkaEventSourceConfig: { consumerGroupId: "g" } };
    const both = graphOf({ ...declared, ...config }, { ...declared, ...config, topics: ["u"] });
    assert.throws(() => eventSourceMappingsOf(both), /"m" and "m1" share the consumer group g\./);
  });

  it("that ask for what is not done are refused by name", () => {
    const cases: [object, RegExp][] = [
      [{ filterCriteria: { filters: [] } }, /"m" sets filterCriteria/],
      [{ maximumRetryAttempts: 3 }, /"m" sets maximumRetryAttempts/],
      [{ topics: [] }, /names no topics/],
      [{ startingPosition: undefined }, /needs a startingPosition/],
    ];
    for (const [settings, message] of cases) {
      assert.throws(() => eventSourceMappingsOf(graphOf({ ...declared, ...settings })), message);
    }
    const unlimited = { maximumRetryAttempts: -1, maximumRecordAgeInSeconds: -1, functionResponseTypes: [] };
    assert.equal(eventSourceMappingsOf(graphOf({ ...declared, ...unlimited })).length, 1);
  });
});
