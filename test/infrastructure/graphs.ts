import { join } from "node:path";
import type { Graph, Resource } from "../../local/program/graph";
import { resourcesOf } from "../../local/program/graph";
import { type LoadOptions, loadProgram } from "../../local/program/load";

export const STACKS = ["dev", "staging", "prod", "local"] as const;
export type StackName = (typeof STACKS)[number];

/** Those that are deployed. */
export const DEPLOYED = ["dev", "staging", "prod"] as const;

/** A value given to every stack as a secret; it must show up nowhere. */
export const PLANTED_SECRET = "planted-secret-3f9c1d";

/** Loading a program takes seconds; a suite that needs one sets this as its timeout. */
export const LOAD_TIMEOUT = 180_000;

const WORK_FOLDER = join(__dirname, "..", "..", ".local", "test", "program");
const loaded = new Map<string, Promise<Graph>>();
let last: Promise<unknown> = Promise.resolve();

/** The program as loaded for a stack: once in a mocha process, one after the other. */
export const graphOf = (stack: StackName): Promise<Graph> => loadedOnce(stack, {});

/** The program as loaded for a stack before anything of it is there: what only AWS knows is UNKNOWN. */
export const previewOf = (stack: StackName): Promise<Graph> => loadedOnce(stack, { preview: true });

/** The program as loaded for a stack that is configured otherwise, or as previewed: `folder` names it. */
export const configuredOf = (
  stack: StackName,
  folder: string,
  config: Record<string, string>,
  preview = false,
): Promise<Graph> => loadedOnce(stack, { config, preview }, folder);

function loadedOnce(stack: StackName, more: Pick<LoadOptions, "preview" | "config">, folder?: string): Promise<Graph> {
  const key = [stack, more.preview ? "preview" : "update", ...(folder ? [folder] : [])].join("-");
  const known = loaded.get(key);
  if (known) return known;
  const graph = last.then(() =>
    loadProgram({
      ...more,
      stack,
      workFolder: join(WORK_FOLDER, key),
      config: { ...more.config, "planted:secret": PLANTED_SECRET },
      secretKeys: ["planted:secret"],
      cache: true,
    }),
  );
  last = graph.catch(() => undefined);
  loaded.set(key, graph);
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
