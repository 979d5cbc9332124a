import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { catalogueCategories } from "../../../functions/categories/catalogue-categories";
import { type CategoryItem, keyOf, newCategory } from "../../../functions/categories/items";
import { changeCategory } from "../../../functions/categories/move";
import { addCategory, findCategory, rankedCategories, readCategories } from "../../../functions/categories/store";
import type { Table } from "../../../functions/runtime/dynamodb";
import { cloudEvent } from "../../support/events";
import { categoriesTable, dyingAt } from "../../support/table";
import {
  dataOf,
  deliver,
  deliverUntilDone,
  expectAtRest,
  expectExact,
  newCategories,
  scoresOf,
  type Use,
} from "./uses";

describe("Counting into categories that change", () => {
  let table: Table;
  before(async () => {
    table = await categoriesTable();
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

  it("counts for a category that moved away from under the query that looked for it", async () => {
    const { user_id, ids } = await newCategories(table, 1);
    const use: Use = { categories: [0], day: 10, approved: true, deleted: false };
    const category = await findCategory(table, user_id, ids[0] ?? "");
    assert.ok(category);
    await assert.rejects(changeCategory(dyingAt(table, 1, "after"), category, { name: "A", icon: "star" }));
    let looks = 0;
    const moving: Table = {
      ...table,
      query: async (query) => {
        looks += 1;
        const items = await table.query(query);
        return looks === 1 ? items.filter(({ reservation }) => reservation !== undefined) : items;
      },
    };
    await deliver(moving, cloudEvent("TransactionCreated", user_id, dataOf(user_id, randomUUID(), 1, use, ids)));
    await expectExact(table, user_id, ids, [use]);
    // A reservation whose category is gone holds nobody up.
    await table.delete(keyOf(user_id, category["type#name"]));
    assert.deepEqual(await readCategories(table, user_id), []);
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
});
