/** Examples of events, made from the examples of their fields. Never captured into a function. */
import { v5 } from "uuid";
import type { Json } from "../runtime/json-schema";
import type { Contract } from "./contracts";

/** A whole event that fits its contract; the same for the same contract. */
export const exampleOf = ({ key, schema }: Contract): Json & { data: Json } => {
  const event = exampleValue("event", schema) as Json & { data: Json };
  const { previous, members, owner_id } = event.data;
  if (typeof previous === "object") event.data.previous = { ...previous, ...earlier(Object(previous)) };
  if (Array.isArray(members)) event.data.members = members.map((member) => ({ ...member, user_id: owner_id }));
  return { ...event, subject: event.data[key] };
};

/** What was different in a resource before it was changed. */
const earlier = (resource: Json): Json =>
  Object.fromEntries(
    Object.entries({ name: "Before", description: "Before", version: 2 }).filter(([field]) => field in resource),
  );

/** A field's example, else a value of its type. Ids follow from the field's name: the same name, the same id. */
const exampleValue = (name: string, schema: Json): unknown => {
  const { type, format, const: only, enum: values, anyOf, examples, items, properties } = schema as Shape;
  if (only !== undefined) return only;
  if (examples !== undefined) return examples[0];
  if (values !== undefined) return values[0];
  if (anyOf?.[0] !== undefined) return exampleValue(name, anyOf[0]);
  if (format === "uuid") return v5(name, "0b7a3a52-9c0e-4b8e-8a55-6c1e7f2d9a10");
  if (items !== undefined) return [exampleValue(name, items)];
  if (properties !== undefined) {
    return Object.fromEntries(Object.entries(properties).map(([field, its]) => [field, exampleValue(field, its)]));
  }
  if (type === "boolean") return false;
  throw new Error(`The field ${name} needs an example.`);
};

interface Shape {
  type?: string;
  format?: string;
  const?: unknown;
  enum?: unknown[];
  anyOf?: Json[];
  examples?: unknown[];
  items?: Json;
  properties?: Record<string, Json>;
}
