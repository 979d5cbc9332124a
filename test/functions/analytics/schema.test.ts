import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import postgres from "postgres";
import { stack } from "../../support/stack";

const TABLES = [
  "balance_rollups",
  "balances",
  "category_rollups",
  "erased_users",
  "facts",
  "group_members",
  "groups",
  "rates",
];

describe("The database of reports", () => {
  it("lets each role do its own work only", async () => {
    const { analytics: sql } = await stack();
    const rights = ["select", "insert", "update", "delete", "truncate"];
    const allowed: Record<string, string[]> = {};
    for (const role of ["api", "consumer", "loader", "reader", "relay", "exporter", "copier", "auditor"]) {
      for (const table of TABLES) {
        const [row] = await sql<{ granted: string[] }[]>`
          select array(
            select name
            from unnest(${rights}::text[]) with ordinality as wanted (name, position)
            where has_table_privilege(${`analytics_${role}`}, ${table}, name)
            order by position
          ) as granted
        `;
        if (row !== undefined && row.granted.length > 0) allowed[`${role} ${table}`] = row.granted;
      }
    }
    const all = ["select", "insert", "update", "delete"];
    assert.deepEqual(allowed, {
      "api balance_rollups": ["select"],
      "api balances": ["select"],
      "api category_rollups": ["select"],
      "api group_members": ["select"],
      "api rates": ["select"],
      "consumer balance_rollups": all,
      "consumer balances": all,
      "consumer category_rollups": all,
      "consumer erased_users": ["select", "insert"],
      "consumer facts": all,
      "consumer group_members": ["select", "insert", "delete"],
      "consumer groups": ["select", "insert", "update"],
      "loader rates": ["select", "insert", "update"],
    });
  });

  it("lets the ledger be copied by one role, which can change nothing", async () => {
    const { transactions: sql } = await stack();
    const granted = await sql<{ table: string; privilege: string }[]>`
      select table_name as table, privilege_type as privilege
      from information_schema.role_table_grants
      where grantee = 'transactions_copier'
      order by table_name
    `;
    const tables = ["balances", "erased_users", "group_members", "groups", "transactions"];
    assert.deepEqual(
      [...granted],
      tables.map((table) => ({ table, privilege: "SELECT" })),
    );
  });

  it("comes and goes by its migrations", async () => {
    const { endpoints } = await stack();
    const folder = join(__dirname, "../../../migrations/analytics");
    const scripts = readdirSync(folder).map((file) => {
      const [, up = "", down = ""] = readFileSync(join(folder, file), "utf8").split(/^-- (?:Up|Down) Migration$/m);
      return { up, down };
    });
    const url = new URL(endpoints.postgres.analytics ?? "");
    const server = postgres(url.href, { max: 1, onnotice: () => undefined });
    const name = `migrated_${process.pid}`;
    await server`create database ${server(name)}`;
    url.pathname = `/${name}`;
    const sql = postgres(url.href, { max: 1, onnotice: () => undefined });
    try {
      const objects = () => sql`
        select relname from pg_class where relnamespace = 'public'::regnamespace
        union all
        select proname from pg_proc where pronamespace = 'public'::regnamespace
      `;
      for (let round = 0; round < 2; round += 1) {
        for (const { up } of scripts) await sql.unsafe(up);
        assert.ok((await objects()).some(({ relname }) => relname === "facts"));
        for (const { down } of scripts.toReversed()) await sql.unsafe(down);
        assert.deepEqual([...(await objects())], []);
      }
    } finally {
      await sql.end();
      await server`drop database ${server(name)}`;
      await server.end();
    }
  });
});
