import assert from "node:assert/strict";
import { matches } from "../../web/src/api/filters";
import type { Balance, NewTransaction, Transaction } from "../../web/src/api/types";
import { overlayBalances, overlayTransactions } from "../../web/src/offline/overlay";
import {
  bodyOf,
  type Change,
  draftOf,
  isApplied,
  nextWrite,
  type QueuedWrite,
  rebased,
} from "../../web/src/offline/writes";

const now = "2026-11-25T10:00:00.000Z";
const known = { user_id: "ana", group_id: "family", currency: "EUR", now };
const body = (amount: string, more: Partial<NewTransaction> = {}): NewTransaction => ({
  type: "expense",
  amount,
  from_balance_id: "purse",
  transacted_at: now,
  ...more,
});
const transaction = (id: string, amount = "10.00", more: Partial<NewTransaction> = {}): Transaction =>
  draftOf(body(amount, more), { ...known, transaction_id: id });
const balance = (amount: string): Balance => ({
  balance_id: "purse",
  user_id: "ana",
  group_id: "family",
  name: "Purse",
  currency: "EUR",
  opening_amount: "0.00",
  amount,
  created_at: now,
  updated_at: now,
});

let order = 0;
const write = (key: string, change: Change, state: QueuedWrite["state"] = "waiting"): QueuedWrite => ({
  key,
  user_id: "ana",
  order: order++,
  queued_at: now,
  change,
  state,
  attempted: false,
});
const create = (key: string, amount = "10.00") =>
  write(key, { kind: "create", body: body(amount), shown: transaction(key, amount) });
const update = (key: string, before: Transaction, amount: string) =>
  write(key, { kind: "update", body: body(amount), before, shown: { ...before, amount } });

describe("web: what is shown while writes wait", () => {
  const paid = transaction("paid");

  it("has what was recorded, changed, deleted and restored", () => {
    const shown = (writes: QueuedWrite[], list = [paid]) =>
      overlayTransactions(list, writes, {}).map(({ transaction_id, amount, queued }) => [
        transaction_id,
        amount,
        queued,
      ]);
    assert.deepEqual(shown([create("new", "3.00")]), [
      ["paid", "10.00", undefined],
      ["new", "3.00", "waiting"],
    ]);
    assert.deepEqual(shown([update("u", paid, "4.00")]), [["paid", "4.00", "waiting"]]);
    assert.deepEqual(shown([write("d", { kind: "delete", before: paid })]), []);
    assert.deepEqual(shown([write("r", { kind: "restore", before: paid })], []), [["paid", "10.00", "waiting"]]);
  });

  it("is the server's list itself when nothing waits", () => {
    const list = [paid];
    assert.equal(overlayTransactions(list, [], {}), list);
  });

  it("is put in the order of time, and only where the filters let it", () => {
    const early = write("early", {
      kind: "create",
      body: body("1.00"),
      shown: transaction("early", "1.00", { transacted_at: "2026-11-20T10:00:00Z" }),
    });
    assert.deepEqual(
      overlayTransactions([paid], [early], {}).map(({ transaction_id }) => transaction_id),
      ["paid", "early"],
    );
    assert.equal(overlayTransactions([paid], [early], { type: "income" }).length, 1);
    assert.equal(overlayTransactions([paid], [early], { min_amount: "1.01" }).length, 1);
  });

  it("moves the balances as the ledger will", () => {
    const amount = (...writes: QueuedWrite[]) => overlayBalances([balance("100.00")], writes)[0]?.amount;
    assert.equal(amount(create("a", "12.50")), "87.50");
    assert.equal(amount(update("u", paid, "4.00")), "106.00");
    assert.equal(amount(write("d", { kind: "delete", before: paid })), "110.00");
    assert.equal(amount(create("a"), write("d", { kind: "delete", before: transaction("a") })), "100.00");
  });

  it("does not count what was refused, nor what is pending", () => {
    const refused = { ...create("a"), state: "refused" as const };
    const pending = write("p", {
      kind: "create",
      body: body("5.00"),
      shown: { ...transaction("p", "5.00"), approved_at: null },
    });
    assert.equal(overlayBalances([balance("100.00")], [refused, pending])[0]?.amount, "100.00");
  });

  it("counts both ends of a movement", () => {
    const movement = transaction("m", "10.00", { type: "movement", to_balance_id: "savings", to_amount: "11.00" });
    const savings = { ...balance("5.00"), balance_id: "savings", currency: "USD" };
    const moved = overlayBalances(
      [balance("100.00"), savings],
      [write("m", { kind: "create", body: body("10"), shown: movement })],
    );
    assert.deepEqual(
      moved.map(({ amount }) => amount),
      ["90.00", "16.00"],
    );
  });
});

describe("web: the queue of writes", () => {
  it("is sent in order, but past what is stuck and what builds on it", () => {
    const stuck = { ...create("a"), state: "refused" as const };
    const onIt = update("b", transaction("a"), "1.00");
    const other = create("c");
    assert.equal(nextWrite([stuck, onIt, other])?.key, "c");
    assert.equal(nextWrite([stuck, onIt]), undefined);
    assert.equal(nextWrite([create("x"), other])?.key, "x");
  });

  it("has later writes change what the API made of the earlier", () => {
    const first = create("temporary");
    const later = update("u", transaction("temporary"), "2.00");
    const made = { ...transaction("temporary"), transaction_id: "real", updated_at: "2026-11-25T10:00:01.000Z" };
    const [next] = rebased([first, later, create("other")], first, made);
    assert.ok(next?.change.kind === "update");
    assert.equal(next.change.before.transaction_id, "real");
    assert.equal(next.change.before.updated_at, made.updated_at);
    assert.equal(next.change.shown.transaction_id, "real");
  });

  it("knows its own change again when the answer to it was lost", () => {
    const before = transaction("t", "10.00", { description: "Bread" });
    assert.ok(isApplied(before, bodyOf(before)));
    assert.ok(isApplied(before, { ...bodyOf(before), amount: "10" }));
    assert.ok(!isApplied(before, { ...bodyOf(before), amount: "10.01" }));
    assert.ok(!isApplied(before, { ...bodyOf(before), description: null }));
  });
});

describe("web: filters", () => {
  const bread = transaction("t", "10.00", {
    description: "Café con leche",
    entries: [{ amount: "10.00", category_id: "food", description: "Pan" }],
  });
  const table: [filters: Parameters<typeof matches>[1], found: boolean][] = [
    [{}, true],
    [{ q: "cafe" }, true],
    [{ q: "pan" }, true],
    [{ q: "tea" }, false],
    [{ category: ["food"] }, true],
    [{ category: ["rent"] }, false],
    [{ balance_id: "purse" }, true],
    [{ balance_id: "savings" }, false],
    [{ max_amount: "10" }, true],
    [{ max_amount: "9.99" }, false],
    [{ approved: false }, false],
    [{ user_id: "luis" }, false],
    [{ from: "2026-11-26" }, false],
    [{ to: "2026-11-24" }, false],
  ];
  for (const [filters, found] of table) {
    it(`${found ? "find" : "hide"} it by ${JSON.stringify(filters)}`, () =>
      assert.equal(matches(bread, filters), found));
  }
});
