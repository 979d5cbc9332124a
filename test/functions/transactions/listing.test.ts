import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { assertProblem, newUser, type Reply, type User } from "../../support/api";
import { newBalance, newSharedGroup, newTransaction, pathsOf, type TransactionBody } from "../../support/ledger";
import { stack } from "../../support/stack";

type Query = Record<string, string | number | boolean | string[]>;

const pathOf = (query: Query): string => {
  const parameters = Object.entries(query).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).map((one): [string, string] => [name, String(one)]),
  );
  return `/transactions?${new URLSearchParams(parameters)}`;
};

const list = async (user: User, query: Query = {}): Promise<TransactionBody[]> => {
  const reply = await user.get(pathOf({ limit: 200, ...query }));
  assert.equal(reply.status, 200, `${JSON.stringify(query)}: ${reply.text}`);
  assert.equal(reply.body.next_cursor, null);
  return reply.body.items;
};

const idsOf = (transactions: TransactionBody[]): string[] => transactions.map(({ transaction_id }) => transaction_id);

/** All pages of a list; `between` is called after each. */
async function walk(user: User, query: Query, limit: number, between = async (_seen: TransactionBody[]) => {}) {
  const seen: TransactionBody[] = [];
  let cursor: string | null = "";
  while (cursor !== null) {
    const { body }: Reply = await user.get(pathOf({ ...query, limit, cursor }));
    assert.ok(body.items.length <= limit);
    seen.push(...body.items);
    cursor = body.next_cursor;
    await between(seen);
  }
  return seen;
}

const sorts = ["transacted_at", "amount", "created_at", "updated_at"] as const;
type Sort = (typeof sorts)[number];

/** In the order of a list: by the sort key, then by id, as PostgreSQL compares them. */
const ordered = (transactions: TransactionBody[], sort: Sort, order: "asc" | "desc"): TransactionBody[] => {
  const keyOf = (transaction: TransactionBody) =>
    sort === "amount" ? transaction.amount.padStart(19, "0") : transaction[sort];
  const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
  const sorted = transactions.toSorted(
    (a, b) => compare(keyOf(a), keyOf(b)) || compare(a.transaction_id, b.transaction_id),
  );
  return order === "asc" ? sorted : sorted.reverse();
};

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
