import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { LambdaHost } from "./lambda";
import { type Graph, resourcesOf } from "./program/graph";

/**
 * Does what the engine does for `aws:lambda/invocation:Invocation` resources: invokes the function, in the order of
 * declaration, when the invocation is new or its inputs have changed since the last start on this data. What was done is
 * kept in `deployed.json` in the data folder.
 *
 * @throws Error naming the invocation that failed, with the function's own error.
 */
export async function deploy(graph: Graph, lambda: LambdaHost, dataFolder: string): Promise<void> {
  const file = join(dataFolder, "deployed.json");
  const deployed: Record<string, string> = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {};
  for (const { name, urn, inputs } of resourcesOf(graph, "aws:lambda/invocation:Invocation")) {
    const { functionName, input, triggers } = inputs;
    const digest = createHash("sha256")
      .update(JSON.stringify([functionName, input, triggers]))
      .digest("hex");
    if (deployed[urn] === digest) continue;
    const result = await lambda.invoke(String(functionName), JSON.parse(String(input)));
    if (!result.ok) {
      const { errorType, errorMessage } = result.error;
      throw new Error(
        `The deployment step "${name}" (function ${functionName}) failed: ${errorType}: ${errorMessage}\n` +
          "Mend the function or its input, or forget the data with: npm start -- --fresh",
      );
    }
    deployed[urn] = digest;
    writeFileSync(file, JSON.stringify(deployed, null, 2));
  }
}
