import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Graph, resourcesOf } from "./graph";
import { PROJECT_FOLDER } from "./stack-config";

/** All that decides what the program declares: its code, its packages, and what loads it. */
const PROGRAM_SOURCES = [
  "index.ts",
  "components",
  "functions",
  "migrations",
  "web/dist",
  "local/program",
  "Pulumi.yaml",
  "package-lock.json",
  "tsconfig.json",
];

/** Identifies one load: a hash over the program's sources, the Node.js version, and what it is loaded with. */
export function cacheKey(order: { programFile: string }): string {
  const hash = createHash("sha256").update(JSON.stringify([process.version, order]));
  for (const file of [
    ...PROGRAM_SOURCES.flatMap((source) => filesOf(join(PROJECT_FOLDER, source))),
    order.programFile,
  ]) {
    const content = readFileSync(file);
    hash.update(`${file}\0${content.length}\0`).update(content);
  }
  return hash.digest("hex");
}

/** The graph last written with this key, if the function folders it points at are still there. */
export function readCachedGraph(workFolder: string, key: string): Graph | undefined {
  const file = join(workFolder, "graph.json");
  if (!existsSync(file)) return undefined;
  const cached: { key: string; graph: Graph } = JSON.parse(readFileSync(file, "utf8"));
  const complete = () =>
    resourcesOf(cached.graph, "aws:lambda/function:Function").every(({ inputs }) => existsSync(inputs.code.directory));
  return cached.key === key && complete() ? cached.graph : undefined;
}

/** Stack outputs may hold secrets: the file is for its owner only. It appears at once and whole. */
export function writeCachedGraph(workFolder: string, key: string, graph: Graph): void {
  mkdirSync(workFolder, { recursive: true });
  const file = join(workFolder, "graph.json");
  writeFileSync(`${file}.new`, JSON.stringify({ key, graph }), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

function filesOf(path: string): string[] {
  if (!existsSync(path)) return [];
  const entries = readdirSafely(path);
  return entries ? entries.sort().flatMap((entry) => filesOf(join(path, entry))) : [path];
}

/** The entries of a folder; undefined for a file. */
function readdirSafely(path: string): string[] | undefined {
  try {
    return readdirSync(path);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOTDIR") return undefined;
    throw error;
  }
}
