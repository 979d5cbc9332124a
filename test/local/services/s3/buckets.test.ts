import assert from "node:assert/strict";
import type { Graph, Resource } from "../../../../local/program/graph";
import { bucketsOf } from "../../../../local/services/s3/buckets";

const resource = (type: string, inputs: Resource["inputs"], outputs: Resource["outputs"] = inputs): Resource => ({
  urn: `urn:${type}:${inputs.bucket}`,
  type: `aws:s3/${type.charAt(0).toLowerCase()}${type.slice(1)}:${type}`,
  name: String(inputs.bucket),
  inputs,
  outputs,
});

const graph = (...resources: Resource[]): Graph => ({ stack: "test", resources, outputs: {} });

describe("Buckets as declared", () => {
  it("expire what their enabled rules say, and are open to declared origins", () => {
    const rule = (more: object) => ({ id: "x", status: "Enabled", filter: {}, ...more });
    const declared = graph(
      resource("Bucket", { bucketPrefix: "a-" }, { bucket: "a" }),
      resource("Bucket", { bucketPrefix: "b-" }, { bucket: "b" }),
      resource("BucketLifecycleConfiguration", {
        bucket: "a",
        rules: [
          rule({ abortIncompleteMultipartUpload: { daysAfterInitiation: 1 } }),
          rule({ expiration: { days: 1 }, filter: { prefix: "short/" } }),
          rule({ expiration: { days: 9 } }),
          rule({ expiration: { days: 2 }, status: "Disabled" }),
        ],
      }),
      resource("BucketObjectv2", {
        bucket: "a",
        key: "made-up.json",
        content: "{}",
        contentType: "application/json",
      }),
      resource("BucketObjectv2", { bucket: "a", key: "built.js", source: { path: "built.js" } }),
      resource("BucketCorsConfiguration", {
        bucket: "b",
        corsRules: [
          { allowedMethods: ["GET"], allowedOrigins: ["*"] },
          { allowedMethods: ["PUT"], allowedOrigins: ["https://other.example"] },
        ],
      }),
    );
    assert.deepEqual(bucketsOf(declared), [
      {
        name: "a",
        expirations: [
          { prefix: "short/", days: 1 },
          { prefix: "", days: 9 },
        ],
        corsOrigins: [],
        objects: [{ key: "made-up.json", content: "{}", contentType: "application/json" }],
      },
      { name: "b", expirations: [], corsOrigins: ["*"], objects: [] },
    ]);
  });
});
