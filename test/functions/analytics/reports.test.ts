import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { assertProblem, newUser, type User } from "../../support/api";
import { deadLetters } from "../../support/dead-letters";
import { cloudEvent, deliver, eventsOf } from "../../support/events";
import { newBalance, newSharedGroup, newTransaction } from "../../support/ledger";
import { stack } from "../../support/stack";

const CONSUMER = "analytics-consumer";
const [FOOD, RENT] = ["00000000-0000-4000-8000-0000000000f1", "00000000-0000-4000-8000-0000000000f2"];

/** Lets what users have recorded, and the groups they are in, be known to reports. */
const tell = async (...ids: string[]) => {
  const [users, transactions] = await Promise.all([eventsOf("users", ...ids), eventsOf("transactions", ...ids)]);
  await deliver(CONSUMER, ...users, ...transactions);
};

const read = async (user: User, route: string, query: Record<string, string> = {}) => {
  const reply = await user.get(`/analytics/${route}?${new URLSearchParams(query)}`);
  assert.equal(reply.status, 200, reply.text);
  return reply.body;
};

const recorded = (user: User, balance: { balance_id: string }, more: Record<string, unknown>) =>
  newTransaction(user, { from_balance_id: balance.balance_id, ...more });

describe("Reports", () => {
  it("take entries by their own category, and leave out what is pending, deleted or moved", async () => {
    const user = await newUser();
    const [wallet, savings] = await Promise.all([newBalance(user), newBalance(user, { name: "Savings" })]);
    const on = (day: string) => ({ transacted_at: `${day}T12:00:00Z` });
    await recorded(user, wallet, {
      amount: "30",
      category_id: FOOD,
      entries: [{ amount: "10" }, { amount: "15", category_id: RENT }, { amount: "5", category_id: RENT }],
      ...on("2026-03-31"),
    });
    await recorded(user, wallet, { amount: "7.50", ...on("2026-04-01") });
    await recorded(user, wallet, { amount: "99", approved: false, ...on("2026-04-01") });
    const gone = await recorded(user, wallet, { amount: "88", ...on("2026-04-01") });
    await user.delete(`/transactions/${gone.transaction_id}`);
    await recorded(user, wallet, { type: "income", amount: "100", category_id: FOOD, ...on("2026-04-02") });
    await recorded(user, wallet, {
      type: "movement",
      amount: "20",
      to_balance_id: savings.balance_id,
      ...on("2026-04-02"),
    });
    await tell(user.user_id);
    const range = { from: "2026-03-01", to: "2026-04-30" };
    const currency = "EUR";

    assert.deepEqual(await read(user, "cash-flow", range), {
      items: [
        { period_start: "2026-03-01", currency, income: "0.00", expense: "30.00", net: "-30.00", count: 1 },
        { period_start: "2026-04-01", currency, income: "100.00", expense: "7.50", net: "92.50", count: 2 },
      ],
      next_cursor: null,
    });
    assert.deepEqual((await read(user, "spending", range)).items, [
      { key: RENT, currency, amount: "20.00", share: "0.5333", count: 1 },
      { key: FOOD, currency, amount: "10.00", share: "0.2667", count: 1 },
      { key: null, currency, amount: "7.50", share: "0.2000", count: 1 },
    ]);
    assert.deepEqual((await read(user, "spending", { ...range, limit: "1" })).items, [
      { key: RENT, currency, amount: "20.00", share: "0.5333", count: 1 },
      { key: "other", currency, amount: "17.50", share: "0.4667", count: 2 },
    ]);
    assert.deepEqual((await read(user, "spending", { ...range, by: "balance", type: "income" })).items, [
      { key: wallet.balance_id, currency, amount: "100.00", share: "1.0000", count: 1 },
    ]);
    assert.deepEqual((await read(user, "trends", { ...range, by: "user", interval: "quarter" })).items, [
      { period_start: "2026-01-01", key: user.user_id, currency, amount: "30.00" },
      { period_start: "2026-04-01", key: user.user_id, currency, amount: "7.50" },
    ]);
    assert.deepEqual((await read(user, "net-worth", range)).items, [
      { period_start: "2026-03-01", currency, amount: "-30.00" },
      { period_start: "2026-04-01", currency, amount: "62.50" },
    ]);
  });

  it("count a transaction on the calendar day of whoever recorded it", async () => {
    const user = await newUser();
    const wallet = await newBalance(user);
    for (const transacted_at of [
      "2026-11-22T23:30:00-05:00", // already the 23rd in UTC
      "2026-11-22T00:30:00+14:00", // still the 21st in UTC
      "2026-10-25T02:30:00+02:00", // the hour that comes twice in Madrid
      "2026-10-25T02:30:00+01:00",
    ]) {
      await recorded(user, wallet, { amount: "1", transacted_at });
    }
    await tell(user.user_id);
    const at = async (day: string) =>
      (await read(user, "cash-flow", { from: day, to: day, interval: "day" })).items.map(
        ({ count }: { count: number }) => count,
      );
    assert.deepEqual(await at("2026-11-22"), [2]);
    assert.deepEqual(await at("2026-11-21"), []);
    assert.deepEqual(await at("2026-11-23"), []);
    assert.deepEqual(await at("2026-10-25"), [2]);
  });

  it("keep currencies apart, or bring them into one at each day's rate, with what has none beside it", async () => {
    const user = await newUser();
    const { analytics } = await stack();
    await analytics`
      insert into rates (currency, day, per_eur)
      values ('HTG', '2025-05-02', 150), ('HTG', '2025-05-05', 200), ('HTG', '2025-06-02', 160)
      on conflict do nothing
    `;
    const [euros, gourdes] = await Promise.all([
      newBalance(user),
      newBalance(user, { currency: "HTG", opening_amount: "1000" }),
    ]);
    const on = (day: string) => ({ transacted_at: `${day}T12:00:00Z` });
    await recorded(user, euros, { amount: "10", ...on("2025-05-04") });
    await recorded(user, gourdes, { amount: "300", ...on("2025-05-04") }); // a Sunday: Friday's rate
    await recorded(user, gourdes, { amount: "300", ...on("2025-05-05") });
    await recorded(user, gourdes, { amount: "33", ...on("2025-05-20") }); // the last rate is too old
    await tell(user.user_id);
    const range = { from: "2025-05-01", to: "2025-05-31" };
    const spent = { key: null, share: "1.0000" };

    assert.deepEqual((await read(user, "spending", range)).items, [
      { ...spent, currency: "EUR", amount: "10.00", count: 1 },
      { ...spent, currency: "HTG", amount: "633.00", count: 3 },
    ]);
    const inEuros = await read(user, "spending", { ...range, display_currency: "EUR" });
    assert.deepEqual(inEuros.items, [{ ...spent, currency: "EUR", amount: "13.50", count: 3 }]);
    assert.deepEqual(inEuros.unconverted, [{ ...spent, currency: "HTG", amount: "33.00", count: 1 }]);
    const inGourdes = await read(user, "cash-flow", { ...range, display_currency: "HTG" });
    assert.deepEqual(inGourdes.items, [
      { period_start: "2025-05-01", currency: "HTG", income: "0.00", expense: "2133.00", net: "-2133.00", count: 4 },
    ]);
    assert.deepEqual(inGourdes.unconverted, []);
    const worth = await read(user, "net-worth", { from: "2025-05-05", to: "2025-06-02", display_currency: "EUR" });
    // At the end of May there is no rate that is young enough.
    assert.deepEqual(worth.items, [
      { period_start: "2025-05-01", currency: "EUR", amount: "-10.00" },
      { period_start: "2025-06-01", currency: "EUR", amount: "-7.71" },
    ]);
    assert.deepEqual(worth.unconverted, [{ period_start: "2025-05-01", currency: "HTG", amount: "367.00" }]);
    // What nobody has a rate for is never taken one to one.
    const inLoti = await read(user, "spending", { ...range, display_currency: "LSL" });
    assert.deepEqual([inLoti.items.length, inLoti.unconverted.length], [0, 2]);
  });

  it("begin ISO weeks on Mondays, also across New Year, and fill what lies between", async () => {
    const user = await newUser();
    const wallet = await newBalance(user);
    for (const day of ["2026-12-28", "2027-01-03", "2027-01-12"]) {
      await recorded(user, wallet, { amount: "1", transacted_at: `${day}T12:00:00Z` });
    }
    await tell(user.user_id);
    const { items } = await read(user, "trends", { from: "2026-12-30", to: "2027-01-12", interval: "week" });
    assert.deepEqual(
      items.map(({ period_start, amount }: { period_start: string; amount: string }) => [period_start, amount]),
      [
        ["2026-12-28", "1.00"],
        ["2027-01-04", "0.00"],
        ["2027-01-11", "1.00"],
      ],
    );
  });

  it("let a closed balance count until it was closed; what was left leaves with it", async () => {
    const user = await newUser();
    const [closed] = await Promise.all([
      newBalance(user, { opening_amount: "50" }),
      newBalance(user, { opening_amount: "7" }),
    ]);
    await recorded(user, closed, { amount: "20", transacted_at: "2026-01-10T12:00:00Z" });
    await user.delete(`/balances/${closed.balance_id}`);
    await tell(user.user_id);
    const today = new Date().toISOString().slice(0, 10);
    const { items } = await read(user, "net-worth", { from: "2026-01-09", to: today, interval: "day" });
    const amounts = items.map(({ amount }: { amount: string }) => amount);
    assert.deepEqual([...new Set(amounts)], ["57.00", "37.00", "7.00"]);
    assert.deepEqual([amounts[0], amounts[1], amounts.at(-1)], ["57.00", "37.00", "7.00"]);
    assert.equal(amounts.filter((amount: string) => amount === "7.00").length, 1);
  });

  it("are empty where nothing happened, and for whoever is new", async () => {
    const user = await newUser();
    for (const route of ["cash-flow", "spending", "net-worth", "trends"]) {
      assert.deepEqual(await read(user, route), { items: [], next_cursor: null });
      assert.deepEqual(await read(user, route, { display_currency: "EUR" }), {
        items: [],
        unconverted: [],
        next_cursor: null,
      });
    }
  });

  it("are refused for ranges, currencies and parameters that make no sense", async () => {
    const user = await newUser();
    for (const route of ["cash-flow", "spending", "net-worth", "trends"]) {
      for (const [query, path, message] of [
        ["from=2026-02-01&to=2026-01-31", "to", /must not be before from/],
        ["from=2016-01-01&to=2026-01-01", "to", /3653 days/],
        ["from=2026-02-30", "from", /calendar/],
        ["to=yesterday", "to", /date/],
        ["group_id=me", "group_id", /UUID/],
        ["colour=red", "colour", /./],
      ] as const) {
        const { errors } = assertProblem(await user.get(`/analytics/${route}?${query}`), 400, "invalid_query");
        assert.equal(errors[0].path, path);
        assert.match(errors[0].message, message);
      }
      for (const currency of ["XXX", "eur", "", "€"]) {
        const reply = await user.get(`/analytics/${route}?${new URLSearchParams({ display_currency: currency })}`);
        const { errors } = assertProblem(reply, 422, "unknown_currency");
        assert.equal(errors[0].path, "display_currency");
      }
    }
    for (const query of ["interval=hour", "by=month", "type=movement"]) {
      assertProblem(await user.get(`/analytics/trends?${query}`), 400, "invalid_query");
    }
    for (const query of ["limit=0", "limit=201", "interval=day"]) {
      assertProblem(await user.get(`/analytics/spending?${query}`), 400, "invalid_query");
    }
  });

  it("name what is too much to be told at once", async () => {
    const user = await newUser();
    const wallet = await newBalance(user);
    const entries = Array.from({ length: 12 }, () => ({ amount: "1", category_id: randomUUID() }));
    await recorded(user, wallet, { amount: "12", entries, transacted_at: "2026-01-01T12:00:00Z" });
    await tell(user.user_id);
    const range = { from: "2016-11-25", to: "2026-11-24" };
    const reply = await user.get(`/analytics/trends?${new URLSearchParams({ ...range, interval: "day" })}`);
    assert.match(assertProblem(reply, 400, "report_too_large").detail, /40000 is the most/);
    assert.equal((await read(user, "trends", { ...range, interval: "week" })).items.length, 12 * 523);
  });
});

