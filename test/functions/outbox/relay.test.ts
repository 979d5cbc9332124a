import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { isTurnAwaited } from "../../../functions/outbox/turn";
import { LINGER } from "../../../functions/outbox/wake";
import type { Sql } from "../../../functions/runtime/postgres";
import { newGroup, newUser } from "../../support/api";
import { eventually } from "../../support/eventually";
import { newBalance, newTransaction } from "../../support/ledger";
import { stack, withEvents } from "../../support/stack";
import { type Published, readTopics } from "../../support/topics";

/** What is promised: what other services learn by events takes effect within a second. */
const A_SECOND = 1_000;

const emptied = (what: string, count: () => PromiseLike<{ count: number }[]>, deadline?: number) =>
  eventually(what, async () => ((await count())[0]?.count === 0 ? true : undefined), deadline);

const left = (sql: Sql) => () => sql<{ count: number }[]>`select count(*)::int from outbox`;
const pending = (sql: Sql) => () =>
  sql<{ count: number }[]>`
  select count(*)::int from outbox where status = 'pending'
`;

/** An outbox row as a service would write it. */
const write = (sql: Sql, key: string, type: string, data: Record<string, unknown> = {}) => {
  const id = randomUUID();
  const event = { specversion: "1.0", id, source: "/ahorro/test", type, subject: key, data };
  return sql`
    insert into outbox (id, event_type, aggregate_id, payload)
    values (${id}, ${type}, ${key}, ${JSON.stringify(event)}::text::jsonb)
  `;
};

const ofKey = (published: Published[], key: string) => published.filter((message) => message.key === key);
const typesOf = (published: Published[]) => published.map(({ event }) => event.type);

const published = (messages: Published[], key: string, count: number) =>
  eventually(`${count} events of ${key}`, () => {
    const found = ofKey(messages, key);
    return found.length >= count ? found : undefined;
  });

const databases = async () => {
  const { users, transactions } = await stack();
  return { users, transactions };
};

const relay = async (database: string) => {
  const { lambda } = await stack();
  return lambda.invoke(`ahorro-local-${database}-relay`, {});
};

