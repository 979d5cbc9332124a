import assert from "node:assert/strict";
import { assertProblem, endpoints, newGroup, newUser, type User } from "../support/api";
import { newBalance, newTransaction, tagOf } from "../support/ledger";

/** What each PUT and DELETE changes: who may, where, how it is changed, and where its tag is read. */
const changes: Record<string, () => Promise<[user: User, path: string, body?: unknown, tag?: string]>> = {
  "PUT /users/me": async () => [await newUser(), "/users/me", { name: "New name" }],
  "DELETE /users/me": async () => [await newUser(), "/users/me"],
  "PUT /groups/{group_id}": async () => {
    const { group_id, owner } = await newGroup();
    return [owner, `/groups/${group_id}`, { name: "New name" }];
  },
  "DELETE /groups/{group_id}": async () => {
    const { group_id, owner } = await newGroup();
    return [owner, `/groups/${group_id}`];
  },
  "PUT /groups/{group_id}/members/{user_id}": async () => {
    const { group_id, owner, member } = await newGroup();
    const path = `/groups/${group_id}/members/${member.user_id}`;
    return [owner, path, { role: "admin" }, tagOf(await owner.put(path, { role: "member" }))];
  },
  "DELETE /groups/{group_id}/members/{user_id}": async () => {
    const { group_id, owner, member } = await newGroup();
    const path = `/groups/${group_id}/members/${member.user_id}`;
    return [owner, path, undefined, tagOf(await owner.put(path, { role: "member" }))];
  },
  "DELETE /groups/{group_id}/invites/{invite_id}": async () => {
    const { group_id, owner } = await newGroup();
    const { invite_id } = (await owner.post(`/groups/${group_id}/invites`, { email: "x@example.com" })).body;
    return [owner, `/groups/${group_id}/invites/${invite_id}`, undefined, "*"];
  },
  "PUT /balances/{id}": async () => {
    const user = await newUser();
    return [user, `/balances/${(await newBalance(user)).balance_id}`, { name: "New name" }];
  },
  "DELETE /balances/{id}": async () => {
    const user = await newUser();
    return [user, `/balances/${(await newBalance(user)).balance_id}`];
  },
  "PUT /transactions/{transaction_id}": async () => {
    const user = await newUser();
    const { balance_id: from_balance_id } = await newBalance(user);
    const { transaction_id } = await newTransaction(user, { from_balance_id });
    return [user, `/transactions/${transaction_id}`, { type: "income", amount: "1", from_balance_id }];
  },
  "DELETE /transactions/{transaction_id}": async () => {
    const user = await newUser();
    const { balance_id: from_balance_id } = await newBalance(user);
    return [user, `/transactions/${(await newTransaction(user, { from_balance_id })).transaction_id}`];
  },
  "PUT /categories/{user_id}/{category_id}": async () => {
    const [user, path, tag] = await newCategory();
    return [user, path, { name: "New name" }, tag];
  },
  "DELETE /categories/{user_id}/{category_id}": async () => {
    const [user, path, tag] = await newCategory();
    return [user, path, undefined, tag];
  },
};

/** A user with a category of theirs, its path, and its tag. */
async function newCategory() {
  const user = await newUser();
  const made = await user.post(`/categories/${user.user_id}`, { name: "Food", type: "expense" });
  return [user, made.headers.get("location") ?? "", tagOf(made)] as const;
}

describe("Entity tags", () => {
  it("are honoured by every PUT and DELETE", () => {
    const conditional = Object.keys(endpoints).filter((routeKey) => /^(PUT|DELETE) /.test(routeKey));
    assert.deepEqual(Object.keys(changes).sort(), conditional.sort());
  });

  for (const [routeKey, change] of Object.entries(changes)) {
    it(`on ${routeKey}: refused when stale, done when current, and the new tag is the one that is read`, async () => {
      const [method = ""] = routeKey.split(" ");
      const [user, path, body, known] = await change();
      const tag = known ?? tagOf(await user.get(path));
      const send = (ifMatch: string) => user.request(method, path, { body, headers: { "if-match": ifMatch } });
      assertProblem(await send('"stale"'), 412, "stale");
      assertProblem(await send(`W/${tag}`), 412, "stale");
      if (known === undefined) assert.equal(tagOf(await user.get(path)), tag);
      // Of an invite no tag is ever shown.
      const changed = await send(tag === "*" ? tag : `"another", ${tag}`);
      assert.equal(changed.status, method === "PUT" ? 200 : 204, changed.text);
      if (method === "PUT") {
        assert.notEqual(tagOf(changed), tag);
        if (known === undefined) assert.equal(tagOf(await user.get(path)), tagOf(changed));
        assertProblem(await send(tag), 412, "stale");
      }
    });
  }

  it("change with the resource and guard a change against what came between", async () => {
    const { group_id, owner, admin } = await newGroup();
    const path = `/groups/${group_id}`;
    const tag = (await owner.get(path)).headers.get("etag") ?? "";
    const first = await owner.put(path, { name: "First" }, { "if-match": tag });
    assert.equal(first.status, 200);
    assert.notEqual(first.headers.get("etag"), tag);
    assertProblem(await owner.put(path, { name: "Second" }, { "if-match": tag }), 412, "stale");
    assertProblem(await owner.delete(path, { "if-match": tag }), 412, "stale");
    await admin.put(path, { name: "Between" });
    assertProblem(
      await owner.put(path, { name: "Third" }, { "if-match": first.headers.get("etag") ?? "" }),
      412,
      "stale",
    );
    assert.equal((await owner.get(path)).body.name, "Between");
    const current = (await owner.get(path)).headers.get("etag") ?? "";
    assert.equal((await owner.put(path, { name: "Fourth" }, { "if-match": `"other", ${current}` })).status, 200);
    assert.equal((await owner.put(path, { name: "Fifth" }, { "if-match": "*" })).status, 200);
    assertProblem(await owner.put(path, { name: "Weak" }, { "if-match": `W/${current}` }), 412, "stale");
  });

  it("let one of two racing changes through", async () => {
    const user = await newUser();
    const tag = (await user.get("/users/me")).headers.get("etag") ?? "";
    const replies = await Promise.all(
      ["A", "B", "C"].map((name) => user.put("/users/me", { name }, { "if-match": tag })),
    );
    assert.deepEqual(replies.map(({ status }) => status).sort(), [200, 412, 412]);
  });

  it("spare a client what it has", async () => {
    const user = await newUser();
    const first = await user.get("/users/me");
    const headers = { "if-none-match": first.headers.get("etag") ?? "" };
    const again = await user.get("/users/me", headers);
    assert.deepEqual([again.status, again.text, again.headers.get("etag")], [304, "", first.headers.get("etag")]);
    await user.put("/users/me", { name: "Changed" });
    assert.equal((await user.get("/users/me", headers)).status, 200);
  });
});
