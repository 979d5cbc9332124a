import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import type { Connection } from "../../../functions/runtime/postgres";
import { eraseUser } from "../../../functions/transactions/erasure";
import { assertProblem, newGroup, newUser, type User } from "../../support/api";
import { cloudEvent, deliver, eventsOf } from "../../support/events";
import { transactionConnections } from "../../support/instances";
import { stack } from "../../support/stack";

const CONSUMER = "transactions-consumer";

const deletedEvent = (userId: string) =>
  cloudEvent("UserDeleted", userId, { user_id: userId, status: "deleted", deleted_at: new Date().toISOString() });

/** How many rows of each table name the user. */
async function traces(userId: string) {
  const { transactions: sql } = await stack();
  const [found] = await sql`
    select
      (select count(*)::int from balances where user_id = ${userId}) as balances,
      (select count(*)::int from transactions where user_id = ${userId}) as transactions,
      (select count(*)::int from idempotency_keys where user_id = ${userId}) as keys,
      (select count(*)::int from group_members where user_id = ${userId}) as memberships
  `;
  return { ...found };
}

const NOTHING = { balances: 0, transactions: 0, keys: 0, memberships: 0 };

const open = (user: User, more: Record<string, unknown> = {}) =>
  user.post(`/balances/${user.user_id}`, { name: "Cash", currency: "EUR", opening_amount: "100", ...more });

