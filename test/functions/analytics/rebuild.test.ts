import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { differenceOf } from "../../../functions/analytics/check";
import { analyticsConsumer } from "../../../functions/analytics/consumer";
import { type Databases, rebuild, rebuildUser } from "../../../functions/analytics/rebuild";
import type { Connection } from "../../../functions/runtime/postgres";
import { eventsOf, mskEvent } from "../../support/events";
import { connectionsTo, type Instance, transactionInstances } from "../../support/instances";
import { stack } from "../../support/stack";

const TIME = { getRemainingTimeInMillis: () => 600_000 };

/** The last of all ids: so that nobody has to be rebuilt but who is meant. */
const LAST = "ffffffff-ffff-4fff-8fff-";
const newId = () => LAST + randomUUID().slice(-12);
const BEFORE = `${LAST}000000000000`;

/** Somebody with some of everything. */
async function newHistory(ledger: Instance) {
  const userId = newId();
  const send = async (route: string, path: string, body?: unknown) => {
    const reply = await ledger.send(userId, route, path, body);
    assert.ok(reply.status < 300, JSON.stringify(reply.body));
    return reply.body;
  };
  const open = async (more: object): Promise<string> =>
    (await send("POST /balances/{id}", `/balances/${userId}`, { name: "B", currency: "EUR", ...more })).balance_id;
  const from_balance_id = await open({ opening_amount: "100" });
  const to_balance_id = await open({ currency: "USD" });
  const closed = await open({ opening_amount: "5" });
  const record = async (more: object): Promise<string> =>
    (await send("POST /transactions", "/transactions", { type: "expense", from_balance_id, ...more })).transaction_id;
  const category_id = randomUUID();
  const spent = await record({ category_id, amount: "3" });
  await record({ entries: [{ amount: "1", category_id }, { amount: "2" }], amount: "3" });
  await record({ type: "income", amount: "7", approved: false });
  await record({ type: "movement", amount: "4", to_amount: "5", to_balance_id });
  const gone = await record({ amount: "9" });
  await send("DELETE /transactions/{transaction_id}", `/transactions/${gone}`);
  await send("DELETE /balances/{id}", `/balances/${closed}`);
  const change = () =>
    send("PUT /transactions/{transaction_id}", `/transactions/${spent}`, {
      type: "expense",
      amount: "8",
      from_balance_id,
    });
  return { userId, record, change };
}

