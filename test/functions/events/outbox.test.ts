import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import type postgres from "postgres";
import { typeNames } from "../../../functions/events/contracts";
import { type EventType, eventTypes, parserOf } from "../../../functions/events/types";
import type { OutboxRow } from "../../../functions/runtime/outbox";
import { newGroup, newUser, type Reply, type User } from "../../support/api";
import { stack } from "../../support/stack";
import { publishedValidators } from "./validator";

const validators = publishedValidators();

/** The outbox rows of these aggregates, in the order in which they will be published. */
const rowsOf = (sql: postgres.Sql, ...aggregateIds: string[]) => sql<OutboxRow[]>`
  select id, event_type, aggregate_id, payload from outbox where aggregate_id in ${sql(aggregateIds)} order by seq
`;

/** Each row is its contract to the letter: nothing is missing, nothing else, nothing left to be brought into form. */
function assertContracts(rows: OutboxRow[]): void {
  for (const { id, event_type, aggregate_id, payload } of rows) {
    const type = event_type as EventType;
    assert.deepEqual(parserOf(type)(payload), { event: payload }, type);
    assert.ok(validators[type]?.(payload), `${type}: ${JSON.stringify(validators[type]?.errors)}`);
    const data = payload.data as Record<string, unknown>;
    assert.deepEqual(
      { type: payload.type, id: payload.id, subject: payload.subject, key: data[eventTypes[type].key] },
      { type, id, subject: aggregate_id, key: aggregate_id },
    );
  }
}

const typesOf = (rows: OutboxRow[]): string[] => [...new Set(rows.map(({ event_type }) => event_type))].sort();

async function done(reply: Promise<Reply>) {
  const { status, text, body } = await reply;
  assert.ok(status < 300, `${status} ${text}`);
  return body;
}

const openBalance = async (user: User, currency: string, more: Record<string, unknown> = {}): Promise<string> =>
  (await done(user.post(`/balances/${user.user_id}`, { name: `In ${currency}`, currency, ...more }))).balance_id;

describe("What the API puts into the outbox", () => {
  it("is to the letter the contracts of users and groups", async () => {
    const { group_id, owner, admin, member } = await newGroup();
    await done(owner.put("/users/me", { name: "Ölga 家", locale: "es-ES", time_zone: "Asia/Kolkata" }));
    await done(owner.put(`/groups/${group_id}`, { name: "Renamed “家”" }));
    await done(owner.put(`/groups/${group_id}/members/${member.user_id}`, { role: "admin" }));
    await done(owner.post(`/groups/${group_id}/invites`, { email: "Somebody@Example.com", role: "admin" }));
    await done(owner.delete(`/groups/${group_id}/members/${member.user_id}`));
    const short = (await done(member.post("/groups", { name: "Short" }))).group_id;
    await done(member.delete(`/groups/${short}`));
    await done(owner.delete("/users/me"));
    const { users } = await stack();
    const rows = await rowsOf(users, group_id, short, owner.user_id, admin.user_id, member.user_id);
    assert.deepEqual(typesOf(rows), typeNames.filter((type) => eventTypes[type].topic === "ahorro.users").sort());
    assertContracts(rows);
  });

  it("is to the letter the contracts of balances and transactions", async () => {
    const user = await newUser();
    const euros = await openBalance(user, "EUR", { opening_amount: "-9999999999999999.99" });
    const more = await openBalance(user, "EUR");
    const yen = await openBalance(user, "JPY", { opening_amount: 1_000 });
    await done(user.put(`/balances/${more}`, { name: "Renamed" }));
    await done(user.put(`/balances/${more}`, { name: "Corrected", opening_amount: "0.01" }));

    const record = async (body: Record<string, unknown>): Promise<string> =>
      (await done(user.post("/transactions", { from_balance_id: more, type: "expense", ...body }))).transaction_id;
    const category_id = randomUUID();
    const entries = [
      { amount: 1, description: "Bread", category_id },
      { amount: "0.5", description: null },
    ];
    const plain = await record({ amount: "1.5", entries, category_id, description: "Té 家" });
    await record({ amount: 3, type: "income", transacted_at: "2024-02-29T23:30:00-05:00" });
    await record({ amount: "1.00", type: "movement", to_balance_id: euros });
    await record({ amount: "1.00", type: "movement", to_balance_id: yen, to_amount: 160 });
    const pending = await record({ amount: "5.00", approved: false });
    const items = [
      { type: "expense", from_balance_id: more, amount: "2.00" },
      { type: "expense", from_balance_id: more, amount: "-2.00" },
    ];
    await done(user.post("/transactions/batch", { items }));
    await done(user.put(`/transactions/${pending}`, { type: "expense", from_balance_id: yen, amount: 5 }));
    await done(user.delete(`/transactions/${plain}`));
    await done(user.post(`/transactions/${plain}/restore`));
    await done(user.delete(`/balances/${euros}`));

    const { transactions } = await stack();
    const rows = await rowsOf(transactions, user.user_id);
    assert.deepEqual(
      typesOf(rows),
      typeNames.filter((type) => eventTypes[type].topic === "ahorro.transactions").sort(),
    );
    assertContracts(rows);
    assert.equal(rows.length, 15);
  });

  it("would be found out: one field more, one less, or another form", async () => {
    const user = await newUser();
    const { users } = await stack();
    const [row] = await rowsOf(users, user.user_id);
    assert.ok(row);
    const data = row.payload.data as Record<string, unknown>;
    const { locale: _, ...without } = data;
    for (const broken of [{ ...data, more: 1 }, without, { ...data, created_at: "2026-11-22T10:00:00Z" }]) {
      assert.throws(() => assertContracts([{ ...row, payload: { ...row.payload, data: broken } }]), /UserCreated/);
    }
    assert.throws(() => assertContracts([{ ...row, aggregate_id: randomUUID() }]));
  });
});
