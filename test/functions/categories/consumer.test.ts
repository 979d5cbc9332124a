import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { purgeAccount, seedCatalogue } from "../../../functions/categories/account";
import { catalogueCategories } from "../../../functions/categories/catalogue-categories";
import { readCategories } from "../../../functions/categories/store";
import { newUser, type User } from "../../support/api";
import { deadLetters } from "../../support/dead-letters";
import { cloudEvent, deliver, mskEvent } from "../../support/events";
import { stack } from "../../support/stack";
import { categoriesTable, dyingAt } from "../../support/table";

const CONSUMER = "categories-consumer";

const userEvent = (type: string, { user_id }: { user_id: string }, more: Record<string, unknown> = {}) =>
  cloudEvent(type, user_id, { user_id, ...more });

const transaction = (user: User, categoryId: string, more: Record<string, unknown> = {}) => {
  const now = new Date().toISOString();
  return cloudEvent("TransactionCreated", user.user_id, {
    transaction_id: randomUUID(),
    user_id: user.user_id,
    version: 1,
    type: "expense",
    amount: "12.50",
    category_id: categoryId,
    entries: [],
    approved_at: now,
    deleted_at: null,
    transacted_at: now,
    created_at: now,
    ...more,
  });
};

const list = async (user: User) => (await user.get(`/categories/${user.user_id}?limit=200`)).body.items;

describe("The categories consumer", () => {
  it("seeds the catalogue for a new user, in their language, once", async () => {
    const [ana, tom] = await Promise.all([newUser(), newUser()]);
    const event = userEvent("UserCreated", ana, { locale: "es-ES" });
    await deliver(CONSUMER, event, userEvent("UserCreated", tom, { locale: "de" }));
    const seeded = await list(ana);
    assert.equal(seeded.length, catalogueCategories().length);
    const names = new Map(catalogueCategories().map(({ category_id, names }) => [category_id, names.es]));
    for (const { category_id, name, score } of seeded) assert.deepEqual([name, score], [names.get(category_id), 0]);
    assert.ok((await list(tom)).some(({ name }: { name: string }) => name === "Groceries"));

    const path = `/categories/${ana.user_id}/${seeded[0].category_id}`;
    assert.equal((await ana.delete(path)).status, 204);
    await ana.put(`/categories/${ana.user_id}/${seeded[1].category_id}`, { name: "Mine" });
    await deliver(CONSUMER, event);
    const after = await list(ana);
    assert.equal(after.length, seeded.length - 1);
    assert.ok(after.some(({ name }: { name: string }) => name === "Mine"));
  });

  it("raises what is used, at once and to the decayed score", async () => {
    const user = await newUser();
    await deliver(CONSUMER, userEvent("UserCreated", user));
    const [rent, taxi, fuel] = catalogueCategories()
      .slice(5)
      .map(({ category_id }) => category_id);
    const monthAgo = new Date(Date.now() - 30 * 86_400_000).toISOString();
    const old = transaction(user, fuel ?? "", { transacted_at: monthAgo, created_at: monthAgo });
    await deliver(
      CONSUMER,
      transaction(user, rent ?? ""),
      transaction(user, taxi ?? ""),
      transaction(user, rent ?? ""),
      old,
    );
    const [first, second, third, fourth] = await list(user);
    assert.deepEqual([first.category_id, second.category_id, third.category_id], [rent, taxi, fuel]);
    for (const [{ score }, expected] of [
      [first, 2],
      [second, 1],
      [third, 0.5],
      [fourth, 0],
    ] as const) {
      assert.ok(Math.abs(score - expected) <= 1e-4, `${score}, not ${expected}`);
    }
  });

  it("finishes seeding that died at any write, and does nothing twice", async () => {
    const table = await categoriesTable();
    for (const nth of [1, 2, 30, 60, 64, 65]) {
      for (const when of ["before", "after"] as const) {
        const userId = randomUUID();
        await seedCatalogue(dyingAt(table, nth, when), userId, "en").catch(() => undefined);
        await seedCatalogue(table, userId, "es");
        const categories = await readCategories(table, userId);
        assert.equal(categories.length, catalogueCategories().length);
        assert.equal(new Set(categories.map(({ category_id }) => category_id)).size, categories.length);
      }
    }
  });

  it("forgets all of a deleted user, for good", async () => {
    const user = await newUser();
    const table = await categoriesTable();
    await deliver(CONSUMER, userEvent("UserCreated", user));
    await user.post(
      `/categories/${user.user_id}`,
      { name: "Mine", type: "expense" },
      { "idempotency-key": randomUUID() },
    );
    const [category] = await list(user);
    const event = transaction(user, category.category_id);
    await deliver(CONSUMER, event, userEvent("UserDeleted", user));
    const late = [[], [event, transaction(user, category.category_id)], [userEvent("UserCreated", user)]];
    for (const events of [...late, [userEvent("UserDeleted", user)]]) {
      await deliver(CONSUMER, ...events);
      const items = await table.query({ keyCondition: "user_id = :user", values: { ":user": user.user_id } });
      assert.deepEqual(
        items.map((item) => [item["type#name"], Object.keys(item).sort()]),
        [["#account", ["deleted_at", "expires_at", "type#name", "user_id"]]],
      );
    }
  });

  it("purges whatever was left by a purge that died", async () => {
    const table = await categoriesTable();
    const userId = randomUUID();
    await seedCatalogue(table, userId, "en");
    await assert.rejects(purgeAccount(dyingAt(table, 20, "after"), userId));
    await purgeAccount(table, userId);
    assert.deepEqual(await readCategories(table, userId), []);
  });

  it("sets aside what it cannot read, and skips what is not for it", async () => {
    const { lambda } = await stack();
    const invoke = (value: string | undefined) => {
      const event = mskEvent([userEvent("GroupCreated", { user_id: randomUUID() })]);
      for (const record of Object.values(event.records).flat()) Object.assign(record, { value });
      return lambda.invoke(`ahorro-local-${CONSUMER}`, event);
    };
    const encoded = (text: string) => Buffer.from(text).toString("base64");
    for (const [text, error] of [
      ["{", "Error: The record at ahorro.transactions/0/0 is not JSON."],
      ["{}", "Error: The record at ahorro.transactions/0/0 is not a CloudEvent."],
    ] as const) {
      assert.ok((await invoke(encoded(text))).ok);
      const letters = await deadLetters({ group: "categories", topic: "ahorro.transactions" });
      const newest = letters.at(-1);
      assert.deepEqual([newest?.error, newest?.value], [error, text]);
    }
    assert.ok((await invoke(undefined)).ok);
    await deliver(CONSUMER, userEvent("GroupCreated", { user_id: randomUUID() }));
  });
});
