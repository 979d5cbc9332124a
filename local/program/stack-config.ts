import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

/** The project's root: where Pulumi.yaml and the program are. */
export const PROJECT_FOLDER = join(__dirname, "..", "..");

/** Name of the Pulumi project, from Pulumi.yaml. */
export function projectName(): string {
  const name = readYaml(join(PROJECT_FOLDER, "Pulumi.yaml")).name;
  if (typeof name !== "string") throw new Error("Pulumi.yaml has no project name.");
  return name;
}

/**
 * Configuration of a stack from its Pulumi.<stack>.yaml, in the form the engine hands it to the program: every value
 * a string, structured values as JSON.
 * @throws Error when there is no such file, or it holds encrypted values, which only the Pulumi CLI can read.
 */
export function stackConfig(stack: string): Record<string, string> {
  const file = join(PROJECT_FOLDER, `Pulumi.${stack}.yaml`);
  if (!existsSync(file)) throw new Error(`There is no stack "${stack}": ${file} does not exist.`);
  const config: unknown = readYaml(file).config ?? {};
  if (typeof config !== "object" || config === null) throw new Error(`"config" in ${file} is not a map.`);
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => {
      if (typeof value === "object" && value !== null && "secure" in value) {
        throw new Error(`"${key}" in ${file} is encrypted; give its value to the loader instead.`);
      }
      return [key, typeof value === "object" ? JSON.stringify(value) : String(value)];
    }),
  );
}

function readYaml(file: string): Record<string, unknown> {
  const content: unknown = parse(readFileSync(file, "utf8"));
  if (typeof content !== "object" || content === null) throw new Error(`${file} is not a YAML map.`);
  return { ...content };
}
