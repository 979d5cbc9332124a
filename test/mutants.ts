/**
 * `npm run test:mutants`: plants faults in a copy of the ledger and of the reports, one at a time, and runs the property test on it. A
 * fault that the test does not notice is named, and the script fails: then it is the test that has to be mended.
 */
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PROJECT_FOLDER } from "../local/program/stack-config";

const LEDGER_TEST = "test/functions/transactions/ledger.property.test.ts";
const REPORTS_TEST = "test/functions/analytics/reports.property.test.ts";

interface Mutant {
  fault: string;
  /** The property test that must notice it. @default that of the ledger */
  test?: string;
  file: string;
  /** Occurs exactly once. */
  code: string;
  instead: string;
}

const ledger = "functions/transactions/ledger.ts";
const record = "functions/transactions/record.ts";
const work = "functions/runtime/statement-work.ts";
const balances = "functions/transactions/balances.ts";

const model = "migrations/analytics/1763990000000_read-model.sql";
const fact = "functions/analytics/fact.ts";
const conversion = "functions/analytics/conversion.ts";

const REPORT_MUTANTS: Mutant[] = [
  {
    fault: "an older version of a transaction replaces a newer one",
    file: model,
    code: "where known.version < new.version\n    order by known.transaction_id",
    instead: "where known.version <> new.version\n    order by known.transaction_id",
  },
  {
    fault: "an older state of a balance replaces a newer one",
    file: model,
    code: "where known.version < excluded.version;",
    instead: ";",
  },
  {
    fault: "what a fact had added to categories is not taken back",
    file: model,
    code: "perform add_to_categories(added, outdated);",
    instead: "perform add_to_categories(added, '{}');",
  },
  {
    fault: "what a fact had added to balances is not taken back",
    file: model,
    code: "perform add_to_balances(added, outdated);",
    instead: "perform add_to_balances(added, '{}');",
  },
  {
    fault: "a movement adds to both of its balances",
    file: model,
    code: "then -fact.amount else fact.amount",
    instead: "then fact.amount else fact.amount",
  },
  {
    fault: "a pending transaction counts",
    file: fact,
    code: "transaction.approved_at === null || ",
    instead: "",
  },
  {
    fault: "entries count for the category of their transaction",
    file: fact,
    code: "part.category_id ?? category_id",
    instead: "category_id",
  },
  {
    fault: "an exchange brings what it took",
    file: fact,
    code: "transaction.to_amount ?? transaction.amount",
    instead: "transaction.amount",
  },
  {
    fault: "rates are good for a month",
    file: conversion,
    code: "const oldestRate = 7;",
    instead: "const oldestRate = 30;",
  },
  {
    fault: "two rates are good on one day",
    file: conversion,
    code: "least(next - 1, ",
    instead: "least(next, ",
  },
  {
    fault: "what has no rate is taken one to one",
    file: conversion,
    code: " or rate.factor is not null)",
    instead: " or true)",
  },
  {
    fault: "of others one sees what one shares no group for",
    file: "functions/analytics/scope.ts",
    code: "if (userId === caller.user_id) return user;",
    instead: "if (userId !== undefined) return user;",
  },
  {
    fault: "a closed balance counts on",
    file: "functions/analytics/net-worth.ts",
    code: "-closing_amount from held",
    instead: "0 from held",
  },
];

