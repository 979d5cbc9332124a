import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadProgram } from "../local/program/load";
import { PROJECT_FOLDER } from "../local/program/stack-config";
import { differencesOf } from "./differences";

/** `npm run differences:accept`: writes what differs between the stacks, a line for each. Look at the difference before you commit it. */
async function accept(): Promise<void> {
  const graphs = [];
  for (const stack of ["dev", "staging", "prod"]) {
    const workFolder = join(PROJECT_FOLDER, ".local", "differences", stack);
    graphs.push(await loadProgram({ stack, workFolder, cache: true }));
  }
  const lines = differencesOf(graphs).map((difference) => `  ${JSON.stringify(difference)}`);
  writeFileSync(join(PROJECT_FOLDER, "policy", "stacks.json"), `[\n${lines.join(",\n")}\n]\n`);
}

accept().catch((error) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
