import assert from "node:assert/strict";
import { FirehoseClient, ListDeliveryStreamsCommand, PutRecordCommand } from "@aws-sdk/client-firehose";
import { startAwsEndpoint } from "../../../local/services/aws-endpoint";
import { firehose, type StreamDefinition } from "../../../local/services/firehose";
import type { HttpServer } from "../../../local/services/http-server";

const stream: StreamDefinition = {
  name: "rows",
  bucket: "lake",
  prefix: "rows/day=!{timestamp:yyyy-MM-dd}/",
  errorPrefix: "errors/!{firehose:error-output-type}/",
  columns: { id: "string", n: "bigint", ok: "boolean", at: "timestamp", tags: "array<string>" },
};

/** Lines of JSON. */
const parsed = (text: string): Record<string, unknown>[] =>
  text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));

describe("firehose", () => {
  let api: HttpServer;
  let client: FirehoseClient;
  const objects: Record<string, string> = {};
  before(async () => {
    const service = firehose({
      streams: [stream],
      put: async (bucket, key, content) => {
        objects[`${bucket}/${key}`] = content;
      },
      now: () => new Date("2026-11-25T23:59:59.999Z"),
    });
    api = await startAwsEndpoint({ port: 0, services: { firehose: service } });
    client = new FirehoseClient({
      endpoint: api.endpoint,
      region: "eu-west-1",
      credentials: { accessKeyId: "local", secretAccessKey: "local" },
      maxAttempts: 1,
    });
  });
  after(async () => {
    client.destroy();
    await api.close();
  });
  beforeEach(() => {
    for (const key of Object.keys(objects)) delete objects[key];
  });

  const put = (text: string, name = "rows") =>
    client.send(new PutRecordCommand({ DeliveryStreamName: name, Record: { Data: Buffer.from(text) } }));

  it("makes an object of each record, in the folder of the day, with the columns of the table", async () => {
    const row = { id: "ñ", n: 7, ok: true, at: "2026-11-22T09:30:00.123Z", tags: ["a", "b"] };
    const { RecordId } = await put(`${JSON.stringify({ more: 1, ...row })}\n{"id":"b"}\n`);
    assert.match(RecordId ?? "", /^[\da-f-]{36}$/);
    await put('{"id":"c"}');
    const keys = Object.keys(objects);
    assert.equal(keys.length, 2);
    for (const key of keys) {
      assert.match(key, /^lake\/rows\/day=2026-11-25\/rows-1-2026-11-25-23-59-59-[\da-f-]{36}\.json$/);
    }
    const nothing = { n: null, ok: null, at: null, tags: null };
    assert.deepEqual(Object.values(objects).map(parsed), [[row, { id: "b", ...nothing }], [{ id: "c", ...nothing }]]);
  });

  it("puts what does not fit the table apart, and keeps the rest", async () => {
    const wrong = ['{"n":1.5}', '{"n":"1"}', '{"ok":"true"}', '{"at":"yesterday"}', '{"tags":[1]}', '{"id":1}', "{"];
    await put([...wrong, '{"id":"good"}'].join("\n"));
    const { errors = "", rows = "" }: Record<string, string> = Object.fromEntries(
      Object.entries(objects).map(([key, text]) => [key.split("/")[1], text]),
    );
    assert.equal(JSON.parse(rows).id, "good");
    const apart = parsed(errors);
    assert.deepEqual(
      apart.map(({ rawData }) => Buffer.from(String(rawData), "base64").toString()),
      wrong,
    );
    assert.deepEqual(
      apart.map(({ lastErrorMessage }) => lastErrorMessage),
      [
        ...["n is no bigint.", "n is no bigint.", "ok is no boolean.", "at is no timestamp."],
        ...["tags is no array<string>.", "id is no string.", "The line is not JSON."],
      ],
    );
    assert.ok(Object.keys(objects).some((key) => key.startsWith("lake/errors/format-conversion-failed/rows-1-")));
  });

  it("refuses what AWS would, and what is not emulated, by name", async () => {
    await assert.rejects(put("{}", "other"), { name: "ResourceNotFoundException" });
    await assert.rejects(put("x".repeat(1_024_001)), { name: "ValidationException" });
    await assert.rejects(
      client.send(new ListDeliveryStreamsCommand({})),
      /ListDeliveryStreams of Firehose is not emulated/,
    );
    const start = (more: Partial<StreamDefinition>) => () =>
      firehose({ streams: [{ ...stream, ...more }], put: async () => undefined });
    assert.throws(start({ prefix: "a/!{timestamp:HH}/" }), /The stream rows uses timestamp:HH: not emulated/);
    assert.throws(start({ columns: { a: "decimal(18,2)" } }), /uses decimal\(18,2\): not emulated/);
    assert.deepEqual(objects, {});
  });
});
