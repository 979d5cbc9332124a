import assert from "node:assert/strict";
import type { MSKRecord } from "aws-lambda";
import type { KafkaMessage } from "kafkajs";
import { describe as described, messageOf, recordOf } from "../../../functions/dead-letters/letter";
import type { DeadLetter } from "../../../functions/runtime/dead-letters";

/** As Lambda hands it over: what is null is left out, bytes of headers are signed. */
const record: MSKRecord = {
  topic: "ahorro.users",
  partition: 3,
  offset: 17,
  timestamp: Date.UTC(2026, 10, 22, 9, 30),
  timestampType: "CREATE_TIME",
  key: Buffer.from("a key").toString("base64"),
  value: Buffer.from([0, 128, 255]).toString("base64"),
  headers: [
    { ce_id: [...Buffer.from("zwölf")].map((byte) => (byte > 127 ? byte - 256 : byte)) },
    { a: [49] },
    { a: [] },
  ],
};
const letter: DeadLetter = {
  reason: "handler_failed",
  error: "TypeError: a bug",
  attempts: 3,
  group: "categories",
  function: "ahorro-prod-categories-consumer",
  record,
};
/** As it is read again. */
const stored = (message: ReturnType<typeof messageOf>): KafkaMessage =>
  ({ offset: "5", timestamp: "0", attributes: 0, ...message }) as KafkaMessage;

describe("A dead letter", () => {
  it("is the record as it was, and says why it is there", () => {
    const { key, value, headers, ...more } = messageOf(letter);
    assert.deepEqual(more, {});
    assert.deepEqual([key, value], [Buffer.from("a key"), Buffer.from([0, 128, 255])]);
    const { dead_letter_time, ...others } = headers ?? {};
    assert.ok(Math.abs(Date.parse(String(dead_letter_time)) - Date.now()) < 10_000);
    assert.deepEqual(others, {
      ce_id: Buffer.from("zwölf"),
      a: [Buffer.from("1"), Buffer.from("")],
      dead_letter_reason: "handler_failed",
      dead_letter_error: "TypeError: a bug",
      dead_letter_attempts: "3",
      dead_letter_group: "categories",
      dead_letter_function: "ahorro-prod-categories-consumer",
      dead_letter_topic: "ahorro.users",
      dead_letter_partition: "3",
      dead_letter_offset: "17",
      dead_letter_timestamp: "2026-11-22T09:30:00.000Z",
    });
  });

  it("has no key or value where the record had none, and an empty one where it was empty", () => {
    const { key: _, value: __, ...nothing } = record;
    const message = messageOf({ ...letter, record: nothing as MSKRecord });
    assert.deepEqual([message.key, message.value], [null, null]);
    const empty = messageOf({ ...letter, record: { ...record, key: "", value: "" } });
    assert.deepEqual([empty.key, empty.value], [Buffer.alloc(0), Buffer.alloc(0)]);
  });

  it("keeps an error within bounds", () => {
    const { headers } = messageOf({ ...letter, error: "x".repeat(5_000) });
    assert.equal(headers?.dead_letter_error, "x".repeat(1_000));
  });

  it("becomes the record again", () => {
    const { key, value, headers } = messageOf(letter);
    assert.deepEqual(recordOf(stored({ key: key ?? null, value, headers: headers ?? {} })), {
      key,
      value,
      headers: { ce_id: Buffer.from("zwölf"), a: [Buffer.from("1"), Buffer.from("")] },
    });
  });

  it("is told to people, without its content unless they ask", () => {
    const told = described("ahorro.users.dlq", 0, stored(messageOf(letter)), false);
    const { time, ...others } = told;
    assert.ok(Number.isFinite(Date.parse(time)));
    assert.deepEqual(others, {
      id: "ahorro.users.dlq/0/5",
      reason: "handler_failed",
      error: "TypeError: a bug",
      attempts: "3",
      group: "categories",
      function: "ahorro-prod-categories-consumer",
      origin: "ahorro.users/3/17",
      timestamp: "2026-11-22T09:30:00.000Z",
      key: "a key",
      event_id: "zwölf",
      event_type: "",
    });
    const text = { ...stored(messageOf(letter)), value: Buffer.from("text") };
    assert.equal(described("ahorro.users.dlq", 0, text, true).value, "text");
  });

  it("that somebody has put there by hand is one, too", () => {
    const message = stored({ key: null, value: Buffer.from("?") });
    const { id, reason, origin, event_id } = described("t.dlq", 0, message, false);
    assert.deepEqual([id, reason, origin, event_id], ["t.dlq/0/5", "", "//", ""]);
    assert.deepEqual(recordOf(message), { key: null, value: Buffer.from("?"), headers: {} });
  });
});
