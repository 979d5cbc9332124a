import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { configurationKeys } from "../../docs/configuration";

const PROJECT = join(__dirname, "..", "..");
const DOCS = join(PROJECT, "docs");
const pages = readdirSync(DOCS).filter((name) => name.endsWith(".md"));
const read = (name: string): string => readFileSync(join(DOCS, name), "utf8");
const found = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].map(([, name]) => name ?? "");

describe("what the documentation refers to is there:", () => {
  for (const page of pages) {
    it(`npm scripts, keys of the configuration and pages that ${page} names`, () => {
      const text = read(page);
      const { scripts } = JSON.parse(readFileSync(join(PROJECT, "package.json"), "utf8"));
      for (const script of found(text, /npm run ([\w:-]+)/g)) assert.ok(script in scripts, `npm run ${script}`);
      const keys = configurationKeys().map(({ path }) => path);
      for (const key of found(text, /ahorro:([a-z]\w+\.\w+)/g)) {
        assert.ok(
          keys.some((known) => known === key || known.startsWith(`${key}.`)),
          `ahorro:${key}`,
        );
      }
      for (const link of found(text, /\]\(([\w./-]+\.md)/g)) assert.ok(existsSync(join(DOCS, link)), link);
    });
  }

  it("such as in deploy.md, which names some of each", () => {
    const text = read("deploy.md");
    assert.ok(found(text, /npm run ([\w:-]+)/g).includes("build:web"));
    assert.ok(found(text, /ahorro:([a-z]\w+\.\w+)/g).includes("mail.identity"));
    assert.ok(found(text, /\]\(([\w./-]+\.md)/g).includes("policy.md"));
  });

  it("anchors of pages are headings", () => {
    for (const page of pages) {
      for (const [, target, anchor] of read(page).matchAll(/\]\(([\w-]+\.md)#([\w-]+)\)/g)) {
        const headings = found(read(target ?? ""), /^#+ (.+)$/gm).map((heading) =>
          heading
            .toLowerCase()
            .replace(/[^\w\s-]/g, "")
            .replaceAll(" ", "-"),
        );
        assert.ok(headings.includes(anchor ?? ""), `${page}: ${target}#${anchor}`);
      }
    }
  });
});
