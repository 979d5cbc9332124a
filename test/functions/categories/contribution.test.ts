import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { catalogueCategories } from "../../../functions/categories/catalogue-categories";
import { categoriesConsumer } from "../../../functions/categories/consumer";
import { type CategoryItem, keyOf, newCategory } from "../../../functions/categories/items";
import { changeCategory } from "../../../functions/categories/move";
import { toUnits } from "../../../functions/categories/score";
import { addCategory, findCategory, rankedCategories, readCategories } from "../../../functions/categories/store";
import type { CloudEvent } from "../../../functions/runtime/consumer";
import type { Table } from "../../../functions/runtime/dynamodb";
import { cloudEvent, mskEvent } from "../../support/events";
import { categoriesTable, dyingAt, pausingAt } from "../../support/table";

const halfLifeDays = 30;
const DAY = 86_400_000;
const START = Date.UTC(2026, 5, 1);

/** The state of a transaction that matters here. */
interface Use {
  /** Index into the user's categories. */
  categories: number[];
  /** Days after START. */
  day: number;
  approved: boolean;
  deleted: boolean;
}

const instant = (day: number) => new Date(START + day * DAY).toISOString();

const dataOf = (userId: string, transactionId: string, version: number, use: Use, ids: string[]) => ({
  transaction_id: transactionId,
  user_id: userId,
  version,
  category_id: null,
  entries: use.categories.map((index) => ({ category_id: ids[index] })),
  approved_at: use.approved ? instant(use.day) : null,
  deleted_at: use.deleted ? instant(use.day) : null,
  transacted_at: instant(use.day),
  created_at: instant(400),
  amount: "1.00",
});

const deliver = (table: Table, ...events: CloudEvent[]): Promise<void> =>
  categoriesConsumer({ table, halfLifeDays })(mskEvent(events));

/** As Lambda does: again until it succeeds. */
async function deliverUntilDone(table: Table, event: CloudEvent): Promise<void> {
  for (let attempt = 1; attempt <= 20; attempt += 1) {
    try {
      return await deliver(table, event);
    } catch (error) {
      assert.match(String(error), /Another run has counted|died/);
    }
  }
  assert.fail("not done after 20 deliveries");
}

/** A user with some categories of their own. */
async function newCategories(table: Table, count: number) {
  const user_id = randomUUID();
  const ids: string[] = Array.from({ length: count }, () => randomUUID());
  for (const [index, category_id] of ids.entries()) {
    const item = newCategory(table, { user_id, category_id, name: `Category ${index}`, type: "expense", icon: "home" });
    assert.ok(await addCategory(table, item));
  }
  return { user_id, ids };
}

/** The textbook's score at a time: at each use, what there was decays to that moment, and 1 is added. */
function textbook(uses: Use[], category: number, at: number): number {
  let score = 0;
  let last = 0;
  const days = uses
    .filter(({ approved, deleted, categories }) => approved && !deleted && categories.includes(category))
    .map(({ day }) => day)
    .sort((a, b) => a - b);
  for (const day of days) {
    score = score * 2 ** (-(day - last) / halfLifeDays) + 1;
    last = day;
  }
  return score * 2 ** (-(at - last) / halfLifeDays);
}

const scoresOf = async (table: Table, userId: string): Promise<Record<string, bigint>> =>
  Object.fromEntries(
    (await readCategories(table, userId)).map(({ category_id, score }) => [category_id, toUnits(score.toString())]),
  );

/** What a category is worth with these uses: sums of weights are exact, so must be the scores. */
async function expectExact(table: Table, userId: string, ids: string[], uses: Use[]): Promise<void> {
  const scores = await scoresOf(table, userId);
  const end = 200;
  for (const [index, id] of ids.entries()) {
    const expected = textbook(uses, index, end);
    const stored = Number(scores[id]) / 1e9 / 2 ** ((START + end * DAY - Date.UTC(2026, 0, 1)) / DAY / halfLifeDays);
    assert.ok(Math.abs(stored - expected) <= 1e-9 * (1 + expected), `category ${index}: ${stored}, not ${expected}`);
    if (expected === 0) assert.equal(scores[id], 0n);
  }
}

