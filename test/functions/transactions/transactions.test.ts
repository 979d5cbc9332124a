import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { personalGroupId } from "../../../functions/runtime/ids";
import { assertProblem, newUser, type Reply, type User } from "../../support/api";
import {
  assertInvariant,
  balanceOf,
  keyed,
  newBalance,
  newSaver,
  newSharedGroup,
  newTransaction,
  pathsOf,
  refused,
  stored,
  tagOf,
} from "../../support/ledger";
import { share } from "../../support/memberships";

describe("Transactions", () => {
  it("are answered whole, with their place and tag, and read the same", async () => {
    const { user, wallet } = await newSaver();
    const category_id = randomUUID();
    const made = await user.post("/transactions", {
      type: "expense",
      amount: 12.5,
      from_balance_id: wallet.toUpperCase(),
      category_id,
      description: " Groceries ",
      entries: [{ amount: "10", description: "Fish", category_id }, { amount: "2.50" }],
      transacted_at: "2026-11-22T23:30:00.123456-05:00",
    });
    assert.equal(made.status, 201);
    const { transaction_id, entries, created_at, updated_at, approved_at, ...rest } = made.body;
    assert.deepEqual(rest, {
      user_id: user.user_id,
      group_id: personalGroupId(user.user_id),
      type: "expense",
      amount: "12.50",
      currency: "EUR",
      from_balance_id: wallet,
      to_balance_id: null,
      to_amount: null,
      category_id,
      description: "Groceries",
      transacted_at: "2026-11-23T04:30:00.123Z",
      deleted_at: null,
    });
    assert.deepEqual(
      entries.map(({ entry_id: _, ...entry }: { entry_id: string }) => entry),
      [
        { description: "Fish", amount: "10.00", category_id },
        { description: null, amount: "2.50", category_id: null },
      ],
    );
    assert.equal(new Set(entries.map(({ entry_id }: { entry_id: string }) => entry_id)).size, 2);
    assert.deepEqual([created_at, updated_at], [approved_at, approved_at]);
    assert.equal(made.headers.get("location"), `/transactions/${transaction_id}`);
    const read = await user.get(`/transactions/${transaction_id}`);
    assert.deepEqual([read.text, tagOf(read)], [made.text, tagOf(made)]);
    const unchanged = await user.get(`/transactions/${transaction_id}`, { "if-none-match": tagOf(made) });
    assert.deepEqual([unchanged.status, unchanged.text], [304, ""]);
    assert.deepEqual((await user.get("/transactions")).body.items, [made.body]);
  });

  it("take, add or move, by their type", async () => {
    const { user, wallet, savings, dollars, amounts } = await newSaver();
    await newTransaction(user, { from_balance_id: wallet, amount: "12.34" });
    assert.deepEqual(await amounts(), ["87.66", "0.00", "0.00"]);
    await newTransaction(user, { type: "income", from_balance_id: wallet, amount: "0.34" });
    assert.deepEqual(await amounts(), ["88.00", "0.00", "0.00"]);
    await newTransaction(user, { type: "movement", from_balance_id: wallet, to_balance_id: savings, amount: 100 });
    assert.deepEqual(await amounts(), ["-12.00", "100.00", "0.00"]);
    const exchange = await newTransaction(user, {
      type: "movement",
      from_balance_id: savings,
      to_balance_id: dollars,
      amount: "50",
      to_amount: "57.21",
    });
    assert.deepEqual(await amounts(), ["-12.00", "50.00", "57.21"]);
    assert.deepEqual([exchange.amount, exchange.currency, exchange.to_amount], ["50.00", "EUR", "57.21"]);
    await assertInvariant(user);
  });

  it("just now unless told when", async () => {
    const { user, wallet } = await newSaver();
    const before = Date.now();
    const { transacted_at, created_at } = await newTransaction(user, { from_balance_id: wallet });
    assert.equal(transacted_at, created_at);
    assert.ok(Date.parse(transacted_at) >= before && Date.parse(transacted_at) <= Date.now());
  });

  it("belong to the group of the balance they come from", async () => {
    const { group_id, owner } = await newSharedGroup();
    const [own, shared] = [await newBalance(owner), await newBalance(owner, { group_id })];
    const movement = { type: "movement", from_balance_id: shared.balance_id, to_balance_id: own.balance_id };
    assert.equal((await newTransaction(owner, movement)).group_id, group_id);
    const back = { ...movement, from_balance_id: own.balance_id, to_balance_id: shared.balance_id };
    const { transaction_id, group_id: personal } = await newTransaction(owner, back);
    assert.equal(personal, personalGroupId(owner.user_id));
    const moved = await owner.put(`/transactions/${transaction_id}`, {
      type: "expense",
      amount: "1",
      from_balance_id: shared.balance_id,
    });
    assert.equal(moved.body.group_id, group_id);
  });

  it("on balances of others, or of nobody, are not found", async () => {
    const [{ user, wallet }, { group_id, owner, member }] = await Promise.all([newSaver(), newSharedGroup()]);
    const { balance_id: shared } = await newBalance(owner, { group_id });
    const own = await newBalance(member, { group_id });
    const others = await stored(owner);
    const expense = { type: "expense", amount: "1" };
    const movement = { type: "movement", amount: "1" };
    for (const body of [
      { ...expense, from_balance_id: shared },
      { ...expense, from_balance_id: randomUUID() },
      { ...movement, from_balance_id: wallet, to_balance_id: shared },
      { ...movement, from_balance_id: shared, to_balance_id: wallet },
    ]) {
      await refused(user, () => user.post("/transactions", body), 404, "balance_not_found");
    }
    // To see a balance is not to write on it.
    for (const body of [
      { ...expense, from_balance_id: shared },
      { ...movement, from_balance_id: own.balance_id, to_balance_id: shared },
    ]) {
      await refused(member, () => member.post("/transactions", body), 404, "balance_not_found");
    }
    assert.deepEqual(await stored(owner), others);
  });

  it("need a target exactly when they are movements, and another one", async () => {
    const { user, wallet, savings } = await newSaver();
    const send = (body: Record<string, unknown>) => () =>
      user.post("/transactions", { amount: "1", from_balance_id: wallet, ...body });
    for (const [body, path] of [
      [{ type: "expense", to_balance_id: savings }, "to_balance_id"],
      [{ type: "income", to_balance_id: savings }, "to_balance_id"],
      [{ type: "movement" }, "to_balance_id"],
      [{ type: "movement", to_balance_id: null }, "to_balance_id"],
      [{ type: "movement", to_balance_id: wallet }, "to_balance_id"],
      [{ type: "movement", to_balance_id: wallet.toUpperCase() }, "to_balance_id"],
      [{ type: "expense", to_amount: "1" }, "to_amount"],
      [{ type: "income", to_amount: "1" }, "to_amount"],
    ] as const) {
      const problem = await refused(user, send(body), 422, "invalid_body");
      assert.deepEqual(pathsOf(problem), [path], JSON.stringify(body));
    }
  });

  it("across currencies tell what arrives, within one they do not", async () => {
    const { user, wallet, savings, dollars } = await newSaver();
    const movement = { type: "movement", amount: "1", from_balance_id: wallet };
    for (const body of [
      { ...movement, to_balance_id: dollars },
      { ...movement, to_balance_id: savings, to_amount: "1" },
    ]) {
      const problem = await refused(user, () => user.post("/transactions", body), 422, "invalid_body");
      assert.deepEqual(pathsOf(problem), ["to_amount"]);
    }
  });

  it("in yen are whole, on either side and in each entry", async () => {
    const { user, wallet } = await newSaver();
    const { balance_id: yen } = await newBalance(user, { currency: "JPY" });
    const movement = { type: "movement", from_balance_id: wallet, to_balance_id: yen, amount: "1.25" };
    for (const [body, paths] of [
      [{ type: "expense", from_balance_id: yen, amount: "1.5" }, ["amount"]],
      [{ ...movement, to_amount: "200.10" }, ["to_amount"]],
      [
        { type: "income", from_balance_id: yen, amount: "3", entries: [{ amount: "1.5" }, { amount: 1.5 }] },
        ["entries.0.amount", "entries.1.amount"],
      ],
    ] as const) {
      const problem = await refused(user, () => user.post("/transactions", body), 422, "invalid_body");
      assert.deepEqual(pathsOf(problem), paths);
    }
    assert.equal((await newTransaction(user, { ...movement, to_amount: "200.00" })).to_amount, "200.00");
    assert.equal((await newTransaction(user, { from_balance_id: yen, amount: 50 })).amount, "50.00");
    assert.equal(await balanceOf(user, yen), "150.00");
  });

  it("have entries that add up, 50 at most", async () => {
    const { user, wallet } = await newSaver();
    const send =
      (amount: unknown, ...entries: unknown[]) =>
      () =>
        user.post("/transactions", {
          type: "expense",
          from_balance_id: wallet,
          amount,
          entries: entries.map((entry) => ({ amount: entry })),
        });
    for (const [amount, entries] of [
      ["10", ["9.99"]],
      ["10", ["5", "5.01"]],
      ["10", ["10", "10"]],
      ["9999999999999999.99", ["9999999999999999.98"]],
    ] as const) {
      assert.deepEqual(pathsOf(await refused(user, send(amount, ...entries), 422, "invalid_body")), ["entries"]);
    }
    for (const bad of ["0", "-1", "1.001", null, {}]) {
      const problem = await refused(user, send("1", "1", bad), 422, "invalid_body");
      assert.ok(pathsOf(problem).includes("entries.1.amount"), JSON.stringify(problem));
    }
    const many = Array.from({ length: 51 }, () => "1");
    assert.deepEqual(pathsOf(await refused(user, send("51", ...many), 422, "invalid_body")), ["entries"]);
    assert.equal((await send("50", ...many.slice(1))()).body.entries.length, 50);
    // What floats get wrong.
    assert.equal((await send(0.3, 0.1, 0.2)()).status, 201);
    assert.equal((await send("1.10", "0.70", "0.40")()).status, 201);
    assert.deepEqual((await send("1")()).body.entries, []);
    await assertInvariant(user);
  });

  it("are remembered by their Idempotency-Key: repeated, they have one effect, whatever happened since", async () => {
    const { user, wallet } = await newSaver();
    const headers = keyed();
    const body = { type: "expense", amount: "1.00", from_balance_id: wallet };
    const first = await user.post("/transactions", body, headers);
    const replay = async () => {
      const again = await user.post("/transactions", body, headers);
      assert.deepEqual([again.status, again.text], [201, first.text]);
      for (const name of ["etag", "location", "content-type"]) {
        assert.equal(again.headers.get(name), first.headers.get(name));
      }
      assert.equal(again.headers.get("idempotency-replayed"), "true");
    };
    assert.equal(first.headers.get("idempotency-replayed"), null);
    await replay();
    await user.delete(`/transactions/${first.body.transaction_id}`);
    await replay();
    assert.equal(await balanceOf(user, wallet), "100.00");
    await user.delete(`/balances/${wallet}`);
    const before = await stored(user);
    await replay();
    assertProblem(await user.post("/transactions", { ...body, amount: "2" }, headers), 422, "idempotency_key_reused");
    assert.deepEqual(await stored(user), before);
  });

  it("refused are remembered as refused", async () => {
    const { user, savings } = await newSaver();
    const headers = keyed();
    const body = { type: "expense", amount: "1.00", from_balance_id: randomUUID() };
    const first = await user.post("/transactions", body, headers);
    assertProblem(first, 404, "balance_not_found");
    const again = await user.post("/transactions", body, headers);
    assert.deepEqual([again.status, again.text], [404, first.text]);
    assert.equal(again.headers.get("idempotency-replayed"), "true");
    const other = { ...body, from_balance_id: savings };
    assertProblem(await user.post("/transactions", other, headers), 422, "idempotency_key_reused");
    assert.equal((await stored(user)).rows.length, 0);
  });

  it("many times at once with one key happen once", async () => {
    const { user, wallet } = await newSaver();
    const body = { type: "expense", amount: "1.00", from_balance_id: wallet };
    for (let round = 0; round < 3; round += 1) {
      const headers = keyed();
      const replies = await Promise.all(Array.from({ length: 8 }, () => user.post("/transactions", body, headers)));
      const made = replies.filter(({ status }) => status === 201);
      assert.equal(new Set(made.map(({ text }) => text)).size, 1);
      assert.equal(made.filter(({ headers: sent }) => sent.get("idempotency-replayed") === null).length, 1);
      for (const reply of replies.filter(({ status }) => status !== 201)) {
        assertProblem(reply, 409, "idempotency_key_in_flight");
      }
    }
    assert.equal(await balanceOf(user, wallet), "97.00");
    assert.equal((await stored(user)).events.filter((row) => row.event_type === "TransactionCreated").length, 3);
  });

  describe("of a group", () => {
    it("are read by those who are in it now, and written by their owner only", async () => {
      const [{ group_id, owner, admin, member }, guest] = await Promise.all([newSharedGroup(), newUser()]);
      const { balance_id } = await newBalance(owner, { group_id });
      const { balance_id: own } = await newBalance(owner);
      const shared = await newTransaction(owner, { from_balance_id: balance_id });
      const personal = await newTransaction(owner, { from_balance_id: own });
      const path = `/transactions/${shared.transaction_id}`;
      const visible = async (user: User) => {
        const [one, group, person, balance] = await Promise.all([
          user.get(path),
          user.get(`/transactions?group_id=${group_id}`),
          user.get(`/transactions?user_id=${owner.user_id}`),
          user.get(`/transactions?balance_id=${balance_id}`),
        ]);
        const lists = [group, person, balance].map(({ body }) => body.items.length);
        return [one.status, ...lists];
      };
      for (const user of [admin, member]) {
        assert.deepEqual(await visible(user), [200, 1, 1, 1]);
        assert.deepEqual((await user.get("/transactions")).body.items, []);
        assertProblem(await user.get(`/transactions/${personal.transaction_id}`), 404, "transaction_not_found");
        const expense = { type: "expense", amount: "1", from_balance_id: balance_id };
        await refused(owner, () => user.put(path, expense), 404, "transaction_not_found");
        await refused(owner, () => user.delete(path), 404, "transaction_not_found");
        await refused(owner, () => user.post(`${path}/restore`), 404, "transaction_not_found");
      }
      assert.deepEqual(await visible(guest), [404, 0, 0, 0]);
      await share(group_id, owner, admin, guest);
      assert.deepEqual(await visible(guest), [200, 1, 1, 1]);
      assert.deepEqual(await visible(member), [404, 0, 0, 0]);
      await share(group_id, guest);
      // The owner has left: what is theirs they keep, and may write.
      assert.equal((await owner.get(path)).status, 200);
      assert.deepEqual((await owner.get("/transactions")).body.items.length, 2);
      assert.equal((await owner.delete(path)).status, 204);
    });

    it("do not exist for others: unknown and foreign are answered alike", async () => {
      const [{ user, wallet }, stranger] = await Promise.all([newSaver(), newSaver()]);
      const { transaction_id } = await newTransaction(user, { from_balance_id: wallet });
      const expense = { type: "expense", amount: "1", from_balance_id: stranger.wallet };
      const routes: ((path: string) => Promise<Reply>)[] = [
        (path) => stranger.user.get(path),
        (path) => stranger.user.put(path, expense),
        (path) => stranger.user.delete(path),
        (path) => stranger.user.post(`${path}/restore`),
      ];
      for (const route of routes) {
        const [foreign, missing] = await Promise.all(
          [transaction_id, randomUUID()].map((id) => route(`/transactions/${id}`)),
        );
        assert.equal(foreign?.status, 404);
        assert.deepEqual(foreign?.body, missing?.body);
      }
    });
  });
});