describe("Reports on others", () => {
  it("are about what is in groups one is in now", async () => {
    const { group_id, owner, member } = await newSharedGroup();
    const stranger = await newUser();
    const [shared, own, mine] = await Promise.all([
      newBalance(owner, { group_id, opening_amount: "100" }),
      newBalance(owner),
      newBalance(member, { group_id, currency: "USD" }),
    ]);
    const at = { transacted_at: "2026-05-05T12:00:00Z" };
    await recorded(owner, shared, { amount: "1", ...at });
    await recorded(owner, own, { amount: "2", ...at });
    await recorded(member, mine, { amount: "4", ...at });
    await recorded(owner, shared, { type: "movement", amount: "8", to_balance_id: own.balance_id, ...at });
    await tell(owner.user_id, member.user_id, group_id);
    const range = { from: "2026-05-01", to: "2026-05-31" };
    const spent = async (user: User, query: Record<string, string>) =>
      (await read(user, "spending", { ...range, by: "user", ...query })).items.map(
        ({ key, amount }: { key: string; amount: string }) => [key, amount],
      );
    const worth = async (user: User, query: Record<string, string>) =>
      (await read(user, "net-worth", { ...range, ...query })).items.map(({ amount }: { amount: string }) => amount);

    assert.deepEqual(await spent(owner, {}), [[owner.user_id, "3.00"]]);
    assert.deepEqual(await worth(owner, {}), ["97.00"]);
    for (const user of [owner, member]) {
      assert.deepEqual(await spent(user, { group_id }), [
        [owner.user_id, "1.00"],
        [member.user_id, "4.00"],
      ]);
      assert.deepEqual(await worth(user, { group_id }), ["91.00", "-4.00"]);
    }
    assert.deepEqual(await spent(member, { user_id: owner.user_id }), [[owner.user_id, "1.00"]]);
    assert.deepEqual(await worth(member, { user_id: owner.user_id }), ["91.00"]);
    assert.deepEqual(await spent(member, { group_id, user_id: owner.user_id }), [[owner.user_id, "1.00"]]);
    assert.deepEqual(await spent(stranger, { user_id: owner.user_id }), []);
    assert.deepEqual(await worth(stranger, { user_id: owner.user_id }), []);
    for (const route of ["cash-flow", "spending", "net-worth", "trends"]) {
      assertProblem(await stranger.get(`/analytics/${route}?group_id=${group_id}`), 404, "group_not_found");
      assertProblem(await stranger.get(`/analytics/${route}?group_id=${randomUUID()}`), 404, "group_not_found");
    }

    await member.delete(`/groups/${group_id}/members/${member.user_id}`);
    await tell(group_id);
    assertProblem(await member.get(`/analytics/spending?group_id=${group_id}`), 404, "group_not_found");
    assert.deepEqual(await spent(member, { user_id: owner.user_id }), []);
    await owner.delete(`/groups/${group_id}`);
    await tell(group_id);
    assertProblem(await owner.get(`/analytics/spending?group_id=${group_id}`), 404, "group_not_found");
    assert.deepEqual(await spent(owner, {}), [[owner.user_id, "3.00"]]);
  });

  it("know everybody's personal group without being told", async () => {
    const user = await newUser();
    const { group_id, balance_id } = await newBalance(user, { opening_amount: "5" });
    await deliver(CONSUMER, ...(await eventsOf("transactions", user.user_id)));
    const { items } = await read(user, "net-worth", { group_id, from: "2026-01-01", to: "2026-01-01" });
    assert.deepEqual(items, [{ period_start: "2026-01-01", currency: "EUR", amount: "5.00" }]);
    assert.ok(balance_id);
  });
});

