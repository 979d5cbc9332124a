import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import type { Sql } from "../../../functions/runtime/postgres";
import { newGroup, newUser } from "../../support/api";
import { eventually } from "../../support/eventually";
import { stack, withEvents } from "../../support/stack";
import { type Published, readTopics } from "../../support/topics";

const databases = async () => {
  const { users, transactions } = await stack();
  return { users, transactions };
};

/** Sets an event aside as the relay does, with the place that it would have in the outbox now. */
const setAside = async (sql: Sql, key: string, type: string, data: Record<string, unknown> = {}): Promise<string> => {
  const id = randomUUID();
  const event = { specversion: "1.0", id, source: "/ahorro/test", type, subject: key, data };
  await sql`
    insert into outbox_dead_letters (id, xid, seq, event_type, aggregate_id, payload, attempts, last_error, created_at)
    select ${id}, pg_current_xact_id(), nextval(pg_get_serial_sequence('outbox', 'seq')), ${type}, ${key},
      ${JSON.stringify(event)}::text::jsonb, 1, 'KafkaJSProtocolError: too large', now()
  `;
  return id;
};

const deadLettersOf = (sql: Sql, key: string) =>
  sql<{ event_type: string; attempts: number }[]>`
    select event_type, attempts from outbox_dead_letters where aggregate_id = ${key} order by xid, seq
  `;

const relay = async (database: string, event: unknown) => {
  const { lambda } = await stack();
  return lambda.invoke(`ahorro-local-${database}-relay`, event);
};

const typesOf = (messages: Published[], key: string) =>
  messages.filter((message) => message.key === key).map(({ event }) => event.type);

const published = (messages: Published[], key: string, types: string[]) =>
  eventually(`${types} of ${key}`, () => (typesOf(messages, key).length >= types.length ? true : undefined)).then(() =>
    assert.deepEqual(typesOf(messages, key), types),
  );

describe("Dead letters of an outbox", () => {
  it("are counted for the alarm, by database", () =>
    withEvents(async () => {
      const { logged } = await stack();
      for (const [database, sql] of Object.entries(await databases())) {
        const key = randomUUID();
        const payload = { specversion: "1.0", data: { text: "x".repeat(2 ** 21) } };
        for (const id of [randomUUID(), randomUUID()]) {
          await sql`
            insert into outbox (id, event_type, aggregate_id, payload)
            values (${id}, 'Large', ${key}, ${JSON.stringify(payload)}::text::jsonb)
          `;
        }
        const before = logged.length;
        assert.deepEqual(await relay(database, {}), { ok: true, payload: { published: 0 } });
        const metrics = await eventually("the metrics", () => {
          const lines = logged.slice(before).filter(({ line }) => line.includes("OutboxDeadLetters"));
          return lines.length >= 2 ? lines.map(({ line }) => JSON.parse(line.slice(line.indexOf("{")))) : undefined;
        });
        assert.deepEqual(
          metrics.map(({ _aws, database, OutboxDeadLetters }) => [_aws.CloudWatchMetrics, database, OutboxDeadLetters]),
          [1, 1].map((count) => [
            [
              {
                Namespace: "ahorro-local",
                Dimensions: [["database"]],
                Metrics: [{ Name: "OutboxDeadLetters", Unit: "Count" }],
              },
            ],
            database,
            count,
          ]),
        );
        await sql`delete from outbox_dead_letters where aggregate_id = ${key}`;
      }
    }));

  it("are published on request, in the order that they had, before what is newer", () =>
    readTopics(["ahorro.users", "ahorro.transactions"], (messages) =>
      withEvents(async () => {
        for (const [database, sql] of Object.entries(await databases())) {
          await sql`delete from outbox_dead_letters`;
          const key = randomUUID();
          for (const type of ["First", "Second", "Third"]) await setAside(sql, key, type);
          await sql`
            insert into outbox (id, event_type, aggregate_id, payload)
            select id, 'Fourth', ${key}, jsonb_build_object(
              'specversion', '1.0', 'id', id, 'type', 'Fourth', 'subject', ${key}::text, 'data', '{}'::jsonb)
            from (select ${randomUUID()}::uuid as id) as new
          `;
          assert.deepEqual(await relay(database, { replay: {} }), {
            ok: true,
            payload: { replayed: 3, published: 4 },
          });
          await published(messages, key, ["First", "Second", "Third", "Fourth"]);
          assert.deepEqual([...(await deadLettersOf(sql, key))], []);
        }
      }),
    ));

  it("are published by their ids, and the others stay", () =>
    readTopics(["ahorro.transactions"], (messages) =>
      withEvents(async () => {
        const { transactions: sql } = await stack();
        const key = randomUUID();
        const [first] = [await setAside(sql, key, "First"), await setAside(sql, key, "Second")];
        assert.deepEqual(await relay("transactions", { replay: { ids: [first, randomUUID()] } }), {
          ok: true,
          payload: { replayed: 1, published: 1 },
        });
        await published(messages, key, ["First"]);
        assert.deepEqual([...(await deadLettersOf(sql, key))], [{ event_type: "Second", attempts: 1 }]);
        assert.deepEqual(await relay("transactions", { replay: { ids: [] } }), {
          ok: true,
          payload: { replayed: 0, published: 0 },
        });
      }),
    ));

  it("are set aside again when they are refused again", () =>
    withEvents(async () => {
      const { users: sql } = await stack();
      const key = randomUUID();
      const id = await setAside(sql, key, "Large", { text: "x".repeat(2 ** 21) });
      assert.deepEqual(await relay("users", { replay: { ids: [id] } }), {
        ok: true,
        payload: { replayed: 1, published: 0 },
      });
      assert.deepEqual([...(await deadLettersOf(sql, key))], [{ event_type: "Large", attempts: 2 }]);
    }));

  it("are moved back also when relays are at work, who publish them", async () => {
    // Until events are released, tests hold both places.
    const { users: sql } = await stack();
    const key = randomUUID();
    const id = await setAside(sql, key, "First");
    assert.deepEqual(await relay("users", { replay: { ids: [id] } }), {
      ok: true,
      payload: { replayed: 1, published: 0, busy: true },
    });
    const [row] = await sql`delete from outbox where id = ${id} returning status, attempts`;
    assert.deepEqual(row, { status: "pending", attempts: 1 });
  });

  it("forget who deletes their account", () =>
    withEvents(async () => {
      const { users, transactions } = await stack();
      const [user, other] = [await newUser(), await newUser()];
      const { group_id } = await newGroup();
      const email = `${randomUUID()}@example.com`;
      await users`update users set email = ${email} where user_id = ${user.user_id}`;
      await setAside(users, user.user_id, "UserUpdated", { email });
      await setAside(users, group_id, "UserInvitedGroup", { invitee_email: email });
      await setAside(users, group_id, "UserInvitedGroup", { inviter_id: user.user_id });
      await setAside(users, group_id, "UserInvitedGroup", {
        inviter_id: other.user_id,
        invitee_email: "x@example.com",
      });
      for (const { user_id } of [user, other]) await setAside(transactions, user_id, "TransactionCreated");
      await user.delete("/users/me");
      assert.equal((await deadLettersOf(users, user.user_id)).length, 0);
      assert.equal((await deadLettersOf(users, group_id)).length, 1);
      await eventually("an erased user", async () =>
        (await deadLettersOf(transactions, user.user_id)).length === 0 ? true : undefined,
      );
      assert.equal((await deadLettersOf(transactions, other.user_id)).length, 1);
    }));
});
