import "../../local/program/stub-arborist";
import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { Bucket, bucketVariable } from "../../components/bucket";

const resolved = <T>(output: pulumi.Input<T>): Promise<T> =>
  new Promise((resolve) => pulumi.output(output).apply((value) => resolve(value as T)));

/** What was declared, by the last part of its type and its name. */
// biome-ignore lint/suspicious/noExplicitAny: inputs of any resource; what is read of them is asserted
const declared: Record<string, any> = {};

const declaredFor = (name: string) =>
  Object.fromEntries(Object.entries(declared).filter(([key]) => key.endsWith(` ${name}`)));

describe("Bucket", () => {
  before(async () => {
    await pulumi.runtime.setMocks(
      {
        newResource: ({ type, name, inputs }) => {
          declared[`${type.split(":").at(-1)} ${name}`] = inputs;
          const bucket = `${inputs.bucketPrefix}suffix`;
          return { id: name, state: { ...inputs, bucket: inputs.bucket ?? bucket, arn: `arn:of:${bucket}` } };
        },
        call: () => ({}),
      },
      "ahorro",
      "test",
    );
  });

  const BUCKET = "ahorro-test-plain-suffix";

  it("is private, encrypted, without ACLs, for TLS only, and rid of half uploads", async () => {
    const bucket = new Bucket("plain", { deletionProtection: true });
    assert.equal(await resolved(bucket.name), BUCKET);
    await pulumi.runtime.disconnect();
    const { "BucketPolicy plain": policy, ...others } = declaredFor("plain");
    assert.deepEqual(others, {
      "Bucket plain": { bucketPrefix: "ahorro-test-plain-", forceDestroy: false },
      "BucketPublicAccessBlock plain": {
        bucket: BUCKET,
        blockPublicAcls: true,
        blockPublicPolicy: true,
        ignorePublicAcls: true,
        restrictPublicBuckets: true,
      },
      "BucketOwnershipControls plain": { bucket: BUCKET, rule: { objectOwnership: "BucketOwnerEnforced" } },
      "BucketServerSideEncryptionConfiguration plain": {
        bucket: BUCKET,
        rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }],
      },
      "BucketLifecycleConfiguration plain": {
        bucket: BUCKET,
        rules: [
          {
            id: "incomplete-uploads",
            status: "Enabled",
            filter: {},
            abortIncompleteMultipartUpload: { daysAfterInitiation: 1 },
          },
        ],
      },
    });
    assert.deepEqual(JSON.parse(policy.policy), {
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "TlsOnly",
          Effect: "Deny",
          Principal: "*",
          Action: "s3:*",
          Resource: [`arn:of:${BUCKET}`, `arn:of:${BUCKET}/*`],
          Condition: { Bool: { "aws:SecureTransport": "false" } },
        },
      ],
    });
  });

  it("expires, moves and keeps versions as told, and lets pages of some origins read", async () => {
    const bucket = new Bucket("rules", {
      lifecycle: {
        results: { prefix: "results/", expireAfterDays: 1 },
        old: { transition: { afterDays: 30, storageClass: "STANDARD_IA" } },
      },
      keepVersionsDays: 7,
      corsOrigins: ["https://app.example"],
      deletionProtection: false,
    });
    const name = await resolved(bucket.name);
    await pulumi.runtime.disconnect();
    assert.equal(declared["Bucket rules"].forceDestroy, true);
    assert.deepEqual(declared["BucketVersioning rules"], {
      bucket: name,
      versioningConfiguration: { status: "Enabled" },
    });
    assert.deepEqual(declared["BucketLifecycleConfiguration rules"].rules.slice(1), [
      { id: "old-versions", status: "Enabled", filter: {}, noncurrentVersionExpiration: { noncurrentDays: 7 } },
      { id: "results", status: "Enabled", filter: { prefix: "results/" }, expiration: { days: 1 } },
      { id: "old", status: "Enabled", filter: {}, transitions: [{ days: 30, storageClass: "STANDARD_IA" }] },
    ]);
    assert.deepEqual(declared["BucketCorsConfiguration rules"], {
      bucket: name,
      corsRules: [{ allowedMethods: ["GET", "HEAD"], allowedOrigins: ["https://app.example"], maxAgeSeconds: 3600 }],
    });
  });

  it("links its name and exactly the rights that are asked for", async () => {
    const bucket = new Bucket("data-lake", { deletionProtection: false });
    const arn = "arn:of:ahorro-test-data-lake-suffix";
    const link = async (...uses: Parameters<Bucket["link"]>) => resolved(pulumi.output(bucket.link(...uses)));
    const list = { Sid: "ListObjects", Effect: "Allow", Action: ["s3:ListBucket"], Resource: arn };
    const objects = (...Action: string[]) => ({ Sid: "UseObjects", Effect: "Allow", Action, Resource: `${arn}/*` });
    assert.deepEqual(await link("write"), {
      environment: { DATA_LAKE_BUCKET: "ahorro-test-data-lake-suffix" },
      statements: [objects("s3:PutObject", "s3:AbortMultipartUpload")],
    });
    assert.deepEqual((await link("read")).statements, [objects("s3:GetObject"), list]);
    assert.deepEqual((await link("read", "write", "delete")).statements, [
      objects("s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload", "s3:DeleteObject"),
      list,
    ]);
  });

  it("has a name that makes a variable's", () => {
    assert.equal(bucketVariable("exports"), "EXPORTS_BUCKET");
    for (const name of ["Exports", "a_b", "", "-a", "1a"]) assert.throws(() => bucketVariable(name), /cannot be/);
  });
});
