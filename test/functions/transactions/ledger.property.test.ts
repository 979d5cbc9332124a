import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import fc from "fast-check";
import type postgres from "postgres";
import { type Instance, type InstanceReply, transactionInstances } from "../../support/instances";
import { stack } from "../../support/stack";

/**
 * Random histories of one user's ledger, written by up to eight clients at once, on PostgreSQL. After each, what is stored must
 * add up, and the events must tell the whole story once. `LEDGER_HISTORIES` sets how many; a failure prints its seed, which
 * `LEDGER_SEED` repeats (what the clients do; how they interleave is up to the machine).
 */
const HISTORIES = Number(process.env.LEDGER_HISTORIES ?? 120);
const SEED = process.env.LEDGER_SEED === undefined ? {} : { seed: Number(process.env.LEDGER_SEED) };

interface Draft {
  type: "expense" | "income" | "movement";
  cents: number;
  from: number;
  to: number;
  approved: boolean;
}

type Operation =
  | { kind: "create" | "update"; draft: Draft; target: number; times: number }
  | { kind: "delete" | "restore" | "approve"; target: number; times: number }
  | { kind: "batch"; drafts: Draft[]; times: number }
  | { kind: "reopen"; balance: number; cents: number }
  | { kind: "close"; balance: number };

const BALANCES = 4;

const draft = fc.record<Draft>({
  type: fc.constantFrom("expense", "income", "movement"),
  cents: fc.integer({ min: 0, max: 100_000 }),
  from: fc.nat(BALANCES - 1),
  to: fc.nat(BALANCES - 1),
  approved: fc.boolean(),
});
const target = fc.nat(30);
/** How often a request with a key is sent, all at once. */
const times = fc.constantFrom(0, 1, 2, 3);

