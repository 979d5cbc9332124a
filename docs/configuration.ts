/** `npm run configuration`: writes the reference of the stacks' configuration, from its schemas and what is said of them, to docs/configuration.md. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as ts from "typescript";
import type * as v from "valibot";
import { ANYWHERE, type Combination, IN_PRODUCTION } from "../components/config/combinations";
import { schemas } from "../components/config/schemas";
import { stackConfig } from "../local/program/stack-config";

const SCHEMAS_FILE = join(__dirname, "..", "components", "config", "schemas.ts");
const STACKS = ["dev", "staging", "prod"] as const;

/** A key of the configuration, as the reference shows it. */
export interface Key {
  /** Path below `ahorro:`, such as `database.minCapacity`. */
  path: string;
  type: string;
  required: boolean;
  /** What is said of it beside its schema; empty where nothing is. */
  meaning: string;
}

/** All keys that hold a value, in the order of the schemas. */
export function configurationKeys(): Key[] {
  const meanings = meaningsIn(readFileSync(SCHEMAS_FILE, "utf8"));
  return Object.entries(schemas).flatMap(([name, schema]) => keysOf(name, schema, true, meanings));
}

function keysOf(path: string, schema: v.GenericSchema, required: boolean, meanings: Map<string, string>): Key[] {
  if (isOptional(schema)) return keysOf(path, schema.wrapped, false, meanings);
  if (!hasEntries(schema)) return [{ path, type: typeOf(schema), required, meaning: meanings.get(path) ?? "" }];
  return Object.entries(schema.entries).flatMap(([name, entry]) =>
    keysOf(`${path}.${name}`, entry, required, meanings).map((key) =>
      // What is said of an object is said of what it holds, too.
      key.path === `${path}.${name}` && !required ? { ...key, meaning: withParent(path, key.meaning, meanings) } : key,
    ),
  );
}

const withParent = (path: string, meaning: string, meanings: Map<string, string>): string =>
  [meaning, `\`${path.split(".").at(-1)}\` may be left out as a whole: ${meanings.get(path) ?? ""}`].join(" ");

const isOptional = (schema: v.GenericSchema): schema is v.GenericSchema & { wrapped: v.GenericSchema } =>
  "wrapped" in schema;

const hasEntries = (
  schema: v.GenericSchema,
): schema is v.GenericSchema & { entries: Record<string, v.GenericSchema> } => "entries" in schema;

/** What a schema takes, in words. */
function typeOf(schema: v.GenericSchema): string {
  if ("item" in schema) return `list of: ${typeOf(schema.item as v.GenericSchema)}`;
  if ("options" in schema) return (schema.options as unknown[]).map((option) => `\`${option}\``).join(", ");
  const actions = actionsOf(schema);
  // A pipe within a pipe narrows what the inner one takes: the last word counts.
  const found = (type: string) => actions.findLast((action) => action.type === type)?.requirement;
  if (schema.type === "number") {
    const kind = found("integer") === undefined ? "number" : "whole number";
    const [least, most, step] = [found("min_value"), found("max_value"), found("multiple_of")];
    return `${kind}, ${least} to ${most}${step === undefined ? "" : `, in steps of ${step}`}`;
  }
  const message = actions.find((action) => action.type === "regex")?.message;
  return message === undefined ? schema.type : `${schema.type}: ${message.replace(/^must be (an?|the) /, "")}`;
}

interface Action {
  type: string;
  requirement?: unknown;
  message?: string;
  pipe?: Action[];
}

/** What a schema is made of, its type first; those of pipes within its pipe before its own. */
const actionsOf = (schema: object): Action[] =>
  "pipe" in schema ? (schema.pipe as Action[]).flatMap((item) => (item.pipe ? actionsOf(item) : [item])) : [];

/** The comments of the keys in the source of the schemas: path → text. */
export function meaningsIn(source: string): Map<string, string> {
  const meanings = new Map<string, string>();
  const file = ts.createSourceFile("schemas.ts", source, ts.ScriptTarget.Latest, true);
  const visit = (node: ts.ObjectLiteralExpression, path: string[]) => {
    for (const property of node.properties) {
      if (!ts.isPropertyAssignment(property)) continue;
      const own = [...path, property.name.getText(file)];
      const said = ts
        .getJSDocCommentsAndTags(property)
        .flatMap(({ comment }) => ts.getTextOfJSDocComment(comment) ?? []);
      if (said.length > 0) meanings.set(own.join("."), said.join(" ").replace(/\s+/g, " "));
      const inner = objectIn(property.initializer);
      if (inner !== undefined) visit(inner, own);
    }
  };
  for (const statement of file.statements) {
    if (!ts.isVariableStatement(statement)) continue;
    const [declaration] = statement.declarationList.declarations;
    if (declaration?.name.getText(file) !== "schemas" || declaration.initializer === undefined) continue;
    const object = objectIn(declaration.initializer);
    if (object !== undefined) visit(object, []);
  }
  return meanings;
}

/** The object that a schema is made of, within the calls that make it. */
function objectIn(node: ts.Expression): ts.ObjectLiteralExpression | undefined {
  if (ts.isObjectLiteralExpression(node)) return node;
  if (!ts.isCallExpression(node)) return undefined;
  const [first] = node.arguments;
  return first && objectIn(first);
}

/** The whole document. */
export function configurationDocument(): string {
  const keys = configurationKeys();
  return [
    "# Configuration",
    "",
    "Made by `npm run configuration` from `components/config/`; a test fails when it is out of date.",
    "",
    "A stack is configured in `Pulumi.<stack>.yaml`, below `ahorro:`. There are no defaults: what may be left out is not there then. Everything is checked",
    "before anything is registered, and what is wrong is told all at once, each with its key and what to do. Set a value in the file, or with",
    "`pulumi config set --path 'ahorro:database.minCapacity' 0.5 -s staging`. Besides, there are `aws:region`, the region of everything but CloudFront, and",
    "`pulumi:disable-default-providers: [aws]`, which has the program refused where a resource would be made elsewhere. No key is a secret: the program",
    "needs none.",
    ...Object.keys(schemas).flatMap((name) => ["", `## ahorro:${name}`, ...table(name, keys)]),
    "",
    "## What cannot go together",
    "In every stack:",
    "",
    ...ANYWHERE.map(combination),
    "",
    "In prod, where families' money is:",
    "",
    ...IN_PRODUCTION.map(combination),
    "",
  ].join("\n");
}

function table(name: string, keys: Key[]): string[] {
  const configured = STACKS.map((stack) => JSON.parse(stackConfig(stack)[`ahorro:${name}`] ?? "{}"));
  return [
    `| key | takes | ${STACKS.join(" | ")} | meaning |`,
    "|---|---|---|---|---|---|",
    ...keys
      .filter(({ path }) => path.split(".")[0] === name)
      .map(({ path, type, required, meaning }) => {
        const own = path.split(".").slice(1);
        const values = configured.map((values) => shown(own.reduce((value, key) => value?.[key], values)));
        const key = `\`${own.join(".")}\`${required ? "" : " (may be left out)"}`;
        return `| ${[key, type, ...values, meaning].join(" | ")} |`;
      }),
  ];
}

const shown = (value: unknown): string => {
  if (value === undefined) return "";
  return Array.isArray(value) ? value.map(String).join(", ") || "none" : String(value);
};

const combination = ({ key, what, remedy }: Combination): string => `- \`${key}\` ${what}. ${remedy}.`;

if (require.main === module) writeFileSync(join(__dirname, "configuration.md"), configurationDocument());
