/**
 * `npm run bench`: measures what the project promises, prints each figure beside its limit, and writes them to
 * bench/results/<date>.json with the machine and the commit. Every figure is a median of several rounds; the load is
 * bounded in time and goes to this machine only. `npm run bench -- ledger events` measures some parts only, and writes nothing.
 */
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { PROJECT_FOLDER } from "../local/program/stack-config";
import { benchAnalytics } from "./analytics";
import { benchApi } from "./api";
import { benchBundles } from "./bundles";
import { benchCategories } from "./categories";
import { benchEvents } from "./events";
import { benchExport } from "./export";
import { type Figure, table } from "./figures";
import { benchIdle } from "./idle";
import { benchLedger } from "./ledger";
import { benchMachine } from "./machine";
import { benchStart } from "./start";
import { benchWeb } from "./web";

/** What is measured on a stack that runs, by name, in this order. */
const PARTS = {
  idle: benchIdle,
  api: benchApi,
  categories: benchCategories,
  events: benchEvents,
  ledger: benchLedger,
  analytics: benchAnalytics,
  export: benchExport,
  web: benchWeb,
};

async function main(): Promise<void> {
  const chosen = process.argv.slice(2);
  const unknown = chosen.find((name) => !(name in PARTS));
  if (unknown !== undefined) throw new Error(`There is no part "${unknown}", only: ${Object.keys(PARTS).join(", ")}.`);
  const all = chosen.length === 0;
  const uses = Object.entries(PARTS).filter(([name]) => all || chosen.includes(name));
  const folder = mkdtempSync(join(tmpdir(), "ahorro-bench-"));
  chmodSync(folder, 0o755); // as root, PostgreSQL runs as another user
  const figures: Figure[] = [];
  try {
    figures.push(...benchMachine());
    if (all) figures.push(...(await benchBundles(folder)));
    figures.push(
      ...(await benchStart(
        folder,
        uses.map(([, use]) => use),
      )),
    );
    figures.push(...benchMachine());
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  console.log(table(figures));
  if (all) writeResults(figures);
  if (figures.some(({ ok }) => !ok)) process.exitCode = 1;
}

function writeResults(figures: Figure[]): void {
  const results = join(PROJECT_FOLDER, "bench", "results");
  mkdirSync(results, { recursive: true });
  const [cpu] = cpus();
  const measured = {
    date: new Date().toISOString(),
    commit: git("rev-parse", "--short", "HEAD") + (git("status", "--porcelain") === "" ? "" : " with changes"),
    machine: {
      cpu: cpu?.model ?? "unknown",
      cores: cpus().length,
      memoryGiB: Math.round(totalmem() / 2 ** 30),
      platform: `${process.platform} ${process.arch}`,
      node: process.version,
    },
    figures,
  };
  const file = join(results, `${measured.date.slice(0, 10)}.json`);
  writeFileSync(file, `${JSON.stringify(measured, null, 2)}\n`);
  console.log(`Written to ${file.slice(PROJECT_FOLDER.length + 1)}`);
}

const git = (...args: string[]): string => execFileSync("git", args, { cwd: PROJECT_FOLDER, encoding: "utf8" }).trim();

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
