import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import type postgres from "postgres";
import { currentContracts } from "../../functions/events/contracts";
import { exampleOf } from "../../functions/events/examples";
import type { CloudEvent } from "../../functions/runtime/consumer";
import { stack } from "./stack";

const contracts = currentContracts();

/**
 * An event as the outbox relay publishes it. Of a known type it is whole: what `data` leaves out is as in the example of its
 * contract.
 */
export const cloudEvent = (type: string, subject: string, data: Record<string, unknown>): CloudEvent => {
  const contract = Object.hasOwn(contracts, type) ? contracts[type] : undefined;
  const { source, data: rest, ...more } = contract ? exampleOf(contract) : { source: "/ahorro/test", data: {} };
  return {
    ...more,
    specversion: "1.0",
    id: randomUUID(),
    source: String(source),
    type,
    subject,
    time: new Date().toISOString(),
    data: { ...rest, ...data },
  };
};

/** What Lambda hands to a consumer of an MSK topic. */
export const mskEvent = (events: CloudEvent[], topic = "ahorro.transactions") => ({
  eventSource: "aws:kafka",
  eventSourceArn: "arn:aws:kafka:eu-west-1:123456789012:cluster/ahorro/1",
  bootstrapServers: "b-1.example:9098",
  records: {
    [`${topic}-0`]: events.map((event, offset) => ({
      topic,
      partition: 0,
      offset,
      timestamp: Date.parse(event.time),
      timestampType: "CREATE_TIME" as const,
      key: Buffer.from(event.subject).toString("base64"),
      value: Buffer.from(JSON.stringify(event)).toString("base64"),
      headers: [],
    })),
  },
});

/** What a service has to tell of these, in the order in which it happened: the events of its outbox, about to be published. */
export async function eventsOf(service: "users" | "transactions", ...aggregateIds: string[]): Promise<CloudEvent[]> {
  const { [service]: sql }: Record<typeof service, postgres.Sql> = await stack();
  const rows = await sql<{ payload: CloudEvent }[]>`
    select payload from outbox where aggregate_id in ${sql(aggregateIds)} order by seq
  `;
  return rows.map(({ payload }) => payload);
}

/** Invokes a consumer of the stack with these events, as Lambda would. */
export async function deliver(functionName: string, ...events: CloudEvent[]): Promise<void> {
  const { lambda } = await stack();
  const result = await lambda.invoke(`ahorro-local-${functionName}`, mskEvent(events));
  assert.ok(result.ok, JSON.stringify(result));
}
