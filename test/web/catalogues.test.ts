import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { generatedFiles } from "../../web/scripts/api-types";
import { en } from "../../web/src/i18n/en";
import { es } from "../../web/src/i18n/es";

const project = join(__dirname, "..", "..");
const sources = readdirSync(join(project, "web", "src"), { recursive: true, encoding: "utf8" })
  .filter((path) => /\.tsx?$/.test(path) && !path.startsWith("i18n"))
  .map((path) => readFileSync(join(project, "web", "src", path), "utf8"))
  .join("\n");

const placeholders = (text: string | { one: string; other: string }): string[] => {
  const forms = typeof text === "string" ? [text] : [text.one, text.other];
  return [...new Set(forms.flatMap((form) => form.match(/\{\w+\}/g) ?? []))].sort();
};

describe("web: texts", () => {
  it("are all there in Spanish, with the same values", () => {
    assert.deepEqual(Object.keys(es).sort(), Object.keys(en).sort());
    for (const [key, text] of Object.entries(en)) {
      const spanish = es[key as keyof typeof en];
      assert.deepEqual(placeholders(spanish), placeholders(text), key);
      assert.equal(typeof spanish, typeof text, key);
    }
  });

  it("are all used", () => {
    const unused = Object.keys(en).filter((key) => !sources.includes(`"${key}"`));
    assert.deepEqual(unused, []);
  });
});

describe("web: what is generated of the API", () => {
  it("is current (npm run web:api)", async () => {
    for (const [path, text] of Object.entries(await generatedFiles())) {
      assert.equal(readFileSync(join(project, path), "utf8"), text, path);
    }
  });
});
