import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { assertProblem, newUser, type User } from "../../support/api";
import { newBalance, newSharedGroup, newTransaction, pathsOf, type TransactionBody } from "../../support/ledger";
import { idsOf, list, ordered, pathOf, type Query, sorts, walk } from "../../support/lists";
import { stack } from "../../support/stack";

describe("The list of transactions", () => {
  const [food, rent, fun] = [randomUUID(), randomUUID(), randomUUID()];
  let user: User;
  let other: User;
  let group: string;
  /** Balances: a personal wallet, savings, and one in the group. */
  let [wallet, savings, shared] = ["", "", ""];
  /** All transactions of `user`, deleted ones too, as they are now. */
  let all: TransactionBody[] = [];

  before(async () => {
    const { group_id, owner, member } = await newSharedGroup();
    [user, other, group] = [owner, member, group_id];
    [wallet, savings, shared] = [
      (await newBalance(user)).balance_id,
      (await newBalance(user, { name: "Savings" })).balance_id,
      (await newBalance(user, { name: "Shared", group_id })).balance_id,
    ];
    const days = [
      "2026-11-20T12:00:00Z",
      "2026-11-21T12:00:00Z",
      "2026-11-22T23:30:00-05:00",
      "2026-11-23T00:10:00+14:00",
    ];
    const items = Array.from({ length: 36 }, (_, i) => ({
      type: ["expense", "income", "movement"][i % 3],
      // Ties in amounts and in times.
      amount: ["5.00", "10.00", "99.99", "1000.00", "5.00"][i % 5],
      from_balance_id: [wallet, shared][Math.floor(i / 3) % 2],
      ...(i % 3 === 2 ? { to_balance_id: savings } : {}),
      ...(i % 4 === 0 ? { category_id: [food, rent][(i / 4) % 2] } : {}),
      ...(i % 7 === 0 ? { description: ["Café con leche", "100% wool_scarf", "C:\\temp"][(i / 7) % 3] } : {}),
      ...(i % 5 === 1 ? { entries: [{ amount: "10.00", description: "Crème BRÛLÉE", category_id: fun }] } : {}),
      transacted_at: days[i % 4],
      approved: i % 6 !== 5,
    }));
    const batch = await user.post("/transactions/batch", { items });
    for (const { status } of batch.body.items) assert.equal(status, 201);
    const made: TransactionBody[] = batch.body.items.map((item: { transaction: TransactionBody }) => item.transaction);
    // Half of them at other moments, some of them at the same.
    const { transactions: sql } = await stack();
    for (const [i, { transaction_id }] of made.entries()) {
      await sql`
        update transactions
        set created_at = '2026-11-22T10:00:00Z'::timestamptz + ${i % 4} * interval '1 ms',
            updated_at = '2026-11-22T10:00:00Z'::timestamptz + ${i % 3} * interval '1 hour'
        where transaction_id = ${transaction_id}
      `;
    }
    for (const i of [3, 10, 17]) await user.delete(`/transactions/${made[i]?.transaction_id}`);
    const others = (await newBalance(other, { group_id })).balance_id;
    await newTransaction(other, { from_balance_id: others, description: "Of the other" });
    all = await Promise.all(
      made.map(async ({ transaction_id }) => (await user.get(`/transactions/${transaction_id}`)).body),
    );
  });

  const live = () => all.filter(({ deleted_at }) => deleted_at === null);
  /** The calendar day of the sender, which no transaction shows. */
  const dayOf = ({ transacted_at }: TransactionBody): string =>
    ({ "2026-11-23T04:30:00.000Z": "2026-11-22", "2026-11-22T10:10:00.000Z": "2026-11-23" })[transacted_at] ??
    transacted_at.slice(0, 10);

  /** Every filter, with what it lets through. */
  const filters = (): [Query, (transaction: TransactionBody) => boolean][] => [
    [{ user_id: user.user_id }, () => true],
    [{ group_id: group }, ({ group_id }) => group_id === group],
    [
      { balance_id: savings },
      ({ from_balance_id, to_balance_id }) => from_balance_id === savings || to_balance_id === savings,
    ],
    [
      { balance_id: shared },
      ({ from_balance_id, to_balance_id }) => from_balance_id === shared || to_balance_id === shared,
    ],
    [{ type: "movement" }, ({ type }) => type === "movement"],
    [{ category: food }, ({ category_id }) => category_id === food],
    [
      { category: [rent, fun] },
      ({ category_id, entries }) => category_id === rent || entries.some((entry) => entry.category_id === fun),
    ],
    [{ category: `${rent},${food.toUpperCase()}` }, ({ category_id }) => category_id === rent || category_id === food],
    [{ from: "2026-11-22" }, (transaction) => dayOf(transaction) >= "2026-11-22"],
    [{ to: "2026-11-22" }, (transaction) => dayOf(transaction) <= "2026-11-22"],
    [{ from: "2026-11-22", to: "2026-11-22" }, (transaction) => dayOf(transaction) === "2026-11-22"],
    [{ from: "2026-11-22T00:00:00Z" }, ({ transacted_at }) => transacted_at >= "2026-11-22"],
    [{ to: "2026-11-22T05:30:00-05:00" }, ({ transacted_at }) => transacted_at <= "2026-11-22T10:30"],
    [{ min_amount: "10" }, ({ amount }) => Number(amount) >= 10],
    [{ max_amount: "99.99" }, ({ amount }) => Number(amount) <= 99.99],
    [{ min_amount: "5.01", max_amount: "99.98" }, ({ amount }) => Number(amount) > 5 && Number(amount) < 99.99],
    [{ q: "CAFE" }, ({ description }) => description === "Café con leche"],
    [{ q: "brulée" }, ({ entries }) => entries.length > 0],
    [{ approved: true }, ({ approved_at }) => approved_at !== null],
    [{ approved: false }, ({ approved_at }) => approved_at === null],
    [{ updated_since: "2026-11-22T11:00:00Z" }, ({ updated_at }) => updated_at >= "2026-11-22T11:00"],
    [{ include_deleted: false }, () => true],
  ];

  it("is one's own, the newest first, without the deleted", async () => {
    assert.deepEqual(await list(user), ordered(live(), "transacted_at", "desc"));
    assert.equal((await list(other)).length, 1);
    assert.deepEqual(await list(await newUser()), []);
  });

  it("shows the deleted ones when asked, to their owner", async () => {
    assert.equal(all.length - live().length, 3);
    assert.deepEqual(await list(user, { include_deleted: true }), ordered(all, "transacted_at", "desc"));
    const inGroup = all.filter(({ group_id }) => group_id === group);
    assert.ok(inGroup.some(({ deleted_at }) => deleted_at !== null));
    const byId = (transactions: TransactionBody[]) => idsOf(transactions).sort();
    const seen = await list(user, { group_id: group, include_deleted: true, user_id: user.user_id });
    assert.deepEqual(byId(seen), byId(inGroup));
    const visible = inGroup.filter(({ deleted_at }) => deleted_at === null);
    const toOther = await list(other, { user_id: user.user_id, include_deleted: true });
    assert.deepEqual(byId(toOther), byId(visible));
  });

  it("has every filter", async () => {
    for (const [query, passes] of filters()) {
      // A list by group or balance is of everybody in it: the other's row is left out here.
      const found = (await list(user, query)).filter(({ user_id }) => user_id === user.user_id);
      const expected = ordered(live().filter(passes), "transacted_at", "desc");
      assert.deepEqual(idsOf(found), idsOf(expected), JSON.stringify(query));
      assert.ok(expected.length > 0, `${JSON.stringify(query)} finds nothing: it proves nothing`);
    }
  });

  it("combines filters in pairs", async () => {
    const pairs = filters().flatMap((first, i) =>
      filters()
        .slice(i + 1)
        .filter(([query]) => !Object.keys(query).some((name) => name in first[0]))
        .map((second) => [first, second] as const),
    );
    assert.ok(pairs.length > 150);
    const check = async ([[one, passesOne], [two, passesTwo]]: (typeof pairs)[number]) => {
      const query = { ...one, ...two };
      // From after to: refused, as the next tests show.
      if ("from" in query && "to" in query && String(query.from) > String(query.to)) return;
      const reply = await user.get(pathOf({ limit: 200, ...query }));
      assert.equal(reply.status, 200, `${JSON.stringify(query)}: ${reply.text}`);
      const found = reply.body.items.filter(({ user_id }: TransactionBody) => user_id === user.user_id);
      const expected = live().filter((transaction) => passesOne(transaction) && passesTwo(transaction));
      assert.deepEqual(idsOf(found), idsOf(ordered(expected, "transacted_at", "desc")), JSON.stringify(query));
    };
    for (let i = 0; i < pairs.length; i += 8) await Promise.all(pairs.slice(i, i + 8).map(check));
  });

  it("is of a person, a group or a balance, as far as one may see it", async () => {
    const inGroup = ordered(live(), "transacted_at", "desc").filter(({ group_id }) => group_id === group);
    assert.deepEqual(idsOf(await list(other, { user_id: user.user_id })), idsOf(inGroup));
    assert.deepEqual(idsOf(await list(other, { user_id: user.user_id, group_id: group })), idsOf(inGroup));
    const ofAll = await list(other, { group_id: group });
    assert.deepEqual(idsOf(ofAll.filter(({ user_id }) => user_id === user.user_id)), idsOf(inGroup));
    assert.equal((await list(user, { group_id: group })).length, inGroup.length + 1);
    // Of the savings balance, which is personal, the other sees what came from the group.
    const saved = inGroup.filter(({ to_balance_id }) => to_balance_id === savings);
    assert.deepEqual(idsOf(await list(other, { balance_id: savings })), idsOf(saved));
    assert.deepEqual(await list(other, { balance_id: wallet }), []);
    const stranger = await newUser();
    for (const query of [{ user_id: user.user_id }, { group_id: group }, { balance_id: shared }]) {
      assert.deepEqual(await list(stranger, query), []);
      assert.deepEqual(await list(stranger, { ...query, include_deleted: true }), []);
    }
    for (const query of [{ user_id: randomUUID() }, { group_id: randomUUID() }, { balance_id: randomUUID() }]) {
      assert.deepEqual(await list(user, query), []);
    }
  });

  for (const sort of sorts) {
    it(`sorts by ${sort}, both ways, and pages through ties: every row once`, async () => {
      for (const order of ["asc", "desc"] as const) {
        for (const query of [{}, { group_id: group, user_id: user.user_id }, { balance_id: savings }]) {
          const query_ = { ...query, sorted_by: sort, order };
          const expected = ordered(
            live().filter(
              (row) =>
                (!("group_id" in query) || row.group_id === group) &&
                (!("balance_id" in query) || row.to_balance_id === savings),
            ),
            sort,
            order,
          );
          assert.deepEqual(idsOf(await list(user, query_)), idsOf(expected), JSON.stringify(query_));
          for (const limit of [1, 7]) assert.deepEqual(idsOf(await walk(user, query_, limit)), idsOf(expected));
        }
      }
    });
  }

  it("takes cursors of the same list and reader only", async () => {
    const query: Query = { sorted_by: "amount", order: "asc", type: "expense" };
    const cursor: string = (await user.get(pathOf({ ...query, limit: 1 }))).body.next_cursor;
    const [key = "", sum = ""] = cursor.split(".");
    const moved = Buffer.from(JSON.stringify(["0.01", randomUUID()])).toString("base64url");
    const refused: [User, Query][] = [
      [other, query],
      [user, { ...query, order: "desc" }],
      [user, { ...query, sorted_by: "created_at" }],
      [user, { ...query, type: "income" }],
      [user, { ...query, min_amount: "1" }],
      [user, { ...query, user_id: user.user_id }],
      [user, { ...query, cursor: `${moved}.${sum}` }],
      [user, { ...query, cursor: key }],
      [user, { ...query, cursor: `${key}.` }],
      [user, { ...query, cursor: `.${sum}` }],
      [user, { ...query, cursor: "\u0000" }],
      [user, { ...query, cursor: "é💥" }],
    ];
    for (const [reader, asked] of refused) {
      const reply = await reader.get(pathOf({ cursor, ...asked }));
      assert.deepEqual(pathsOf(assertProblem(reply, 400, "invalid_cursor")), ["cursor"], JSON.stringify(asked));
    }
    // The size of pages is no part of the list.
    assert.equal((await user.get(pathOf({ ...query, cursor, limit: 3 }))).body.items.length, 3);
  });

  it("refuses what is no query, and names it", async () => {
    for (const [query, ...paths] of [
      [{ limit: 0 }, "limit"],
      [{ limit: 201 }, "limit"],
      [{ limit: "x" }, "limit"],
      [{ cursor: "x".repeat(1001) }, "cursor"],
      [{ user_id: "me" }, "user_id"],
      [{ group_id: "" }, "group_id"],
      [{ balance_id: "1" }, "balance_id"],
      [{ type: "gift" }, "type"],
      [{ category: "food" }, "category.0"],
      [{ category: [food, "x"] }, "category.1"],
      [{ category: "" }, "category.0"],
      [{ category: Array.from({ length: 51 }, () => food) }, "category"],
      [{ from: "22.11.2026" }, "from"],
      [{ from: "2026-02-30" }, "from"],
      [{ to: "2026-11-22T10:00:00" }, "to"],
      [{ to: "tomorrow" }, "to"],
      [{ min_amount: "-1" }, "min_amount"],
      [{ min_amount: "1.001" }, "min_amount"],
      [{ max_amount: "1e3" }, "max_amount"],
      [{ max_amount: "10000000000000000" }, "max_amount"],
      [{ q: "" }, "q"],
      [{ q: " \u200b" }, "q"],
      [{ q: "x".repeat(101) }, "q"],
      [{ q: "a\u0000b" }, "q"],
      [{ approved: "yes" }, "approved"],
      [{ approved: "" }, "approved"],
      [{ include_deleted: 1 }, "include_deleted"],
      [{ updated_since: "2026-11-22" }, "updated_since"],
      [{ sorted_by: "description" }, "sorted_by"],
      [{ order: "random" }, "order"],
      [{ order: ["asc", "desc"] }, "order"],
      [{ category_id: food }, "category_id"],
      [{ Limit: 1 }, "Limit"],
      [{ from: "2026-11-23", to: "2026-11-22" }, "to"],
      [{ from: "2026-11-22T10:00:00.001Z", to: "2026-11-22T10:00:00Z" }, "to"],
      [{ from: "2026-11-23", to: "2026-11-22T23:30:00-05:00" }, "to"],
      [{ from: "2026-11-23T00:30:00+02:00", to: "2026-11-22" }, "to"],
      [{ min_amount: "10", max_amount: "9.99" }, "max_amount"],
      [{ min_amount: "2", max_amount: "1.5" }, "max_amount"],
      [{ limit: 0, type: "gift" }, "limit", "type"],
    ] as [Query, ...string[]][]) {
      const reply = await user.get(pathOf(query));
      assert.deepEqual(pathsOf(assertProblem(reply, 400, "invalid_query")), paths, JSON.stringify(query).slice(0, 200));
    }
  });
});
