/**
 * `npm run test:mutants`: plants faults in a copy of the ledger, one at a time, and runs the property test on it. A fault that the
 * test does not notice is named, and the script fails: then it is the test that has to be mended.
 */
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PROJECT_FOLDER } from "../local/program/stack-config";

const PROPERTY_TEST = "test/functions/transactions/ledger.property.test.ts";

interface Mutant {
  fault: string;
  file: string;
  /** Occurs exactly once. */
  code: string;
  instead: string;
}

const ledger = "functions/transactions/ledger.ts";
const record = "functions/transactions/record.ts";
const work = "functions/runtime/statement-work.ts";
const balances = "functions/transactions/balances.ts";

const MUTANTS: Mutant[] = [
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
    if (!passes(copy)) throw new Error("The property test fails without any fault planted.");
    const survivors = MUTANTS.filter((mutant) => !isKilled(copy, mutant));
    console.log(`\n${MUTANTS.length - survivors.length} of ${MUTANTS.length} mutants killed`);
    if (survivors.length > 0) process.exitCode = 1;
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

function isKilled(copy: string, { fault, file, code, instead }: Mutant): boolean {
  const path = join(copy, file);
  const source = readFileSync(path, "utf8");
  if (source.split(code).length !== 2) throw new Error(`${file} has not exactly one: ${code}`);
  writeFileSync(
    path,
    source.replace(code, () => instead),
  );
  const killed = !passes(copy);
  writeFileSync(path, source);
  console.log(`${killed ? "killed  " : "SURVIVED"} ${fault}`);
  return killed;
}

/** Whether the property test passes on the copy. */
function passes(copy: string): boolean {
  const { status, stdout } = spawnSync("mocha", [PROPERTY_TEST], { cwd: copy, env: process.env, encoding: "utf8" });
  if (status !== 0 && !/\d+ failing/.test(stdout)) throw new Error(`The property test did not run:\n${stdout}`);
  return status === 0;
}

main();
