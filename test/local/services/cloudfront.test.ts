import assert from "node:assert/strict";
import { CloudFrontClient, CreateInvalidationCommand, ListDistributionsCommand } from "@aws-sdk/client-cloudfront";
import { startAwsEndpoint } from "../../../local/services/aws-endpoint";
import { cloudFrontApi } from "../../../local/services/cloudfront";
import type { HttpServer } from "../../../local/services/http-server";

describe("CloudFront's API", () => {
  let server: HttpServer;
  let client: CloudFrontClient;
  before(async () => {
    server = await startAwsEndpoint({ port: 0, services: { cloudfront: cloudFrontApi(["EWEB"]) }, log: assert.fail });
    client = new CloudFrontClient({
      endpoint: server.endpoint,
      region: "eu-west-1",
      credentials: { accessKeyId: "local", secretAccessKey: "local" },
      maxAttempts: 1,
    });
  });
  after(async () => {
    client.destroy();
    await server.close();
  });

  const invalidate = (paths: string[], options: { id?: string; quantity?: number } = {}) =>
    client.send(
      new CreateInvalidationCommand({
        DistributionId: options.id ?? "EWEB",
        InvalidationBatch: {
          CallerReference: "deployment-1",
          Paths: { Quantity: options.quantity ?? paths.length, Items: paths },
        },
      }),
    );

  it("takes an invalidation of a declared distribution", async () => {
    const { Invalidation, Location } = await invalidate(["/*", "/index.html"]);
    assert.match(Invalidation?.Id ?? "", /^I[0-9A-F]{16}$/);
    assert.equal(Invalidation?.Status, "InProgress");
    assert.deepEqual(Invalidation?.InvalidationBatch, {
      CallerReference: "deployment-1",
      Paths: { Quantity: 2, Items: ["/*", "/index.html"] },
    });
    assert.ok(Location?.endsWith(`/distribution/EWEB/invalidation/${Invalidation?.Id}`));
  });

  for (const [what, paths, options, name] of [
    ["of another distribution", ["/*"], { id: "EOTHER" }, "NoSuchDistribution"],
    ["of a path without a slash", ["index.html"], {}, "InvalidArgument"],
    ["whose count is wrong", ["/*"], { quantity: 2 }, "InconsistentQuantities"],
    ["of nothing", [], {}, "InconsistentQuantities"],
  ] as [string, string[], { id?: string; quantity?: number }, string][]) {
    it(`refuses an invalidation ${what}`, () => assert.rejects(invalidate(paths, options), { name }));
  }

  it("says so of what it does not emulate", () =>
    assert.rejects(client.send(new ListDistributionsCommand({})), /emulates CreateInvalidation only/));
});
