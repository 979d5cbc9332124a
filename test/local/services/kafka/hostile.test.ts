import assert from "node:assert/strict";
import { APIS } from "../../../../local/services/kafka/api";
import { Writer } from "../../../../local/services/kafka/protocol/writer";
import { startBroker, type TestBroker } from "./support";
import { encodeBatch, fetch, produce, WireClient } from "./wire";

describe("Kafka: hostile clients", () => {
  let broker: TestBroker;
  before(async () => {
    broker = await startBroker();
    broker.ensureTopic("t");
  });
  after(() => broker.close());

  const frame = (write: (writer: Writer) => unknown): Buffer => {
    const writer = new Writer();
    write(writer);
    return writer.toBuffer();
  };
  const header = (key: number, version: number) => (w: Writer) =>
    w.int16(key).int16(version).int32(1).nullableString("x");
  const sent: [what: string, bytes: Buffer][] = [
    ["a frame of negative size", frame((w) => w.int32(-1))],
    ["a frame of 2 GB", frame((w) => w.int32(2 ** 31 - 1))],
    ["an empty frame", frame((w) => w.int32(0))],
    ["HTTP", Buffer.from("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")],
    ["an unknown API", frame((w) => w.bytes(frame(header(999, 0))))],
    ["a version that is not served", frame((w) => w.bytes(frame(header(1, 3))))],
    ["an API of transactions", frame((w) => w.bytes(frame((v) => header(24, 0)(v).string("t"))))],
    ["a request cut off", frame((w) => w.bytes(frame((v) => header(0, 7)(v).int16(-1))))],
    ["an array with more items than bytes", frame((w) => w.bytes(frame((v) => header(3, 0)(v).int32(2 ** 31 - 1))))],
    ["an array of negative size", frame((w) => w.bytes(frame((v) => header(20, 0)(v).int32(-5))))],
    ["a text longer than the request", frame((w) => w.bytes(frame((v) => header(10, 0)(v).int16(32767))))],
  ];
  for (const [what, bytes] of sent) {
    it(`that send ${what} are cut off; the broker lives on`, async () => {
      const hostile = await WireClient.connect(broker.port);
      hostile.socket.write(bytes);
      await hostile.closed;
      const next = await WireClient.connect(broker.port);
      assert.equal((await next.request(18, 0, new Writer())).int16(), 0);
      next.close();
    });
  }

  it("that send random bytes as requests of every API leave the broker and its data as they were", async () => {
    let seed = Date.now() % 2 ** 31;
    const printed = `seed ${seed}`;
    const random = () => {
      seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff;
      return seed / 0x80000000;
    };
    const wire = await WireClient.connect(broker.port);
    await produce(wire, "t", encodeBatch([{ value: "kept" }]));
    for (const { key, versions } of APIS.values()) {
      if (key === 19 || key === 20) continue; // they may make and delete topics by chance
      for (let i = 0; i < 20; i++) {
        const hostile = await WireClient.connect(broker.port);
        const version = versions.min + Math.floor(random() * (versions.max - versions.min + 1));
        const body = Buffer.from(
          Array.from({ length: Math.floor(random() * 40) }, () => (random() < 0.5 ? 0 : random() * 256)),
        );
        hostile.sendFrame(Buffer.concat([frame(header(key, version)), body]));
        hostile.socket.end();
        await hostile.closed;
      }
    }
    const { partitions } = await fetch(wire, [["t", 0, 0]]);
    assert.equal(partitions[0]?.highWatermark, 1, printed);
    wire.close();
  });

  it("that go away while they wait for records are forgotten", async () => {
    const waiting = await WireClient.connect(broker.port);
    void fetch(waiting, [["t", 0, 1]], { maxWaitMs: 2 ** 31 - 1 });
    await new Promise((resolve) => waiting.socket.write("", resolve));
    waiting.close();
    const wire = await WireClient.connect(broker.port);
    assert.equal((await produce(wire, "t", encodeBatch([{ value: "v" }]))).error, 0);
    wire.close();
  });
});
