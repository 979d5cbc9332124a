import assert from "node:assert/strict";
import { consumer } from "../../../functions/runtime/consumer";
import { cloudEvent, mskEvent } from "../../support/events";

const records = (...partitions: ReturnType<typeof cloudEvent>[][]) => ({
  records: Object.fromEntries(
    partitions.map((events, index) => [`topic-${index}`, Object.values(mskEvent(events).records).flat()]),
  ),
});

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

  it("stops a partition at what fails, finishes the others, and fails", async () => {
    const handled: string[] = [];
    const handler = consumer({
      A: async ({ subject }) => {
        await new Promise((resolve) => setTimeout(resolve, subject === "late" ? 10 : 0));
        if (subject === "bad") throw new Error("no");
        handled.push(subject);
      },
    });
    const events = (...subjects: string[]) => subjects.map((subject) => cloudEvent("A", subject, {}));
    await assert.rejects(handler(records(events("good", "bad", "never"), events("late", "later"))), /^Error: no$/);
    assert.deepEqual(handled, ["good", "late", "later"]);
  });
});
