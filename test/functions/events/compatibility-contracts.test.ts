import assert from "node:assert/strict";
import { incompatibilities } from "../../../functions/events/compatibility";
import { type Contracts, currentContracts } from "../../../functions/events/contracts";
import type { Json } from "../../../functions/runtime/json-schema";

const ours = currentContracts();

interface Fields {
  properties: Record<string, Json>;
  required: string[];
}

/** All objects with fields in a schema, by the way to them. */
const objectsIn = (part: unknown, way: string[] = []): string[][] => {
  if (typeof part !== "object" || part === null) return [];
  const below = Object.entries(part).flatMap(([key, value]) => objectsIn(value, [...way, key]));
  return "required" in part ? [way, ...below] : below;
};

const fieldsAt = (contracts: Contracts, type: string, way: string[]): Fields =>
  // biome-ignore lint/suspicious/noExplicitAny: any part of a JSON Schema
  way.reduce((part: any, key) => part[key], contracts[type]?.schema);

const changed = (type: string, way: string[], change: (fields: Fields) => void): Contracts => {
  const contracts = { ...ours, ...structuredClone({ [type]: ours[type] }) } as Contracts;
  change(fieldsAt(contracts, type, way));
  return contracts;
};

const everyObject = Object.entries(ours).flatMap(([type, { schema }]) =>
  objectsIn(schema).map((way) => ({ type, way, fields: fieldsAt(ours, type, way) })),
);

describe("Compatibility of each of our contracts", () => {
  it("is kept when nothing changes", () => assert.deepEqual(incompatibilities(ours, ours), []));

  it("is broken at every field that goes, that may be missing, or that becomes something else", () => {
    let count = 0;
    for (const { type, way, fields } of everyObject) {
      for (const name of Object.keys(fields.properties)) {
        const others = fields.required.filter((other) => other !== name);
        const changes: [RegExp, (fields: Fields) => void][] = [
          [
            / is gone$/,
            (its) => {
              delete its.properties[name];
              its.required = others;
            },
          ],
          [
            / may now be missing$/,
            (its) => {
              its.required = others;
            },
          ],
          [
            / was .+, and is something new$/,
            (its) => {
              its.properties[name] = { type: "something new" };
            },
          ],
        ];
        for (const [told, change] of changes) {
          // What may be missing already cannot come to.
          if (!fields.required.includes(name) && told.source.includes("may now")) continue;
          const found = incompatibilities(ours, changed(type, way, change));
          assert.equal(found.length, 1, `${type} ${way.join("/")}/${name}: ${found.join("; ")}`);
          assert.match(found[0] ?? "", told);
          assert.ok(found[0]?.startsWith(`${type}.`) && found[0].includes(`.${name} `), found[0]);
          count += 1;
        }
      }
    }
    assert.ok(count > 1000, `only ${count} changes were tried`);
  });

  it("is kept by an optional field, wherever there are fields", () => {
    for (const { type, way } of everyObject) {
      const added = changed(type, way, ({ properties }) => {
        properties.added = { type: "string" };
      });
      assert.deepEqual(incompatibilities(ours, added), []);
    }
  });
});