describe("The read model of reports", () => {
  let databases: Databases;
  let consume: ReturnType<typeof analyticsConsumer>;
  let writer: Instance;

  before(async () => {
    const [[sql], [other], [ledger]] = (await Promise.all([
      connectionsTo("analytics", "analytics_consumer", 1),
      connectionsTo("analytics", "analytics_consumer", 1),
      connectionsTo("transactions", "transactions_copier", 1),
    ])) as [[Connection], [Connection], [Connection]];
    databases = { sql, ledger };
    consume = analyticsConsumer(other);
    [writer] = (await transactionInstances(1)) as [Instance];
    after(() => Promise.all([sql.end(), other.end(), ledger.end(), writer.stop()]));
  });

  const takeIn = async (userId: string) => {
    for (const event of await eventsOf("transactions", userId)) await consume(mskEvent([event]));
  };

  it("is what the ledger adds up to, by its own check, which finds what is not", async () => {
    const { userId } = await newHistory(writer);
    assert.match((await differenceOf(databases, userId)) ?? "", /missing, but should be/);
    await takeIn(userId);
    assert.equal(await differenceOf(databases, userId), undefined);

    const { analytics: sql } = await stack();
    const damages = [
      (id: string) => sql`update category_rollups set amount = amount + 0.01 where user_id = ${id} and grain = 'week'`,
      (id: string) => sql`update category_rollups set count = count + 1 where user_id = ${id} and grain = 'day'`,
      (id: string) => sql`
        update balance_rollups set moved = moved - 1
        where grain = 'year' and balance_id in (select balance_id from balances where user_id = ${id})
      `,
      (id: string) => sql`delete from facts where user_id = ${id}`,
      (id: string) => sql`update facts set version = version + 1 where user_id = ${id}`,
      (id: string) => sql`update balances set opening_amount = 1 where user_id = ${id}`,
      (id: string) => sql`
        insert into category_rollups values (${id}, ${id}, 'day', '2020-02-02', 'income', 'EUR', null, 5, 1)
      `,
    ];
    for (const [index, damage] of damages.entries()) {
      const { count } = await damage(userId);
      assert.ok(count > 0, `damage ${index}`);
      assert.notEqual(await differenceOf(databases, userId), undefined, `damage ${index}`);
      await rebuildUser(databases, userId);
      assert.equal(await differenceOf(databases, userId), undefined, `damage ${index}`);
    }
  });

  it("is rebuilt to the same as events make it, and takes older events for old afterwards", async () => {
    const { userId, change } = await newHistory(writer);
    await rebuildUser(databases, userId);
    assert.equal(await differenceOf(databases, userId), undefined);
    await takeIn(userId);
    assert.equal(await differenceOf(databases, userId), undefined);
    await change();
    await takeIn(userId);
    assert.equal(await differenceOf(databases, userId), undefined);
  });

  it("stays right while events come in from the side, and readable all the while", async () => {
    const { userId, record } = await newHistory(writer);
    const { analytics } = await stack();
    await takeIn(userId);
    let done = false;
    const writing = (async () => {
      for (let index = 0; index < 15; index += 1) {
        await record({ amount: `${index + 1}` });
        await takeIn(userId);
      }
      done = true;
    })();
    let rebuilds = 0;
    while (!done) {
      await rebuildUser(databases, userId);
      rebuilds += 1;
      const [seen] = await analytics`select count(*)::int from facts where user_id = ${userId}`;
      assert.ok(seen?.count >= 5);
    }
    await writing;
    assert.ok(rebuilds > 1);
    assert.equal(await differenceOf(databases, userId), undefined);
  });

  it("is rebuilt, and compared, for everybody; in as many invocations as it takes", async () => {
    const histories = [await newHistory(writer), await newHistory(writer), await newHistory(writer)];
    const run = rebuild(databases);
    // Time is up after every second user.
    let left = 0;
    const hurried = () => {
      let asked = 0;
      left += 1;
      return { getRemainingTimeInMillis: () => (asked++ < 2 ? 600_000 : 0) };
    };
    let users = 0;
    let next: string | null = BEFORE;
    while (next !== null) {
      const result = await run({ after: next }, hurried());
      users += result.users;
      next = result.next;
    }
    assert.ok(users >= 3 && left >= users / 2);
    for (const { userId } of histories) assert.equal(await differenceOf(databases, userId), undefined);

    const { analytics } = await stack();
    const victim = histories[1]?.userId ?? "";
    await analytics`update category_rollups set amount = 0 where user_id = ${victim}`;
    const checked = await run({ check: true, after: BEFORE }, TIME);
    assert.equal(checked.next, null);
    assert.deepEqual(
      checked.differing.map(({ user_id }) => user_id),
      [victim],
    );
    assert.match(checked.differing[0]?.difference ?? "", /0.00 of \d, but should be/);
    assert.equal(checked.users, users);
  });

  it("takes memberships and erased users from the ledger's side", async () => {
    const { transactions, analytics } = await stack();
    const [group_id, user_id, erased] = [randomUUID(), randomUUID(), randomUUID()];
    await transactions`insert into groups values (${group_id}, 3)`;
    await transactions`insert into group_members values (${group_id}, ${user_id})`;
    await transactions`insert into erased_users values (${erased})`;
    // No time for anybody after that.
    await rebuild(databases)({}, { getRemainingTimeInMillis: () => 0 });
    const members = await analytics`select user_id from group_members where group_id = ${group_id}`;
    assert.deepEqual([...members], [{ user_id }]);
    const known = await analytics`select user_id from erased_users where user_id = ${erased}`;
    assert.equal(known.length, 1);
  });
});
