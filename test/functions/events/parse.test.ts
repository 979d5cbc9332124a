import assert from "node:assert/strict";
import * as fc from "fast-check";
import { currentContracts, typeNames } from "../../../functions/events/contracts";
import { exampleOf } from "../../../functions/events/examples";
import { parseEvent } from "../../../functions/events/types";

type Json = Record<string, unknown>;

const examples = Object.values(currentContracts()).map(exampleOf);
const example = fc.constantFrom(...examples);

const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Every field of an event, by its path. */
const fieldsOf = (object: Json, path: string[] = []): string[][] =>
  Object.entries(object).flatMap(([name, value]) => {
    const at = [...path, name];
    if (isObject(value)) return [at, ...fieldsOf(value, at)];
    if (Array.isArray(value) && isObject(value[0])) return [at, ...fieldsOf(value[0], [...at, "0"])];
    return [at];
  });

/** A copy of an event in which the object that holds a field was changed. */
const altered = (event: Json, path: string[], change: (holder: Json, name: string) => void): Json => {
  const copy = structuredClone(event);
  // biome-ignore lint/suspicious/noExplicitAny: any part of an event
  const holder = path.slice(0, -1).reduce((part: any, key) => part[key], copy);
  change(holder, path.at(-1) ?? "");
  return copy;
};

const deepFrozen = <T>(value: T): T => {
  if (typeof value === "object" && value !== null) Object.values(value).forEach(deepFrozen);
  return Object.freeze(value);
};

describe("Reading an event", () => {
  it("gives the typed event, and leaves what it read as it was", () => {
    for (const event of examples) assert.deepEqual(parseEvent(deepFrozen(structuredClone(event))), { event });
    assert.equal(examples.length, typeNames.length);
  });

  it("tolerates fields that it does not know, wherever they are, and leaves them out", () => {
    const unknown = fc.string().filter((name) => name !== "__proto__");
    fc.assert(
      fc.property(example, fc.nat(), unknown, fc.jsonValue(), (event, index, name, value) => {
        const fields = fieldsOf(event);
        const path = fields[index % fields.length] ?? [];
        const more = altered(event, path, (holder) => {
          if (!(name in holder)) holder[name] = value;
        });
        assert.deepEqual(parseEvent(more), { event });
      }),
      { numRuns: 300 },
    );
  });

  it("names the first field that is missing or of another type: a poison message", () => {
    for (const event of examples) {
      for (const path of fieldsOf(event)) {
        if (path.join() === "type") continue;
        const missing = altered(event, path, (holder, name) => delete holder[name]);
        const other = altered(event, path, (holder, name) => {
          holder[name] = { surprising: true };
        });
        for (const broken of path.join() === "correlationid" ? [other] : [missing, other]) {
          const parsed = parseEvent(broken);
          assert.ok("wrong" in parsed, `${event.type} without ${path.join(".")}`);
          assert.ok(parsed.wrong.startsWith(path.join(".")), `${path.join(".")}: ${parsed.wrong}`);
        }
      }
    }
  });

  it("tells nothing personal of what is wrong", () => {
    for (const event of examples) {
      for (const path of fieldsOf(event)) {
        if (path.join() === "type") continue;
        const parsed = parseEvent(
          altered(event, path, (holder, name) => Object.assign(holder, { [name]: ["secret"] })),
        );
        assert.ok(!JSON.stringify(parsed).includes("secret"), JSON.stringify(parsed));
        const wrongText = altered(event, path, (holder, name) => Object.assign(holder, { [name]: "secret" }));
        const told = parseEvent(wrongText);
        assert.ok("event" in told || ("wrong" in told && !told.wrong.includes("secret")), JSON.stringify(told));
      }
    }
  });

  it("reads ids in any case as one, and no instant but in UTC with milliseconds", () => {
    const [event] = examples;
    assert.ok(event);
    const id = String(event.data.user_id);
    const upper = { ...event, data: { ...event.data, user_id: id.toUpperCase() } };
    assert.deepEqual(parseEvent(upper), { event });
    for (const time of ["2026-11-22T09:30:00Z", "2026-11-22T09:30:00.000+01:00", "2026-11-22", "", 0, null]) {
      const parsed = parseEvent({ ...event, time });
      assert.ok("wrong" in parsed && parsed.wrong.startsWith("time: "), String(time));
    }
  });

  it("skips types that it does not know", () => {
    for (const type of ["UserRenamed", "UserCreated.v2", "usercreated", "toString", "__proto__", ""]) {
      assert.deepEqual(parseEvent({ ...examples[0], type }), { unknownType: type });
    }
  });

  it("tells anything else apart from an event, and never throws", () => {
    for (const json of [null, undefined, 0, "x", [], {}, { type: 1 }, [{ type: "UserCreated" }]]) {
      assert.deepEqual(parseEvent(json), { wrong: "type: must be a string" });
    }
    fc.assert(
      fc.property(fc.constantFrom(...typeNames), fc.jsonValue(), fc.jsonValue(), (type, json, data) => {
        assert.ok("wrong" in parseEvent({ ...Object(json), type }));
        assert.ok("wrong" in parseEvent({ ...examples[0], type, data }));
      }),
    );
  });
});