describe("The relay", () => {
  it("empties the outbox of transactions within a second of a write", () =>
    withEvents(async () => {
      const { transactions } = await stack();
      const user = await newUser();
      // The first write starts what has been idle.
      const wallet = await newBalance(user);
      await emptied("an empty outbox after the first write", left(transactions));
      for (let round = 0; round < 5; round += 1) {
        await newTransaction(user, { from_balance_id: wallet.balance_id });
        await emptied(`an empty outbox after write ${round}`, left(transactions), A_SECOND);
      }
    }));

  it("marks events of users as sent, and forgets what was secret or personal in them", () =>
    readTopics(["ahorro.users"], (messages) =>
      withEvents(async () => {
        const { users } = await stack();
        const { group_id, owner } = await newGroup();
        await emptied("no pending event", pending(users));
        const { invite_code } = (await owner.post(`/groups/${group_id}/invites`, { email: "x@example.com" })).body;
        await emptied("no pending event", pending(users), A_SECOND);
        const rows = await users`
          select status, sent_at, attempts, payload -> 'data' as data
          from outbox where aggregate_id = ${group_id} and event_type = 'UserInvitedGroup' order by seq
        `;
        assert.equal(rows.length, 3);
        for (const { status, sent_at, attempts, data } of rows) {
          assert.deepEqual([status, attempts], ["sent", 0]);
          assert.ok(Math.abs(sent_at.getTime() - Date.now()) < 60_000);
          assert.deepEqual(Object.keys(data).sort(), [
            ...["accepted_at", "created_at", "expires_at", "group_id", "invite_id", "inviter_id", "locale", "members"],
            ...["owner_id", "personal", "role", "status", "updated_at", "version"],
          ]);
        }
        assert.equal(JSON.stringify([...rows]).includes(invite_code), false);
        // The mail needs it.
        const [, , , , , invited] = await published(messages, group_id, 6);
        assert.deepEqual([invited?.event.type, invited?.event.data.invite_code], ["UserInvitedGroup", invite_code]);
      }),
    ));

  it("publishes whole CloudEvents, to the topic of their service, under the key of what they are about", () =>
    readTopics(["ahorro.users", "ahorro.transactions"], (messages) =>
      withEvents(async () => {
        const user = await newUser("Eva");
        const balance = await newBalance(user);
        const found = await published(messages, user.user_id, 2);
        const byTopic = Object.fromEntries(found.map((message) => [message.topic, message]));
        assert.deepEqual(Object.keys(byTopic).sort(), ["ahorro.transactions", "ahorro.users"]);
        for (const [topic, source, type, data] of [
          ["ahorro.users", "/ahorro/users", "UserCreated", (await user.get("/users/me")).body],
          [
            "ahorro.transactions",
            "/ahorro/transactions",
            "BalanceCreated",
            { ...balance, deleted_at: null, version: 1 },
          ],
        ] as const) {
          const message = byTopic[topic];
          assert.ok(message, topic);
          const { id, time, ...event } = message.event;
          assert.deepEqual(event, {
            specversion: "1.0",
            source,
            type,
            subject: user.user_id,
            datacontenttype: "application/json",
            data,
          });
          assert.match(time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
          assert.deepEqual(message.headers, {
            "content-type": "application/cloudevents+json",
            ce_id: id,
            ce_type: type,
          });
        }
      }),
    ));

  it("publishes the events of a key in the order of their commits, each once", () =>
    readTopics(["ahorro.transactions"], (messages) =>
      withEvents(async () => {
        const user = await newUser();
        const { balance_id } = await newBalance(user);
        const made = await newTransaction(user, { from_balance_id: balance_id });
        const path = `/transactions/${made.transaction_id}`;
        const expense = (amount: number) => ({ type: "expense", amount: `${amount}.00`, from_balance_id: balance_id });
        for (let amount = 1; amount <= 10; amount += 1) await user.put(path, expense(amount));
        await user.delete(path);
        await user.post(`${path}/restore`);
        const concurrent = await Promise.all(
          Array.from({ length: 30 }, (_, index) => user.put(path, expense(index + 1))),
        );
        const changed = concurrent.filter(({ status }) => status === 200).length;
        assert.ok(changed > 0);
        await user.delete(`/balances/${balance_id}`);
        const found = await published(messages, user.user_id, 15 + changed);
        assert.deepEqual(typesOf(found), [
          "BalanceCreated",
          "TransactionCreated",
          ...Array.from({ length: 10 }, () => "TransactionUpdated"),
          "TransactionDeleted",
          "TransactionUpdated",
          ...Array.from({ length: changed }, () => "TransactionUpdated"),
          "BalanceDeleted",
        ]);
        assert.deepEqual(
          found.slice(1, -1).map(({ event }) => event.data.version),
          Array.from({ length: 13 + changed }, (_, index) => index + 1),
        );
        assert.equal(new Set(found.map(({ partition }) => partition)).size, 1);
      }),
    ));

  it("publishes nothing that an older transaction could still come before, but stays until it can", () =>
    readTopics(["ahorro.users", "ahorro.transactions"], (messages) =>
      withEvents(async () => {
        for (const [database, sql] of Object.entries(await databases())) {
          const [key, other] = [randomUUID(), randomUUID()];
          const called = await sql.begin(async (older) => {
            await write(older, key, "Older");
            await write(sql, key, "Younger");
            await write(sql, other, "Other");
            const called = relay(database);
            // So long it would look for more, if there were nothing.
            await new Promise((resolve) => setTimeout(resolve, 3 * LINGER));
            assert.deepEqual([ofKey(messages, key), ofKey(messages, other)], [[], []]);
            return { called };
          });
          assert.deepEqual(await called.called, { ok: true, payload: { published: 3 } });
          await published(messages, other, 1);
          assert.deepEqual(typesOf(await published(messages, key, 2)), ["Older", "Younger"]);
        }
      }),
    ));

  it("stays for nobody else's transaction when it has nothing to publish", () =>
    withEvents(async () => {
      const { transactions } = await stack();
      await transactions.begin(async (older) => {
        await older`select pg_current_xact_id()`;
        const started = performance.now();
        assert.deepEqual(await relay("transactions"), { ok: true, payload: { published: 0 } });
        assert.ok(performance.now() - started < 10 * LINGER);
      });
    }));

  it("finds by its schedule what nobody called it for", () =>
    readTopics(["ahorro.users"], (messages) =>
      withEvents(async () => {
        const { users } = await stack();
        const key = randomUUID();
        for (const type of ["First", "Second", "Third"]) await write(users, key, type);
        assert.ok((await relay("users")).ok);
        assert.deepEqual(typesOf(await published(messages, key, 3)), ["First", "Second", "Third"]);
        assert.deepEqual(await relay("users"), { ok: true, payload: { published: 0 } });
      }),
    ));

  it("sets aside what the broker refuses for good, with the reason, and goes on with the others", () =>
    readTopics(["ahorro.users", "ahorro.transactions"], (messages) =>
      withEvents(async () => {
        for (const [database, sql] of Object.entries(await databases())) {
          const key = randomUUID();
          const types = ["Before", "AlsoBefore", "Large", "After"];
          for (const type of types) {
            await write(sql, key, type, type === "Large" ? { text: "x".repeat(2 ** 21) } : {});
          }
          assert.ok((await relay(database)).ok);
          const found = await eventually("the event after the refused one", () => {
            const of = ofKey(messages, key);
            return of.some(({ event }) => event.type === "After") ? of : undefined;
          });
          assert.deepEqual([...new Set(typesOf(found))], ["Before", "AlsoBefore", "After"]);
          const dead = await sql`
            delete from outbox_dead_letters where aggregate_id = ${key}
            returning event_type, attempts, last_error, length(payload -> 'data' ->> 'text') as length
          `;
          assert.deepEqual(
            dead.map(({ last_error, ...row }) => row),
            [{ event_type: "Large", attempts: 1, length: 2 ** 21 }],
          );
          assert.match(dead[0]?.last_error, /larger than|too large/i);
          assert.deepEqual(
            [...(await sql`select id from outbox where aggregate_id = ${key} and event_type = 'Large'`)],
            [],
          );
        }
      }),
    ));

  it("goes at once when one is at work and another waits", async () => {
    // Until events are released, tests hold both places.
    for (const database of ["users", "transactions"]) {
      assert.deepEqual(await relay(database), { ok: true, payload: { published: 0, busy: true } });
    }
  });

  it("is known to wait for its turn by who looks, until it has it", async () => {
    const { users, transactions } = await stack();
    // Until events are released, tests hold both places.
    for (const sql of [users, transactions]) assert.equal(await isTurnAwaited(sql), true);
    await withEvents(async () => {
      await emptied("no pending event", pending(users));
      await eventually("nobody waits", async () => ((await isTurnAwaited(users)) ? undefined : true));
    });
  });

  it("holds no connection when it has nothing to do", () =>
    withEvents(async () => {
      const { users, transactions } = await stack();
      const user = await newUser();
      await newBalance(user);
      const connections = () => users`
        select datname from pg_stat_activity where application_name = 'relay' order by datname
      `;
      // It is there while it works, so it would be seen.
      await eventually("relays at work", async () => ((await connections()).length > 0 ? true : undefined));
      await emptied("no pending event", pending(users));
      await emptied("an empty outbox", left(transactions));
      await eventually("no connection of a relay", async () => ((await connections()).length === 0 ? true : undefined));
    }));
});
