import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { Kafka, logLevel } from "kafkajs";
import { PROJECT_FOLDER } from "../../../local/program/stack-config";
import { startProxy } from "../../faults/proxy";
import { startBroker } from "../../local/services/kafka/support";
import { eventually } from "../../support/eventually";

describe("The client of Kafka", () => {
  /** It did, before `patches/kafkajs+2.2.4.patch`: Node warns of the first such timer. */
  it("does not wake its process every millisecond", async () => {
    const broker = await startBroker();
    try {
      broker.ensureTopic("t", 1);
      const script = `
        const { Kafka, logLevel } = require("kafkajs");
        const producer = new Kafka({ brokers: ["${broker.brokers}"], logLevel: logLevel.NOTHING }).producer();
        producer.connect()
          .then(() => producer.send({ topic: "t", messages: [{ value: "v" }] }))
          .then(() => producer.disconnect());
      `;
      const ended = promisify(execFile)(process.execPath, ["-e", script], { cwd: PROJECT_FOLDER, timeout: 10_000 });
      assert.deepEqual(await ended, { stdout: "", stderr: "" });
    } finally {
      await broker.close();
    }
  });

  /** It did not, before that patch: what was left of the old answer was taken for the beginning of the next one. */
  it("goes on when a connection breaks in the middle of an answer", async () => {
    const proxy = await startProxy(() => broker.port);
    const broker = await startBroker({ advertised: { host: "127.0.0.1", port: proxy.port } });
    const kafka = new Kafka({ clientId: "t", brokers: [`127.0.0.1:${proxy.port}`], logLevel: logLevel.NOTHING });
    const producer = kafka.producer();
    const consumer = kafka.consumer({ groupId: "g", maxWaitTimeInMs: 50 });
    const read: string[] = [];
    try {
      broker.ensureTopic("t", 1);
      await producer.connect();
      await consumer.connect();
      await consumer.subscribe({ topics: ["t"], fromBeginning: true });
      await consumer.run({ eachMessage: async ({ message }) => void read.push(String(message.value)) });
      const send = async (value: string) => {
        await producer.send({ topic: "t", messages: [{ value }] });
        await eventually(value, () => (read.includes(value) ? true : undefined), 5_000);
      };
      await send("first");
      for (let round = 0; round < 5; round++) {
        await Promise.race(proxy.links().map((link) => link.loseNextAnswer(0.5)));
        await send(`after break ${round}`);
      }
    } finally {
      await consumer.disconnect();
      await producer.disconnect();
      await proxy.close();
      await broker.close();
    }
  });
});
