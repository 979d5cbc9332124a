/** `npm run stateful:accept`: writes down what the stateful resources of each stack are from now on. What that does: see docs/policy.md. */
import "../../local/program/stub-arborist";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadProgram } from "../../local/program/load";
import { statefulOf } from "../stateful";

async function accept(): Promise<void> {
  const workFolder = mkdtempSync(join(tmpdir(), "ahorro-stateful-"));
  try {
    for (const stack of ["dev", "staging", "prod"]) {
      const { resources } = await loadProgram({ stack, workFolder });
      writeFileSync(join(__dirname, `${stack}.json`), `${JSON.stringify(statefulOf(resources), null, 2)}\n`);
    }
  } finally {
    rmSync(workFolder, { recursive: true, force: true });
  }
}

accept().catch((error) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
