import assert from "node:assert/strict";
import { incompatibilities } from "../../../functions/events/compatibility";
import type { Contracts } from "../../../functions/events/contracts";
import type { Json } from "../../../functions/runtime/json-schema";

const text = { type: "string" };
const maybe = { anyOf: [text, { type: "null" }] };
const object = (properties: Json, required = Object.keys(properties)): Json => ({
  type: "object",
  properties,
  required,
});
const listOf = (items: Json): Json => ({ type: "array", items });

const contracts = (schema: Json, more: Partial<Contracts[string]> = {}): Contracts => ({
  A: { topic: "t", key: "id", schema, ...more },
});

/** A field `a` that changes. */
const field = (before: Json, after: Json): [Json, Json] => [object({ a: before }), object({ a: after })];

const table: [what: string, schemas: [before: Json, after: Json], told: string[]][] = [
  ["a field that is gone", [object({ id: text, a: text }), object({ id: text })], ["A.a is gone"]],
  [
    "a field that is renamed",
    [object({ a: text }), object({ b: text })],
    ["A.a is gone", "A.b is new and required: events that were published before have none"],
  ],
  ["a field that may be missing", [object({ a: text }), object({ a: text }, [])], ["A.a may now be missing"]],
  ["a field that must be there", [object({ a: text }, []), object({ a: text })], ["A.a is now required"]],
  ["another type", field(text, { type: "number" }), ["A.a was string, and is number"]],
  ["a narrower type", field({ type: "number" }, { type: "integer" }), ["A.a was number, and is integer"]],
  ["a wider type", field(text, { type: ["string", "number"] }), ["A.a was string, and is string or number"]],
  ["a null where there was none", field(text, maybe), ["A.a was string, and is string or null"]],
  ["no null where there was one", field(maybe, text), ["A.a was string or null, and is string"]],
  [
    "a change beside a null",
    field(maybe, { anyOf: [{ type: "null" }, { ...text, format: "uuid" }] }),
    ['A.a: format was not said, and is "uuid"'],
  ],
  ["a new value", field({ enum: ["x", "y"] }, { enum: ["y", "x", "z"] }), ['A.a may now be "z"']],
  ["a value that is gone", field({ enum: ["x", "y"] }, { enum: ["x"] }), ['A.a can no longer be "y"']],
  ["any value where there were some", field({ ...text, enum: ["x"] }, text), ['A.a was one of "x", and is any']],
  ["some values where there was any", field(text, { ...text, enum: ["x"] }), ['A.a was any, and is one of "x"']],
  ["another constant", field({ const: "x" }, { const: "y" }), ['A.a was "x", and is "y"']],
  ["a pattern that is gone", field({ ...text, pattern: "^x" }, text), ['A.a: pattern was "^x", and is not said']],
  ["another bound", field({ ...text, maxLength: 5 }, { ...text, maxLength: 6 }), ["A.a: maxLength was 5, and is 6"]],
  ["a rule that is not known", field(text, { ...text, novel: true }), ["A.a: novel was not said, and is true"]],
  [
    "that fields cannot be added any more",
    [object({}), { ...object({}), additionalProperties: false }],
    ["A: additionalProperties was not said, and is false"],
  ],
  [
    "a change of items",
    field(listOf(object({ b: text })), listOf(object({ b: { type: "boolean" } }))),
    ["A.a[].b was string, and is boolean"],
  ],
  [
    "two changes",
    [object({ a: text, b: text }), object({ b: maybe })],
    ["A.a is gone", "A.b was string, and is string or null"],
  ],
];

const compatible: [what: string, schemas: [before: Json, after: Json]][] = [
  ["an optional field", [object({ a: text }), object({ a: text, b: text }, ["a"])]],
  ["an optional field of items", field(listOf(object({ b: text })), listOf(object({ b: text, c: text }, ["b"])))],
  ["other words", field({ ...text, title: "T", description: "x", examples: ["y"] }, text)],
  [
    "another order",
    [
      object({ a: maybe, b: { enum: ["x", "y"] } }),
      object({ b: { enum: ["y", "x"] }, a: { anyOf: [...maybe.anyOf].reverse() } }),
    ],
  ],
];

describe("Compatibility of contracts", () => {
  for (const [what, [before, after], told] of table) {
    it(`is broken by ${what}`, () => assert.deepEqual(incompatibilities(contracts(before), contracts(after)), told));
  }

  for (const [what, [before, after]] of compatible) {
    it(`is kept by ${what}`, () => assert.deepEqual(incompatibilities(contracts(before), contracts(after)), []));
  }

  it("is broken by another topic and another key", () => {
    assert.deepEqual(incompatibilities(contracts(text), contracts(text, { topic: "u", key: "role" })), [
      "A: the topic was t, and is u",
      "A: the key was id, and is role",
    ]);
  });

  it("is kept by a new type, and by the end of one whose next major version was published before", () => {
    const one = { topic: "t", key: "id", schema: text };
    const gone = (type: string, next: string) =>
      `${type} is gone: publish ${next} first, and go on producing both until nobody consumes ${type}`;
    assert.deepEqual(incompatibilities({ A: one }, { A: one, B: one, "A.v2": one }), []);
    assert.deepEqual(incompatibilities({ A: one, B: one }, { B: one }), [gone("A", "A.v2")]);
    assert.deepEqual(incompatibilities({ A: one }, { "A.v2": one }), [gone("A", "A.v2")]);
    assert.deepEqual(incompatibilities({ A: one, "A.v2": one }, { "A.v2": one }), []);
    assert.deepEqual(incompatibilities({ "A.v2": one }, {}), [gone("A.v2", "A.v3")]);
    assert.deepEqual(incompatibilities({ "A.v9": one, "A.v10": one }, { "A.v10": one }), []);
  });
});
