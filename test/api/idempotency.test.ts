import assert from "node:assert/strict";
import { assertProblem, endpoints, newGroup, newUser, signUp, type User } from "../support/api";
import { keyed, newBalance, newTransaction, stored } from "../support/ledger";
import { stack } from "../support/stack";

/** A request that each POST route grants. */
const requests: Record<string, () => Promise<[user: User, path: string, body?: unknown]>> = {
  "POST /users": async () => [await signUp(), "/users"],
  "POST /groups": async () => [await newUser(), "/groups", { name: "Group" }],
  "POST /groups/{group_id}/invites": async () => {
    const { group_id, owner } = await newGroup();
    return [owner, `/groups/${group_id}/invites`, { email: "x@example.com" }];
  },
  "POST /groups/join/{invite_code}": async () => {
    const [{ group_id, owner }, guest] = await Promise.all([newGroup(), newUser()]);
    const invite = await owner.post(`/groups/${group_id}/invites`, { email: guest.email });
    return [guest, `/groups/join/${invite.body.invite_code}`];
  },
  "POST /balances/{id}": async () => {
    const user = await newUser();
    return [user, `/balances/${user.user_id}`, { name: "Wallet", currency: "EUR" }];
  },
  "POST /transactions": async () => {
    const [user, expense] = await newExpense();
    return [user, "/transactions", expense];
  },
  "POST /transactions/batch": async () => {
    const [user, expense] = await newExpense();
    return [user, "/transactions/batch", { items: [expense, { ...expense, amount: "0" }] }];
  },
  "POST /transactions/{transaction_id}/restore": async () => {
    const [user, expense] = await newExpense();
    const { transaction_id } = await newTransaction(user, expense);
    await user.delete(`/transactions/${transaction_id}`);
    return [user, `/transactions/${transaction_id}/restore`];
  },
  "POST /categories/{user_id}": async () => {
    const user = await newUser();
    return [user, `/categories/${user.user_id}`, { name: "Food", type: "expense" }];
  },
};

/** A user, and an expense that they can record. */
async function newExpense() {
  const user = await newUser();
  const { balance_id } = await newBalance(user);
  return [user, { type: "expense", amount: "1.00", from_balance_id: balance_id }] as const;
}

