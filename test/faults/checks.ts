import assert from "node:assert/strict";
import type { Kafka } from "kafkajs";
import type { Service } from "./service";
import { lagOf, type Published, readTopic } from "./topic";
import { until } from "./until";

const RECOVERED_WITHIN_MS = 30_000;

/** Waits until a service whose faults are over has nothing left to do. */
export async function untilRecovered({ name, topic, group, sql, relays, admin }: Service): Promise<void> {
  const wait = (what: string, missing: () => Promise<string | undefined>) =>
    until(`${name}: ${what}`, missing, RECOVERED_WITHIN_MS);
  await relays.complete();
  await wait("the outbox is empty", async () => {
    void relays.call();
    const [left] = await sql`select count(*)::int, max(attempts) as attempts, max(last_error) as error from (
      select attempts, last_error, to_jsonb(outbox) ->> 'status' as status from outbox) where status is distinct from 'sent'`;
    if (left?.count === 0) return undefined;
    const sessions =
      await sql`select pid, backend_xmin, xact_start, state, wait_event, query from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`;
    const busy = relays.all().filter((relay) => relay.busy).length;
    return `${left?.count} events, ${left?.attempts} attempts, ${left?.error}; ${busy} relays at work; ${JSON.stringify([...sessions])}`;
  });
  await wait("everything is consumed", async () => {
    const lag = await lagOf(admin, group, topic);
    return lag === 0 ? undefined : `${lag} records left`;
  });
  await wait("one consumer, and none that was given up and lives on", async () => {
    const { groups } = await admin.describeGroups([group]);
    const members = groups.flatMap(({ members }) => members.map(({ memberId }) => memberId));
    return members.length === 1 ? undefined : `members: ${members}`;
  });
  await wait("idle relays hold no connection", async () => {
    const sessions = await sql`
      select state, wait_event, query from pg_stat_activity
      where application_name = 'relay' and datname = current_database()`;
    return sessions.length === 0 ? undefined : JSON.stringify(sessions);
  });
}

/** Each instance that has lived through faults must still be able to publish: Lambda keeps it, and calls it again. */
export async function everyRelayServes({ name, relays, writers }: Service): Promise<void> {
  for (const relay of relays.all()) {
    await writers.write();
    let answer: Promise<unknown> | undefined;
    await until(
      `${name}: an instance is free`,
      async () => {
        if (relay.busy) return "It is busy.";
        answer = relay.call();
        return undefined;
      },
      5_000,
    );
    const result = await answer;
    assert.ok(isFine(result), `${name}: a relay that lived through faults fails: ${JSON.stringify(result)}`);
  }
}

const isFine = (answer: unknown): boolean =>
  typeof answer === "object" && answer !== null && "ok" in answer && answer.ok === true;

/** Nothing lost, nothing made up, nothing out of order, nothing doubled. */
export async function assertTruth({ name, topic, sql, admin, writers, afterwards }: Service, kafka: Kafka) {
  const journal = await sql<{ id: string; key: string; change: string }[]>`
    select id, key, payload #>> '{data,change}' as change from fault_journal order by xid, seq`;
  const published = await readTopic(kafka, admin, topic);
  const first = firstOccurrences(published);
  const committed = new Set(journal.map(({ id }) => id));
  const appeared = new Set(first.map(({ id }) => id));
  const changes = new Set(journal.map(({ change }) => change));

  const lost = [...writers.confirmed].filter((change) => !changes.has(change));
  assert.deepEqual(lost, [], `${name}: confirmed commits that PostgreSQL has lost`);
  const missing = journal.filter(({ id }) => !appeared.has(id));
  assert.deepEqual(missing, [], `${name}: committed, yet not published`);
  const madeUp = first.filter(({ id }) => !committed.has(id));
  assert.deepEqual(madeUp, [], `${name}: published, yet never committed`);
  assert.deepEqual(idsByKey(first), idsByKey(journal), `${name}: the order per key`);
  const homes = new Set(published.map(({ key, partition }) => `${key} ${partition}`));
  assert.equal(homes.size, new Set(published.map(({ key }) => key)).size, `${name}: one partition per key`);

  const effects = await sql`select key, version, amount, total, count from fault_effects order by key`;
  const truth = await sql`
    select key, version, amount, amount as total,
      (select count(*)::integer from fault_journal as j where j.key = a.key) as count
    from fault_accounts as a order by key`;
  assert.deepEqual([...effects], [...truth], `${name}: every effect exactly once`);
  const [inbox] = await sql`select count(*)::int from fault_inbox`;
  assert.equal(inbox?.count, journal.length, `${name}: events in the inbox`);
  const [outbox] = await sql`select count(*)::int from outbox`;
  assert.equal(outbox?.count, afterwards === "mark" ? journal.length : 0, `${name}: events kept in the outbox`);
  const [dead] = await sql`select count(*)::int from outbox_dead_letters`;
  assert.equal(dead?.count, 0, `${name}: dead letters`);
  return { committed: journal.length, published: published.length, rolledBack: writers.rolledBack };
}

/** Without what was published again. */
function firstOccurrences(published: Published[]): Published[] {
  const seen = new Set<string>();
  return published.filter(({ id }) => !seen.has(id) && seen.add(id));
}

function idsByKey(events: { id: string; key: string }[]): Record<string, string[]> {
  const ids: Record<string, string[]> = {};
  for (const { id, key } of [...events].sort((a, b) => (a.key < b.key ? -1 : Number(a.key > b.key)))) {
    ids[key] = [...(ids[key] ?? []), id];
  }
  return ids;
}
