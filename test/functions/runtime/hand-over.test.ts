import assert from "node:assert/strict";
import { handOver } from "../../../functions/runtime/hand-over";
import { withLambdaEndpoint } from "../../support/lambda-endpoint";

const base64 = (text: string) => Buffer.from(text).toString("base64");
const messages = (count: number, value = (index: number) => `event ${index}`) =>
  Array.from({ length: count }, (_, index) => ({ key: `key ${index}`, value: value(index) }));

/** The values in an event that consumers of Kafka get. */
const valuesOf = (event: { records: Record<string, { value: string }[]> }): string[] =>
  Object.values(event.records)
    .flat()
    .map(({ value }) => Buffer.from(value, "base64").toString());

describe("Without a broker, events", () => {
  it("are handed to every consumer as Lambda hands over records of Kafka", () =>
    withLambdaEndpoint({ CONSUMERS: "one,two" }, async (calls) => {
      const started = Date.now();
      await handOver().publish("ahorro.users", [
        { key: "k1", value: '{"a":"ä"}', headers: { ce_id: "1" } },
        { key: "k2", value: Buffer.from("two") },
        { value: null },
      ]);
      assert.deepEqual(calls.map(({ functionName }) => functionName).sort(), ["one", "two"]);
      for (const { event } of calls) {
        const records = event.records["ahorro.users-0"];
        for (const { timestamp } of records) assert.ok(timestamp >= started && timestamp <= Date.now());
        const record = (offset: number, key: string, value: string) => ({
          topic: "ahorro.users",
          partition: 0,
          offset,
          timestamp: records[offset].timestamp,
          timestampType: "CREATE_TIME",
          key: base64(key),
          value: base64(value),
          headers: [],
        });
        assert.deepEqual(event, {
          eventSource: "aws:kafka",
          bootstrapServers: "",
          records: { "ahorro.users-0": [record(0, "k1", '{"a":"ä"}'), record(1, "k2", "two"), record(2, "", "")] },
        });
      }
    }));

  it("go in batches of a hundred, the next when everybody has taken the last", () =>
    withLambdaEndpoint({ CONSUMERS: "quick,slow" }, async (calls, answerWith) => {
      const log: string[] = [];
      answerWith(async ({ functionName, event }) => {
        const first = valuesOf(event)[0];
        if (functionName === "slow") await new Promise((resolve) => setTimeout(resolve, 20));
        log.push(`${functionName} has ${first}`);
        return { status: 202 };
      });
      await handOver().publish("t", messages(250));
      assert.deepEqual(log, [
        "quick has event 0",
        "slow has event 0",
        "quick has event 100",
        "slow has event 100",
        "quick has event 200",
        "slow has event 200",
      ]);
      const quick = calls.filter(({ functionName }) => functionName === "quick");
      assert.deepEqual(
        quick.map(({ event }) => valuesOf(event).length),
        [100, 100, 50],
      );
      assert.deepEqual(
        quick.flatMap(({ event }) => valuesOf(event)),
        messages(250).map(({ value }) => value),
      );
    }));

  it("go in smaller batches when they are large: Lambda takes a megabyte", () =>
    withLambdaEndpoint({ CONSUMERS: "one" }, async (calls) => {
      const large = messages(60, (index) => String(index).padStart(40_000, "x"));
      await handOver().publish("t", large);
      for (const { request } of calls) assert.ok(request.body.length <= 1_048_576, String(request.body.length));
      assert.ok(calls.length <= 5, String(calls.length));
      assert.deepEqual(
        calls.flatMap(({ event }) => valuesOf(event)),
        large.map(({ value }) => value),
      );
    }));

  it("stop at a batch that somebody does not take, and fail", () =>
    withLambdaEndpoint({ CONSUMERS: "good,bad" }, async (calls, answerWith) => {
      answerWith(({ functionName, event }) => ({
        status: functionName === "bad" && valuesOf(event)[0] === "event 100" ? 429 : 202,
      }));
      await assert.rejects(handOver().publish("t", messages(250)), /Lambda answered 429 to the invocation of bad/);
      assert.equal(
        calls.some(({ event }) => valuesOf(event)[0] === "event 200"),
        false,
      );
    }));

  it("that nobody consumes are done with", () =>
    withLambdaEndpoint({ CONSUMERS: "" }, async (calls) => {
      await handOver().publish("t", messages(3));
      assert.deepEqual(calls, []);
    }));
});
