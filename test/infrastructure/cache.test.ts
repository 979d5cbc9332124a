import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cacheKey, readCachedGraph, writeCachedGraph } from "../../local/program/cache";
import type { Graph } from "../../local/program/graph";

describe("the cache of loaded programs", () => {
  let folder: string;
  let programFile: string;
  let graph: Graph;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "ahorro-cache-"));
    programFile = join(folder, "program.ts");
    await writeFile(programFile, "export const answer = 42;");
    await mkdir(join(folder, "code"));
    const declared = { urn: "urn:pulumi:x", type: "aws:lambda/function:Function", name: "x", outputs: {} };
    const inputs = { code: { directory: join(folder, "code") } };
    graph = { stack: "local", resources: [{ ...declared, inputs }], outputs: { answer: 42 } };
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it("answers what was written, for the same key only", () => {
    writeCachedGraph(folder, "key", graph);
    assert.deepEqual(readCachedGraph(folder, "key"), graph);
    assert.equal(readCachedGraph(folder, "another key"), undefined);
  });

  it("is empty at first", () => {
    assert.equal(readCachedGraph(folder, "key"), undefined);
  });

  it("does not answer a graph whose function code is gone", async () => {
    writeCachedGraph(folder, "key", graph);
    await rm(join(folder, "code"), { recursive: true });
    assert.equal(readCachedGraph(folder, "key"), undefined);
  });

  it("has another key when the program or its configuration changes", async () => {
    const key = cacheKey({ programFile });
    assert.equal(cacheKey({ programFile }), key);
    const order = { programFile, config: { "ahorro:logs": "{}" } };
    assert.notEqual(cacheKey(order), key);
    await writeFile(programFile, "export const answer = 43;");
    assert.notEqual(cacheKey({ programFile }), key);
  });
});
