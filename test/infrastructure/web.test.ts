import assert from "node:assert/strict";
import catalogue from "../../functions/categories/catalogue.json";
import type { Graph } from "../../local/program/graph";
import { graphOf, LOAD_TIMEOUT, resource } from "./graphs";

const OBJECT = "aws:s3/bucketObjectv2:BucketObjectv2";

describe("Ahorro's web app as declared", () => {
  let graph: Graph;
  before(async function () {
    this.timeout(LOAD_TIMEOUT);
    graph = await graphOf("prod");
  });

  it("is told where the API and Cognito are, and to sign in without sending the password", () => {
    const { content, cacheControl } = resource(graph, OBJECT, "config.json").inputs;
    assert.deepEqual(JSON.parse(content), {
      api: "/api",
      region: "eu-west-1",
      userPoolId: "eu-west-1_identity",
      userPoolClientId: "identity-web-client",
      cognitoEndpoint: "https://cognito-idp.eu-west-1.amazonaws.com",
      authFlow: "USER_SRP_AUTH",
    });
    assert.equal(cacheControl, "no-cache");
  });

  it("sends the password on a laptop only", async function () {
    this.timeout(LOAD_TIMEOUT);
    for (const [stack, flow] of [
      ["dev", "USER_SRP_AUTH"],
      ["staging", "USER_SRP_AUTH"],
      ["local", "USER_PASSWORD_AUTH"],
    ] as const) {
      const { content } = resource(await graphOf(stack), OBJECT, "config.json").inputs;
      assert.equal(JSON.parse(content).authFlow, flow, stack);
    }
  });

  it("offers the catalogue of categories to everybody, for an hour", () => {
    const { content, contentType, cacheControl } = resource(graph, OBJECT, "static/categories.json").inputs;
    assert.deepEqual(JSON.parse(content), catalogue);
    assert.deepEqual([contentType, cacheControl], ["application/json", "public, max-age=3600"]);
  });

  it("may call Cognito's API, and nothing else beyond its own origin", () => {
    const policy = resource(graph, "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy", "web-app").inputs;
    assert.match(
      policy.securityHeadersConfig.contentSecurityPolicy.contentSecurityPolicy,
      /; connect-src 'self' https:\/\/cognito-idp\.eu-west-1\.amazonaws\.com;/,
    );
  });

  it("is served from Europe and North America, in front of Ahorro's API", () => {
    const { priceClass, origins } = resource(graph, "aws:cloudfront/distribution:Distribution", "web").inputs;
    assert.equal(priceClass, "PriceClass_100");
    assert.deepEqual(
      origins.map(({ domainName }: { domainName: string }) => domainName),
      ["ahorro-prod-web-1.s3.eu-west-1.amazonaws.com", "api.ahorro.example"],
    );
  });
});
