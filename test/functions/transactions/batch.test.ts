import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { assertProblem } from "../../support/api";
import {
  assertInvariant,
  keyed,
  newBalance,
  newSaver,
  newTransaction,
  outbox,
  pathsOf,
  refused,
  stored,
} from "../../support/ledger";

// biome-ignore lint/suspicious/noExplicitAny: what is read of it is asserted
type Result = { index: number; status: number; transaction?: any; problem?: any };

/** Without what differs between two recordings of the same. */
const comparable = ({
  transaction_id,
  approved_at,
  transacted_at,
  created_at,
  updated_at,
  entries,
  ...rest
}: Result["transaction"]) => ({
  ...rest,
  approved: approved_at !== null,
  entries: entries.map(({ entry_id, ...entry }: { entry_id: string }) => entry),
});

describe("A batch", () => {
  it("records what single requests would, in the order of its items, with one event for each", async () => {
    const [one, many] = await Promise.all([newSaver(), newSaver()]);
    const items = ({ wallet, savings, dollars }: typeof one) => [
      {
        type: "expense",
        amount: "12.34",
        from_balance_id: wallet,
        description: "First",
        entries: [{ amount: "12.34" }],
      },
      { type: "movement", amount: 50, from_balance_id: wallet, to_balance_id: savings },
      { type: "movement", amount: "10", from_balance_id: savings, to_balance_id: dollars, to_amount: "11.11" },
      { type: "income", amount: "1000", from_balance_id: wallet, approved: false },
      { type: "income", amount: "0.01", from_balance_id: dollars },
    ];
    const singles = [];
    for (const item of items(one)) singles.push((await one.user.post("/transactions", item)).body);
    const reply = await many.user.post("/transactions/batch", { items: items(many) });
    assert.equal(reply.status, 207);
    assert.equal(reply.headers.get("etag"), null);
    const results: Result[] = reply.body.items;
    assert.deepEqual(
      results.map(({ index, status }) => [index, status]),
      [0, 1, 2, 3, 4].map((index) => [index, 201]),
    );
    const renamed = JSON.parse(
      [one.user.user_id, one.wallet, one.savings, one.dollars, singles[0].group_id].reduce(
        (text, id, i) =>
          text.replaceAll(
            id,
            [many.user.user_id, many.wallet, many.savings, many.dollars, results[0]?.transaction.group_id][i],
          ),
        JSON.stringify(singles.map(comparable)),
      ),
    );
    assert.deepEqual(
      results.map(({ transaction }) => comparable(transaction)),
      renamed,
    );
    assert.deepEqual(await many.amounts(), await one.amounts());
    for (const { transaction } of results) {
      assert.deepEqual((await many.user.get(`/transactions/${transaction.transaction_id}`)).body, transaction);
    }
    const events = (await outbox(many.user)).filter((row) => row.event_type === "TransactionCreated");
    assert.deepEqual(
      events.map(({ payload }) => payload.data.transaction_id),
      results.map(({ transaction }) => transaction.transaction_id),
    );
    await assertInvariant(many.user);
  });

  it("refuses what is wrong with an item for that item only, as a single request would be refused", async () => {
    const [{ user, wallet, savings, dollars, amounts }, other] = await Promise.all([newSaver(), newSaver()]);
    const { balance_id: closed } = await newBalance(user);
    await user.delete(`/balances/${closed}`);
    const expense = { type: "expense", amount: "1", from_balance_id: wallet };
    const bad: unknown[] = [
      { ...expense, amount: "0" },
      { ...expense, amount: "1.001", entries: [{ amount: "x" }] },
      { ...expense, nmae: 1 },
      { ...expense, from_balance_id: other.wallet },
      { ...expense, from_balance_id: randomUUID() },
      { ...expense, from_balance_id: closed },
      { ...expense, entries: [{ amount: "2" }] },
      { ...expense, type: "movement", to_balance_id: dollars },
      { ...expense, type: "movement", to_balance_id: savings, to_amount: "1" },
      { ...expense, transacted_at: "yesterday" },
      {},
    ];
    const items = [expense, ...bad.flatMap((item) => [item, expense])];
    const reply = await user.post("/transactions/batch", { items });
    assert.equal(reply.status, 207);
    const results: Result[] = reply.body.items;
    assert.deepEqual(
      results.map(({ index }) => index),
      items.map((_, index) => index),
    );
    for (const [index, { status, problem }] of results.entries()) {
      if (index % 2 === 0) assert.equal(status, 201);
      else {
        const single = await user.post("/transactions", bad[(index - 1) / 2]);
        assert.deepEqual([status, problem], [single.status, single.body]);
      }
    }
    assert.deepEqual(await amounts(), [`${100 - bad.length - 1}.00`, "0.00", "0.00"]);
    assert.equal((await outbox(user)).filter((row) => row.event_type === "TransactionCreated").length, bad.length + 1);
    await assertInvariant(user);
  });

  it("of nothing but what is wrong writes nothing", async () => {
    const { user } = await newSaver();
    const before = await stored(user);
    const items = [null, 1, "text", [], [[]], true, { type: "expense" }];
    const reply = await user.post("/transactions/batch", { items });
    const results: Result[] = reply.body.items;
    assert.deepEqual(
      results.map(({ status, problem }) => [status, problem.code]),
      items.map(() => [422, "invalid_body"]),
    );
    assert.deepEqual(await stored(user), before);
  });

  it("has 1 to 1000 items", async () => {
    const { user, wallet, amounts } = await newSaver();
    const item = { type: "expense", amount: "0.01", from_balance_id: wallet, description: "Imported" };
    const send = (count: number) => () =>
      user.post("/transactions/batch", { items: Array.from({ length: count }, () => item) });
    for (const count of [0, 1001]) {
      assert.deepEqual(pathsOf(await refused(user, send(count), 422, "invalid_body")), ["items"]);
    }
    for (const body of [{}, { items: null }, { items: {} }, { items: "x" }]) {
      const problem = await refused(user, () => user.post("/transactions/batch", body), 422, "invalid_body");
      assert.deepEqual(pathsOf(problem), ["items"]);
    }
    assert.equal((await send(1)()).body.items.length, 1);
    const results: Result[] = (await send(1000)()).body.items;
    assert.deepEqual([...new Set(results.map(({ status }) => status))], [201]);
    assert.equal(new Set(results.map(({ transaction }) => transaction.transaction_id)).size, 1000);
    assert.deepEqual(await amounts(), ["89.99", "0.00", "0.00"]);
    await assertInvariant(user);
  });

  it("has at most 5000 entries in all, so that its answer can be sent", async () => {
    const { user, wallet } = await newSaver();
    const entries = Array.from({ length: 50 }, () => ({ amount: "0.01" }));
    const items = Array.from({ length: 101 }, () => ({
      type: "expense",
      amount: "0.5",
      from_balance_id: wallet,
      entries,
    }));
    const problem = await refused(user, () => user.post("/transactions/batch", { items }), 422, "invalid_body");
    assert.deepEqual(pathsOf(problem), ["items"]);
    const { status, body } = await user.post("/transactions/batch", { items: items.slice(1) });
    assert.deepEqual([status, body.items.length], [207, 100]);
  });

  it("with a key happens once as a whole, with its refusals, also at once", async () => {
    const { user, wallet, savings } = await newSaver();
    const headers = keyed();
    const expense = { type: "expense", amount: "1", from_balance_id: wallet };
    const body = { items: [expense, { ...expense, from_balance_id: savings, amount: "0" }, expense] };
    const replies = await Promise.all([1, 2, 3, 4].map(() => user.post("/transactions/batch", body, headers)));
    const made = replies.filter(({ status }) => status === 207);
    assert.equal(new Set(made.map(({ text }) => text)).size, 1);
    for (const reply of replies.filter(({ status }) => status !== 207)) {
      assertProblem(reply, 409, "idempotency_key_in_flight");
    }
    await user.delete(`/balances/${wallet}`);
    const before = await stored(user);
    const late = await user.post("/transactions/batch", body, headers);
    assert.deepEqual([late.status, late.text], [207, made[0]?.text]);
    assert.equal(late.headers.get("idempotency-replayed"), "true");
    assertProblem(await user.post("/transactions/batch", { items: [expense] }, headers), 422, "idempotency_key_reused");
    assert.deepEqual(await stored(user), before);
    assert.equal(before.rows.length, 2);
  });

  it("of refusals alone is remembered too", async () => {
    const { user, wallet } = await newSaver();
    const headers = keyed();
    const body = { items: [{ type: "expense", amount: "0", from_balance_id: wallet }] };
    const first = await user.post("/transactions/batch", body, headers);
    const again = await user.post("/transactions/batch", body, headers);
    assert.deepEqual([first.status, again.status, again.text], [207, 207, first.text]);
    assert.equal(again.headers.get("idempotency-replayed"), "true");
  });

  it("beside other batches and single requests on the same balances loses nothing", async () => {
    const { user, wallet, savings, amounts } = await newSaver();
    const movement = (from: string, to: string) => ({
      type: "movement",
      amount: "0.01",
      from_balance_id: from,
      to_balance_id: to,
    });
    const there = Array.from({ length: 50 }, () => movement(wallet, savings));
    const back = Array.from({ length: 49 }, () => movement(savings, wallet));
    const replies = await Promise.all([
      ...[1, 2, 3, 4].flatMap(() => [
        user.post("/transactions/batch", { items: there }),
        user.post("/transactions/batch", { items: back }),
      ]),
      ...[1, 2, 3, 4].map(() => newTransaction(user, { from_balance_id: wallet, amount: "1" })),
    ]);
    assert.equal(replies.length, 12);
    assert.deepEqual(await amounts(), ["95.96", "0.04", "0.00"]);
    await assertInvariant(user);
  });
});
