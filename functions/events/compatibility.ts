/**
 * Whether contracts can change without anybody noticing who relies on them. It has to hold in both directions ("full"
 * compatibility, as schema registries call it): what is produced from now on must suit consumers that know the old contract,
 * and what was produced before, which waits in topics and dead letters, must suit consumers that know the new one. Hence one
 * rule: what is published stays as it is; fields may be added, if they are optional.
 */
import { isDeepStrictEqual } from "node:util";
import type { Json } from "../runtime/json-schema";
import type { Contracts } from "./contracts";

/**
 * What the new contracts break, one sentence each; none if they are compatible.
 *
 * A type may go only after its next major version has been published: `TransactionCreated` after `TransactionCreated.v2`.
 */
export const incompatibilities = (published: Contracts, current: Contracts): string[] =>
  Object.entries(published).flatMap(([type, before]) => {
    const after = current[type];
    if (after === undefined) {
      const next = nextMajor(type);
      return next in published && next in current
        ? []
        : [`${type} is gone: publish ${next} first, and go on producing both until nobody consumes ${type}`];
    }
    const places = (["topic", "key"] as const)
      .filter((property) => before[property] !== after[property])
      .map((property) => `${type}: the ${property} was ${before[property]}, and is ${after[property]}`);
    return [...places, ...differences(type, before.schema, after.schema)];
  });

/** `TransactionCreated` → `TransactionCreated.v2` → `TransactionCreated.v3`. */
const nextMajor = (type: string): string => {
  const [, name = type, major = "1"] = /^(.*)\.v(\d+)$/.exec(type) ?? [];
  return `${name}.v${Number(major) + 1}`;
};

/** What is said to people only. */
const annotations = ["title", "description", "examples", "$comment"];
/** What is compared part by part. */
const structure = ["properties", "required", "items", "anyOf", "enum"];

const differences = (path: string, before: Json, after: Json): string[] => {
  const [was, is] = [kindOf(before), kindOf(after)];
  if (was !== is) return [`${path} was ${was}, and is ${is}`];
  return [
    ...differencesInRules(path, before, after),
    ...differencesInValues(path, list(before.enum), list(after.enum)),
    ...differencesInProperties(path, before, after),
    ...alternatives(before).flatMap((alternative, index) =>
      differences(path, alternative, alternatives(after)[index] ?? {}),
    ),
    ...(before.items === undefined ? [] : differences(`${path}[]`, object(before.items), object(after.items))),
  ];
};

/** The type of a schema in words: `string`, `string or null`, `array`, `"1.0"`. */
const kindOf = (schema: Json): string => {
  if ("const" in schema) return JSON.stringify(schema.const);
  if ("anyOf" in schema) return alternatives(schema).map(kindOf).join(" or ");
  return [schema.type ?? (Array.isArray(schema.enum) ? "string" : "anything")].flat().join(" or ");
};

/** The alternatives of a union, in an order that does not depend on how it was written. */
const alternatives = (schema: Json): Json[] =>
  list(schema.anyOf)
    .map(object)
    .map((alternative): [string, Json] => [kindOf(alternative), alternative])
    .sort(([a], [b]) => (a === "null" ? 1 : b === "null" ? -1 : a < b ? -1 : a > b ? 1 : 0))
    .map(([, alternative]) => alternative);

/** Formats, patterns, bounds, and whatever else may be said of values: all have to stay. */
const differencesInRules = (path: string, before: Json, after: Json): string[] =>
  [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((rule) => !annotations.includes(rule) && !structure.includes(rule))
    .filter((rule) => !isDeepStrictEqual(before[rule], after[rule]))
    .map((rule) => `${path}: ${rule} was ${told(before[rule])}, and is ${told(after[rule])}`);

/** An `enum` that lets any value through is none. */
const differencesInValues = (path: string, before: unknown[], after: unknown[]): string[] => {
  const one = (values: unknown[]) => (values.length === 0 ? "any" : `one of ${values.map(told).join(", ")}`);
  if ((before.length === 0) !== (after.length === 0)) return [`${path} was ${one(before)}, and is ${one(after)}`];
  return [
    ...after.filter((value) => !before.includes(value)).map((value) => `${path} may now be ${told(value)}`),
    ...before.filter((value) => !after.includes(value)).map((value) => `${path} can no longer be ${told(value)}`),
  ];
};

const differencesInProperties = (path: string, before: Json, after: Json): string[] => {
  const [had, has] = [object(before.properties), object(after.properties)];
  const [required, requires] = [list(before.required), list(after.required)];
  const kept = Object.keys(had).flatMap((name) => {
    const at = `${path}.${name}`;
    if (!(name in has)) return [`${at} is gone`];
    const differs = differences(at, object(had[name]), object(has[name]));
    if (required.includes(name) && !requires.includes(name)) return [`${at} may now be missing`, ...differs];
    if (!required.includes(name) && requires.includes(name)) return [`${at} is now required`, ...differs];
    return differs;
  });
  const added = Object.keys(has)
    .filter((name) => !(name in had) && requires.includes(name))
    .map((name) => `${path}.${name} is new and required: events that were published before have none`);
  return [...kept, ...added];
};

const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const object = (value: unknown): Json => (typeof value === "object" && value !== null ? { ...value } : {});
const told = (value: unknown): string => (value === undefined ? "not said" : JSON.stringify(value));
