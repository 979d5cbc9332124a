import { setTimeout as sleep } from "node:timers/promises";
import { Kafka, logLevel } from "kafkajs";
import postgres from "postgres";
import type { Endpoints } from "../local/stack";

/**
 * Measures something while relays and consumers have nothing to do: on one machine they would take their share of it, which in the cloud
 * they do not. Relays stay away, since one seems to be at work already and another to wait. What came into the outbox of transactions
 * meanwhile is dropped, so that nothing which is measured later pays for it.
 */
export async function whileNothingIsPublished<Result>(
  endpoints: Endpoints,
  use: () => Promise<Result>,
): Promise<Result> {
  const sql = postgres(endpoints.postgres.transactions ?? "", { max: 1, onnotice: () => undefined });
  try {
    await sql`select pg_advisory_lock(hashtext('outbox'), 2)`;
    await sql`select pg_advisory_lock(hashtext('outbox'), 1)`;
    await untilConsumed(endpoints);
    const result = await use();
    await sql`truncate outbox`;
    return result;
  } finally {
    await sql.end();
  }
}

/** Longest that consumers may take to catch up, in ms. */
const PATIENCE = 120_000;

/** Resolves when consumers have taken all that was published. */
export async function untilConsumed({ kafka }: Endpoints): Promise<void> {
  const client = new Kafka({ clientId: "bench", brokers: kafka.brokers.split(","), logLevel: logLevel.ERROR });
  const admin = client.admin();
  await admin.connect();
  try {
    const { groups } = await admin.listGroups();
    const deadline = performance.now() + PATIENCE;
    for (const { groupId } of groups) {
      while ((await lagOf(admin, groupId)) > 0) {
        if (performance.now() > deadline) throw new Error(`${groupId} has not caught up.`);
        await sleep(50);
      }
    }
  } finally {
    await admin.disconnect();
  }
}

/** Records that a group has still to take. */
async function lagOf(admin: ReturnType<Kafka["admin"]>, groupId: string): Promise<number> {
  let lag = 0;
  for (const { topic, partitions } of await admin.fetchOffsets({ groupId })) {
    const ends = new Map(
      (await admin.fetchTopicOffsets(topic)).map(({ partition, high }) => [partition, Number(high)]),
    );
    for (const { partition, offset } of partitions)
      lag += Number(offset) < 0 ? 0 : (ends.get(partition) ?? 0) - Number(offset);
  }
  return lag;
}
