import assert from "node:assert/strict";
import { join } from "node:path";
import { parseMigration } from "../../components/database/migration-file";
import { readMigrations } from "../../components/database/migrations";
import { PROJECT_FOLDER } from "../../local/program/stack-config";
import accepted from "../../migrations/accepted.json";
import { lint } from "./squawk";
import { parser, removedNames, transactionNeeds, usersOf } from "./statements";

/** What was accepted, by migration and rule, with the reason. */
const ACCEPTED: Record<string, Record<string, string>> = accepted;

const MIGRATIONS = ["users", "transactions", "analytics"].flatMap((database) =>
  Object.entries(readMigrations(join(PROJECT_FOLDER, "migrations", database))).map(
    ([file, content]) => [`${database}/${file.replace(/\.sql$/, "")}`, content] as [string, string],
  ),
);

const migration = (up: string, how: string) => `-- Up Migration${how}\n\n${up}\n\n-- Down Migration\n\nselect 1;\n`;
const rulesOf = (up: string, how = "") => [...new Set(lint(migration(up, how)).map(({ rule }) => rule))].sort();

/** What must not happen to a table in use, and how it is called. */
const DANGEROUS: [sql: string, rule: string][] = [
  ["create index by_day on transactions (transacted_on);", "require-concurrent-index-creation"],
  ["drop index transactions_by_user_day;", "require-concurrent-index-deletion"],
  ["alter table transactions alter column description set not null;", "adding-not-nullable-field"],
  ["alter table transactions add column receipt text not null;", "adding-required-field"],
  ["alter table transactions alter column amount type numeric(20, 4);", "changing-column-type"],
  ["alter table transactions add column token uuid default gen_random_uuid();", "adding-field-with-default"],
  ["alter table transactions drop column description;", "ban-drop-column"],
  ["drop table idempotency_keys;", "ban-drop-table"],
  ["alter table transactions rename column amount to sum;", "renaming-column"],
  ["alter table transactions rename to movements;", "renaming-table"],
  ["alter table transactions add constraint small check (amount < 1e9);", "constraint-missing-not-valid"],
  [
    "alter table transactions add constraint of_balance foreign key (from_balance_id) references balances (balance_id);",
    "adding-foreign-key-constraint",
  ],
  ["alter table balances add constraint names_once unique (user_id, name);", "disallowed-unique-constraint"],
];

describe("migrations", () => {
  before(() => parser);

  for (const [name, content] of MIGRATIONS) {
    it(`${name} locks, rewrites and breaks nothing that is in use, but what was accepted`, () => {
      const reasons = ACCEPTED[name] ?? {};
      const findings = lint(content);
      const refused = findings.filter(({ rule }) => reasons[rule] === undefined);
      assert.deepEqual(
        refused.map(({ rule, message }) => `${rule}: ${message}`),
        [],
        `${name}: make it in the steps that docs/migrations.md tells, or accept it in migrations/accepted.json with the reason.`,
      );
      const idle = Object.keys(reasons).filter((rule) => !findings.some((finding) => finding.rule === rule));
      assert.deepEqual(idle, [], "accepted, but not found");
    });

    it(`${name} takes away no table or column that is used`, () => {
      const { up } = parseMigration(content);
      const used = removedNames(up).map((removed) => [removed, usersOf(removed)]);
      assert.deepEqual(
        used.filter(([, files]) => files?.length !== 0),
        [],
      );
    });
  }

  it("has reasons for what is accepted, of migrations that are there", () => {
    const names = MIGRATIONS.map(([name]) => name);
    for (const [name, reasons] of Object.entries(ACCEPTED)) {
      assert.ok(names.includes(name), name);
      for (const reason of Object.values(reasons)) assert.ok(reason.length > 20, `${name}: ${reason}`);
    }
  });

  for (const [sql, rule] of DANGEROUS) {
    it(`are refused when they ${sql}`, () => {
      assert.ok(rulesOf(sql).includes(rule), `${rulesOf(sql)}`);
    });
  }

  it("may do all that to a table that they make themselves", () => {
    const made = "create table goals (goal_id uuid primary key, user_id uuid not null);";
    assert.deepEqual(rulesOf(`${made}\ncreate index goals_by_user on goals (user_id);`), []);
  });

  it("may expand a table in use: a column with a constant, a check that is valid from now on, an index on the side", () => {
    for (const sql of [
      "alter table transactions add column receipt text;",
      "alter table transactions add column flags integer not null default 0;",
      "alter table transactions add constraint small check (amount < 1e9) not valid;",
      "alter table transactions validate constraint small;",
    ]) {
      assert.deepEqual(rulesOf(sql), [], sql);
    }
    assert.deepEqual(
      rulesOf("create index concurrently by_day on transactions (transacted_on);", ", outside a transaction"),
      [],
    );
  });

  it("are searched for what they take away, by PostgreSQL's own parser", () => {
    const sql = `
      alter table transactions drop column search, add column drop_column text;
      drop table public.groups, outbox;
      alter table balances rename column name to title;
      alter table erased_users rename to forgotten;
      drop index balances_by_user;
      comment on table users is 'drop table users; alter table users drop column email';`;
    assert.deepEqual(removedNames(sql), ["search", "groups", "outbox", "name", "erased_users"]);
    assert.ok(usersOf("category_ids").length > 0);
    assert.deepEqual(usersOf("column_that_nobody_has"), []);
  });

  it("are outside a transaction just when they have to be, and have one statement then: several count as a transaction", () => {
    for (const [name, content] of MIGRATIONS) {
      const { transactional, ...sql } = parseMigration(content);
      for (const part of [sql.up, sql.down]) {
        const { count, outside } = transactionNeeds(part);
        assert.equal(outside, !transactional, name);
        if (outside) assert.equal(count, 1, name);
      }
    }
    assert.deepEqual(transactionNeeds("create index concurrently a on b (c);"), { count: 1, outside: true });
    assert.deepEqual(transactionNeeds("drop index concurrently a; select ';';"), { count: 2, outside: true });
    assert.deepEqual(transactionNeeds("create index a on b (c); drop index d;"), { count: 2, outside: false });
  });
});