describe("What a deleted user leaves in reports", () => {
  it("is nothing, whatever comes late", async () => {
    const { group_id, owner, member } = await newSharedGroup();
    const [left, moved] = await Promise.all([newBalance(member, { group_id }), newBalance(member)]);
    await recorded(member, left, { amount: "3" });
    await recorded(member, left, { type: "movement", amount: "1", to_balance_id: moved.balance_id });
    await tell(owner.user_id, member.user_id, group_id);
    const { analytics: sql } = await stack();
    const traces = async () => {
      const [found] = await sql`
        select
          (select count(*)::int from facts where user_id = ${member.user_id}) as facts,
          (select count(*)::int from balances where user_id = ${member.user_id}) as balances,
          (select count(*)::int from category_rollups where user_id = ${member.user_id}) as categories,
          (select count(*)::int from balance_rollups where balance_id in (${left.balance_id}, ${moved.balance_id})) as sums,
          (select count(*)::int from group_members where user_id = ${member.user_id}) as memberships
      `;
      return { ...found };
    };
    const nothing = { facts: 0, balances: 0, categories: 0, sums: 0, memberships: 0 };
    assert.deepEqual(await traces(), { facts: 2, balances: 2, categories: 4, sums: 6, memberships: 1 });
    const deleted = { user_id: member.user_id, status: "deleted", deleted_at: new Date().toISOString() };
    await deliver(CONSUMER, cloudEvent("UserDeleted", member.user_id, deleted));
    assert.deepEqual(await traces(), nothing);
    await tell(owner.user_id, member.user_id, group_id);
    assert.deepEqual(await traces(), nothing);
    assert.deepEqual((await read(owner, "spending", { group_id })).items, []);
  });
});

