import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import {
  createLambdaHost,
  type FunctionDefinition,
  type LambdaHostOptions,
  type LogEntry,
} from "../../../local/lambda";

/** An account and a region as the local stack uses them. */
export const REGION = "eu-west-1";
export const ACCOUNT = "000000000000";

export const arnOf = (name: string): string => `arn:aws:lambda:${REGION}:${ACCOUNT}:function:${name}`;

/** Functions written to a temporary folder, each from the text of its `index.js`. */
export function writeFunctions(sources: Record<string, string>) {
  const root = mkdtempSync(join(tmpdir(), "lambda-test-"));
  const definition = (name: string, settings: Partial<FunctionDefinition> = {}): FunctionDefinition => ({
    name,
    arn: arnOf(name),
    directory: join(root, name),
    handler: "index.handler",
    environment: {},
    memoryMb: 128,
    timeoutSeconds: 25,
    ...settings,
  });
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  for (const [name, source] of Object.entries(sources)) write(`${name}/index.js`, source);
  return { root, definition, write, remove: () => rmSync(root, { recursive: true, force: true }) };
}

/** A host with its log collected. */
export function startHost(functions: FunctionDefinition[], options: Partial<LambdaHostOptions> = {}) {
  const entries: LogEntry[] = [];
  const host = createLambdaHost({
    functions,
    region: REGION,
    accountId: ACCOUNT,
    extraEnvironment: {},
    log: (entry) => entries.push(entry),
    ...options,
  });
  return { host, entries, textOf: (stream: LogEntry["stream"]) => textOf(entries, stream) };
}

const textOf = (entries: LogEntry[], stream: LogEntry["stream"]): string =>
  entries
    .filter((entry) => entry.stream === stream)
    .map(({ text }) => text)
    .join("\n");
