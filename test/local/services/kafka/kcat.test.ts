import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { readBatchHeader } from "../../../../local/services/kafka/protocol/record-batch";
import { collector, startBroker, type TestBroker, uniqueName } from "./support";
import { fetch, WireClient } from "./wire";

// kcat is a client of librdkafka, which nobody here wrote. Where it is not installed there are no such tests; in CI, where
// .ci/run installs it, there are, and they fail without it.
const isInstalled = spawnSync("kcat", ["-V"]).status === 0;
const describeWithKcat = isInstalled || process.env.CI ? describe : () => {};

describeWithKcat("Kafka: through kcat (librdkafka)", () => {
  let broker: TestBroker;
  let topic: string;
  before(async () => {
    broker = await startBroker();
  });
  beforeEach(() => {
    topic = uniqueName("kcat");
    broker.ensureTopic(topic, 3);
  });
  after(() => broker.close());

  /** Runs kcat to its end; answers the lines that it printed. */
  async function kcat(args: string[], input = ""): Promise<string[]> {
    const child = spawn("kcat", ["-b", broker.brokers, ...args]);
    const lines: string[] = [];
    let errors = "";
    createInterface(child.stdout).on("line", (line) => lines.push(line));
    child.stderr.on("data", (text) => {
      errors += text;
    });
    child.stdin.end(input);
    const [status] = await once(child, "close");
    assert.equal(status, 0, errors);
    return lines;
  }

  const numbers = (count: number, prefix = ""): string[] => Array.from({ length: count }, (_, i) => `${prefix}${i}`);

  it("lists the broker, topics and partitions", async () => {
    const listed = (await kcat(["-L", "-t", topic])).join("\n");
    assert.match(listed, new RegExp(`broker 1 at 127\\.0\\.0\\.1:${broker.port} \\(controller\\)`));
    assert.match(listed, new RegExp(`topic "${topic}" with 3 partitions`));
    assert.match(listed, /partition 2, leader 1, replicas: 1, isrs: 1/);
  });

  it("produces and consumes with every compression, and really compressed", async () => {
    const wire = await WireClient.connect(broker.port);
    for (const [compression, codec] of Object.entries({ none: 0, gzip: 1, snappy: 2, lz4: 3, zstd: 4 })) {
      const name = uniqueName(compression);
      broker.ensureTopic(name);
      // Each is worth compressing: librdkafka sends a batch as it is when that is shorter, and on a busy machine it may hold but one.
      const values = numbers(200, "the same again and again, ".repeat(40));
      await kcat(["-P", "-t", name, "-z", compression], values.join("\n"));
      const { partitions } = await fetch(wire, [[name, 0, 0]]);
      assert.equal(readBatchHeader(partitions[0]?.records ?? Buffer.alloc(0))?.compression, codec, compression);
      assert.deepEqual(await kcat(["-C", "-t", name, "-e", "-q", "-X", "check.crcs=true"]), values);
    }
    wire.close();
  });

  it("keeps keys, headers and the order within a partition", async () => {
    const lines = numbers(300).map((i) => `key-${Number(i) % 10}:${i}`);
    await kcat(["-P", "-t", topic, "-K:", "-H", "name=value", "-X", "acks=all"], lines.join("\n"));
    const found = await kcat(["-C", "-t", topic, "-e", "-q", "-f", "%k:%s %h\\n"]);
    assert.equal(found.length, 300);
    for (let key = 0; key < 10; key++) {
      const prefix = `key-${key}:`;
      assert.deepEqual(
        found.filter((line) => line.startsWith(prefix)),
        lines.filter((line) => line.startsWith(prefix)).map((line) => `${line} name=value`),
      );
    }
  });

  it("produces with idempotence", async () => {
    await kcat(["-P", "-t", topic, "-p", "0", "-X", "enable.idempotence=true"], numbers(1000).join("\n"));
    assert.deepEqual(await kcat(["-C", "-t", topic, "-p", "0", "-e", "-q"]), numbers(1000));
  });

  it("finds offsets by time, by count from the end, and begins there", async () => {
    await kcat(["-P", "-t", topic, "-p", "0"], numbers(10).join("\n"));
    assert.deepEqual(await kcat(["-Q", "-t", `${topic}:0:-1`]), [`${topic} [0] offset 10`]);
    assert.deepEqual(await kcat(["-Q", "-t", `${topic}:0:1`]), [`${topic} [0] offset 0`]);
    assert.deepEqual(await kcat(["-C", "-t", topic, "-p", "0", "-o", "-3", "-e", "-q"]), ["7", "8", "9"]);
  });

  it("consumes as a group, and goes on where it stopped", async () => {
    const group = ["-X", "auto.offset.reset=earliest", "-X", "session.timeout.ms=6000", "-e", "-q"];
    const consume = () => kcat([...group, "-G", `group-${topic}`, topic]);
    await kcat(["-P", "-t", topic], numbers(30).join("\n"));
    assert.equal((await consume()).length, 30);
    await kcat(["-P", "-t", topic], numbers(5, "later ").join("\n"));
    assert.deepEqual((await consume()).sort(), numbers(5, "later "));
  });

  it("shares a topic with another of its group", async () => {
    const received = collector<string>();
    const ids = ["a", "b"];
    const members = ids.map((id) => {
      const options = [
        "-X",
        "auto.offset.reset=earliest",
        "-X",
        "heartbeat.interval.ms=100",
        "-u",
        "-f",
        `${id} %s\\n`,
      ];
      const child = spawn("kcat", ["-b", broker.brokers, ...options, "-G", `shared-${topic}`, topic]);
      createInterface(child.stdout).on("line", (line) => received.add(line));
      const assigned = collector<string>();
      createInterface(child.stderr).on("line", (line) => {
        const [, partitions] = /assigned: (.*)$/.exec(line) ?? [];
        if (partitions !== undefined) assigned.add(partitions);
      });
      return { child, assigned };
    });
    // Assigned to both: whoever came first has had to give something away.
    const settled = async () => {
      for (let count = 1; ; count++) {
        const [a, b] = await Promise.all(members.map(({ assigned }) => assigned.atLeast(1)));
        const partitions = [a?.at(-1) ?? "", b?.at(-1) ?? ""].flatMap((list) => list.split(", "));
        if (partitions.length === 3 && new Set(partitions).size === 3 && !partitions.includes("")) return;
        await Promise.race(members.map(({ assigned }) => assigned.atLeast(count + 1)));
      }
    };
    await settled();
    // Into each partition: what is sent at once without keys, librdkafka sticks to one.
    for (const partition of [0, 1, 2]) {
      await kcat(
        ["-P", "-t", topic, "-p", String(partition)],
        numbers(100)
          .filter((n) => Number(n) % 3 === partition)
          .join("\n"),
      );
    }
    const lines = await received.atLeast(100);
    assert.deepEqual(new Set(lines.map((line) => line.slice(0, 1))), new Set(ids));
    assert.deepEqual(new Set(lines.map((line) => line.slice(2))), new Set(numbers(100)));
    for (const { child } of members) {
      const gone = once(child, "close");
      child.kill("SIGTERM");
      await gone;
    }
  });

  it("authenticates with SASL PLAIN", async () => {
    const sasl = ["security.protocol=sasl_plaintext", "sasl.mechanism=PLAIN", "sasl.username=u", "sasl.password=p"];
    const args = sasl.flatMap((setting) => ["-X", setting]);
    assert.match((await kcat(["-L", "-t", topic, ...args])).join("\n"), /3 partitions/);
  });
});