describe("Events that reports cannot take in", () => {
  /** Has the database refuse a transaction's fact for what it is, until `mend` is called. */
  const refuse = async (transactionId: string) => {
    const { analytics: sql } = await stack();
    const name = `refuse_${transactionId.replaceAll("-", "_")}`;
    await sql.unsafe(`
      create function ${name}() returns trigger language plpgsql as $$
        begin
          if new.transaction_id = '${transactionId}' then raise exception 'refused' using errcode = '23514'; end if;
          return new;
        end
      $$;
      create trigger ${name} before insert on facts for each row execute function ${name}();
    `);
    return { mend: async () => void (await sql.unsafe(`drop function ${name}() cascade`)) };
  };

  it("are set aside by name, also where only a calendar can tell", async () => {
    const event = cloudEvent("TransactionCreated", randomUUID(), { transacted_on: "2026-02-30" });
    await deliver(CONSUMER, event);
    const [letter, ...more] = await deadLetters({ group: "analytics" }, event.id);
    assert.equal(more.length, 0);
    assert.match(letter?.error ?? "", new RegExp(`TransactionCreated ${event.id} .*transacted_on`));
  });

  it("do not keep from reports what came with them", async () => {
    const user = await newUser();
    const balance = await newBalance(user);
    await recorded(user, balance, { amount: "3" });
    const bad = await recorded(user, balance, { amount: "4" });
    const { mend } = await refuse(bad.transaction_id);
    try {
      await tell(user.user_id);
    } finally {
      await mend();
    }
    const spent = async () => (await read(user, "spending")).items.map(({ amount }: { amount: string }) => amount);
    assert.deepEqual(await spent(), ["3.00"]);
    assert.equal((await deadLetters({ group: "analytics" }, bad.transaction_id)).length, 1);
    await tell(user.user_id);
    assert.deepEqual(await spent(), ["7.00"]);
  });
});
