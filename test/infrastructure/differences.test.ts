import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { PROJECT_FOLDER } from "../../local/program/stack-config";
import { type Difference, differencesOf } from "../../policy/differences";
import { DEPLOYED, graphOf, LOAD_TIMEOUT } from "./graphs";

describe("dev, staging and prod", function () {
  this.timeout(LOAD_TIMEOUT);
  let found: Difference[];
  before(async () => {
    found = differencesOf(await Promise.all(DEPLOYED.map((stack) => graphOf(stack))));
  });

  it("differ in what is written down, and in nothing else", () => {
    const known = JSON.parse(readFileSync(join(PROJECT_FOLDER, "policy", "stacks.json"), "utf8"));
    assert.deepEqual(found, known, "If the change is meant: npm run differences:accept, and look at what it wrote");
  });

  it("run the same code, but that dev's relays hand events over, for it has no broker", () => {
    assert.deepEqual(
      found.filter(([what]) => what === "Function code"),
      [["Function code", ["…1", "…2", "…2"], ["transactions-relay", "users-relay"]]],
    );
  });

  it("are encrypted, closed and trusted alike, but that dev's API is asked past the distribution too", () => {
    const alike =
      /encrypt|sse|public|tls|assumeRolePolicy|principal|ingress|authoriz|mfa|passwordPolicy|viewerProtocol/i;
    assert.deepEqual(
      found.filter(([what]) => alike.test(what)).map(([what, , names]) => [what, names]),
      [
        ["Authorizer identitySources", ["api"]],
        ["Route authorizationType", ["api GET /health", "api GET /openapi.json"]],
        ["Route authorizerId", ["api GET /health", "api GET /openapi.json"]],
      ],
    );
  });

  it("take differences as they are made: a value, something more, something that is not there", () => {
    const graph = (stack: string, inputs: object) => ({
      stack,
      outputs: {},
      resources: [{ urn: "urn", type: "aws:s3/bucket:Bucket", name: "files", inputs, outputs: {} }],
    });
    assert.deepEqual(
      differencesOf([
        graph("dev", { bucket: "ahorro-dev-files", days: 1, rule: { id: "a" }, list: [1] }),
        graph("staging", { bucket: "ahorro-staging-files", days: 2, rule: { id: "b" }, list: [1] }),
        graph("prod", { bucket: "ahorro-prod-files", days: 2, list: [2] }),
      ]),
      [
        ["Bucket days", [1, 2, 2], ["files"]],
        ["Bucket list", ["…1", "…1", "…3"], ["files"]],
        ["Bucket rule", ["…1", "…2", "–"], ["files"]],
      ],
    );
  });
});
