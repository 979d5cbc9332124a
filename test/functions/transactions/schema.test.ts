import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import postgres from "postgres";
import { newBalance, newSaver, newTransaction } from "../../support/ledger";
import { stack } from "../../support/stack";

/** SQLSTATE of what goes wrong; undefined when nothing does. */
const stateOf = (work: Promise<unknown>): Promise<string | undefined> =>
  work.then(
    () => undefined,
    (error) => error.code,
  );

describe("The database transactions", () => {
  it("holds no transaction that cannot be, whoever writes it", async () => {
    const { transactions: sql } = await stack();
    const { user, wallet, savings, dollars } = await newSaver();
    const movement = { type: "movement", from_balance_id: wallet, to_balance_id: savings };
    const [plain, within, across] = [
      await newTransaction(user, { from_balance_id: wallet }),
      await newTransaction(user, movement),
      await newTransaction(user, { ...movement, to_balance_id: dollars, to_amount: "11" }),
    ];
    const set = (id: { transaction_id: string }, change: postgres.Fragment) =>
      stateOf(sql`update transactions set ${change} where transaction_id = ${id.transaction_id}`.then());
    for (const [transaction, change, state] of [
      [plain, sql`amount = 0`, "23514"],
      [plain, sql`amount = -1`, "23514"],
      [plain, sql`amount = 1e16`, "22003"],
      [plain, sql`amount = null`, "23502"],
      [plain, sql`type = 'gift'`, "23514"],
      [plain, sql`type = 'movement'`, "23514"],
      [plain, sql`to_balance_id = ${savings}`, "23514"],
      [plain, sql`to_amount = 1`, "23514"],
      [plain, sql`to_currency = 'EUR'`, "23514"],
      [plain, sql`entries = '{}'`, "23514"],
      [plain, sql`from_balance_id = ${randomUUID()}`, "23503"],
      [within, sql`type = 'expense'`, "23514"],
      [within, sql`to_balance_id = from_balance_id`, "23514"],
      [within, sql`to_amount = 10`, "23514"],
      [within, sql`to_currency = 'USD'`, "23514"],
      [within, sql`to_currency = null`, "23514"],
      [across, sql`to_amount = null`, "23514"],
      [across, sql`to_amount = 0`, "23514"],
      [across, sql`to_currency = 'EUR'`, "23514"],
      [across, sql`to_balance_id = ${randomUUID()}`, "23503"],
    ] as const) {
      assert.equal(await set(transaction, change), state);
    }
    assert.equal(
      await stateOf(sql`update balances set amount = 1e16 where balance_id = ${wallet}`.then()),
      "22003",
      "an amount of 17 digits",
    );
    assert.equal(await stateOf(sql`delete from balances where balance_id = ${wallet}`.then()), "23503");
  });

  it("lets each role do its own work only", async () => {
    const { endpoints, transactions: sql } = await stack();
    const { user } = await newSaver();
    await newBalance(user);
    const tables = [
      "balances",
      "group_members",
      "groups",
      "idempotency_keys",
      "outbox",
      "outbox_dead_letters",
      "transactions",
    ];
    const rights = ["select", "insert", "update", "delete", "truncate"];
    const allowed: Record<string, string[]> = {};
    for (const role of ["api", "reader", "relay", "auditor"]) {
      for (const table of tables) {
        const [row] = await sql<{ granted: string[] }[]>`
          select array(
            select name
            from unnest(${rights}::text[]) with ordinality as wanted (name, position)
            where has_table_privilege(${`transactions_${role}`}, ${table}, name)
            order by position
          ) as granted
        `;
        if (row !== undefined && row.granted.length > 0) allowed[`${role} ${table}`] = row.granted;
      }
    }
    assert.deepEqual(allowed, {
      "api balances": ["select", "insert", "update"],
      "api group_members": ["select"],
      "api idempotency_keys": ["select", "insert", "update", "delete"],
      "api outbox": ["insert"],
      "api transactions": ["select", "insert", "update"],
      "reader group_members": ["select"],
      "relay outbox": ["select", "insert", "update", "delete"],
      "relay outbox_dead_letters": ["select", "insert", "delete"],
    });
    // As other functions will sign in: to look up memberships, and nothing else.
    const url = new URL(endpoints.postgres.transactions ?? "");
    url.username = "transactions_reader";
    const reader = postgres(url.href, { max: 1, onnotice: () => undefined });
    try {
      assert.ok(Array.isArray(await reader`select * from group_members limit 1`));
      for (const table of tables.filter((name) => name !== "group_members")) {
        assert.equal(await stateOf(reader`select from ${reader(table)}`.then()), "42501", table);
      }
      assert.equal(await stateOf(reader`create table mine ()`.then()), "42501");
      assert.equal(await stateOf(reader`delete from group_members`.then()), "42501");
    } finally {
      await reader.end();
    }
  });

  it("comes and goes by its migrations", async () => {
    const { endpoints } = await stack();
    const folder = join(__dirname, "../../../migrations/transactions");
    const scripts = readdirSync(folder).map((file) => {
      const [, up = "", down = ""] = readFileSync(join(folder, file), "utf8").split(/^-- (?:Up|Down) Migration$/m);
      return { up, down };
    });
    const url = new URL(endpoints.postgres.transactions ?? "");
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
        assert.ok((await objects()).some(({ relname }) => relname === "transactions"));
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
