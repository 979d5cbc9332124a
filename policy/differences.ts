import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Graph, Resource } from "../local/program/graph";

/**
 * What is not alike in resources that every stack has: type and path of an input, its value in each stack, and the names of the resources. `–` is
 * what is not there; `…1`, `…2` are what is more than a value, numbered by the stack that has it first.
 */
export type Difference = readonly [what: string, values: unknown[], names: string[]];

const NOTHING = "–";
const EVERY = ["every one"];

/** All in which the resources that every stack has differ, sorted. */
export function differencesOf(graphs: Graph[]): Difference[] {
  const [first] = graphs;
  const found = new Map<string, { what: string; values: unknown[]; names: string[]; type: string }>();
  const common = (first?.resources ?? [])
    .filter(({ type }) => type !== "pulumi:pulumi:Stack")
    .map((one) =>
      graphs.map(({ resources }) => resources.find(({ type, name }) => type === one.type && name === one.name)),
    )
    .filter((same): same is Resource[] => same.every((one) => one !== undefined));
  for (const same of common) {
    const [{ type, name } = { type: "", name: "" }] = same;
    const bodies = same.map((one, index) => comparable(one, graphs[index]?.stack ?? ""));
    for (const { path, values } of compare(bodies, "")) {
      const what = `${type.replace(/^.*:/, "")} ${path}`;
      const key = JSON.stringify([what, values]);
      const known = found.get(key) ?? { what, values, names: [], type };
      known.names.push(name);
      found.set(key, known);
    }
  }
  return [...found.values()]
    .map(({ what, values, names, type }) => {
      const all = common.filter(([one]) => one?.type === type).length;
      return [what, values, names.length === all && all > 1 ? EVERY : names.sort()] as const;
    })
    .sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

/** What a resource is, apart from the name of its stack: policies by the names of their statements, code by what it is. */
function comparable({ inputs, protect, retainOnDelete }: Resource, stack: string): unknown {
  const { code, ...others } = inputs;
  const body = { ...others, code: code?.directory ? digestOf(code.directory) : code, protect, retainOnDelete };
  const named = JSON.stringify(body, (_key, value) => structured(value));
  return JSON.parse(named.replaceAll(`ahorro-${stack}`, "ahorro-*").replaceAll(`ahorro_${stack}`, "ahorro_*"));
}

function structured(value: unknown): unknown {
  if (typeof value !== "string" || !value.startsWith("{")) return value;
  const parsed = parsedJson(value);
  const statements: { Sid?: string }[] = parsed?.Statement ?? [];
  if (!statements.every?.(({ Sid }) => Sid !== undefined)) return parsed ?? value;
  return { ...parsed, Statement: Object.fromEntries(statements.map((one) => [one.Sid, JSON.stringify(one)])) };
}

function parsedJson(text: string) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function digestOf(directory: string): string {
  const hash = createHash("sha256");
  for (const file of readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  )) {
    hash.update(`${file.name}\0`).update(readFileSync(join(file.parentPath, file.name)));
  }
  return hash.digest("hex");
}

function compare(values: unknown[], path: string): { path: string; values: unknown[] }[] {
  if (new Set(values.map((value) => JSON.stringify(value))).size === 1) return [];
  if (values.every(isRecord)) {
    const keys = [...new Set(values.flatMap((value) => Object.keys(value)))];
    return keys.flatMap((key) =>
      compare(
        values.map((value) => value[key]),
        path === "" ? key : `${path}.${key}`,
      ),
    );
  }
  return [{ path, values: values.map((value) => shown(value, values)) }];
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function shown(value: unknown, all: unknown[]): unknown {
  if (value === undefined) return NOTHING;
  const more = typeof value === "object" || /^\{|^[\da-f]{64}$/.test(String(value));
  const first = all.findIndex((other) => JSON.stringify(other) === JSON.stringify(value));
  return more ? `…${first + 1}` : value;
}
