import assert from "node:assert/strict";
import type { KafkaMessage } from "kafkajs";
import { Partition } from "../../../../local/lambda/event-source-mapping/partition";
import { collector, deferred } from "../../services/kafka/support";

describe("event source mapping: batches of a partition", () => {
  const messages = (from: number, count: number, bytes = 1): KafkaMessage[] =>
    Array.from({ length: count }, (_, i) => ({
      ...{ offset: String(from + i), timestamp: "0", attributes: 0, key: null, headers: {} },
      value: Buffer.alloc(bytes),
    }));
  const END = 1_000_000;

  function partitionOf(
    options: { batchSize?: number; batchingWindowMs?: number; delivers?: () => Promise<boolean> } = {},
  ) {
    const { batchSize = 10, batchingWindowMs = 0, delivers = async () => true } = options;
    const batches = collector<string[]>();
    const commits = collector<string>();
    const partition = new Partition({
      ...{ batchSize, batchingWindowMs, retryDelayMs: { first: 1, most: 2 } },
      deliver: (batch) => {
        batches.add(batch.map(({ offset }) => offset));
        return delivers();
      },
      commit: async (offset) => commits.add(offset),
    });
    return { partition, batches, commits };
  }

  it("wait for more no longer than the batching window, and not at all when they are full", async () => {
    const { partition, batches } = partitionOf({ batchSize: 3, batchingWindowMs: 60_000 });
    partition.add(messages(0, 2), END);
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(batches.values.length, 0);
    partition.add(messages(2, 5), END);
    assert.deepEqual(await batches.atLeast(2), [
      ["0", "1", "2"],
      ["3", "4", "5"],
    ]);
    await partition.stop(); // not the seventh: its window is not over
    assert.equal(batches.values.length, 2);
    const short = partitionOf({ batchSize: 3, batchingWindowMs: 30 });
    const started = performance.now();
    short.partition.add(messages(0, 2), END);
    assert.deepEqual(await short.batches.atLeast(1), [["0", "1"]]);
    assert.ok(performance.now() - started >= 25);
  });

  it("take no more than Lambda's payload, and one record at least", async () => {
    const { partition, batches } = partitionOf();
    partition.add([...messages(0, 3, 2_000_000), ...messages(3, 1, 5_000_000)], END);
    assert.deepEqual(await batches.atLeast(3), [["0", "1"], ["2"], ["3"]]);
  });

  it("are not given twice when they are fetched twice, as after a rebalance", async () => {
    const delivered = deferred<boolean>();
    const { partition, batches, commits } = partitionOf({ delivers: () => delivered.promise });
    partition.add(messages(0, 3), END);
    await batches.atLeast(1);
    partition.rebalanced(true);
    partition.add(messages(0, 5), END);
    delivered.resolve(true);
    assert.deepEqual(await batches.atLeast(2), [
      ["0", "1", "2"],
      ["3", "4"],
    ]);
    assert.deepEqual(await commits.atLeast(2), ["3", "5"]);
  });

  it("are neither tried again nor committed when the partition has gone to another", async () => {
    const delivered = deferred<boolean>();
    const { partition, batches, commits } = partitionOf({ delivers: () => delivered.promise });
    partition.add(messages(0, 20), END);
    await batches.atLeast(1);
    partition.rebalanced(false);
    delivered.resolve(true);
    await partition.stop();
    assert.deepEqual([batches.values.length, commits.values], [1, []]);
  });

  it("begin anew when the topic was made anew", async () => {
    const { partition, commits } = partitionOf();
    partition.add(messages(50, 1), 51);
    await commits.atLeast(1);
    partition.add(messages(0, 2), 2);
    assert.deepEqual(await commits.atLeast(2), ["51", "2"]);
  });

  it("ask for more when few wait", async () => {
    const delivered = deferred<boolean>();
    const { partition } = partitionOf({ delivers: () => delivered.promise });
    partition.add(messages(0, 30, 1000), END);
    assert.ok(partition.waitingBytes > 20_000);
    const resumed = deferred();
    partition.whenFewWait(5000, resumed.resolve);
    delivered.resolve(true);
    await resumed.promise;
    assert.ok(partition.waitingBytes < 5000);
  });
});
