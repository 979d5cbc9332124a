import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { resourcesOf } from "../../local/program/graph";
import { graphOf, LOAD_TIMEOUT, resource } from "../infrastructure/graphs";

const page = readFileSync(join(__dirname, "..", "..", "docs", "deploy.md"), "utf8");

describe("docs/deploy.md", function () {
  this.timeout(LOAD_TIMEOUT);

  it("knows how many instances functions set aside, of which a new account has few", async () => {
    const reserved: Record<string, number> = {};
    for (const stack of ["dev", "staging", "prod"] as const) {
      reserved[stack] = resourcesOf(await graphOf(stack), "aws:lambda/function:Function")
        .map(({ inputs }) => inputs.reservedConcurrentExecutions ?? 0)
        .reduce((sum, each) => sum + each, 0);
    }
    assert.equal(reserved.staging, reserved.prod);
    assert.match(page, new RegExp(`, ${reserved.dev} instances in dev and ${reserved.prod} in staging and prod,`));
  });

  it("asks for outputs that the program has", async () => {
    const { outputs } = await graphOf("dev");
    const asked = [...page.matchAll(/pulumi stack output (\w+)/g)].map(([, name]) => name ?? "");
    assert.ok(asked.length > 2);
    for (const name of asked) assert.ok(name in outputs, name);
  });

  it("names what stores data as it is named in prod", async () => {
    const prod = await graphOf("prod");
    const { clusterIdentifier } = resource(prod, "aws:rds/cluster:Cluster", "database").inputs;
    assert.ok(page.includes(`C=${clusterIdentifier}`), clusterIdentifier);
    const { name } = resource(prod, "aws:dynamodb/table:Table", "categories").inputs;
    assert.ok(page.includes(`--table-name ${name}`), name);
  });
});
