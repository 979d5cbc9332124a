import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import * as fc from "fast-check";
import * as v from "valibot";
import { fromHundredths, toHundredths } from "../../../functions/runtime/money";
import { problemOf } from "../../../functions/runtime/problem";
import {
  balancesNamed,
  deleted,
  deltasOf,
  effectsOf,
  type KnownBalance,
  type LedgerChange,
  type RecordedTransaction,
  recorded,
  requireUsable,
  restored,
  runningAmounts,
  shown,
} from "../../../functions/transactions/ledger";
import { searchable } from "../../../functions/transactions/record";
import { NewTransaction } from "../../../functions/transactions/schemas";

const user = randomUUID();
const balance = (currency: string, more: Partial<KnownBalance> = {}): KnownBalance => ({
  balance_id: randomUUID(),
  user_id: user,
  group_id: randomUUID(),
  currency,
  deleted: false,
  amount: "0.00",
  ...more,
});
const [wallet, savings, dollars, yen] = [balance("EUR"), balance("EUR"), balance("USD"), balance("JPY")];
const closed = balance("EUR", { deleted: true });
const known = new Map([wallet, savings, dollars, yen, closed].map((one) => [one.balance_id, one]));

const input = (body: Record<string, unknown>) =>
  v.parse(NewTransaction(), { type: "expense", amount: "10", from_balance_id: wallet.balance_id, ...body });
const at = (seconds: number) => new Date(Date.UTC(2026, 10, 22, 23, 0, seconds));
const record = (body: Record<string, unknown> = {}, current?: RecordedTransaction, now = at(0)) =>
  recorded(input(body), known, now, current);

const refuses = (act: () => unknown, status: number, code: string, ...paths: string[]) =>
  assert.throws(act, (error) => {
    const problem = problemOf(error);
    assert.deepEqual(
      [problem?.status, problem?.code, problem?.errors?.map(({ path }) => path) ?? []],
      [status, code, paths],
    );
    return true;
  });

const movement = (to: KnownBalance, more: Record<string, unknown> = {}) => ({
  type: "movement",
  to_balance_id: to.balance_id,
  ...more,
});

/** Sums by balance, without those that are zero. */
const sums = (effects: { balance_id: string; delta: string }[]): Record<string, string> => {
  const totals = new Map<string, bigint>();
  for (const { balance_id, delta } of effects) {
    totals.set(balance_id, (totals.get(balance_id) ?? 0n) + toHundredths(delta));
  }
  return Object.fromEntries(
    [...totals].filter(([, total]) => total !== 0n).map(([id, total]) => [id, fromHundredths(total)]),
  );
};

