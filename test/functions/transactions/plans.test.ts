import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import postgres from "postgres";
import * as v from "valibot";
import { listQuery, listTransactions } from "../../../functions/transactions/listing";
import { share } from "../../support/memberships";
import { stack } from "../../support/stack";

interface Plan {
  "Node Type": string;
  "Relation Name"?: string;
  "Plan Rows": number;
  Plans?: Plan[];
}

/**
 * The connection, but what is awaited is not run: it is explained, and its plans kept: the one for these parameters, and the one
 * for any, to which PostgreSQL may change over when a prepared statement is used again and again.
 */
const explaining = (sql: postgres.Sql) => {
  const plans: Plan[] = [];
  const explain = (...template: Parameters<typeof sql>) => {
    // Settings have no plan; both plans are asked for here anyway.
    if (String(template[0]).startsWith("set ")) return { execute: () => Promise.resolve([]) };
    const query = sql(...template);
    const explained = async () => {
      const [custom] = await sql`explain (format json) ${sql(...template)}`;
      const { string } = await sql(...template).describe();
      const [generic] = await sql.unsafe(`explain (generic_plan, format json) ${string}`);
      plans.push(custom?.["QUERY PLAN"][0].Plan, generic?.["QUERY PLAN"][0].Plan);
      return [];
    };
    // A query that is a part of another is never executed.
    return Object.assign(query, { execute: explained });
  };
  return { sql: explain as unknown as postgres.Sql, plans };
};

const nodesOf = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];

describe("The plans of the list of transactions, with 50,000 of one person among others", () => {
  const [person, reader, group, personal] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()];
  const [own, shared] = [randomUUID(), randomUUID()];
  const category = randomUUID();
  let sql: postgres.Sql;

  before(async () => {
    sql = (await stack()).transactions;
    await share(group, { user_id: person }, { user_id: reader });
    await sql.begin(async (sql) => {
      await sql`
        insert into balances (balance_id, user_id, group_id, name, currency, amount)
        values (${own}, ${person}, ${personal}, 'Own', 'EUR', 0), (${shared}, ${person}, ${group}, 'Shared', 'EUR', 0)
      `;
      const rows = (count: number, user: postgres.Fragment, ownGroup: postgres.Fragment) => sql`
        insert into transactions (
          transaction_id, user_id, group_id, type, amount, currency, from_balance_id, to_balance_id, to_currency,
          category_id, category_ids, search, approved_at, transacted_at, transacted_on, created_at, updated_at
        )
        select gen_random_uuid(), ${user}, case when i % 2 = 0 then ${group}::uuid else ${ownGroup} end,
          case when i % 10 = 0 then 'movement' else 'expense' end, 1 + i % 5000, 'EUR',
          case when i % 2 = 0 then ${shared}::uuid else ${own}::uuid end,
          case when i % 10 = 0 then ${own}::uuid end, case when i % 10 = 0 then 'EUR' end,
          null, case when i % 1000 = 0 then array[${category}::uuid] else '{}' end,
          case when i % 1000 = 1 then 'something rare ' else 'groceries ' end || i,
          case when i % 1000 = 2 then null else now() end, at, at::date, at, at
        from generate_series(1, ${count}::int) as i, lateral (select now() - i * interval '11 minutes' as at) as moment
      `;
      await rows(50_000, sql`${person}::uuid`, sql`${personal}::uuid`);
      // Thousands of others in groups of their own.
      await rows(50_000, sql`md5((i % 5000)::text)::uuid`, sql`md5((i % 5000)::text)::uuid`);
    });
    await sql`analyze transactions`;
  });
  after(async () => {
    await sql`delete from transactions where from_balance_id in (${own}, ${shared})`;
    await sql`delete from balances where balance_id in (${own}, ${shared})`;
  });

  const run = (through: postgres.Sql, caller: string, query: Record<string, string>) =>
    listTransactions({
      caller: { user_id: caller, email: undefined, name: undefined },
      query: v.parse(v.strictObject(listQuery()), query) as Parameters<typeof listTransactions>[0]["query"],
      route: "GET /transactions",
      unit: { sql: through, again: false, commit: () => assert.fail(), apply: () => assert.fail() },
    });

  const nodesFor = async (caller: string, query: Record<string, string>): Promise<Plan[]> => {
    const { sql: through, plans } = explaining(sql);
    await run(through, caller, query);
    assert.equal(plans.length, 2);
    return plans.flatMap(nodesOf);
  };

  const scansAll = (nodes: Plan[]): boolean =>
    nodes.some((node) => node["Node Type"] === "Seq Scan" && node["Relation Name"] === "transactions");

  const limit = 50;
  for (const [title, caller, query, most] of [
    ["one's own", person, {}, 0],
    ["those of somebody with whom one shares a group", reader, { user_id: person }, 0],
    ["those of a group", reader, { group_id: group }, 0],
    // Two lists are merged: what comes from balance and what goes to it.
    ["one's own of a balance", person, { balance_id: own }, 2 * (limit + 1)],
    ["those of a balance of somebody else's", reader, { balance_id: shared }, 2 * (limit + 1)],
  ] as const) {
    for (const sorted_by of ["transacted_at", "amount", "created_at", "updated_at"]) {
      it(`read ${title} by ${sorted_by} in the order of an index, from the first page as from a later one`, async () => {
        for (const order of ["asc", "desc"]) {
          const list = { ...query, sorted_by, order, limit: String(limit) };
          const { body } = await run(sql, caller, list);
          assert.ok(body?.next_cursor);
          for (const page of [list, { ...list, cursor: body.next_cursor }]) {
            const nodes = await nodesFor(caller, page);
            const found = nodes.map((node) => `${node["Node Type"]} of ${node["Plan Rows"]}`).join(", ");
            assert.ok(!scansAll(nodes), found);
            const sorts = nodes.filter((node) => node["Node Type"].endsWith("Sort"));
            assert.ok(
              sorts.every((node) => node["Plan Rows"] <= most),
              found,
            );
          }
        }
      });
    }
  }

  it("are made for the values of each list, however often it is read", async () => {
    const own = postgres((await stack()).endpoints.postgres.transactions ?? "", { max: 1 });
    try {
      for (let time = 0; time < 8; time += 1) await run(own, person, { q: "groceries" });
      const plans = await own`
        select generic_plans::int, custom_plans::int from pg_prepared_statements where statement ~ ${"from\\s+transactions"}
      `;
      assert.deepEqual([...plans], [{ generic_plans: 0, custom_plans: 8 }]);
    } finally {
      await own.end();
    }
  });

  it("find what is rare by an index, not by reading everything", async () => {
    for (const filter of [
      { q: "rare" },
      { category },
      { approved: "false" },
      { from: "2026-10-01", to: "2026-10-02" },
      { from: "2026-10-01T00:00:00Z" },
      { q: "rare", category, approved: "true", min_amount: "10" },
      { updated_since: "2026-11-01T00:00:00Z" },
    ]) {
      for (const [caller, whose] of [
        [person, {}],
        [reader, { user_id: person }],
        [reader, { group_id: group }],
        [person, { balance_id: own }],
      ] as const) {
        const nodes = await nodesFor(caller, { ...filter, ...whose });
        assert.ok(!scansAll(nodes), JSON.stringify([filter, whose]));
      }
    }
  });
});