const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 12, arbitrary: fc.record({ kind: fc.constant("create" as const), draft, target, times }) },
  { weight: 12, arbitrary: fc.record({ kind: fc.constant("update" as const), draft, target, times }) },
  {
    weight: 12,
    arbitrary: fc.record({
      kind: fc.constantFrom("delete" as const, "restore" as const, "approve" as const),
      target,
      times,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("batch" as const),
      drafts: fc.array(draft, { minLength: 1, maxLength: 8 }),
      times,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("reopen" as const),
      balance: fc.nat(BALANCES - 1),
      cents: fc.integer({ min: -5000, max: 5000 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("close" as const), balance: fc.nat(BALANCES - 1) }) },
);

/** What each client does, one after another. */
const history = fc.array(fc.array(operation, { minLength: 1, maxLength: 7 }), { minLength: 1, maxLength: 8 });

describe("The ledger, through random histories", function () {
  this.timeout(Math.max(60_000, HISTORIES * 1000));
  let instances: Instance[];
  let sql: postgres.Sql;

  before(async () => {
    sql = (await stack()).transactions;
    instances = await transactionInstances(8);
  });
  after(() => Promise.all(instances.map((instance) => instance.stop())));

  it(`adds up, and tells every change once (${HISTORIES} histories)`, async () => {
    await fc.assert(
      fc.asyncProperty(history, async (clients) => {
        const ledger = await openLedger(instances[0] as Instance);
        await Promise.all(clients.map((operations, client) => play(instances[client] as Instance, ledger, operations)));
        await assertSound(sql, ledger);
      }),
      { numRuns: HISTORIES, endOnFailure: true, ...SEED },
    );
  });
});

interface Ledger {
  userId: string;
  balances: string[];
  /** All that were ever recorded, by any client. */
  transactions: string[];
  /** Changes that were answered with success, replays left out. */
  committed: number;
}

async function openLedger(instance: Instance): Promise<Ledger> {
  const userId = randomUUID();
  const balances: string[] = [];
  for (const currency of ["EUR", "EUR", "USD", "JPY"]) {
    const body = { name: "Balance", currency, opening_amount: "100" };
    const { status, body: balance } = await instance.send(userId, "POST /balances/{id}", `/balances/${userId}`, body);
    assert.equal(status, 201);
    balances.push(balance.balance_id);
  }
  return { userId, balances, transactions: [], committed: balances.length };
}

const money = (cents: number): string => (cents / 100).toFixed(2);

/** What a client sends; it may be content that is refused (nothing to move, the same balance, cents of a yen). */
function bodyOf(ledger: Ledger, { type, cents, from, to, approved }: Draft): object {
  const exchange = new Set([0, 1]).has(from) !== new Set([0, 1]).has(to) || (from !== to && from > 1);
  return {
    type,
    amount: from === 3 ? String(Math.round(cents / 100)) : money(cents),
    from_balance_id: ledger.balances[from],
    ...(type === "movement" ? { to_balance_id: ledger.balances[to] } : {}),
    ...(type === "movement" && exchange ? { to_amount: to === 3 ? "150" : money(cents * 2) } : {}),
    approved,
    entries: cents > 100 && from !== 3 ? [{ amount: money(cents - 100) }, { amount: "1.00" }] : [],
  };
}

async function play(instance: Instance, ledger: Ledger, operations: Operation[]): Promise<void> {
  for (const each of operations) await step(instance, ledger, each);
}

async function step(instance: Instance, ledger: Ledger, operation: Operation): Promise<void> {
  const { userId, balances, transactions } = ledger;
  const send = (routeKey: string, path: string, body?: unknown, key?: string) =>
    instance.send(userId, routeKey, path, body, key);
  if (operation.kind === "reopen" || operation.kind === "close") {
    const path = `/balances/${balances[operation.balance]}`;
    const opening_amount = operation.kind === "reopen" && operation.balance !== 3 ? money(operation.cents) : undefined;
    const reply =
      operation.kind === "close"
        ? await send("DELETE /balances/{id}", path)
        : await send("PUT /balances/{id}", path, { name: "Renamed", opening_amount });
    count(ledger, [reply]);
    return;
  }
  if (operation.kind === "batch") {
    const items = operation.drafts.map((each) => bodyOf(ledger, each));
    for (const reply of await keyed(operation.times, (key) =>
      send("POST /transactions/batch", "/transactions/batch", { items }, key),
    )) {
      if (reply.status !== 207 || reply.replayed) continue;
      const recorded = reply.body.items.filter((item: { status: number }) => item.status === 201);
      ledger.committed += recorded.length;
      transactions.push(
        ...recorded.map((item: { transaction: { transaction_id: string } }) => item.transaction.transaction_id),
      );
    }
    return;
  }
  if (operation.kind === "create") {
    const body = bodyOf(ledger, operation.draft);
    const replies = await keyed(operation.times, (key) => send("POST /transactions", "/transactions", body, key));
    count(ledger, replies);
    for (const { status, replayed, body: made } of replies) {
      if (status === 201 && !replayed) transactions.push(made.transaction_id);
    }
    return;
  }
  const id = transactions[operation.target % Math.max(1, transactions.length)];
  if (id === undefined) return;
  const path = `/transactions/${id}`;
  if (operation.kind === "restore") {
    const restore = (key?: string) => send("POST /transactions/{transaction_id}/restore", `${path}/restore`, {}, key);
    count(ledger, await keyed(operation.times, restore));
  } else if (operation.kind === "delete") {
    count(ledger, [await send("DELETE /transactions/{transaction_id}", path)]);
  } else if (operation.kind === "update") {
    count(ledger, [await send("PUT /transactions/{transaction_id}", path, bodyOf(ledger, operation.draft))]);
  } else {
    const { status, body } = await send("GET /transactions/{transaction_id}", path);
    if (status !== 200) return;
    const { type, amount, from_balance_id, to_balance_id, to_amount, entries } = body;
    const whole = {
      type,
      amount,
      from_balance_id,
      to_balance_id,
      to_amount,
      entries,
      approved: body.approved_at === null,
    };
    count(ledger, [await send("PUT /transactions/{transaction_id}", path, whole)]);
  }
}

/** Sends a request without a key, or with one key so many times at once. */
const keyed = (times: number, send: (key?: string) => Promise<InstanceReply>): Promise<InstanceReply[]> => {
  const key = randomUUID();
  return times === 0 ? Promise.all([send()]) : Promise.all(Array.from({ length: times }, () => send(key)));
};

function count(ledger: Ledger, replies: InstanceReply[]): void {
  for (const { status, replayed, body } of replies) {
    assert.ok(status < 500, `${status}: ${JSON.stringify(body)}`);
    if (status < 300 && !replayed) ledger.committed += 1;
  }
}

interface StoredEvent {
  event_type: string;
  // biome-ignore lint/suspicious/noExplicitAny: JSON of any event; what is read of it is asserted
  data: any;
}

async function assertSound(sql: postgres.Sql, ledger: Ledger): Promise<void> {
  const [sums, events, rows] = await Promise.all([
    sql`
      select b.balance_id, b.amount, b.opening_amount + coalesce((
        select sum(
          case
            when t.from_balance_id = b.balance_id and t.type = 'income' then t.amount
            when t.from_balance_id = b.balance_id then -t.amount
            else coalesce(t.to_amount, t.amount)
          end
        )
        from transactions t
        where b.balance_id in (t.from_balance_id, t.to_balance_id) and t.approved_at is not null and t.deleted_at is null
      ), 0) as expected
      from balances b
      where b.user_id = ${ledger.userId}
    `,
    sql<StoredEvent[]>`
      select event_type, payload -> 'data' as data from outbox where aggregate_id = ${ledger.userId} order by seq
    `,
    sql`select transaction_id, version::int, amount, deleted_at is not null as deleted from transactions where user_id = ${ledger.userId}`,
  ]);
  for (const { balance_id, amount, expected } of sums)
    assert.equal(amount, expected, `balance ${balance_id} does not add up`);
  assert.equal(events.length, ledger.committed, "as many events as changes that were answered with success");
  assert.equal(rows.length, new Set(ledger.transactions).size, "as many transactions as were answered with 201");
  assertVersions(events, rows);
  assertClosedStayClosed(events);
}

/** Each transaction's events count 1, 2, 3 …, up to what is stored. */
function assertVersions(events: StoredEvent[], rows: postgres.Row[]): void {
  const last = new Map<string, StoredEvent>();
  for (const event of events) {
    const id = event.data.transaction_id ?? event.data.balance_id;
    const before = last.get(id)?.data;
    if (event.data.transaction_id !== undefined) {
      assert.equal(event.data.version, (before?.version ?? 0) + 1, `${event.event_type} of ${id}`);
      const { previous } = event.data;
      if (previous !== undefined) {
        const { previous: _, ...state } = before;
        assert.deepEqual(previous, state, "`previous` is what the event before told");
      }
    } else if (before !== undefined) assert.ok(event.data.version > before.version, `${event.event_type} of ${id}`);
    last.set(id, event);
  }
  for (const { transaction_id, version, amount, deleted } of rows) {
    const event = last.get(transaction_id);
    assert.deepEqual(
      [event?.data.version, event?.data.amount, event?.event_type === "TransactionDeleted"],
      [version, amount, deleted],
    );
  }
}

/** Once a balance is closed, nothing moves on it any more. */
function assertClosedStayClosed(events: StoredEvent[]): void {
  const closed = new Set<string>();
  for (const { event_type, data } of events) {
    const named = [
      data.balance_id,
      data.from_balance_id,
      data.to_balance_id,
      data.previous?.from_balance_id,
      data.previous?.to_balance_id,
    ];
    for (const id of named) assert.ok(!closed.has(id), `${event_type} on a closed balance`);
    if (event_type === "BalanceDeleted") closed.add(data.balance_id);
  }
}
