import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type RulesetDefinition, Spectral } from "@stoplight/spectral-core";
import owasp from "@stoplight/spectral-owasp-ruleset";
import { oas } from "@stoplight/spectral-rulesets";
import { apiDocument } from "../../functions/document";
import { client, endpoints } from "../support/api";

describe("The OpenAPI document", () => {
  it("is the one in docs/openapi.json (npm run openapi renews it)", () => {
    const kept = readFileSync(join(__dirname, "../../docs/openapi.json"), "utf8");
    assert.deepEqual(JSON.parse(kept), apiDocument());
  });

  it("is what GET /openapi.json answers", async () => {
    const reply = await client().get("/openapi.json");
    assert.equal(reply.status, 200);
    assert.deepEqual(reply.body, apiDocument());
  });

  it("describes every route, and nothing else", () => {
    const paths = apiDocument().paths as Record<string, Record<string, unknown>>;
    const described = Object.entries(paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
    );
    assert.deepEqual(described.sort(), Object.keys(endpoints).sort());
  });

  it("has no error by the rules of OpenAPI and of OWASP", async () => {
    const spectral = new Spectral();
    spectral.setRuleset({
      extends: [
        // Its own types leave out that a rule set without `extends` is one.
        [oas as unknown as RulesetDefinition, "recommended"],
        [owasp as RulesetDefinition, "recommended"],
      ],
    });
    const document = apiDocument();
    const errors = (await spectral.run(document)).filter(({ severity }) => severity === 0);
    assert.deepEqual(
      errors.map(({ code, path, message }) => `${code} ${path.join(".")}: ${message}`),
      [],
    );
    // The rules are in force: a document that breaks them is caught.
    const found = await spectral.run({ ...document, components: {}, servers: [{ url: "http://example.com" }] });
    assert.ok(found.some(({ code, severity }) => severity === 0 && String(code).includes("no-server-http")));
  });
});
