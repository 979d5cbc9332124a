import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { choosePorts } from "../local/ports";
import { PROJECT_FOLDER } from "../local/program/stack-config";
import type { Endpoints } from "../local/stack";
import { type Figure, figure } from "./figures";

/** How long `npm start` takes once data are there; then measures with each of `uses` on what it started. `pid` is the stack's process. */
export async function benchStart(
  folder: string,
  uses: ((endpoints: Endpoints, pid: number) => Promise<Figure[]>)[],
): Promise<Figure[]> {
  const dataFolder = join(folder, "data");
  // The same ports every time: they are part of what the program is loaded with.
  const chosen = await choosePorts({ WEB: 0, API: 0, COGNITO: 0, POSTGRES: 0, AWS: 0, MAIL: 0, KAFKA: 0 });
  const ports = Object.fromEntries(Object.entries(chosen).map(([name, port]) => [`AHORRO_${name}_PORT`, String(port)]));
  const seconds: number[] = [];
  const figures: Figure[] = [];
  for (let round = 0; round < 4; round += 1) {
    const started = performance.now();
    const { child, endpoints } = await start(dataFolder, ports);
    seconds.push((performance.now() - started) / 1000);
    try {
      if (round < 3) continue;
      for (const use of uses) figures.push(...(await use(endpoints, child.pid ?? 0)));
    } finally {
      child.kill("SIGTERM");
      await once(child, "exit");
    }
  }
  // The first start makes the data.
  return [figure("Second npm start until ready", "s", seconds.slice(1), { relation: "≤", value: 10 }), ...figures];
}

async function start(
  dataFolder: string,
  ports: Record<string, string>,
): Promise<{ child: ChildProcess; endpoints: Endpoints }> {
  const child = spawn(process.execPath, [join(PROJECT_FOLDER, "local", "start.js")], {
    env: { ...process.env, ...ports, AHORRO_DATA_DIR: dataFolder },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let printed = "";
  await new Promise<void>((resolve, reject) => {
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      printed += text;
      if (printed.includes("is running")) resolve();
    });
    child.once("exit", (code) => reject(new Error(`npm start ended with ${code}:\n${printed}`)));
  });
  return { child, endpoints: JSON.parse(readFileSync(join(dataFolder, "endpoints.json"), "utf8")) };
}
