import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import {
  newBalance,
  newSaver,
  newTransaction,
  outbox,
  readBalance,
  refused,
  type TransactionBody,
} from "../../support/ledger";

/** What events tell of a transaction besides what the API shows. */
const told = (
  transaction: TransactionBody,
  more: { version: number; transacted_on?: string; to_currency?: string },
) => ({
  ...transaction,
  to_currency: null,
  transacted_on: transaction.transacted_at.slice(0, 10),
  ...more,
});

/** The events of a user since they opened their balances. */
const eventsOf = async (user: { user_id: string }) =>
  (await outbox(user)).filter((row) => row.event_type !== "BalanceCreated");

describe("Events of the transactions service", () => {
  it("are CloudEvents 1.0 with the whole balance, keyed by its owner", async () => {
    const { user } = await newSaver();
    const made = await newBalance(user, { name: "Account", opening_amount: "12.5" });
    const [row] = (await outbox(user)).slice(-1);
    const { time, data, correlationid, ...envelope } = row?.payload ?? {};
    assert.deepEqual(envelope, {
      specversion: "1.0",
      id: row?.id,
      source: "/ahorro/transactions",
      type: "BalanceCreated",
      subject: user.user_id,
      datacontenttype: "application/json",
    });
    assert.deepEqual([row?.event_type, row?.aggregate_id], ["BalanceCreated", user.user_id]);
    assert.match(correlationid, /^[\w-]{15}=$/);
    assert.match(time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    assert.deepEqual(data, { ...made, deleted_at: null, version: 1 });
  });

  it("tell of a balance's life: each state as the API showed it, its version, and what was before", async () => {
    const { user, wallet } = await newSaver();
    const path = `/balances/${wallet}`;
    const opened = await readBalance(user, wallet);
    const renamed = (await user.put(path, { name: "Renamed" })).body;
    await newTransaction(user, { from_balance_id: wallet, amount: "1.50" });
    const spent = await readBalance(user, wallet);
    const corrected = (await user.put(path, { name: "Renamed", opening_amount: "-7" })).body;
    assert.equal(corrected.amount, "-8.50");
    await user.delete(path);
    const [first, , second, third, ...rest] = await eventsOf(user);
    assert.deepEqual(
      [first, second, third].map((row) => row?.event_type),
      ["BalanceUpdated", "BalanceUpdated", "BalanceDeleted"],
    );
    assert.deepEqual(rest, []);
    const state = (balance: object, version: number) => ({ ...balance, deleted_at: null, version });
    assert.deepEqual(first?.payload.data, { ...state(renamed, 2), previous: state(opened, 1) });
    // The transaction was a change of the balance, too: its version.
    assert.deepEqual(second?.payload.data, { ...state(corrected, 4), previous: state(spent, 3) });
    const { deleted_at, updated_at, ...last } = third?.payload.data ?? {};
    const { updated_at: _, ...before } = corrected;
    assert.deepEqual(last, { ...before, version: 5 });
    assert.match(deleted_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    assert.ok(updated_at > corrected.updated_at);
    for (const row of [first, second, third]) {
      assert.deepEqual([row?.payload.subject, row?.payload.type], [user.user_id, row?.event_type]);
    }
  });

  it("tell of a transaction's life, with the sender's day and the currency of what arrived", async () => {
    const { user, wallet, dollars } = await newSaver();
    const movement = {
      type: "movement",
      amount: "10",
      from_balance_id: wallet,
      to_balance_id: dollars,
      to_amount: "11.5",
      category_id: randomUUID(),
      entries: [{ amount: "10", description: "All" }],
      transacted_at: "2026-11-22T23:30:00-05:00",
    };
    const made = await newTransaction(user, movement);
    const path = `/transactions/${made.transaction_id}`;
    const expense = { type: "expense", amount: "3", from_balance_id: wallet };
    const changed = (await user.put(path, { ...expense, approved: false })).body;
    const approved = (await user.put(path, expense)).body;
    await user.delete(path);
    const deleted = (await user.get(path)).body;
    const restored = (await user.post(`${path}/restore`)).body;
    const rows = await eventsOf(user);
    assert.deepEqual(
      rows.map((row) => row.event_type),
      ["TransactionCreated", "TransactionUpdated", "TransactionUpdated", "TransactionDeleted", "TransactionUpdated"],
    );
    const day = { transacted_on: "2026-11-22" };
    const states = [
      told(made, { ...day, version: 1, to_currency: "USD" }),
      ...[changed, approved, deleted, restored].map((state, i) => told(state, { ...day, version: i + 2 })),
    ];
    assert.deepEqual(
      rows.map((row) => row.payload.data),
      [
        states[0],
        { ...states[1], previous: states[0] },
        { ...states[2], previous: states[1] },
        states[3],
        { ...states[4], previous: states[3] },
      ],
    );
    for (const row of rows) {
      assert.deepEqual([row.aggregate_id, row.payload.subject], [user.user_id, user.user_id]);
      assert.deepEqual([row.payload.id, row.payload.type], [row.id, row.event_type]);
    }
  });

  it("are written once for each item of a batch that was recorded, in order", async () => {
    const { user, wallet } = await newSaver();
    const items = ["1", "0", "2", "x", "3"].map((amount) => ({ type: "expense", amount, from_balance_id: wallet }));
    const { body } = await user.post("/transactions/batch", { items });
    assert.deepEqual(
      (await eventsOf(user)).map((row) => row.payload.data),
      [0, 2, 4].map((index) => told(body.items[index].transaction, { version: 1 })),
    );
  });

  it("are not written for what is refused or replayed", async () => {
    const { user, wallet, savings } = await newSaver();
    const key = { "idempotency-key": randomUUID() };
    const expense = { type: "expense", amount: "1", from_balance_id: wallet };
    const { transaction_id } = (await user.post("/transactions", expense, key)).body;
    const path = `/transactions/${transaction_id}`;
    const opening = { name: "Other", currency: "EUR" };
    await user.post(`/balances/${user.user_id}`, opening, { "idempotency-key": "opening" });
    const before = await outbox(user);
    const replayed = [
      await user.post("/transactions", expense, key),
      await user.post(`/balances/${user.user_id}`, opening, { "idempotency-key": "opening" }),
    ];
    for (const reply of replayed) assert.equal(reply.headers.get("idempotency-replayed"), "true");
    const stale = { "if-match": '"stale"' };
    await refused(user, () => user.put(path, expense, stale), 412, "stale");
    await refused(user, () => user.delete(path, stale), 412, "stale");
    await refused(user, () => user.put(`/balances/${wallet}`, { name: "N" }, stale), 412, "stale");
    await refused(user, () => user.delete(`/balances/${savings}`, stale), 412, "stale");
    await refused(user, () => user.post(`${path}/restore`), 409, "transaction_not_deleted");
    assert.deepEqual(await outbox(user), before);
  });
});
