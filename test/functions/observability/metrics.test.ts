import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { resourcesOf } from "../../../local/program/graph";
import { graphOf, LOAD_TIMEOUT } from "../../infrastructure/graphs";
import { eventually } from "../../support/eventually";
import { stack, withEvents } from "../../support/stack";
import { produce } from "../../support/topics";

interface Watched {
  name: string;
  dimensions: Record<string, string>;
}

/** What alarms of the local stack watch of our own metrics. */
async function watched(): Promise<Watched[]> {
  const graph = await graphOf("local");
  return resourcesOf(graph, "aws:cloudwatch/metricAlarm:MetricAlarm").flatMap(({ inputs }) =>
    inputs.namespace === "ahorro-local" ? [{ name: inputs.metricName, dimensions: inputs.dimensions }] : [],
  );
}

/** What functions of the stack have written, as CloudWatch reads it ("Embedded metric format specification"). */
async function written(): Promise<string[]> {
  const { logged } = await stack();
  return logged.flatMap(({ line }) => {
    if (!line.startsWith("{") || !line.includes("_aws")) return [];
    const { _aws, ...members } = JSON.parse(line);
    return _aws.CloudWatchMetrics.flatMap(
      (directive: { Namespace: string; Dimensions: string[][]; Metrics: { Name: string }[] }) => {
        assert.equal(directive.Namespace, "ahorro-local");
        return directive.Metrics.flatMap(({ Name }) => {
          assert.equal(typeof members[Name], "number");
          return directive.Dimensions.map((names) =>
            textOf({ name: Name, dimensions: Object.fromEntries(names.map((name) => [name, members[name]])) }),
          );
        });
      },
    );
  });
}

const textOf = ({ name, dimensions }: Watched): string =>
  `${name} ${JSON.stringify(Object.entries(dimensions).sort())}`;

describe("Metrics that alarms watch", () => {
  it("are written by the functions that run, with those very dimensions", async function () {
    this.timeout(LOAD_TIMEOUT);
    const expected = (await watched()).map(textOf);
    assert.ok(expected.length >= 14, String(expected.length));
    const { users, transactions, lambda, logged } = await stack();
    // Earlier tests shall not have done it.
    logged.length = 0;
    await withEvents(async () => {
      // What the broker refuses, what no consumer can read, and what schedules do.
      for (const sql of [users, transactions]) {
        const payload = JSON.stringify({ specversion: "1.0", data: { text: "x".repeat(2 ** 21) } });
        await sql`
          insert into outbox (id, event_type, aggregate_id, payload)
          values (${randomUUID()}, 'Large', ${randomUUID()}, ${payload}::text::jsonb)
        `;
      }
      for (const topic of ["ahorro.users", "ahorro.transactions"]) {
        await produce(topic, [{ key: randomUUID(), value: "not JSON" }]);
      }
      for (const { inputs } of resourcesOf(await graphOf("local"), "aws:cloudwatch/eventTarget:EventTarget")) {
        if (/-relay$|ledger-check$/.test(inputs.arn)) {
          await lambda.invoke(inputs.arn.split(":").at(-1), JSON.parse(inputs.input));
        }
      }
      await eventually("all metrics", async () => {
        const found = new Set(await written());
        return expected.every((metric) => found.has(metric)) ? true : undefined;
      }).catch(async () => {
        const found = new Set(await written());
        assert.deepEqual(
          expected.filter((metric) => !found.has(metric)),
          [],
        );
      });
    });
    for (const sql of [users, transactions]) await sql`delete from outbox_dead_letters where event_type = 'Large'`;
  });

  it("tell since when the oldest event waits", async () => {
    const { transactions: sql, lambda, logged } = await stack();
    await sql`delete from outbox`;
    const id = randomUUID();
    const ages = async () => {
      const before = logged.length;
      // Tests hold both places of the relays: whoever is called measures, and goes.
      const answer = await lambda.invoke("ahorro-local-transactions-relay", { sweep: true });
      assert.deepEqual(answer, { ok: true, payload: { published: 0, busy: true } });
      const line = await eventually("the metric", () =>
        logged.slice(before).find(({ line }) => line.includes('"OutboxAge"')),
      );
      return JSON.parse(line.line.slice(line.line.indexOf("{"))).OutboxAge as number;
    };
    assert.equal(await ages(), 0);
    await sql`
      insert into outbox (id, event_type, aggregate_id, payload, created_at)
      values (${id}, 'Old', ${randomUUID()}, '{}', now() - interval '90 seconds')
    `;
    const age = await ages();
    assert.ok(age >= 90 && age < 120, String(age));
    await sql`delete from outbox where id = ${id}`;
  });
});
