import { execFileSync } from "node:child_process";
import { statSync } from "node:fs";
import { join } from "node:path";
import { functionsOf } from "../local/lambda";
import { loadProgram } from "../local/program/load";
import { type Figure, figure } from "./figures";

/** How long the program takes to load, and what it makes of the users API. */
export async function benchBundles(folder: string): Promise<Figure[]> {
  const loads: number[] = [];
  let file = "";
  let environment: Record<string, string> = {};
  for (let round = 0; round < 4; round += 1) {
    const started = performance.now();
    const graph = await loadProgram({ stack: "local", workFolder: folder });
    loads.push((performance.now() - started) / 1000);
    const users = functionsOf(graph).find(({ name }) => name.endsWith("users-api"));
    if (users === undefined) throw new Error("The program has no function users-api.");
    file = join(users.directory, "__index.js");
    environment = users.environment;
  }
  return [
    // The first load also fills the compile cache.
    figure("Loading the program", "s", loads.slice(1), { relation: "≤", value: 5 }),
    figure("Users API bundle", "kB", [statSync(file).size / 1000], { relation: "≤", value: 250 }),
    figure("Users API bundle, require", "ms", requireTimes(file, environment), { relation: "≤", value: 40 }),
  ];
}

/** Each in a process of its own, as a cold start is. */
function requireTimes(file: string, environment: Record<string, string>): number[] {
  const script = `const t = performance.now(); require(${JSON.stringify(file)}); console.log(performance.now() - t)`;
  const { NODE_EXTRA_CA_CERTS: _, ...variables } = environment;
  const env = { PATH: process.env.PATH, ...variables, PGPASSWORD: "none", PGSSLMODE: "disable" };
  return Array.from({ length: 11 }, () =>
    Number(execFileSync(process.execPath, ["-e", script], { env, encoding: "utf8" })),
  );
}