const LEDGER_MUTANTS: Mutant[] = [
  {
    fault: "balances are not locked before they are looked at",
    file: record,
    code: "order by b.balance_id\n        for no key update",
    instead: "order by b.balance_id",
  },
  {
    fault: "the version of the transaction is not compared",
    file: record,
    code: "where transactions.version = excluded.version - 1",
    instead: "",
  },
  {
    fault: "closed balances are not noticed",
    file: record,
    code: "b.deleted_at is null",
    instead: "true",
  },
  {
    fault: "the amount is set, not added to",
    file: record,
    code: "set amount = b.amount + delta.delta, version",
    instead:
      "set amount = (select held.amount from held where held.balance_id = b.balance_id) + 0 * delta.delta, version",
  },
  {
    fault: "the old effect is reversed twice",
    file: ledger,
    code: "...(before === undefined ? [] : effectsOf(before).map(reversed)),",
    instead: "...(before === undefined ? [] : [...effectsOf(before), ...effectsOf(before)].map(reversed)),",
  },
  {
    fault: "the old effect is not reversed",
    file: ledger,
    code: "...(before === undefined ? [] : effectsOf(before).map(reversed)),",
    instead: "",
  },
  {
    fault: "a pending transaction has an effect",
    file: ledger,
    code: "if (approved_at === null || deleted_at !== null) return [];",
    instead: "if (deleted_at !== null) return [];",
  },
  {
    fault: "an exchange adds what was taken",
    file: ledger,
    code: "delta: to_amount ?? amount }",
    instead: "delta: amount }",
  },
  {
    fault: "a restored transaction keeps its version",
    file: ledger,
    code: "deleted_at: null,\n  updated_at: changedAt(now, current),\n  version: current.version + 1,",
    instead: "deleted_at: null,\n  updated_at: changedAt(now, current),\n  version: current.version,",
  },
  {
    fault: "an outbox row is skipped when several changes come at once",
    file: record,
    code: "changes.map(transactionEvent)",
    instead: "changes.slice(0, 7).map(transactionEvent)",
  },
  {
    fault: "amounts that no balance can hold are not noticed in time",
    file: record,
    code: "abs(held.amount + delta.delta) >= 1e16",
    instead: "abs(held.amount + delta.delta) >= 1e20",
  },
  {
    fault: "events are written although the key was used before",
    file: record,
    code: "changes.map(transactionEvent), sql`exists (select from claim)`",
    instead: "changes.map(transactionEvent), sql`true`",
  },
  {
    fault: "amounts move although the key was used before",
    file: record,
    code: "from delta))\n          and exists (select from claim)",
    instead: "from delta))",
  },
  {
    fault: "a decision that was overtaken counts as done",
    file: work,
    code: "where must_hold(",
    instead: "where true or (",
  },
  {
    fault: "a used key counts as a new one",
    file: work,
    code: "if (!claimed) throw taken();",
    instead: "",
  },
  {
    fault: "a corrected opening amount moves the amount by all of it",
    file: balances,
    code: "::numeric - b.opening_amount",
    instead: "::numeric",
  },
];

const MUTANTS = [...LEDGER_MUTANTS, ...REPORT_MUTANTS.map((mutant) => ({ ...mutant, test: REPORTS_TEST }))];

function main(): void {
  const copy = mkdtempSync(join(tmpdir(), "ahorro-mutants-"));
  try {
    for (const part of [
      "components",
      "functions",
      "local",
      "migrations",
      "test",
      "index.ts",
      "tsconfig.json",
      ".mocharc.json",
    ]) {
      cpSync(join(PROJECT_FOLDER, part), join(copy, part), { recursive: true });
    }
    for (const part of ["package.json", "package-lock.json", "Pulumi.yaml"])
      cpSync(join(PROJECT_FOLDER, part), join(copy, part));
    symlinkSync(join(PROJECT_FOLDER, "node_modules"), join(copy, "node_modules"));
    for (const test of [LEDGER_TEST, REPORTS_TEST]) {
      if (!passes(copy, test)) throw new Error(`Without any fault planted this fails: ${test}`);
    }
    const survivors = MUTANTS.filter((mutant) => !isKilled(copy, mutant));
    console.log(`\n${MUTANTS.length - survivors.length} of ${MUTANTS.length} mutants killed`);
    if (survivors.length > 0) process.exitCode = 1;
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

function isKilled(copy: string, { fault, test = LEDGER_TEST, file, code, instead }: Mutant): boolean {
  const path = join(copy, file);
  const source = readFileSync(path, "utf8");
  if (source.split(code).length !== 2) throw new Error(`${file} has not exactly one: ${code}`);
  writeFileSync(
    path,
    source.replace(code, () => instead),
  );
  const killed = !passes(copy, test);
  writeFileSync(path, source);
  console.log(`${killed ? "killed  " : "SURVIVED"} ${fault}`);
  return killed;
}

/** Whether a property test passes on the copy. */
function passes(copy: string, test: string): boolean {
  const { status, stdout } = spawnSync("mocha", [test], { cwd: copy, env: process.env, encoding: "utf8" });
  if (status !== 0 && !/\d+ failing/.test(stdout)) throw new Error(`The property test did not run:\n${stdout}`);
  return status === 0;
}

main();
