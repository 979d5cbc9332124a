import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Graph, Resource } from "../../local/program/graph";
import type { PolicyResource } from "../../policy/rule";

/** The resources of a recorded graph as rules see them: with the texts of functions and files. */
export const recorded = ({ resources }: Graph): PolicyResource[] =>
  resources.map((resource) => ({
    urn: resource.urn,
    type: resource.type,
    name: resource.name,
    inputs: { ...resource.inputs, ...textsOf(resource) },
    dependencies: resource.dependencies ?? [],
    protect: resource.protect ?? false,
  }));

function textsOf({ type, inputs: { code, source } }: Resource) {
  if (type === "aws:lambda/function:Function") return { code: filesOf(code.directory) };
  return type.startsWith("aws:s3/bucketObject") && source !== undefined
    ? { content: readFileSync(source.path, "utf8") }
    : {};
}

const filesOf = (directory: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(directory, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((file) => [file.slice(directory.length + 1), readFileSync(file, "utf8")]),
  );