describe("Erasing a user who deleted their account", () => {
  it("leaves nothing of theirs, tells nobody, and touches nobody else's", async () => {
    const { group_id, member, admin } = await newGroup();
    await deliver(CONSUMER, ...(await eventsOf("users", group_id)));
    const keyed = { "idempotency-key": randomUUID() };
    const [one, two, other] = await Promise.all([open(member, { group_id }), open(member), open(admin, { group_id })]);
    const from_balance_id = one.body.balance_id;
    const spent = await member.post("/transactions", { type: "expense", amount: "5", from_balance_id }, keyed);
    const moved = { type: "movement", amount: "7", from_balance_id, to_balance_id: two.body.balance_id };
    const removed = (await member.post("/transactions", moved)).body;
    await member.delete(`/transactions/${removed.transaction_id}`);
    await member.delete(`/balances/${two.body.balance_id}`);
    assert.deepEqual(await traces(member.user_id), { balances: 2, transactions: 2, keys: 1, memberships: 1 });
    const told = await eventsOf("transactions", member.user_id);

    await deliver(CONSUMER, deletedEvent(member.user_id));
    assert.deepEqual(await traces(member.user_id), NOTHING);
    assert.deepEqual(await eventsOf("transactions", member.user_id), told);
    assertProblem(await admin.get(`/transactions/${spent.body.transaction_id}`), 404, "transaction_not_found");
    assert.deepEqual((await admin.get(`/balances/${group_id}`)).body.items, [other.body]);
    await deliver(CONSUMER, deletedEvent(member.user_id));
    assert.deepEqual(await traces(member.user_id), NOTHING);
  });

  it("holds against what comes late: requests with a token that is still good, and events of before", async () => {
    const { group_id, member } = await newGroup();
    const history = await eventsOf("users", group_id);
    const balance = (await open(member)).body;
    await deliver(CONSUMER, deletedEvent(member.user_id));
    const key = { "idempotency-key": randomUUID() };
    const refused = await open(member);
    assertProblem(refused, 404, "user_not_found");
    assert.equal(refused.body.detail, "This account was deleted.");
    assertProblem(
      await member.post(`/balances/${member.user_id}`, { name: "Late", currency: "EUR" }, key),
      404,
      "user_not_found",
    );
    assertProblem(await open(member, { group_id }), 404, "user_not_found");
    const from_balance_id = balance.balance_id;
    assertProblem(
      await member.post("/transactions", { type: "expense", amount: "5", from_balance_id }),
      404,
      "balance_not_found",
    );
    assert.deepEqual((await member.get(`/balances/${member.user_id}`)).body.items, []);
    await deliver(CONSUMER, ...history);
    const { keys: _, ...rest } = await traces(member.user_id);
    assert.deepEqual(rest, { balances: 0, transactions: 0, memberships: 0 });
  });

  describe("at scale and in conflict", () => {
    let connections: Connection[];
    before(async () => {
      connections = await transactionConnections("transactions_consumer", 2);
    });
    after(() => Promise.all(connections.map((connection) => connection.end())));

    it("takes thousands of rows in bounded statements, and goes on where it was broken off", async () => {
      const { transactions: sql } = await stack();
      const user = await newUser();
      const { balance_id } = (await open(user)).body;
      await sql`
        insert into transactions (
          transaction_id, user_id, group_id, type, amount, currency, from_balance_id, transacted_at, transacted_on
        )
        select gen_random_uuid(), ${user.user_id}, gen_random_uuid(), 'expense', 1, 'EUR', ${balance_id}, now(), now()
        from generate_series(1, 3500)
      `;
      const [connection] = connections as [Connection, Connection];
      const counts: number[] = [];
      const watched = new Proxy(connection, {
        apply: (target, self, args) => {
          const query = Reflect.apply(target as never, self, args) as PromiseLike<{
            count: number;
            statement?: unknown;
          }>;
          if (!String(args[0]).includes("delete from transactions")) return query;
          return query.then((result) => {
            counts.push(result.count);
            if (counts.length === 2) throw new Error("broken off");
            return result;
          });
        },
      });
      await assert.rejects(eraseUser(watched, user.user_id), /broken off/);
      assert.equal((await traces(user.user_id)).transactions, 1500);
      await eraseUser(watched, user.user_id);
      assert.deepEqual(counts, [1000, 1000, 1000, 500]);
      assert.deepEqual(await traces(user.user_id), NOTHING);
    });

    it("leaves nothing of what the user does at the same moment", async () => {
      for (let round = 0; round < 5; round += 1) {
        const user = await newUser();
        const { balance_id: from_balance_id } = (await open(user)).body;
        const requests = Array.from({ length: 12 }, (_, index) =>
          index % 2 === 0
            ? open(user)
            : user.post("/transactions", { type: "expense", amount: "1", from_balance_id }, {}),
        );
        const [first, second] = connections as [Connection, Connection];
        const erasures = [eraseUser(first, user.user_id), eraseUser(second, user.user_id)];
        const replies = await Promise.all(requests);
        await Promise.all(erasures);
        for (const { status, text } of replies) assert.ok([201, 404, 409].includes(status), text);
        assert.deepEqual(await traces(user.user_id), NOTHING);
      }
    });

    it("is kept by the database itself, whoever opens a balance", async () => {
      const { transactions: sql } = await stack();
      const user_id = randomUUID();
      await eraseUser(connections[0] as Connection, user_id);
      const row = { balance_id: randomUUID(), user_id, group_id: randomUUID(), name: "x", currency: "EUR", amount: 0 };
      await assert.rejects(sql`insert into balances ${sql(row)}`.execute(), { code: "40001" });
    });

    it("waits for a balance that is just being opened, and erases it", async () => {
      const { transactions: sql } = await stack();
      const user_id = randomUUID();
      const row = { balance_id: randomUUID(), user_id, group_id: randomUUID(), name: "x", currency: "EUR", amount: 0 };
      let erased: Promise<void> | undefined;
      await sql.begin(async (sql) => {
        await sql`insert into balances ${sql(row)}`;
        erased = eraseUser(connections[0] as Connection, user_id);
        const early = await Promise.race([erased.then(() => true), new Promise((resolve) => setTimeout(resolve, 150))]);
        assert.equal(early, undefined);
      });
      await erased;
      assert.deepEqual(await traces(user_id), NOTHING);
    });
  });
});
