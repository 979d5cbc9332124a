import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { parseMigration } from "../../components/database/migration-file";
import { PROJECT_FOLDER } from "../../local/program/stack-config";

/** A statement that locks, rewrites or breaks. */
export interface Finding {
  rule: string;
  /** Of the part below `-- Up Migration`, counted from 0. */
  line: number;
  message: string;
}

const SQUAWK = join(PROJECT_FOLDER, "node_modules", ".bin", "squawk");

/** What squawk (sbdchd/squawk), a linter of migrations, says of one that is applied on its own to a database in use. */
export function lint(content: string): Finding[] {
  const { up, transactional } = parseMigration(content);
  const { stdout, stderr, error } = spawnSync(
    SQUAWK,
    [transactional ? "--assume-in-transaction" : "--no-assume-in-transaction", "--reporter", "json"],
    { cwd: PROJECT_FOLDER, input: up, encoding: "utf8", shell: process.platform === "win32" },
  );
  if (error) throw error;
  try {
    const findings: { rule_name: string; line: number; message: string }[] = JSON.parse(stdout);
    return findings.map(({ rule_name, line, message }) => ({ rule: rule_name, line, message }));
  } catch {
    throw new Error(`squawk could not read the migration: ${stderr || stdout}`);
  }
}
