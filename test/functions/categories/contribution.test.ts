import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { rankedCategories } from "../../../functions/categories/store";
import type { CloudEvent } from "../../../functions/runtime/consumer";
import type { Table } from "../../../functions/runtime/dynamodb";
import { cloudEvent } from "../../support/events";
import { withoutErrors } from "../../support/quiet";
import { categoriesTable, dyingAt, pausingAt } from "../../support/table";
import {
  DAY,
  dataOf,
  deliver,
  deliverUntilDone,
  expectAtRest,
  expectExact,
  halfLifeDays,
  newCategories,
  START,
  scoresOf,
  textbook,
  type Use,
} from "./uses";

describe("Counting transactions into scores", () => {
  let table: Table;
  before(async () => {
    table = await categoriesTable();
  });

  it("ranks as the textbook does, after every event of every history, delivered in any way", async function () {
    this.timeout(120_000);
    const use = fc.record({
      categories: fc.uniqueArray(fc.nat({ max: 3 }), { maxLength: 3 }),
      day: fc.integer({ min: 0, max: 120 }),
      approved: fc.boolean().map((b) => b || true),
      deleted: fc.boolean(),
    });
    const step = fc.record({
      transaction: fc.nat({ max: 3 }),
      use,
      pending: fc.integer({ min: 0, max: 9 }),
      // What befalls the delivery: a death before or after a write, a repetition, something old again.
      death: fc.option(fc.tuple(fc.integer({ min: 1, max: 9 }), fc.constantFrom("before" as const, "after" as const))),
      again: fc.boolean(),
      old: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
        const { user_id, ids } = await newCategories(table, 4);
        const transactions = [0, 1, 2, 3].map(() => ({
          id: randomUUID(),
          version: 0,
          use: undefined as Use | undefined,
        }));
        const past: CloudEvent[] = [];
        for (const { transaction: index, use, pending, death, again, old } of steps) {
          const transaction = transactions[index];
          assert.ok(transaction);
          transaction.use = { ...use, approved: pending > 0 };
          transaction.version += 1;
          const data = dataOf(user_id, transaction.id, transaction.version, transaction.use, ids);
          const type = use.deleted
            ? "TransactionDeleted"
            : transaction.version === 1
              ? "TransactionCreated"
              : "TransactionUpdated";
          const event = cloudEvent(type, user_id, data);
          if (death !== null) await deliver(dyingAt(table, ...death), event).catch(() => undefined);
          await deliverUntilDone(table, event);
          if (again) await deliver(table, event);
          const older = past[steps.length % (past.length || 1)];
          if (old && older !== undefined) await deliver(table, older);
          past.push(event);

          const uses = transactions.flatMap((known) => known.use ?? []);
          await expectExact(table, user_id, ids, uses);
          const ranked = (await rankedCategories(table, user_id)).map(({ category_id }) => ids.indexOf(category_id));
          const worth = ranked.map((category) => textbook(uses, category, 200));
          for (const [place, score] of worth.slice(1).entries()) {
            assert.ok((worth[place] ?? 0) >= score - 1e-9, `ranked ${ranked} with ${worth}`);
          }
        }
        await expectAtRest(table, user_id);
      }),
      { numRuns: 40, interruptAfterTimeLimit: 60_000 },
    );
  });

  it("survives a death before or after any write of any event, with nothing lost, doubled or left over", async () => {
    const use: Use = { categories: [0, 1], day: 10, approved: true, deleted: false };
    const history: [string, Use][] = [
      ["TransactionCreated", use],
      ["TransactionUpdated", { ...use, categories: [1, 2], day: 40 }],
      ["TransactionUpdated", { ...use, categories: [] }],
      ["TransactionUpdated", { ...use, categories: [0] }],
      ["TransactionDeleted", { ...use, categories: [0], deleted: true }],
    ];
    let deaths = 0;
    for (const when of ["before", "after"] as const) {
      for (let nth = 1, died = true; died; nth += 1) {
        const { user_id, ids } = await newCategories(table, 3);
        const transactionId = randomUUID();
        died = false;
        for (const [index, [type, state]] of history.entries()) {
          const event = cloudEvent(type, user_id, dataOf(user_id, transactionId, index + 1, state, ids));
          const dying = dyingAt(table, nth, when);
          await deliver(dying, event).catch(() => undefined);
          died ||= dying.died();
          deaths += Number(dying.died());
          await deliver(table, event);
          await expectExact(table, user_id, ids, [state]);
          await expectAtRest(table, user_id);
        }
      }
    }
    assert.ok(deaths >= 40, `${deaths} deaths`);
  });

  it("counts once what several deliver at once, and what a stopped function delivers late", async () => {
    const { user_id, ids } = await newCategories(table, 2);
    const use: Use = { categories: [0, 1], day: 10, approved: true, deleted: false };
    for (let round = 1; round <= 10; round += 1) {
      const id = randomUUID();
      const events = [1, 2].map((version) => {
        const state = version === 1 ? { ...use, day: 20 } : use;
        return cloudEvent("TransactionUpdated", user_id, dataOf(user_id, id, version, state, ids));
      });
      await Promise.all([...events, ...events].map((event) => deliverUntilDone(table, event)));
      await expectExact(table, user_id, ids, Array(round).fill(use));
      await expectAtRest(table, user_id);
    }

    // Each write in turn stands still, until another function has done all of the work.
    for (let nth = 1; nth <= 7; nth += 1) {
      const state: Use = { ...use, categories: [nth % 2], day: 10 + nth };
      const late = cloudEvent("TransactionCreated", user_id, dataOf(user_id, randomUUID(), 1, state, ids));
      const before = await scoresOf(table, user_id);
      await deliver(
        pausingAt(table, nth, () => deliver(table, late)),
        late,
      ).catch(() => undefined);
      await deliverUntilDone(table, late);
      const now = await scoresOf(table, user_id);
      const added = ids.map((id) => Number((now[id] ?? 0n) - (before[id] ?? 0n)) / 1e9);
      const weight = 2 ** ((START + state.day * DAY - Date.UTC(2026, 0, 1)) / DAY / halfLifeDays);
      assert.ok(Math.abs((added[nth % 2] ?? 0) - weight) < 1e-6, `write ${nth}: ${added}, not ${weight}`);
      assert.equal(added[1 - (nth % 2)], 0);
      await expectAtRest(table, user_id);
    }
  });

  it("counts once what two deliver in turns: each stands still at any write while the other goes on", async () => {
    const { user_id, ids } = await newCategories(table, 1);
    const use: Use = { categories: [0], day: 10, approved: true, deleted: false };
    let count = 0;
    for (let first = 1; first <= 6; first += 1) {
      for (let second = 1; second <= 6; second += 1) {
        const event = cloudEvent("TransactionCreated", user_id, dataOf(user_id, randomUUID(), 1, use, ids));
        let goOn = () => {};
        const released = new Promise<void>((resolve) => {
          goOn = resolve;
        });
        let other: Promise<unknown> = Promise.resolve();
        const startOther = () =>
          new Promise<void>((standsStill) => {
            const pausing = pausingAt(table, second, () => {
              standsStill();
              return released;
            });
            other = deliver(pausing, event).catch(() => undefined);
            other.then(() => standsStill());
          });
        await deliver(pausingAt(table, first, startOther), event).catch(() => undefined);
        goOn();
        await other;
        await deliverUntilDone(table, event);
        count += 1;
        await expectExact(table, user_id, ids, Array(count).fill(use));
        await expectAtRest(table, user_id);
      }
    }
  });

  it("is not moved by any of its own writes that arrives again, late", async () => {
    const { user_id, ids } = await newCategories(table, 2);
    const use: Use = { categories: [0, 1], day: 10, approved: true, deleted: false };
    const sent: (() => Promise<unknown>)[] = [];
    const recording: Table = {
      ...table,
      update: (key, update) => {
        sent.push(() => table.update(key, update));
        return table.update(key, update);
      },
    };
    await deliver(recording, cloudEvent("TransactionCreated", user_id, dataOf(user_id, randomUUID(), 1, use, ids)));
    assert.equal(sent.length, 7);
    for (const again of sent) await again();
    await expectExact(table, user_id, ids, [use]);
    await expectAtRest(table, user_id);
  });

  it("leaves a version that is just being counted alone when an older one comes again", async () => {
    const { user_id, ids } = await newCategories(table, 1);
    const use: Use = { categories: [0], day: 10, approved: true, deleted: false };
    const id = randomUUID();
    const [old, now] = [
      cloudEvent("TransactionCreated", user_id, dataOf(user_id, id, 1, use, ids)),
      cloudEvent("TransactionUpdated", user_id, dataOf(user_id, id, 2, { ...use, day: 50 }, ids)),
    ];
    await deliver(table, old);
    let paused = false;
    const pausing: Table = {
      ...table,
      query: async (query) => {
        // Dies after the addition, before the commit.
        if (!paused) await deliver(dyingAt(table, 3, "after"), now).catch(() => undefined);
        paused = true;
        return table.query(query);
      },
    };
    await deliver(pausing, old).catch(() => undefined);
    assert.ok(paused);
    await deliverUntilDone(table, now);
    await expectExact(table, user_id, ids, [{ ...use, day: 50 }]);
    await expectAtRest(table, user_id);
  });

  it("adds to numbers that JavaScript cannot tell apart", async () => {
    const { user_id, ids } = await newCategories(table, 1);
    const late = {
      ...dataOf(user_id, randomUUID(), 1, { categories: [0], day: 0, approved: true, deleted: false }, ids),
    };
    late.transacted_at = late.created_at = "2032-01-01T00:00:00.000Z";
    await deliver(table, cloudEvent("TransactionCreated", user_id, late));
    const large = (await scoresOf(table, user_id))[ids[0] ?? ""] ?? 0n;
    const early = { ...late, transaction_id: randomUUID(), transacted_at: "2024-01-01T00:00:00.000Z" };
    await deliver(table, cloudEvent("TransactionCreated", user_id, early));
    const both = (await scoresOf(table, user_id))[ids[0] ?? ""] ?? 0n;
    assert.ok(both > large && Number(both) === Number(large));
    await deliver(
      table,
      cloudEvent("TransactionDeleted", user_id, { ...early, version: 2, deleted_at: late.created_at }),
    );
    assert.deepEqual((await scoresOf(table, user_id))[ids[0] ?? ""], large);
  });

  it("refuses data that are none, by name, and skips what it has no use for", async () => {
    const event = cloudEvent("TransactionCreated", randomUUID(), { transaction_id: "x" });
    await assert.rejects(
      withoutErrors(() => deliver(table, event)),
      new RegExp(`The TransactionCreated ${event.id} is not as expected: data.transaction_id`),
    );
    await deliver(table, cloudEvent("BalanceCreated", randomUUID(), {}));
  });
});
