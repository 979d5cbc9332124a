import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { assertProblem, newUser } from "../../support/api";
import {
  assertInvariant,
  balanceOf,
  keyed,
  newBalance,
  newSaver,
  newSharedGroup,
  newTransaction,
  refused,
  stored,
  tagOf,
} from "../../support/ledger";

describe("Changes of transactions", () => {
  describe("that are pending", () => {
    it("have no effect until they are approved, nor after they are not", async () => {
      const { user, wallet, savings, amounts } = await newSaver();
      const body = { type: "movement", amount: "10", from_balance_id: wallet, to_balance_id: savings };
      const { transaction_id, approved_at } = await newTransaction(user, { ...body, approved: false });
      const path = `/transactions/${transaction_id}`;
      assert.equal(approved_at, null);
      assert.deepEqual(await amounts(), ["100.00", "0.00", "0.00"]);
      assert.equal((await user.put(path, { ...body, amount: "20", approved: false })).body.approved_at, null);
      assert.deepEqual(await amounts(), ["100.00", "0.00", "0.00"]);
      const approved = (await user.put(path, { ...body, approved: true })).body;
      assert.equal(approved.approved_at, approved.updated_at);
      assert.deepEqual(await amounts(), ["90.00", "10.00", "0.00"]);
      // Approved is approved: when it was stays.
      assert.equal((await user.put(path, { ...body, amount: "11" })).body.approved_at, approved.approved_at);
      assert.deepEqual(await amounts(), ["89.00", "11.00", "0.00"]);
      assert.equal((await user.put(path, { ...body, approved: false })).body.approved_at, null);
      assert.deepEqual(await amounts(), ["100.00", "0.00", "0.00"]);
      await assertInvariant(user);
    });

    it("are deleted and restored without an effect", async () => {
      const { user, wallet, amounts } = await newSaver();
      const { transaction_id } = await newTransaction(user, { from_balance_id: wallet, approved: false });
      const path = `/transactions/${transaction_id}`;
      assert.equal((await user.delete(path)).status, 204);
      const restored = await user.post(`${path}/restore`);
      assert.deepEqual([restored.status, restored.body.approved_at, restored.body.deleted_at], [200, null, null]);
      assert.deepEqual(await amounts(), ["100.00", "0.00", "0.00"]);
    });
  });

  it("are whole anew: amounts, types, balances and currencies", async () => {
    const { user, wallet, savings, dollars, amounts } = await newSaver();
    const made = await newTransaction(user, {
      from_balance_id: wallet,
      amount: "10",
      description: "First",
      category_id: randomUUID(),
      entries: [{ amount: "10" }],
      transacted_at: "2026-11-01T10:00:00Z",
    });
    const path = `/transactions/${made.transaction_id}`;
    const put = async (body: Record<string, unknown>, expected: string[]) => {
      const reply = await user.put(path, body);
      assert.equal(reply.status, 200, reply.text);
      assert.deepEqual(await amounts(), expected);
      await assertInvariant(user);
      const read = await user.get(path);
      assert.deepEqual([read.text, tagOf(read)], [reply.text, tagOf(reply)]);
      return reply.body;
    };
    const changed = await put({ type: "expense", amount: "15", from_balance_id: wallet }, ["85.00", "0.00", "0.00"]);
    const { updated_at, ...rest } = changed;
    const { updated_at: _, ...was } = made;
    assert.deepEqual(rest, { ...was, amount: "15.00", description: null, category_id: null, entries: [] });
    assert.ok(updated_at > made.updated_at);
    await put({ type: "income", amount: "15", from_balance_id: wallet }, ["115.00", "0.00", "0.00"]);
    await put({ type: "expense", amount: "1", from_balance_id: savings }, ["100.00", "-1.00", "0.00"]);
    const movement = { type: "movement", amount: "20", from_balance_id: wallet, to_balance_id: savings };
    await put(movement, ["80.00", "20.00", "0.00"]);
    await put({ ...movement, from_balance_id: savings, to_balance_id: wallet, amount: "5" }, [
      "105.00",
      "-5.00",
      "0.00",
    ]);
    const exchanged = await put({ ...movement, to_balance_id: dollars, to_amount: "23.45" }, [
      "80.00",
      "0.00",
      "23.45",
    ]);
    assert.equal(exchanged.currency, "EUR");
    const back = { ...movement, from_balance_id: dollars, to_balance_id: savings, to_amount: "17.50" };
    assert.equal((await put(back, ["100.00", "17.50", "-20.00"])).currency, "USD");
    const last = await put({ type: "expense", amount: "3", from_balance_id: dollars }, ["100.00", "0.00", "-3.00"]);
    assert.deepEqual([last.currency, last.to_balance_id, last.to_amount], ["USD", null, null]);
    assert.equal(last.created_at, made.created_at);
    assert.equal(last.transacted_at, made.transacted_at);
  });

  it("keep their day and time unless told, and the ids of entries that are named", async () => {
    const { user, wallet } = await newSaver();
    const made = await newTransaction(user, {
      from_balance_id: wallet,
      amount: "6",
      entries: [{ amount: "1" }, { amount: "2" }, { amount: "3" }],
      transacted_at: "2026-11-22T23:30:00-05:00",
    });
    const path = `/transactions/${made.transaction_id}`;
    const [first, second, third] = made.entries.map(({ entry_id }) => entry_id);
    const foreign = randomUUID();
    const changed = await user.put(path, {
      type: "expense",
      amount: "10",
      from_balance_id: wallet,
      entries: [
        { entry_id: third, amount: "3", description: "Third" },
        { amount: "1" },
        { entry_id: first, amount: "1" },
        { entry_id: foreign, amount: "2" },
        { entry_id: first, amount: "3" },
      ],
    });
    const ids = changed.body.entries.map(({ entry_id }: { entry_id: string }) => entry_id);
    assert.deepEqual([ids[0], ids[2]], [third, first]);
    assert.equal(new Set([...ids, second, foreign]).size, 7);
    const found = async (day: string) => (await user.get(`/transactions?from=${day}&to=${day}`)).body.items.length;
    assert.equal(changed.body.transacted_at, made.transacted_at);
    assert.deepEqual([await found("2026-11-22"), await found("2026-11-23")], [1, 0]);
    const sent = (transacted_at: string) =>
      user.put(path, { type: "expense", amount: "1", from_balance_id: wallet, transacted_at });
    assert.equal((await sent(made.transacted_at)).body.transacted_at, made.transacted_at);
    assert.deepEqual([await found("2026-11-22"), await found("2026-11-23")], [1, 0]);
    assert.equal((await sent("2026-11-23T04:31:00Z")).status, 200);
    assert.deepEqual([await found("2026-11-22"), await found("2026-11-23")], [0, 1]);
  });

  it("to what cannot be stay as they are", async () => {
    const [{ user, wallet, savings, dollars }, other] = await Promise.all([newSaver(), newSaver()]);
    const { transaction_id } = await newTransaction(user, { from_balance_id: wallet });
    const path = `/transactions/${transaction_id}`;
    const expense = { type: "expense", amount: "1", from_balance_id: wallet };
    const movement = { ...expense, type: "movement", to_balance_id: dollars };
    for (const [body, status, code] of [
      [{ ...expense, from_balance_id: other.wallet }, 404, "balance_not_found"],
      [{ ...movement, to_balance_id: other.wallet }, 404, "balance_not_found"],
      [movement, 422, "invalid_body"],
      [{ ...movement, to_balance_id: savings, to_amount: "1" }, 422, "invalid_body"],
      [{ ...expense, entries: [{ amount: "2" }] }, 422, "invalid_body"],
      [{ ...expense, amount: "0" }, 422, "invalid_body"],
      [{ amount: "1" }, 422, "invalid_body"],
      [{ ...expense, transaction_id }, 422, "invalid_body"],
    ] as const) {
      await refused(user, () => user.put(path, body), status, code);
    }
    await user.delete(`/balances/${savings}`);
    const onDeleted = { ...expense, from_balance_id: savings };
    await refused(user, () => user.put(path, onDeleted), 409, "balance_deleted");
    await refused(user, () => user.put(path, { ...movement, to_balance_id: savings }), 409, "balance_deleted");
  });

  it("honour If-Match, of which one of several racing changes is right", async () => {
    const { user, wallet } = await newSaver();
    const expense = { type: "expense", amount: "1", from_balance_id: wallet };
    const made = await user.post("/transactions", expense);
    const path = `/transactions/${made.body.transaction_id}`;
    for (const stale of ['"stale"', `W/${tagOf(made)}`]) {
      await refused(user, () => user.put(path, expense, { "if-match": stale }), 412, "stale");
      await refused(user, () => user.delete(path, { "if-match": stale }), 412, "stale");
    }
    const put = await user.put(path, { ...expense, amount: "2" }, { "if-match": `"x", ${tagOf(made)}` });
    assert.equal(put.status, 200);
    await refused(user, () => user.delete(path, { "if-match": tagOf(made) }), 412, "stale");
    for (let round = 0; round < 5; round += 1) {
      const now = { "if-match": tagOf(await user.get(path)) };
      const replies = await Promise.all(
        ["3", "4", "5", "6"].map((amount) => user.put(path, { ...expense, amount }, now)),
      );
      assert.deepEqual(replies.map(({ status }) => status).sort(), [200, 412, 412, 412]);
    }
    assert.equal((await user.delete(path, { "if-match": "*" })).status, 204);
    await assertInvariant(user);
  });

  describe("that are deleted", () => {
    it("give back what they took, and are for their owner to see and restore", async () => {
      const [{ group_id, owner, member }, stranger] = await Promise.all([newSharedGroup(), newUser()]);
      const { balance_id } = await newBalance(owner, { group_id });
      const made = await newTransaction(owner, { from_balance_id: balance_id, entries: [{ amount: "10" }] });
      const path = `/transactions/${made.transaction_id}`;
      assert.equal((await owner.delete(path)).status, 204);
      assert.equal(await balanceOf(owner, balance_id), "0.00");
      const deleted = (await owner.get(path)).body;
      assert.ok(deleted.deleted_at !== null && deleted.deleted_at === deleted.updated_at);
      assert.deepEqual({ ...deleted, deleted_at: null, updated_at: made.updated_at }, made);
      assertProblem(await member.get(path), 404, "transaction_not_found");
      const lists = ["/transactions", `/transactions?group_id=${group_id}`, `/transactions?balance_id=${balance_id}`];
      for (const list of lists) assert.deepEqual((await owner.get(list)).body.items, [], list);
      for (const list of [...lists.slice(1), `/transactions?user_id=${owner.user_id}`]) {
        const more = list.includes("?") ? `${list}&include_deleted=true` : `${list}?include_deleted=true`;
        assert.deepEqual((await owner.get(more)).body.items, [deleted], more);
        assert.deepEqual((await member.get(more)).body.items, [], more);
      }
      await refused(owner, () => owner.delete(path), 404, "transaction_not_found");
      const expense = { type: "expense", amount: "1", from_balance_id: balance_id };
      await refused(owner, () => owner.put(path, expense), 409, "transaction_deleted");
      for (const user of [member, stranger]) {
        await refused(owner, () => user.post(`${path}/restore`), 404, "transaction_not_found");
      }
      const restored = await owner.post(`${path}/restore`);
      assert.equal(restored.status, 200);
      const { updated_at, ...rest } = restored.body;
      const { updated_at: _, ...was } = made;
      assert.deepEqual(rest, was);
      assert.ok(updated_at > deleted.updated_at);
      assert.equal(tagOf(await owner.get(path)), tagOf(restored));
      assert.equal(await balanceOf(owner, balance_id), "-10.00");
      await refused(owner, () => owner.post(`${path}/restore`), 409, "transaction_not_deleted");
      assert.deepEqual((await member.get(path)).body, restored.body);
      await assertInvariant(owner);
    });

    it("are restored once by a repeated request, also when they are deleted again since", async () => {
      const { user, wallet } = await newSaver();
      const { transaction_id } = await newTransaction(user, { from_balance_id: wallet });
      const path = `/transactions/${transaction_id}`;
      await user.delete(path);
      const headers = keyed();
      const first = await user.post(`${path}/restore`, {}, headers);
      const again = await user.post(`${path}/restore`, {}, headers);
      assert.deepEqual([first.status, again.status, again.text], [200, 200, first.text]);
      assert.equal(again.headers.get("idempotency-replayed"), "true");
      await user.delete(path);
      const before = await stored(user);
      const late = await user.post(`${path}/restore`, {}, headers);
      assert.deepEqual([late.status, late.text], [200, first.text]);
      assert.deepEqual(await stored(user), before);
      // The same key on another transaction is another request.
      const other = await newTransaction(user, { from_balance_id: wallet });
      assertProblem(
        await user.post(`/transactions/${other.transaction_id}/restore`, {}, headers),
        422,
        "idempotency_key_reused",
      );
    });

    it("stay deleted when their balance is closed", async () => {
      const { user, wallet, savings } = await newSaver();
      const body = { type: "movement", from_balance_id: wallet, to_balance_id: savings };
      const { transaction_id } = await newTransaction(user, body);
      await user.delete(`/transactions/${transaction_id}`);
      await user.delete(`/balances/${savings}`);
      await refused(user, () => user.post(`/transactions/${transaction_id}/restore`), 409, "balance_deleted");
      assert.equal((await user.get(`/transactions/${transaction_id}`)).status, 200);
    });
  });
});
