import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { newCategory } from "../../../functions/categories/items";
import { addCategory } from "../../../functions/categories/store";
import { encodeCursor } from "../../../functions/runtime/cursor";
import { assertProblem, newUser, type Reply, type User } from "../../support/api";
import { share } from "../../support/memberships";
import { stack } from "../../support/stack";
import { categoriesTable } from "../../support/table";

const add = async (user: User, name: string, more: Record<string, unknown> = {}): Promise<Reply> => {
  const reply = await user.post(`/categories/${user.user_id}`, { name, type: "expense", ...more });
  assert.equal(reply.status, 201, reply.text);
  return reply;
};

const names = (reply: Reply): string[] => reply.body.items.map(({ name }: { name: string }) => name);

describe("Categories", () => {
  it("are added, listed, changed and deleted", async () => {
    const user = await newUser();
    const path = `/categories/${user.user_id}`;
    assert.deepEqual((await user.get(path)).body, { items: [], next_cursor: null });
    const added = await add(user, "Food", { icon: "grocery" });
    const { category_id, created_at, updated_at, ...rest } = added.body;
    assert.deepEqual(rest, { user_id: user.user_id, name: "Food", type: "expense", icon: "grocery", score: 0 });
    assert.equal(created_at, updated_at);
    assert.equal(added.headers.get("location"), `${path}/${category_id}`);
    assert.deepEqual((await user.get(path)).body.items, [added.body]);

    const changed = await user.put(`${path}/${category_id}`, { name: "Meals" });
    assert.equal(changed.status, 200);
    assert.ok(changed.body.updated_at > updated_at);
    assert.deepEqual(changed.body, { ...added.body, name: "Meals", updated_at: changed.body.updated_at });
    assert.deepEqual((await user.get(path)).body.items, [changed.body]);

    assert.equal((await user.delete(`${path}/${category_id}`)).status, 204);
    assertProblem(await user.delete(`${path}/${category_id}`), 404, "category_not_found");
    assertProblem(await user.put(`${path}/${category_id}`, { name: "Gone" }), 404, "category_not_found");
    assert.deepEqual((await user.get(path)).body.items, []);
  });

  it("have one name within a type, whatever its case and blanks", async () => {
    const user = await newUser();
    const path = `/categories/${user.user_id}`;
    await add(user, "Café  Olé");
    for (const name of ["Café  Olé", "café olé ", "CAFÉ OLÉ", "Cafe\u0301 Ole\u0301"]) {
      assertProblem(await user.post(path, { name, type: "expense" }), 409, "category_exists");
    }
    await add(user, "Café Olé", { type: "income" });
    await add(user, "Cafe Ole");
    assert.equal((await user.get(path)).body.items.length, 3);
  });

  it("are renamed over each other never, back and forth as one likes", async () => {
    const user = await newUser();
    const path = `/categories/${user.user_id}`;
    const food = (await add(user, "Food")).body;
    await add(user, "Rent");
    assertProblem(await user.put(`${path}/${food.category_id}`, { name: "rent" }), 409, "category_exists");
    assert.deepEqual(names(await user.get(path)), ["Food", "Rent"]);
    for (const name of ["FOOD", "Meals", "Food", "food"]) {
      assert.equal((await user.put(`${path}/${food.category_id}`, { name, icon: "home" })).body.name, name);
    }
    const { items } = (await user.get(path)).body;
    assert.deepEqual(
      items.map(({ category_id, name, icon }: Record<string, string>) => [
        category_id === food.category_id,
        name,
        icon,
      ]),
      [
        [true, "food", "home"],
        [false, "Rent", "category"],
      ],
    );
    // The names that it had are free again.
    await add(user, "Meals");
  });

  it("keep one of several that are made or renamed at once", async () => {
    const user = await newUser();
    const path = `/categories/${user.user_id}`;
    const made = await Promise.all(
      ["Food", "food", "FOOD", "fooD"].map((name) => user.post(path, { name, type: "expense" })),
    );
    assert.deepEqual(made.map(({ status }) => status).sort(), [201, 409, 409, 409]);
    const [a, b, c] = await Promise.all(["A", "B", "C"].map(async (name) => (await add(user, name)).body));
    const renamed = await Promise.all(
      [a, b, c].map(({ category_id }) => user.put(`${path}/${category_id}`, { name: "Same" })),
    );
    assert.equal(renamed.filter(({ status }) => status === 200).length, 1, renamed.map(({ text }) => text).join());
    const { items } = (await user.get(path)).body;
    assert.equal(items.length, 4);
    assert.equal(new Set(items.map((item: { category_id: string }) => item.category_id)).size, 4);
    assert.equal(names({ body: { items } } as Reply).filter((name) => name === "Same").length, 1);
  });

  it("survive being renamed and deleted at once", async () => {
    const user = await newUser();
    const path = `/categories/${user.user_id}`;
    for (let round = 0; round < 5; round += 1) {
      const { category_id } = (await add(user, `Round ${round}`)).body;
      const replies = await Promise.all([
        user.put(`${path}/${category_id}`, { name: `Left ${round}` }),
        user.put(`${path}/${category_id}`, { name: `Right ${round}` }),
        user.delete(`${path}/${category_id}`),
      ]);
      for (const { status } of replies) assert.ok([200, 204, 404].includes(status), String(status));
      assert.equal(replies[2].status, 204);
      assert.deepEqual((await user.get(path)).body.items, []);
    }
  });

  it("come by name where scores are equal, in pages, filtered by type", async () => {
    const user = await newUser();
    const path = `/categories/${user.user_id}`;
    for (const name of ["Zoo", "apples", "Ärzte", "Banks", "😀 fun"]) await add(user, name);
    await add(user, "Salary", { type: "income" });
    assert.deepEqual(names(await user.get(path)), ["😀 fun", "apples", "Ärzte", "Banks", "Salary", "Zoo"]);
    assert.deepEqual(names(await user.get(`${path}?type=income`)), ["Salary"]);
    const first = await user.get(`${path}?type=expense&limit=2`);
    const second = await user.get(`${path}?type=expense&limit=2&cursor=${first.body.next_cursor}`);
    await add(user, "Aardvark");
    const third = await user.get(`${path}?type=expense&limit=2&cursor=${second.body.next_cursor}`);
    assert.deepEqual([first, second, third].flatMap(names), ["😀 fun", "apples", "Ärzte", "Banks", "Zoo"]);
    assert.equal(third.body.next_cursor, null);
    assertProblem(await user.get(`${path}?cursor=${first.body.next_cursor}`), 400, "invalid_cursor");
    assertProblem(await user.get(`${path}?type=movement`), 400, "invalid_query");
    const scope = { route: "GET /categories/{user_id}", caller: user, list: [user.user_id, null] };
    for (const key of [
      ["x", "Food", randomUUID()],
      ["-1", "Food", randomUUID()],
      ["1", 1, randomUUID()],
      ["1", "Food"],
    ]) {
      assertProblem(await user.get(`${path}?cursor=${encodeCursor(scope, key)}`), 400, "invalid_cursor");
    }
    assert.equal((await user.get(`${path}?cursor=${encodeCursor(scope, ["1", "Food", randomUUID()])}`)).status, 200);
  });

  it("are shown to those one shares a group with, as long as one does, and changed by nobody else", async () => {
    const [ana, luis, stranger] = await Promise.all([newUser(), newUser(), newUser()]);
    const groupId = randomUUID();
    const { category_id } = (await add(ana, "Food")).body;
    const path = `/categories/${ana.user_id}`;
    assertProblem(await luis.get(path), 404, "user_not_found");
    await share(groupId, ana, luis);
    await share(randomUUID(), stranger);
    assert.deepEqual(names(await luis.get(path)), ["Food"]);
    assertProblem(await stranger.get(path), 404, "user_not_found");
    assertProblem(await luis.get(`/categories/${randomUUID()}`), 404, "user_not_found");
    assertProblem(await luis.post(path, { name: "Mine", type: "expense" }), 404, "user_not_found");
    assertProblem(await luis.put(`${path}/${category_id}`, { name: "Mine" }), 404, "category_not_found");
    assertProblem(await luis.delete(`${path}/${category_id}`), 404, "category_not_found");
    assertProblem(
      await luis.put(`/categories/${luis.user_id}/${category_id}`, { name: "X" }),
      404,
      "category_not_found",
    );
    assert.deepEqual(names(await ana.get(path)), ["Food"]);
    const { transactions } = await stack();
    await transactions`delete from group_members where group_id = ${groupId} and user_id = ${luis.user_id}`;
    assertProblem(await luis.get(path), 404, "user_not_found");
  });

  it("are at most 500", async () => {
    const user = await newUser();
    const path = `/categories/${user.user_id}`;
    const table = await categoriesTable();
    for (let i = 1; i < 500; i += 1) {
      const category = { user_id: user.user_id, category_id: randomUUID(), name: `Category ${i}`, icon: "home" };
      assert.ok(await addCategory(table, newCategory(table, { ...category, type: "expense" })));
    }
    await add(user, "The last one");
    assertProblem(await user.post(path, { name: "One more", type: "expense" }), 409, "too_many_categories");
    const first = await user.get(`${path}?limit=200`);
    assert.equal(first.body.items.length, 200);
    await user.delete(`${path}/${first.body.items[0].category_id}`);
    await add(user, "One more");
  });

  it("have entity tags, which the score is no part of", async () => {
    const user = await newUser();
    const added = await add(user, "Food");
    const path = `/categories/${user.user_id}/${added.body.category_id}`;
    const tag = added.headers.get("etag") ?? "";
    const changed = await user.put(path, { name: "Meals" }, { "if-match": tag });
    assert.equal(changed.status, 200);
    assert.notEqual(changed.headers.get("etag"), tag);
    assertProblem(await user.put(path, { name: "Late" }, { "if-match": tag }), 412, "stale");
    assertProblem(await user.delete(path, { "if-match": tag }), 412, "stale");
    const current = changed.headers.get("etag") ?? "";
    const racing = await Promise.all(["A", "B", "C"].map((name) => user.put(path, { name }, { "if-match": current })));
    assert.deepEqual(racing.map(({ status }) => status).sort(), [200, 412, 412]);
  });
});
