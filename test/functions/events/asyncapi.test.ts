import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import definition from "@asyncapi/specs/schemas/3.0.0.json";
import { type RulesetDefinition, Spectral } from "@stoplight/spectral-core";
import { asyncapi } from "@stoplight/spectral-rulesets";
import Ajv from "ajv";
import addFormats from "ajv-formats";
import { asyncApiDocument } from "../../../functions/events/asyncapi";
import { typeNames } from "../../../functions/events/contracts";

// biome-ignore lint/suspicious/noExplicitAny: JSON; what is read of it is asserted
const document: any = JSON.parse(JSON.stringify(asyncApiDocument()));

/** What a reference within the document leads to. */
const at = (reference: string): unknown =>
  reference
    .slice(2)
    .split("/")
    // biome-ignore lint/suspicious/noExplicitAny: any part of the document
    .reduce((part: any, key) => part?.[key], document);

const referencesIn = (part: unknown): string[] =>
  typeof part === "object" && part !== null
    ? Object.entries(part).flatMap(([key, value]) => (key === "$ref" ? [value] : referencesIn(value)))
    : [];

describe("The AsyncAPI document", () => {
  it("is the one in docs/asyncapi.json (npm run asyncapi renews it)", () => {
    const kept = readFileSync(join(__dirname, "../../../docs/asyncapi.json"), "utf8");
    assert.deepEqual(JSON.parse(kept), document);
  });

  it("is valid by the schema of AsyncAPI 3.0", () => {
    // The schema brings a copy of draft 7 along, and Ajv must not add its own.
    const ajv = addFormats(new Ajv({ strict: false, allErrors: true, meta: false, validateSchema: false }));
    const validate = ajv.compile(definition);
    assert.ok(validate(document), JSON.stringify(validate.errors?.slice(0, 5)));
    // The schema is in force: what breaks it is caught, at the top and in depth.
    for (const broken of [
      { info: {} },
      { operations: { x: { action: "publish", channel: { $ref: "#/channels/users" } } } },
      { components: { messages: { x: { bindings: { kafka: { unheard: {} } } } } } },
    ]) {
      assert.ok(!validate({ ...document, ...broken }), JSON.stringify(broken));
    }
  });

  it("breaks no rule that Spectral knows, but those of an e-mail address and of the newest version", async () => {
    const spectral = new Spectral();
    // Its own types leave out that a rule set without `extends` is one.
    spectral.setRuleset({ extends: [[asyncapi as unknown as RulesetDefinition, "recommended"]] });
    const found = (await spectral.run(document)).map(({ code }) => String(code));
    assert.deepEqual(found.sort(), ["asyncapi-info-contact-properties", "asyncapi-latest-version"]);
  });

  it("refers to nothing that is not there", () => {
    const references = referencesIn(document);
    assert.ok(references.length > 50);
    for (const reference of references) assert.notEqual(at(reference), undefined, reference);
  });

  it("has a channel for each topic and its dead letters, and publishes each type once", () => {
    const addresses = Object.values<{ address: string }>(document.channels).map(({ address }) => address);
    assert.deepEqual(addresses, ["ahorro.users", "ahorro.users.dlq", "ahorro.transactions", "ahorro.transactions.dlq"]);
    const published = Object.values<{ messages: { $ref: string }[] }>(document.operations).flatMap(({ messages }) =>
      messages.map(({ $ref }) => $ref.split("/").at(-1)),
    );
    assert.deepEqual(published, typeNames);
    assert.deepEqual(Object.keys(document.components.messages), typeNames);
    for (const type of typeNames) {
      const { payload, examples, bindings } = document.components.messages[type];
      assert.equal(payload.properties.type.const, type);
      assert.equal(examples[0].payload.type, type);
      assert.equal(bindings.kafka.key.format, "uuid");
    }
  });
});
