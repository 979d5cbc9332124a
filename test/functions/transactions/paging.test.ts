import assert from "node:assert/strict";
import { newUser } from "../../support/api";
import { newBalance, newTransaction, type TransactionBody } from "../../support/ledger";
import { idsOf, list, pathOf, type Query, sorts, walk } from "../../support/lists";

describe("What the list of transactions finds, page by page", () => {
  it("finds a transaction on the sender's day, wherever that was in the world's", async () => {
    const traveller = await newUser();
    const { balance_id: from_balance_id } = await newBalance(traveller);
    const record = (transacted_at: string) => newTransaction(traveller, { from_balance_id, transacted_at });
    const on = async (from: string, to = from) => idsOf(await list(traveller, { from, to, order: "asc" }));
    const late = await record("2026-11-22T23:30:00-05:00");
    const early = await record("2026-11-22T00:10:00+14:00");
    assert.deepEqual(await on("2026-11-22"), idsOf([early, late]));
    for (const day of ["2026-11-21", "2026-11-23"]) assert.deepEqual(await on(day), []);
    const west = await record("2026-11-24T23:59:59-23:59");
    const east = await record("2026-11-24T00:00:00+23:59");
    assert.deepEqual(await on("2026-11-24"), idsOf([east, west]));
    assert.deepEqual(await on("2026-11-23"), []);
    assert.deepEqual(await on("2026-11-25"), []);
    // Instants are instants, and a bound counts.
    assert.deepEqual(await on("2026-11-23T04:30:00Z", "2026-11-23T04:30:00Z"), idsOf([late]));
    assert.deepEqual(await on("2026-11-23T04:30:00.001Z", "2026-11-23T05:00:00Z"), []);
    // A day and an instant together.
    assert.deepEqual(await on("2026-11-22", "2026-11-22T23:30:00-05:00"), idsOf([early, east, late]));
    assert.deepEqual(await on("2026-11-22T23:30:00-05:00", "2026-11-22"), idsOf([late]));
    assert.deepEqual(await on("2026-11-22T00:00:00Z", "2026-11-22"), idsOf([late]));
  });

  it("ends a page early that has very many entries, and loses none", async () => {
    const user = await newUser();
    const { balance_id: from_balance_id } = await newBalance(user);
    const entries = Array.from({ length: 50 }, () => ({ amount: "0.01", description: "€".repeat(120) }));
    const items = Array.from({ length: 40 }, () => ({ type: "expense", amount: "0.5", from_balance_id, entries }));
    const recorded = (await user.post("/transactions/batch", { items })).body.items;
    const first = (await user.get("/transactions?limit=200")).body;
    assert.equal(first.items.length, 30);
    const rest = (await user.get(`/transactions?limit=200&cursor=${first.next_cursor}`)).body;
    assert.deepEqual([rest.items.length, rest.next_cursor], [10, null]);
    assert.deepEqual(
      new Set(idsOf([...first.items, ...rest.items])),
      new Set(recorded.map(({ transaction }: { transaction: TransactionBody }) => transaction.transaction_id)),
    );
  });

  it("finds text without regard to case and accents, in entries too, and takes signs literally", async () => {
    const reader = await newUser();
    const { balance_id: from_balance_id } = await newBalance(reader);
    const texts = [
      "Ångström ÑANDÚ",
      "50% off",
      "50 off",
      "snake_case",
      "snakeXcase",
      "back\\slash",
      'it\'s "it"',
      "ﬁne ＡＢＣ",
    ];
    const made = new Map<string, string>();
    for (const description of texts) {
      made.set(description, (await newTransaction(reader, { from_balance_id, description })).transaction_id);
    }
    const entry = { from_balance_id, amount: "10", entries: [{ amount: "10", description: "Piñata 日本語" }] };
    made.set("entry", (await newTransaction(reader, entry)).transaction_id);
    const finds = async (q: string, ...descriptions: string[]) =>
      assert.deepEqual(
        idsOf(await list(reader, { q })).sort(),
        descriptions.map((description) => made.get(description)).sort(),
        q,
      );
    await finds("angstrom", "Ångström ÑANDÚ");
    await finds("A\u030angstro\u0308m", "Ångström ÑANDÚ");
    await finds("ñandú", "Ångström ÑANDÚ");
    await finds("  ÅNG  ", "Ångström ÑANDÚ");
    await finds("pinata", "entry");
    await finds("本", "entry");
    await finds("%", "50% off");
    await finds("50% o", "50% off");
    await finds("_", "snake_case");
    await finds("snake_", "snake_case");
    await finds("\\", "back\\slash");
    await finds("k\\s", "back\\slash");
    await finds("it's \"", 'it\'s "it"');
    await finds("fine abc", "ﬁne ＡＢＣ");
    await finds("off", "50% off", "50 off");
    await finds("%%");
    await finds("nothing like it");
    await reader.put(`/transactions/${made.get("50 off")}`, { type: "expense", amount: "1", from_balance_id });
    await finds("off", "50% off");
  });

  it("keeps its place while rows come and go: none twice, none left out", async () => {
    const busy = await newUser();
    const { balance_id: from_balance_id } = await newBalance(busy);
    const item = (day: number) => ({
      type: "expense",
      amount: `${(day % 5) + 1}`,
      from_balance_id,
      transacted_at: `2026-10-${String(day + 1).padStart(2, "0")}T12:00:00Z`,
    });
    const record = async (count: number): Promise<TransactionBody[]> => {
      const items = Array.from({ length: count }, (_, i) => item(i));
      const { body } = await busy.post("/transactions/batch", { items });
      return body.items.map(({ transaction }: { transaction: TransactionBody }) => transaction);
    };
    for (const sort of sorts) {
      for (const order of ["asc", "desc"] as const) {
        const before = await record(20);
        const query: Query = { sorted_by: sort, order, balance_id: from_balance_id };
        const gone = new Set<string>();
        const seen = await walk(busy, query, 6, async (sofar) => {
          await busy.post("/transactions", item(sofar.length % 20));
          // One that was seen goes, and one that perhaps was not.
          const victims = [sofar[0], before[sofar.length % 20]].filter((row) => row !== undefined);
          for (const { transaction_id } of victims) {
            if ((await busy.delete(`/transactions/${transaction_id}`)).status === 204) gone.add(transaction_id);
          }
        });
        const ids = idsOf(seen);
        assert.equal(new Set(ids).size, ids.length, `${sort} ${order}: a row twice`);
        for (const { transaction_id } of before) {
          if (!gone.has(transaction_id)) assert.ok(ids.includes(transaction_id), `${sort} ${order}: a row left out`);
        }
        for (const { transaction_id } of await list(busy)) await busy.delete(`/transactions/${transaction_id}`);
      }
    }
  });

  it("holds as many as asked for, 50 unless told", async () => {
    const reader = await newUser();
    const { balance_id: from_balance_id } = await newBalance(reader);
    const items = Array.from({ length: 205 }, () => ({ type: "expense", amount: "1", from_balance_id }));
    await reader.post("/transactions/batch", { items });
    for (const [query, length] of [
      [{}, 50],
      [{ limit: 1 }, 1],
      [{ limit: 200 }, 200],
    ] as const) {
      const { body } = await reader.get(pathOf(query));
      assert.equal(body.items.length, length);
      assert.notEqual(body.next_cursor, null);
    }
    // Exactly a page is the last one.
    const exact = await reader.get(pathOf({ limit: 1, min_amount: "2" }));
    assert.deepEqual(exact.body, { items: [], next_cursor: null });
    assert.equal((await walk(reader, {}, 41)).length, 205);
    assert.equal((await walk(reader, {}, 200)).length, 205);
  });
});
