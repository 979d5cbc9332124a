import assert from "node:assert/strict";
import type { MSKRecord } from "aws-lambda";
import { consumer } from "../../../functions/runtime/consumer";
import type { Cause } from "../../../functions/runtime/dead-letters";
import { poison, transient } from "../../../functions/runtime/failures";
import { cloudEvent, mskEvent } from "../../support/events";
import { withoutErrors } from "../../support/quiet";

type Records = Record<string, MSKRecord[]>;

const records = (...partitions: ReturnType<typeof cloudEvent>[][]): { records: Records } => ({
  records: Object.fromEntries(
    partitions.map((events, index) => [`topic-${index}`, Object.values(mskEvent(events).records).flat()]),
  ),
});

const events = (...subjects: string[]) => subjects.map((subject) => cloudEvent("A", subject, {}));

/** A consumer that logs what it handles and what it sets aside, and fails with what `failures` has for a subject. */
const failing = (failures: Record<string, unknown[]>) => {
  const log: string[] = [];
  const aside: { record: MSKRecord; cause: Cause }[] = [];
  const handlers = {
    A: async ({ subject }: { subject: string }) => {
      const failure = failures[subject]?.shift();
      log.push(failure === undefined ? subject : `${subject} fails`);
      if (failure !== undefined) throw failure;
    },
  };
  const setAside = async (record: MSKRecord, cause: Cause) => {
    aside.push({ record, cause });
    log.push("set aside");
  };
  return { log, aside, handlers, setAside };
};

const times = (count: number, failure: unknown) => Array.from({ length: count }, () => failure);

describe("A consumer", () => {
  it("handles events by type, in the order of each partition, one after the other", async () => {
    const log: string[] = [];
    const handle = async ({ type, subject }: { type: string; subject: string }) => {
      log.push(`${type} ${subject} begins`);
      await new Promise((resolve) => setTimeout(resolve, subject === "slow" ? 20 : 1));
      log.push(`${type} ${subject} ends`);
    };
    const handler = consumer({ A: handle, B: handle });
    await handler(
      records(
        [cloudEvent("A", "slow", {}), cloudEvent("C", "x", {}), cloudEvent("B", "second", {})],
        [cloudEvent("A", "other", {})],
      ),
    );
    const first = log.filter((line) => !line.includes("other"));
    assert.deepEqual(first, ["A slow begins", "A slow ends", "B second begins", "B second ends"]);
    assert.ok(log.indexOf("A other ends") < log.indexOf("A slow ends"));
  });

  it("knows no types but those it was given", async () => {
    await consumer({})(records([cloudEvent("toString", "x", {}), cloudEvent("__proto__", "x", {})]));
  });

  it("stops a partition at what is transient, finishes the others, and fails", async () => {
    const { log, aside, handlers, setAside } = failing({ bad: [transient("not now")] });
    const handle = consumer(handlers, setAside);
    await assert.rejects(handle(records(events("good", "bad", "never"), events("late", "later"))), /^Error: not now$/);
    assert.deepEqual(log.sort(), ["bad fails", "good", "late", "later"]);
    assert.deepEqual(aside, []);
  });

  it("sets aside what keeps failing, after three tries, and goes on", () =>
    withoutErrors(async (errors) => {
      const bug = new TypeError("a bug");
      const { log, aside, handlers, setAside } = failing({ bad: times(9, bug) });
      const event = records(events("good", "bad", "after"));
      await consumer(handlers, setAside)(event);
      assert.deepEqual(log, ["good", "bad fails", "bad fails", "bad fails", "set aside", "after"]);
      const record = event.records["topic-0"]?.[1];
      assert.deepEqual(aside, [{ record, cause: { reason: "handler_failed", error: bug, attempts: 3 } }]);
      const [told] = errors;
      assert.deepEqual(
        [told?.topic, told?.partition, told?.offset, told?.reason],
        ["ahorro.transactions", 0, 1, "handler_failed"],
      );
      assert.match(String(told?.error), /TypeError: a bug\n +at /);
    }));

  it("tries again what fails once or twice", async () => {
    const { log, aside, handlers, setAside } = failing({ bad: times(2, new Error("once")) });
    await consumer(handlers, setAside)(records(events("bad", "after")));
    assert.deepEqual(log, ["bad fails", "bad fails", "bad", "after"]);
    assert.deepEqual(aside, []);
  });

  it("stops when it turns out to be transient", async () => {
    const { log, aside, handlers, setAside } = failing({ bad: [new Error("what?"), transient("the network")] });
    await assert.rejects(consumer(handlers, setAside)(records(events("bad", "after"))), /the network/);
    assert.deepEqual([log, aside], [["bad fails", "bad fails"], []]);
  });

  it("does not try what cannot succeed", () =>
    withoutErrors(async () => {
      const { log, aside, handlers, setAside } = failing({ bad: [poison("contract_broken", "data.x: ?")] });
      await consumer(handlers, setAside)(records(events("bad", "after")));
      assert.deepEqual(log, ["bad fails", "set aside", "after"]);
      assert.deepEqual([aside[0]?.cause.reason, aside[0]?.cause.attempts], ["contract_broken", 1]);
    }));

  for (const [value, reason, message] of [
    ["{", "not_json", "The record at ahorro.transactions/0/1 is not JSON."],
    ["{}", "not_cloudevent", "The record at ahorro.transactions/0/1 is not a CloudEvent."],
    ["null", "not_cloudevent", "The record at ahorro.transactions/0/1 is not a CloudEvent."],
    ['{"specversion":"0.3","type":"A","data":{}}', "not_cloudevent", "is not a CloudEvent."],
  ] as const) {
    it(`sets aside ${value}`, () =>
      withoutErrors(async () => {
        const { log, aside, handlers, setAside } = failing({});
        const event = records(events("good", "x", "after"));
        Object.assign(event.records["topic-0"]?.[1] ?? {}, { value: Buffer.from(value).toString("base64") });
        await consumer(handlers, setAside)(event);
        assert.deepEqual(log, ["good", "set aside", "after"]);
        assert.equal(aside[0]?.cause.reason, reason);
        assert.ok(String(aside[0]?.cause.error).endsWith(message));
      }));
  }

  it("does not lose time on many that fail", () =>
    withoutErrors(async () => {
      const subjects = Array.from({ length: 100 }, (_, index) => `bad ${index}`);
      const failures = Object.fromEntries(subjects.map((subject) => [subject, times(3, new Error("no"))]));
      const { aside, handlers, setAside } = failing(failures);
      const started = performance.now();
      await consumer(handlers, setAside)(records(events(...subjects)));
      assert.equal(aside.length, 100);
      assert.ok(performance.now() - started < 10_000); // 300 ms for each would be 30 s
    }));

  it("fails when it cannot set aside, and does not go on behind it", () =>
    withoutErrors(async () => {
      const { log, handlers } = failing({ bad: [poison("contract_broken", "?")] });
      const setAside = () => Promise.reject(new Error("no brokers"));
      await assert.rejects(consumer(handlers, setAside)(records(events("bad", "after"))), /^Error: no brokers$/);
      assert.deepEqual(log, ["bad fails"]);
    }));

  it("handles all others, then fails, where there is nowhere to set records aside", () =>
    withoutErrors(async () => {
      const { log, handlers } = failing({
        bad: [poison("contract_broken", "first")],
        worse: times(3, new Error("second")),
      });
      await assert.rejects(consumer(handlers)(records(events("bad", "between", "worse", "after"))), /^Error: first$/);
      assert.deepEqual(log, ["bad fails", "between", "worse fails", "worse fails", "worse fails", "after"]);
    }));
});
