/** `npm run costs`: writes docs/costs.md, and prints what each stack costs idle. */
import "../local/program/stub-arborist";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Graph } from "../local/program/graph";
import { loadProgram } from "../local/program/load";
import { billOf } from "./bill";
import { reportOf } from "./report";
import { IDLE } from "./usage";

async function main(): Promise<void> {
  const workFolder = mkdtempSync(join(tmpdir(), "ahorro-costs-"));
  try {
    const graphs: Graph[] = [];
    for (const stack of ["dev", "staging", "prod"]) graphs.push(await loadProgram({ stack, workFolder }));
    writeFileSync(join(__dirname, "..", "docs", "costs.md"), reportOf(graphs));
    for (const graph of graphs) console.log(`${graph.stack}, idle: $${billOf(graph, IDLE).usd.toFixed(2)} a month`);
  } finally {
    rmSync(workFolder, { recursive: true, force: true });
  }
}

main().catch((error) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
