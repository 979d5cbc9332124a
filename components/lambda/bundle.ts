import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import * as esbuild from "esbuild";

/** Where the packages that functions import are looked up: the project's root. */
const PROJECT_FOLDER = join(__dirname, "..", "..");

/**
 * The function as one JavaScript file (CommonJS, exporting `handler`): serialized with all it captures, then bundled
 * with just those parts of packages that it reaches.
 * @throws pulumi.ResourceError naming the function, when it captures what cannot be serialized or imports what is not there.
 */
export async function bundleFunction(resource: pulumi.Resource, name: string, factory: () => unknown): Promise<string> {
  try {
    const serialized = await pulumi.runtime.serializeFunction(factory, { isFactoryFunction: true });
    return await bundleText(serialized.text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const advice =
      "Create clients, dates, maps and errors inside the handler factory; pass values as environment variables.";
    throw new pulumi.ResourceError(
      `The code of function "${name}" cannot be packaged: ${reason}\n${advice}`,
      resource,
      true,
    );
  }
}

/**
 * `tsconfigRaw` keeps esbuild from taking `strict` from tsconfig.json and adding "use strict", under which the `with`
 * blocks of serialized code do not parse. Identifiers are shortened, except those that a `with` block could resolve, which
 * esbuild knows about; functions and classes keep their names, which errors and stack traces show.
 * ES modules are preferred where a package offers both, because only they can be tree-shaken (signing an IAM token:
 * 25 kB instead of 270 kB).
 */
async function bundleText(text: string): Promise<string> {
  const { outputFiles } = await esbuild.build({
    stdin: { contents: text, resolveDir: PROJECT_FOLDER, sourcefile: "__index.js" },
    bundle: true,
    write: false,
    platform: "node",
    format: "cjs",
    target: "node24",
    minifyWhitespace: true,
    minifySyntax: true,
    minifyIdentifiers: true,
    keepNames: true,
    tsconfigRaw: {},
    mainFields: ["module", "main"],
    // Optional native driver of pg, loaded only when asked for.
    external: ["pg-native"],
    logLevel: "silent",
  });
  const bundle = outputFiles[0];
  if (!bundle) throw new Error("esbuild produced no output.");
  return bundle.text;
}
