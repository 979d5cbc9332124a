import assert from "node:assert/strict";
import { assertProblem } from "../../support/api";
import { assertInvariant, newSaver, newTransaction, stored, type TransactionBody } from "../../support/ledger";

describe("Many changes at once", () => {
  it("by many clients, in both directions, on two balances: none fails, none is lost", async () => {
    const { user, wallet, savings, amounts } = await newSaver();
    const movement = (from: string, to: string) => ({
      type: "movement",
      amount: "1.00",
      from_balance_id: from,
      to_balance_id: to,
    });
    const bodies = [
      movement(wallet, savings),
      movement(savings, wallet),
      { type: "expense", amount: "0.10", from_balance_id: wallet },
      { type: "income", amount: "0.01", from_balance_id: savings },
    ];
    const made = await Promise.all(Array.from({ length: 200 }, (_, i) => user.post("/transactions", bodies[i % 4])));
    assert.deepEqual(
      made.filter(({ status }) => status !== 201).map(({ text }) => text),
      [],
    );
    // 50 of each: the movements even out.
    assert.deepEqual(await amounts(), ["95.00", "0.50", "0.00"]);
    const transactions: TransactionBody[] = made.map(({ body }) => body);
    const mixed = await Promise.all(
      transactions.flatMap(({ transaction_id }, i) =>
        i % 2 === 0
          ? [user.delete(`/transactions/${transaction_id}`)]
          : [
              user.put(`/transactions/${transaction_id}`, { ...bodies[(i + 2) % 4], amount: "2.00" }),
              user.post("/transactions", bodies[i % 4]),
            ],
      ),
    );
    assert.deepEqual(
      mixed.filter(({ status }) => ![200, 201, 204].includes(status)).map(({ text }) => text),
      [],
    );
    await assertInvariant(user);
    const { events, rows } = await stored(user);
    assert.equal(rows.length, 300);
    const count = (type: string) => events.filter(({ event_type }) => event_type === type).length;
    assert.deepEqual(["TransactionCreated", "TransactionUpdated", "TransactionDeleted"].map(count), [300, 100, 100]);
  });

  it("deleted and restored by several, each change happens once", async () => {
    const { user, wallet, amounts } = await newSaver();
    const { transaction_id } = await newTransaction(user, { from_balance_id: wallet });
    const path = `/transactions/${transaction_id}`;
    for (let round = 0; round < 4; round += 1) {
      const deletions = await Promise.all(Array.from({ length: 4 }, () => user.delete(path)));
      assert.deepEqual(deletions.map(({ status }) => status).sort(), [204, 404, 404, 404]);
      assert.deepEqual(await amounts(), ["100.00", "0.00", "0.00"]);
      const restorations = await Promise.all(Array.from({ length: 4 }, () => user.post(`${path}/restore`)));
      assert.deepEqual(restorations.map(({ status }) => status).sort(), [200, 409, 409, 409]);
      assert.deepEqual(await amounts(), ["90.00", "0.00", "0.00"]);
    }
  });

  it("of one transaction are made one after another, or asked to come again", async () => {
    const { user, wallet } = await newSaver();
    const { transaction_id } = await newTransaction(user, { from_balance_id: wallet });
    const change = (i: number) =>
      user.put(`/transactions/${transaction_id}`, { type: "expense", amount: `${i + 1}.00`, from_balance_id: wallet });
    const replies = await Promise.all(Array.from({ length: 40 }, (_, i) => change(i)));
    const done = replies.filter(({ status }) => status === 200);
    for (const reply of replies.filter(({ status }) => status !== 200)) {
      assertProblem(reply, 503, "busy");
      assert.equal(reply.headers.get("retry-after"), "1");
    }
    const { events } = await stored(user);
    const updates = events
      .filter(({ event_type }) => event_type === "TransactionUpdated")
      .map(({ payload }) => payload.data);
    assert.deepEqual(
      updates.map(({ version }) => version),
      done.map((_, i) => i + 2),
    );
    for (const { version, previous } of updates) assert.equal(previous.version, version - 1);
    assert.deepEqual(updates.map(({ amount }) => amount).sort(), done.map(({ body }) => body.amount).sort());
    const last = (await user.get(`/transactions/${transaction_id}`)).body;
    assert.equal(last.amount, updates.at(-1)?.amount);
    await assertInvariant(user);
  });

  it("while a balance is closed, they are in it or refused", async () => {
    for (let round = 0; round < 3; round += 1) {
      const { user, wallet } = await newSaver();
      const body = { type: "expense", amount: "1", from_balance_id: wallet };
      const replies = await Promise.all([
        ...Array.from({ length: 6 }, () => user.post("/transactions", body)),
        user.delete(`/balances/${wallet}`),
        ...Array.from({ length: 6 }, () => user.post("/transactions", body)),
      ]);
      const [closed] = replies.splice(6, 1);
      assert.equal(closed?.status, 204);
      for (const reply of replies) {
        if (reply.status !== 201) assertProblem(reply, 409, "balance_deleted");
      }
      const { rows } = await stored(user);
      assert.equal(rows.length, replies.filter(({ status }) => status === 201).length);
      await assertInvariant(user);
    }
  });
});
