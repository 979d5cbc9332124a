import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { schemas } from "../../components/config/schemas";
import { configurationDocument, configurationKeys, meaningsIn } from "../../docs/configuration";
import { stackConfig } from "../../local/program/stack-config";

describe("the reference of the configuration", () => {
  it("is as docs/configuration.md says; otherwise: npm run configuration", () => {
    const written = readFileSync(join(__dirname, "..", "..", "docs", "configuration.md"), "utf8");
    assert.equal(written, configurationDocument());
  });

  it("has every key, with what it takes and what it means", () => {
    const keys = configurationKeys();
    assert.deepEqual([...new Set(keys.map(({ path }) => path.split(".")[0]))], Object.keys(schemas));
    for (const { path, type, meaning } of keys) {
      assert.ok(meaning.length > 10, `${path} has no comment in components/config/schemas.ts`);
      assert.doesNotMatch(type, /undefined|object/, path);
    }
  });

  it("has every key that a stack sets", () => {
    const known = configurationKeys().map(({ path }) => path);
    for (const stack of ["dev", "staging", "prod"]) {
      for (const [name, text] of Object.entries(stackConfig(stack))) {
        if (!name.startsWith("ahorro:")) continue;
        for (const key of Object.keys(JSON.parse(text))) {
          const path = `${name.replace("ahorro:", "")}.${key}`;
          assert.ok(
            known.some((other) => other === path || other.startsWith(`${path}.`)),
            path,
          );
        }
      }
    }
  });

  it("tells bounds, choices, and what may be left out", () => {
    const of = (path: string) => configurationKeys().find((key) => key.path === path);
    assert.equal(of("database.backupRetentionDays")?.type, "whole number, 1 to 35");
    assert.equal(of("database.minCapacity")?.type, "number, 0 to 256, in steps of 0.5");
    assert.equal(of("network.natGateways")?.type, "`None`, `Single`, `OnePerAz`");
    assert.equal(of("api.corsOrigins")?.type, "list of: string: origin, such as https://app.example.com");
    assert.equal(of("identity.passwordSignIn")?.type, "boolean");
    assert.deepEqual(
      ["database.autoPauseSeconds", "database.instances", "mail.webUrl"].map((path) => of(path)?.required),
      [false, true, false],
    );
  });

  it("reads comments of nested keys, and of no others", () => {
    const source = `
      /** Not a key. */
      const other = { a: 1 };
      /** All. */
      export const schemas = {
        one: v.pipe(
          v.strictObject({
            /** First
             * of all. */
            a: v.number(),
            b: v.string(), // no
          }),
          v.check(() => true),
        ),
        two: v.exactOptional(
          v.strictObject({
            /** Deep. */
            c: v.boolean(),
          }),
        ),
      };`;
    assert.deepEqual(Object.fromEntries(meaningsIn(source)), { "one.a": "First of all.", "two.c": "Deep." });
  });
});
