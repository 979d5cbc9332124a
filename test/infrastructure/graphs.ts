import { join } from "node:path";
import type { Graph, Resource } from "../../local/program/graph";
import { resourcesOf } from "../../local/program/graph";
import { loadProgram } from "../../local/program/load";

export const STACKS = ["dev", "staging", "prod", "local"] as const;
export type StackName = (typeof STACKS)[number];

/** A value given to every stack as a secret; it must show up nowhere. */
export const PLANTED_SECRET = "planted-secret-3f9c1d";

/** Loading a program takes seconds; a suite that needs one sets this as its timeout. */
export const LOAD_TIMEOUT = 180_000;

const WORK_FOLDER = join(__dirname, "..", "..", ".local", "test", "program");
const loaded = new Map<StackName, Promise<Graph>>();
let last: Promise<unknown> = Promise.resolve();

/** The program as loaded for a stack: once in a mocha process, one after the other. */
export function graphOf(stack: StackName): Promise<Graph> {
  const known = loaded.get(stack);
  if (known) return known;
  const graph = last.then(() =>
    loadProgram({
      stack,
      workFolder: join(WORK_FOLDER, stack),
      config: { "planted:secret": PLANTED_SECRET },
      secretKeys: ["planted:secret"],
      cache: true,
    }),
  );
  last = graph.catch(() => undefined);
  loaded.set(stack, graph);
  return graph;
}

/** The resource of this type and name. */
export function resource(graph: Graph, type: string, name: string): Resource {
  const found = resourcesOf(graph, type).find((candidate) => candidate.name === name);
  if (!found) throw new Error(`The stack "${graph.stack}" declares no ${type} "${name}".`);
  return found;
}

/** `type name` of a resource's dependencies, sorted. */
export const dependenciesOf = (graph: Graph, { dependencies = [] }: Resource): string[] =>
  dependencies
    .map((urn) => graph.resources.find((candidate) => candidate.urn === urn))
    .map((found) => `${found?.type} ${found?.name}`)
    .sort();
