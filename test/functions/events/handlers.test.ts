import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { eventHandlers } from "../../../functions/events/handlers";
import { consumer } from "../../../functions/runtime/consumer";
import { cloudEvent, mskEvent } from "../../support/events";
import { withoutErrors } from "../../support/quiet";

describe("Handlers of events", () => {
  const seen: unknown[] = [];
  const handle = consumer(
    eventHandlers({
      UserDeleted: async ({ type, data }) => void seen.push([type, data]),
      UserCreated: () => Promise.reject(new Error("no")),
    }),
  );
  beforeEach(() => {
    seen.length = 0;
  });

  it("are given events as their contracts have them, without what these do not know", async () => {
    const [user_id, deleted_at] = [randomUUID(), "2026-11-22T09:30:00.000Z"];
    await handle(mskEvent([cloudEvent("UserDeleted", user_id, { user_id, deleted_at, more: true })]));
    assert.deepEqual(seen, [["UserDeleted", { user_id, status: "deleted", deleted_at }]]);
  });

  it("are not troubled by what they do not handle, whatever it is", async () => {
    await handle(mskEvent([cloudEvent("BalanceCreated", "x", { version: "?" }), cloudEvent("Novelty", "x", {})]));
    assert.deepEqual(seen, []);
  });

  it("are not given what breaks the contract: it fails, and says where", async () => {
    const event = cloudEvent("UserDeleted", randomUUID(), { deleted_at: "soon" });
    const handled = withoutErrors(() => handle(mskEvent([event])));
    await assert.rejects(handled, {
      poison: "contract_broken",
      message: `The UserDeleted ${event.id} is not as expected: data.deleted_at: must be an RFC 3339 time in UTC with milliseconds`,
    });
    assert.deepEqual(seen, []);
  });

  it("fail with what they throw", async () => {
    const user_id = randomUUID();
    const handled = withoutErrors(() => handle(mskEvent([cloudEvent("UserCreated", user_id, { user_id })])));
    await assert.rejects(handled, /^Error: no$/);
  });
});