/** Nothing half done is left: no intents, no tokens, no reservations, no frozen items. */
async function expectAtRest(table: Table, userId: string): Promise<void> {
  const items = await table.query({ keyCondition: "user_id = :user", values: { ":user": userId } });
  for (const item of items) {
    for (const attribute of ["pending", "inflight", "move", "reservation"]) {
      assert.equal(item[attribute], undefined, `${item["type#name"]} has ${attribute}`);
    }
  }
}

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

  it("finds a category under its old name when a rename died and its reservation has expired", async () => {
    for (const taken of [false, true]) {
      const { user_id, ids } = await newCategories(table, 1);
      const use: Use = { categories: [0], day: 10, approved: true, deleted: false };
      const category = await findCategory(table, user_id, ids[0] ?? "");
      assert.ok(category);
      const dying = dyingAt(table, 2, "after");
      await assert.rejects(changeCategory(dying, category, { name: "Renamed", icon: "star" }));
      await table.delete(keyOf(user_id, "expense#renamed"));
      const other = { user_id, category_id: randomUUID(), name: "Renamed", type: "expense" as const, icon: "home" };
      if (taken) assert.ok(await addCategory(table, newCategory(table, other)));
      await deliver(table, cloudEvent("TransactionCreated", user_id, dataOf(user_id, randomUUID(), 1, use, ids)));
      assert.equal((await findCategory(table, user_id, ids[0] ?? ""))?.name, "Category 0");
      await expectExact(table, user_id, ids, [use]);
      await expectAtRest(table, user_id);
    }
  });

  it("follows a category through a rename that dies at any write, and one that goes on meanwhile", async () => {
    const use: Use = { categories: [0], day: 10, approved: true, deleted: false };
    for (const when of ["before", "after"] as const) {
      for (let nth = 1, died = true; died; nth += 1) {
        const { user_id, ids } = await newCategories(table, 2);
        const count = (id: string) =>
          deliverUntilDone(table, cloudEvent("TransactionCreated", user_id, dataOf(user_id, id, 1, use, ids)));
        await count(randomUUID());
        const category = await findCategory(table, user_id, ids[0] ?? "");
        assert.ok(category);
        const dying = dyingAt(table, nth, when);
        await changeCategory(dying, category, { name: "Renamed", icon: "star" }).catch(() => undefined);
        died = dying.died();
        const listed = async () =>
          (await rankedCategories(table, user_id)).filter((item) => item.category_id === ids[0]);
        assert.equal((await listed()).length, 1);
        await count(randomUUID());
        await expectExact(table, user_id, ids, [use, use]);
        const found = await findCategory(table, user_id, ids[0] ?? "");
        assert.ok(found);
        assert.ok(["Category 0", "Renamed"].includes(found.name));
        // Both names can be had: the one by renaming, the other by a new category.
        if (found.name !== "Renamed") {
          assert.ok(typeof (await changeCategory(table, found, { name: "Renamed", icon: "star" })) === "object");
        }
        const other = {
          user_id,
          category_id: randomUUID(),
          name: "Category 0",
          type: "expense" as const,
          icon: "home",
        };
        assert.ok(await addCategory(table, newCategory(table, other)));
        await expectExact(table, user_id, ids, [use, use]);
        await expectAtRest(table, user_id);
      }
    }
    const { user_id, ids } = await newCategories(table, 1);
    const renaming = (async () => {
      for (let round = 0; round < 30; round += 1) {
        const category = (await findCategory(table, user_id, ids[0] ?? "")) as CategoryItem;
        await changeCategory(table, category, { name: `Name ${round}`, icon: "star" });
      }
    })();
    for (let i = 0; i < 20; i += 1) {
      await deliverUntilDone(
        table,
        cloudEvent("TransactionCreated", user_id, dataOf(user_id, randomUUID(), 1, use, ids)),
      );
    }
    await renaming;
    await expectExact(table, user_id, ids, Array(20).fill(use));
    await expectAtRest(table, user_id);
  });

  it("makes a category of the catalogue when it is used, and ignores ids that nobody knows", async () => {
    const [listed] = catalogueCategories();
    assert.ok(listed);
    const user_id = randomUUID();
    const ids: string[] = [listed.category_id, randomUUID()];
    const transactionId = randomUUID();
    const use: Use = { categories: [0, 1], day: 10, approved: true, deleted: false };
    const event = (version: number, state: Use) =>
      cloudEvent("TransactionUpdated", user_id, dataOf(user_id, transactionId, version, state, ids));
    await deliver(table, event(1, use));
    const [made, ...others] = await readCategories(table, user_id);
    assert.deepEqual([made?.category_id, made?.name, others], [listed.category_id, listed.name, []]);
    await expectExact(table, user_id, ids.slice(0, 1), [use]);
    await deliver(table, event(2, { ...use, categories: [1] }));
    assert.deepEqual(await scoresOf(table, user_id), { [listed.category_id]: 0n });
  });

  it("takes nothing from a category of the same id that was made after the first was deleted", async () => {
    const [listed] = catalogueCategories();
    assert.ok(listed);
    const user_id = randomUUID();
    const ids = [listed.category_id];
    const use: Use = { categories: [0], day: 10, approved: true, deleted: false };
    const [first, second] = [randomUUID(), randomUUID()];
    const event = (id: string, version: number, state: Use) =>
      cloudEvent("TransactionUpdated", user_id, dataOf(user_id, id, version, state, ids));
    await deliver(table, event(first, 1, use));
    const [category] = await readCategories(table, user_id);
    await table.delete(keyOf(user_id, category?.["type#name"] ?? ""));
    await deliver(table, event(second, 1, use));
    await expectExact(table, user_id, ids, [use]);
    await deliver(table, event(first, 2, { ...use, deleted: true }));
    await expectExact(table, user_id, ids, [use]);
    await deliver(table, event(second, 2, { ...use, deleted: true }));
    assert.deepEqual(await scoresOf(table, user_id), { [listed.category_id]: 0n });
  });

  it("leaves a user's own category alone that has the name of one of the catalogue", async () => {
    const [listed] = catalogueCategories();
    assert.ok(listed);
    const user_id = randomUUID();
    const own = newCategory(table, { ...listed, user_id, category_id: randomUUID() });
    assert.ok(await addCategory(table, own));
    const use: Use = { categories: [0], day: 10, approved: true, deleted: false };
    await deliver(
      table,
      cloudEvent("TransactionCreated", user_id, dataOf(user_id, randomUUID(), 1, use, [listed.category_id])),
    );
    assert.deepEqual(await scoresOf(table, user_id), { [own.category_id]: 0n });
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
    await deliver(table, cloudEvent("TransactionDeleted", user_id, { ...early, version: 2 }));
    assert.deepEqual((await scoresOf(table, user_id))[ids[0] ?? ""], large);
  });

  it("refuses data that are none, by name, and skips what it has no use for", async () => {
    const event = cloudEvent("TransactionCreated", randomUUID(), { transaction_id: "x" });
    await assert.rejects(
      deliver(table, event),
      new RegExp(`The TransactionCreated ${event.id} is not as expected: transaction_id`),
    );
    await deliver(table, cloudEvent("BalanceCreated", randomUUID(), {}));
  });
});
