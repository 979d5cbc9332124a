import assert from "node:assert/strict";
import { type Graph, resourcesOf } from "../../local/program/graph";
import { bucketsOf } from "../../local/services/s3/buckets";
import { graphOf, LOAD_TIMEOUT, resource } from "./graphs";

describe("buckets as declared for prod", () => {
  let graph: Graph;
  before(async function () {
    this.timeout(LOAD_TIMEOUT);
    graph = await graphOf("prod");
  });

  it("of exports deletes everything after a day, and lets every page read what it has a link to", () => {
    const bucket = "ahorro-prod-exports-1";
    assert.deepEqual(
      bucketsOf(graph).find(({ name }) => name === bucket),
      { name: bucket, expirations: [{ prefix: "", days: 1 }], corsOrigins: ["*"], objects: [] },
    );
    const rules = resource(graph, "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration", "exports");
    assert.deepEqual(rules.inputs.rules, [
      {
        id: "incomplete-uploads",
        status: "Enabled",
        filter: {},
        abortIncompleteMultipartUpload: { daysAfterInitiation: 1 },
      },
      { id: "fetched", status: "Enabled", filter: {}, expiration: { days: 1 } },
    ]);
  });

  it("are closed to the public, encrypted, without ACLs and for TLS only, each of them", () => {
    const buckets = resourcesOf(graph, "aws:s3/bucket:Bucket");
    assert.ok(buckets.length > 0);
    for (const { name } of buckets) {
      const { bucket: _, ...blocked } = resource(
        graph,
        "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
        name,
      ).inputs;
      assert.deepEqual(blocked, {
        blockPublicAcls: true,
        blockPublicPolicy: true,
        ignorePublicAcls: true,
        restrictPublicBuckets: true,
      });
      const encryption = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration";
      assert.ok(resource(graph, encryption, name).inputs.rules[0].applyServerSideEncryptionByDefault.sseAlgorithm);
      const ownership = resource(graph, "aws:s3/bucketOwnershipControls:BucketOwnershipControls", name);
      assert.equal(ownership.inputs.rule.objectOwnership, "BucketOwnerEnforced");
      const { policy } = resource(graph, "aws:s3/bucketPolicy:BucketPolicy", name).inputs;
      const denied = JSON.parse(policy).Statement.filter(({ Effect }: { Effect: string }) => Effect === "Deny");
      assert.deepEqual(denied[0].Condition, { Bool: { "aws:SecureTransport": "false" } });
    }
  });
});
