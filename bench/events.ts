import autocannon from "autocannon";
import { Kafka, logLevel } from "kafkajs";
import postgres from "postgres";
import { relay } from "../functions/outbox/relay";
import { kafkaPublisher, type Publisher } from "../functions/runtime/kafka";
import { connect } from "../functions/runtime/postgres";
import type { Endpoints } from "../local/stack";
import { type Figure, figure, median } from "./figures";
import { type Visitor, visitor } from "./http";

const EVENTS = 60_000;
const ROUNDS = 3;
const WRITES_PER_SECOND = 200;
const SECONDS = 10;

/** Events: how fast a full outbox empties, and how soon what was committed has its effect elsewhere. */
export async function benchEvents(endpoints: Endpoints): Promise<Figure[]> {
  return [...(await benchRelay(endpoints)), ...(await benchEffects(endpoints))];
}

/** The relay's own code on a full outbox, against kafkajs alone with the same bytes; to a topic that nobody consumes. */
async function benchRelay(endpoints: Endpoints): Promise<Figure[]> {
  const topic = `bench.${process.pid}`;
  const { hostname, port, password } = new URL(endpoints.postgres.transactions ?? "");
  Object.assign(process.env, {
    DATABASE_HOST: hostname,
    DATABASE_PORT: port,
    DATABASE_NAME: "transactions",
    DATABASE_USER: "transactions_relay",
    PGPASSWORD: password,
    PGSSLMODE: "disable",
    KAFKA_BROKERS: endpoints.kafka.brokers,
  });
  const admin = new Kafka({
    clientId: "bench",
    brokers: endpoints.kafka.brokers.split(","),
    logLevel: logLevel.ERROR,
  }).admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic, numPartitions: 12 }] });
  const sql = postgres(endpoints.postgres.transactions ?? "", { max: 1, onnotice: () => undefined });
  const publisher = kafkaPublisher("bench");
  const drained: number[] = [];
  const bare: number[] = [];
  try {
    // The stack's own relays stay away: one seems to be at work already, and another to wait.
    await sql`select pg_advisory_lock(hashtext('outbox'), 2)`;
    for (let round = 0; round <= ROUNDS; round += 1) {
      const rates = await drainOnce(sql, publisher, topic);
      // The first warms up.
      if (round > 0) {
        drained.push(rates.drained);
        bare.push(rates.bare);
      }
    }
  } finally {
    await sql.end();
    await publisher.close();
    await admin.deleteTopics({ topics: [topic] });
    await admin.disconnect();
  }
  const ratios = drained.map((rate, round) => rate / (bare[round] ?? Number.NaN));
  return [
    figure("Relay, a full outbox", "/s", drained, { relation: "≥", value: 15_000 }),
    figure("  kafkajs alone, the same bytes in the same batches", "/s", bare),
    figure("  ratio of the two", "×", ratios, { relation: "≥", value: 0.6 }),
  ];
}

async function drainOnce(sql: postgres.Sql, publisher: Publisher, topic: string) {
  // Once no relay of the stack is at work.
  await sql`select pg_advisory_lock(hashtext('outbox'), 1)`;
  await sql`
    insert into outbox (id, event_type, aggregate_id, payload)
    select gen_random_uuid(), 'TransactionCreated', gen_random_uuid(), jsonb_build_object(
      'specversion', '1.0', 'id', gen_random_uuid(), 'type', 'TransactionCreated', 'source', '/ahorro/transactions',
      'data', jsonb_build_object('transaction_id', gen_random_uuid(), 'amount', '12.50', 'filler', repeat('x', 500), 'n', n)
    )
    from generate_series(1, ${EVENTS}) as n
  `;
  const sent: Parameters<Publisher["publish"]>[1][] = [];
  let last = 0;
  const run = relay({
    connect: () => connect("bench"),
    publish: async (messages) => {
      await publisher.publish(topic, messages);
      sent.push(messages);
      last = performance.now();
    },
    afterwards: "delete",
    buried: () => undefined,
    aged: () => undefined,
  });
  await sql`select pg_advisory_unlock(hashtext('outbox'), 1)`;
  const started = performance.now();
  let published = 0;
  // A relay ends when an older transaction, such as an autoanalyze, holds back what is there; the next one goes on.
  while (published < EVENTS && performance.now() - started < 30_000) {
    published += (await run({}, { getRemainingTimeInMillis: () => 60_000 })).published;
  }
  if (published !== EVENTS) throw new Error(`The relay published ${published} events of ${EVENTS}.`);
  const again = performance.now();
  for (const messages of sent) await publisher.publish(topic, messages);
  return { drained: (EVENTS / (last - started)) * 1000, bare: (EVENTS / (performance.now() - again)) * 1000 };
}