describe("Idempotency-Key", () => {
  it("is honoured by every POST", () => {
    const posts = Object.keys(endpoints).filter((routeKey) => routeKey.startsWith("POST "));
    assert.deepEqual(Object.keys(requests).sort(), posts.sort());
  });

  for (const [routeKey, request] of Object.entries(requests)) {
    it(`on ${routeKey}: the first answer again, for the same request only`, async () => {
      const [user, path, body] = await request();
      const headers = keyed();
      const first = await user.post(path, body, headers);
      assert.ok(first.status < 300, first.text);
      assert.equal(first.headers.get("idempotency-replayed"), null);
      const before = await stored(user);
      const again = await user.post(path, body, headers);
      assert.deepEqual([again.status, again.text], [first.status, first.text]);
      for (const name of ["etag", "location", "content-type", "cache-control", "x-ratelimit-limit"]) {
        assert.equal(again.headers.get(name), first.headers.get(name), name);
      }
      assert.equal(again.headers.get("idempotency-replayed"), "true");
      const otherwise = { raw: `${JSON.stringify(body ?? {})} `, headers: { ...headers } };
      assertProblem(await user.request("POST", path, otherwise), 422, "idempotency_key_reused");
      assert.deepEqual(await stored(user), before);
      assertProblem(await user.post(path, body, keyed("two words")), 400, "invalid_idempotency_key");
    });
  }

  it("answers a repetition with the first response, byte for byte, and does nothing twice", async () => {
    const user = await newUser();
    const headers = keyed();
    const first = await user.post("/groups", { name: "Once" }, headers);
    const second = await user.post("/groups", { name: "Once" }, headers);
    assert.deepEqual([first.status, second.status], [201, 201]);
    assert.equal(second.text, first.text);
    for (const name of ["etag", "location", "content-type", "cache-control"]) {
      assert.equal(second.headers.get(name), first.headers.get(name), name);
    }
    assert.equal(first.headers.get("idempotency-replayed"), null);
    assert.equal(second.headers.get("idempotency-replayed"), "true");
    assert.equal((await user.get("/groups")).body.items.length, 2);
  });

  it("replays a registration as 201, and an invite with its code", async () => {
    const user = await signUp();
    const headers = keyed();
    const first = await user.post("/users", {}, headers);
    const again = await user.post("/users", {}, headers);
    assert.deepEqual([first.status, again.status, again.text], [201, 201, first.text]);
    const { group_id, owner } = await newGroup();
    const key = keyed();
    const path = `/groups/${group_id}/invites`;
    const invites = [
      await owner.post(path, { email: "x@example.com" }, key),
      await owner.post(path, { email: "x@example.com" }, key),
    ];
    assert.equal(invites[0]?.body.invite_code, invites[1]?.body.invite_code);
  });

  it("replays a refusal too, though it would be granted by now", async () => {
    const { group_id, owner, member } = await newGroup();
    const headers = keyed();
    const body = { email: member.email };
    assertProblem(await owner.post(`/groups/${group_id}/invites`, body, headers), 409, "already_member");
    await member.delete(`/groups/${group_id}/members/${member.user_id}`);
    const replayed = await owner.post(`/groups/${group_id}/invites`, body, headers);
    assertProblem(replayed, 409, "already_member");
    assert.equal(replayed.headers.get("idempotency-replayed"), "true");
    assert.equal((await owner.post(`/groups/${group_id}/invites`, body, keyed())).status, 201);
  });

  it("is refused for another body or another route", async () => {
    const { group_id, owner } = await newGroup();
    const headers = keyed();
    await owner.post("/groups", { name: "A" }, headers);
    assertProblem(await owner.post("/groups", { name: "B" }, headers), 422, "idempotency_key_reused");
    assertProblem(
      await owner.post(`/groups/${group_id}/invites`, { email: "x@example.com" }, headers),
      422,
      "idempotency_key_reused",
    );
    assert.equal((await owner.post("/groups", { name: "A" }, headers)).headers.get("idempotency-replayed"), "true");
  });

  it("has one effect when used many times at once", async () => {
    const user = await newUser();
    const headers = keyed();
    const replies = await Promise.all(Array.from({ length: 8 }, () => user.post("/groups", { name: "Once" }, headers)));
    const made = replies.filter(({ status }) => status === 201);
    assert.ok(made.length >= 1);
    assert.equal(new Set(made.map(({ text }) => text)).size, 1);
    for (const reply of replies.filter(({ status }) => status !== 201)) {
      assertProblem(reply, 409, "idempotency_key_in_flight");
    }
    assert.equal((await user.get("/groups")).body.items.length, 2);
  });

  it("belongs to one user", async () => {
    const [a, b] = await Promise.all([newUser(), newUser()]);
    const headers = keyed();
    const [first, second] = [
      await a.post("/groups", { name: "A" }, headers),
      await b.post("/groups", { name: "A" }, headers),
    ];
    assert.notEqual(first.body.group_id, second.body.group_id);
  });

  it("is forgotten after 24 hours", async () => {
    const user = await newUser();
    const headers = keyed();
    const first = await user.post("/groups", { name: "A" }, headers);
    const { users } = await stack();
    await users`update idempotency_keys set created_at = now() - interval '24 hours 1 second' where user_id = ${user.user_id}`;
    const second = await user.post("/groups", { name: "A" }, headers);
    assert.notEqual(second.body.group_id, first.body.group_id);
    assert.equal((await user.post("/groups", { name: "A" }, headers)).text, second.text);
  });

  it("is forgotten after 24 hours by the ledger too, and its record swept away with others' requests", async () => {
    const { transactions } = await stack();
    const [user, expense] = await newExpense();
    const headers = keyed();
    const first = await user.post("/transactions", expense, headers);
    const keys = () => transactions`
      select key from idempotency_keys where user_id = ${user.user_id} and created_at < now() - interval '24 hours'
    `;
    const age = () => transactions`
      update idempotency_keys set created_at = now() - interval '24 hours 1 second' where user_id = ${user.user_id}
    `;
    await age();
    const second = await user.post("/transactions", expense, headers);
    assert.equal(second.status, 201);
    assert.notEqual(second.body.transaction_id, first.body.transaction_id);
    assert.equal((await user.post("/transactions", expense, headers)).text, second.text);
    await age();
    assert.equal((await keys()).length, 1);
    await user.post("/transactions", expense, keyed());
    assert.equal((await keys()).length, 0);
    assert.equal((await stored(user)).rows.length, 3);
  });

  it("has at most 255 printable characters", async () => {
    const user = await newUser();
    for (const key of ["x".repeat(256), "two words", "é"]) {
      assertProblem(await user.post("/groups", { name: "A" }, keyed(key)), 400, "invalid_idempotency_key");
    }
    assert.equal((await user.post("/groups", { name: "A" }, keyed("x".repeat(255)))).status, 201);
  });

  it("does not remember invalid requests", async () => {
    const user = await newUser();
    const headers = keyed();
    assertProblem(await user.post("/groups", { name: "" }, headers), 422, "invalid_body");
    assert.equal((await user.post("/groups", { name: "Corrected" }, headers)).status, 201);
  });
});