describe("The rules of the ledger", () => {
  it("what a transaction does to balances", () => {
    const pending = { approved: false };
    const [from, to, abroad] = [wallet, savings, dollars].map(({ balance_id }) => balance_id);
    const exchange = movement(dollars, { to_amount: "11.50" });
    for (const [transaction, effects] of [
      [record(), [[from, "-10.00"]]],
      [record({ type: "income" }), [[from, "10.00"]]],
      [
        record(movement(savings)),
        [
          [from, "-10.00"],
          [to, "10.00"],
        ],
      ],
      [
        record(exchange),
        [
          [from, "-10.00"],
          [abroad, "11.50"],
        ],
      ],
      [record(pending), []],
      [record({ ...exchange, ...pending }), []],
      [deleted(record(), at(1)), []],
      [deleted(record(pending), at(1)), []],
      [restored(deleted(record(), at(1)), at(2)), [[from, "-10.00"]]],
      [restored(deleted(record(pending), at(1)), at(2)), []],
    ] as const) {
      assert.deepEqual(
        effectsOf(transaction).map(({ balance_id, delta }) => [balance_id, delta]),
        effects,
      );
    }
  });

  it("a change reverses the old effect and applies the new one", () => {
    const change = (before: RecordedTransaction | undefined, after: RecordedTransaction) =>
      sums(deltasOf({ before, after }));
    const [from, to] = [wallet.balance_id, savings.balance_id];
    const made = record();
    assert.deepEqual(change(undefined, made), { [from]: "-10.00" });
    assert.deepEqual(change(made, record({ amount: "7.50" }, made)), { [from]: "2.50" });
    assert.deepEqual(change(made, record({ description: "Text" }, made)), {});
    assert.deepEqual(change(made, record({ type: "income" }, made)), { [from]: "20.00" });
    assert.deepEqual(change(made, record({ from_balance_id: to }, made)), { [from]: "10.00", [to]: "-10.00" });
    assert.deepEqual(change(made, record(movement(savings), made)), { [to]: "10.00" });
    assert.deepEqual(change(made, record({ approved: false }, made)), { [from]: "10.00" });
    assert.deepEqual(change(made, deleted(made, at(1))), { [from]: "10.00" });
    const back = { from_balance_id: to, type: "movement", to_balance_id: from };
    const moved = record(movement(savings));
    assert.deepEqual(change(moved, record(back, moved)), { [from]: "20.00", [to]: "-20.00" });
  });

  it("changes in a row add up to the last effect, whatever came between", () => {
    const bodies = fc.record({
      kind: fc.constantFrom("expense", "income", "within", "across", "delete", "restore"),
      amount: fc.bigInt({ min: 1n, max: 10n ** 12n }).map(fromHundredths),
      approved: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(bodies, { minLength: 1, maxLength: 20 }), (steps) => {
        let current: RecordedTransaction | undefined;
        const all: { balance_id: string; delta: string }[] = [];
        for (const [i, { kind, amount, approved }] of steps.entries()) {
          let after: RecordedTransaction;
          if (kind === "delete" || kind === "restore") {
            if (current === undefined || (current.deleted_at === null) !== (kind === "delete")) continue;
            after = kind === "delete" ? deleted(current, at(i)) : restored(current, at(i));
          } else {
            if (current !== undefined && current.deleted_at !== null) continue;
            const target =
              kind === "within"
                ? movement(savings)
                : kind === "across"
                  ? movement(dollars, { to_amount: "1.23" })
                  : { type: kind };
            after = record({ ...target, amount, approved }, current, at(i));
          }
          const change: LedgerChange = { before: current, after };
          assert.equal(after.version, (current?.version ?? 0) + 1);
          all.push(...deltasOf(change));
          current = after;
        }
        assert.deepEqual(sums(all), current === undefined ? {} : sums(effectsOf(current)));
      }),
    );
  });

  it("a new transaction takes owner, group and currency from its balance, and time and day from now unless told", () => {
    const made = record();
    assert.deepEqual(
      [made.user_id, made.group_id, made.currency, made.to_currency, made.version],
      [user, wallet.group_id, "EUR", null, 1],
    );
    assert.deepEqual(
      [made.approved_at, made.transacted_at, made.created_at, made.updated_at],
      [at(0), at(0), at(0), at(0)],
    );
    assert.equal(made.transacted_on, "2026-11-22");
    const told = record({ ...movement(yen, { to_amount: "1600" }), transacted_at: "2026-11-20T23:30:00-05:00" });
    assert.deepEqual([told.transacted_at, told.transacted_on], [new Date("2026-11-21T04:30:00Z"), "2026-11-20"]);
    assert.deepEqual([told.currency, told.to_currency, told.to_amount], ["EUR", "JPY", "1600.00"]);
  });

  it("a changed one keeps what makes it itself, and is always later than it was", () => {
    const made = record({ transacted_at: "2026-11-20T23:30:00-05:00", description: "Text" });
    const changed = record({ type: "income", from_balance_id: savings.balance_id }, made, at(5));
    assert.deepEqual(
      [changed.transaction_id, changed.created_at, changed.transacted_on, changed.transacted_at, changed.approved_at],
      [made.transaction_id, made.created_at, made.transacted_on, made.transacted_at, made.approved_at],
    );
    assert.deepEqual([changed.group_id, changed.description, changed.version], [savings.group_id, null, 2]);
    assert.deepEqual(changed.updated_at, at(5));
    // By a clock that is behind, too.
    for (const next of [record({}, made, at(-60)), deleted(made, at(-60)), restored(deleted(made, at(0)), at(-60))]) {
      assert.ok(next.updated_at > made.updated_at);
    }
    assert.deepEqual(record({ approved: false }, made, at(5)).approved_at, null);
    assert.deepEqual(record({}, record({ approved: false }), at(5)).approved_at, at(5));
  });

  it("entries keep ids that they had, each once; the others get new ones", () => {
    const entries = ["4", "3", "3"].map((amount) => ({ amount }));
    const made = record({ entries });
    const ids = made.entries.map(({ entry_id }) => entry_id);
    assert.equal(new Set(ids).size, 3);
    const changed = record(
      {
        entries: [
          { amount: "5", entry_id: ids[1] },
          { amount: "3", entry_id: ids[1] },
          { amount: "2", entry_id: randomUUID() },
        ],
      },
      made,
    );
    const [first, ...others] = changed.entries.map(({ entry_id }) => entry_id);
    assert.equal(first, ids[1]);
    for (const id of others) assert.ok(!ids.includes(id));
    assert.equal(new Set([first, ...others]).size, 3);
  });

  it("balances must be one's own, open, and of currencies that go with the amounts", () => {
    refuses(() => record({ from_balance_id: randomUUID() }), 404, "balance_not_found");
    refuses(() => record(movement(balance("EUR"))), 404, "balance_not_found");
    refuses(() => record({ from_balance_id: closed.balance_id }), 409, "balance_deleted");
    refuses(() => record(movement(closed)), 409, "balance_deleted");
    refuses(() => record(movement(dollars)), 422, "invalid_body", "to_amount");
    refuses(() => record(movement(savings, { to_amount: "10" })), 422, "invalid_body", "to_amount");
    refuses(() => record(movement(yen, { to_amount: "10.5" })), 422, "invalid_body", "to_amount");
    refuses(
      () => record({ from_balance_id: yen.balance_id, amount: "1.5", entries: [{ amount: "1" }, { amount: "0.5" }] }),
      422,
      "invalid_body",
      "amount",
      "entries.1.amount",
    );
    refuses(() => requireUsable(known, [wallet.balance_id, closed.balance_id]), 409, "balance_deleted");
    refuses(() => requireUsable(known, [randomUUID()]), 404, "balance_not_found");
    requireUsable(known, [wallet.balance_id, savings.balance_id]);
    assert.deepEqual(balancesNamed(record(movement(savings))), [wallet.balance_id, savings.balance_id]);
    assert.deepEqual(balancesNamed(record()), [wallet.balance_id]);
  });

  it("clients see all but what is for other services", () => {
    const { to_currency, transacted_on, version, ...visible } = record();
    assert.deepEqual(shown({ to_currency, transacted_on, version, ...visible }), visible);
  });

  describe("amounts run on while changes are judged", () => {
    const full = balance("EUR", { amount: "9999999999999999.98" });
    const empty = balance("EUR", { amount: "-9999999999999999.99" });
    const unknown = balance("EUR", { amount: undefined });
    const all = new Map([full, empty, unknown].map((one) => [one.balance_id, one]));
    const change = (from: KnownBalance, body: Record<string, unknown>): LedgerChange => ({
      before: undefined,
      after: recorded(input({ from_balance_id: from.balance_id, ...body }), all, at(0)),
    });

    it("and what no balance can hold is refused, and does not run on", () => {
      const running = runningAmounts(all);
      const cent = change(full, { type: "income", amount: "0.01" });
      refuses(() => running.add(change(full, { type: "income", amount: "0.02" })), 422, "amount_out_of_range");
      running.add(cent);
      refuses(() => running.add(cent), 422, "amount_out_of_range");
      refuses(() => running.add(change(empty, { amount: "0.01" })), 422, "amount_out_of_range");
      // Neither side moves when one cannot.
      refuses(() => running.add(change(empty, movement(full, { amount: "5" }))), 422, "amount_out_of_range");
      running.add(change(full, { amount: "0.01" }));
      running.add(cent);
    });

    it("as changes do in one step", () => {
      const running = runningAmounts(all);
      const before = change(full, { type: "income", amount: "0.01" }).after;
      running.add({ before: undefined, after: before });
      const after = recorded(
        input({ type: "income", amount: "0.01", from_balance_id: full.balance_id, description: "Same" }),
        all,
        at(1),
        before,
      );
      running.add({ before, after });
    });

    it("and of amounts that are not known nothing is refused", () => {
      const running = runningAmounts(all);
      for (let i = 0; i < 3; i += 1) running.add(change(unknown, { type: "income", amount: "9999999999999999.99" }));
    });
  });

  it("text is searched without case, accents and the ways to write them", () => {
    for (const [text, found] of [
      ["Crème BRÛLÉE", "creme brulee"],
      ["A\u030angstro\u0308m", "angstrom"],
      ["ÑANDÚ", "nandu"],
      ["ﬁne ＡＢＣ", "fine abc"],
      ["İstanbul", "istanbul"],
      ["日本語", "日本語"],
      ["Приве́т", "привет"],
      ["100% a_b\\c", "100% a_b\\c"],
    ] as const) {
      assert.equal(searchable(text), found);
      assert.equal(searchable(found), found);
    }
  });
});
