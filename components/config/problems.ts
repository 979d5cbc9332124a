import { closest, distance } from "fastest-levenshtein";
import * as v from "valibot";

/** What is wrong with the value of a key; `key` is a path, such as `ahorro:database.minCapacity`. */
export interface Problem {
  key: string;
  /** A sentence without its subject, the key. */
  what: string;
  /** What to do, where that is not to set the key to something else. */
  remedy?: string;
}

/** What a schema says of a value, for people. Keys that are not known come with the one that was probably meant. */
export function problemsOf(key: string, schema: v.GenericSchema, value: unknown): Problem[] {
  const { issues = [] } = v.safeParse(schema, value);
  return issues.map((issue) => {
    const path = issue.path?.map((item) => String(item.key)) ?? [];
    const at = [key, ...path].join(".");
    if (issue.type !== "strict_object") return { key: at, what: issue.message };
    const name = path.at(-1);
    if (issue.expected !== "never" || name === undefined) return { key: at, what: "is missing" };
    return unknownKey(at, name, Object.keys(entriesAt(schema, path.slice(0, -1))));
  });
}

/** A key that there is not, among those that there are. */
export function unknownKey(key: string, name: string, known: string[]): Problem {
  return {
    key,
    what: `is not known${suggestion(name, known)} Known are: ${known.join(", ")}`,
    remedy: "Correct or remove it",
  };
}

/** The name that is meant, if one is like what is written: at most every third letter wrong. */
function suggestion(name: string, known: string[]): string {
  if (known.length === 0) return ".";
  const meant = closest(name.toLowerCase(), known);
  return distance(name.toLowerCase(), meant.toLowerCase()) <= Math.max(1, Math.ceil(meant.length / 3))
    ? `; did you mean "${meant}"?`
    : ".";
}

/** The keys of the object that is found at a path within a schema. */
function entriesAt(schema: unknown, path: string[]): Record<string, unknown> {
  const [name, ...rest] = path;
  const entries = entriesOf(schema);
  return name === undefined ? entries : entriesAt(entries[name], rest);
}

function entriesOf(schema: unknown): Record<string, unknown> {
  if (typeof schema !== "object" || schema === null) return {};
  if ("wrapped" in schema) return entriesOf(schema.wrapped);
  return "entries" in schema && typeof schema.entries === "object" ? { ...schema.entries } : {};
}