/** `POST /groups` → outbox → relay → Kafka → consumer → membership known to the transactions service. Times are PostgreSQL's. */
async function benchEffects(endpoints: Endpoints): Promise<Figure[]> {
  const ana = await visitor(endpoints);
  const users = postgres(endpoints.postgres.users ?? "", { max: 1, onnotice: () => undefined });
  const transactions = postgres(endpoints.postgres.transactions ?? "", { max: 1, onnotice: () => undefined });
  try {
    await transactions.unsafe(`
      create table if not exists bench_effects (group_id uuid, at timestamptz default clock_timestamp());
      create or replace function bench_effect() returns trigger language plpgsql security definer as
        $$ begin insert into bench_effects (group_id) values (new.group_id); return new; end $$;
      create or replace trigger bench_effect after insert on group_members for each row execute function bench_effect();
    `);
    await write(endpoints, ana, 2);
    const since = new Date();
    await write(endpoints, ana, SECONDS);
    const latencies = await effects(users, transactions, since);
    return [
      figure(`Committed → effect elsewhere, ${WRITES_PER_SECOND} writes/s, p50`, "ms", [median(latencies)], {
        relation: "≤",
        value: 30,
      }),
      figure("  p99", "ms", [latencies[Math.floor(latencies.length * 0.99)] ?? Number.NaN], {
        relation: "≤",
        value: 150,
      }),
    ];
  } finally {
    await transactions.unsafe("drop function if exists bench_effect cascade; drop table if exists bench_effects");
    await Promise.all([users.end(), transactions.end()]);
  }
}

async function write({ api }: Endpoints, { token }: Visitor, seconds: number): Promise<void> {
  const result = await autocannon({
    url: `${api}/groups`,
    method: "POST",
    connections: 4,
    duration: seconds,
    overallRate: WRITES_PER_SECOND,
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({ name: "Bench" }),
  });
  if (result.non2xx > 0 || result.errors > 0) throw new Error(`${result.non2xx} failed, ${result.errors} errors`);
}

/** Ms from each group's transaction to its effect, sorted; waits until all have had theirs. */
async function effects(users: postgres.Sql, transactions: postgres.Sql, since: Date): Promise<number[]> {
  const made = await users<{ group_id: string; created_at: Date }[]>`
    select group_id, created_at from groups where created_at >= ${since}
  `;
  const deadline = Date.now() + 60_000;
  for (;;) {
    const seen = await transactions<{ group_id: string; at: Date }[]>`
      select group_id, min(at) as at from bench_effects where at >= ${since} group by group_id
    `;
    const effects = new Map(seen.map(({ group_id, at }) => [group_id, at.getTime()]));
    const latencies = made.map(
      ({ group_id, created_at }) => (effects.get(group_id) ?? Number.NaN) - created_at.getTime(),
    );
    if (latencies.every((latency) => !Number.isNaN(latency))) return latencies.sort((a, b) => a - b);
    if (Date.now() > deadline) throw new Error("Some groups have had no effect after a minute.");
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
