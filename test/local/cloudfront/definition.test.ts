import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { distributionOf } from "../../../local/cloudfront";
import { applyRules, headerRules, overHttp } from "../../../local/cloudfront/headers";
import { type Graph, type Resource, resourcesOf } from "../../../local/program/graph";
import { loadProgram } from "../../../local/program/load";
import { closeHosts, serve } from "./host";

const DISTRIBUTION = "aws:cloudfront/distribution:Distribution";

describe("a distribution of the graph", function () {
  this.timeout(180_000);
  let folder: string;
  let graph: Graph;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "ahorro-distribution-"));
    graph = await loadProgram({
      stack: "local",
      programFile: join(__dirname, "..", "..", "infrastructure", "fixtures", "web-app.ts"),
      workFolder: folder,
      outputs: { apiUrl: "http://127.0.0.1:9", web: "127.0.0.1:8000" },
    });
  });
  after(async () => {
    await closeHosts();
    await rm(folder, { recursive: true, force: true });
  });

  /** The graph with one resource changed: the app's of this type, or the only one. */
  const changed = (type: string, change: (resource: Resource) => void): Graph => {
    const copy: Graph = structuredClone(graph);
    const [only] = resourcesOf(copy, type);
    const resource = resourcesOf(copy, type).find(({ name }) => name === "app") ?? only;
    assert.ok(resource);
    change(resource);
    return copy;
  };

  it("is served as declared: behaviours, files, headers", async () => {
    const definition = distributionOf(graph);
    assert.ok(definition);
    const host = await serve(definition);
    const page = await fetch(`${host.url}/somewhere/within`);
    assert.equal(page.status, 200);
    assert.match(await page.text(), /<title>An app<\/title>/);
    assert.equal(page.headers.get("cache-control"), "no-cache");
    assert.equal(page.headers.get("x-frame-options"), "DENY");
    assert.equal(page.headers.get("x-content-type-options"), "nosniff");
    assert.equal(page.headers.get("cross-origin-opener-policy"), "same-origin");
    const style = await fetch(`${host.url}/assets/main-88ab01.css`, { headers: { "accept-encoding": "br" } });
    assert.equal(style.headers.get("cache-control"), "public, max-age=31536000, immutable");
    assert.equal(style.headers.get("content-encoding"), "br");
    assert.deepEqual(await (await fetch(`${host.url}/config.json`)).json(), { name: "An app" });
    // There is no API at that address.
    assert.equal((await fetch(`${host.url}/api/health`)).status, 502);
  });

  it("never sends browsers to an HTTPS that is not there", async () => {
    const definition = distributionOf(graph);
    assert.ok(definition);
    assert.match(JSON.stringify(definition.behaviours), /strict-transport-security.*upgrade-insecure-requests/s);
    const host = await serve(definition);
    const { headers } = await fetch(host.url);
    assert.equal(headers.get("strict-transport-security"), null);
    assert.equal(
      headers.get("content-security-policy"),
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
        "connect-src 'self' https://sign-in.example; manifest-src 'self'; worker-src 'self'; base-uri 'none'; " +
        "form-action 'none'; frame-ancestors 'none'",
    );
  });

  it("has the API shown the headers that the program names", () => {
    const named = changed(DISTRIBUTION, ({ inputs }) => {
      inputs.origins[1].customHeaders = [{ name: "X-Key", value: "secret" }];
    });
    const origin = distributionOf(named)?.behaviours[0]?.origin;
    assert.ok(origin?.kind === "http");
    assert.deepEqual(origin.headers, { "x-key": "secret" });
  });

  it("is where the program says", () => assert.equal(graph.outputs.url, "http://127.0.0.1:8000"));

  it("is none when none is declared", () => {
    const resources = graph.resources.filter(({ type }) => type !== DISTRIBUTION);
    assert.equal(distributionOf({ ...graph, resources }), undefined);
  });

  it("reads nothing of a bucket whose policy does not name it, or which it does not sign requests to", () => {
    const readable = (changedGraph: Graph) =>
      distributionOf(changedGraph)
        ?.behaviours.map(({ origin }) => origin.kind === "bucket" && origin.readable)
        .at(-1);
    assert.equal(readable(graph), true);
    const policy = "aws:s3/bucketPolicy:BucketPolicy";
    const other = changed(policy, ({ inputs }) => {
      inputs.policy = inputs.policy.replaceAll("distribution/EAPP", "distribution/EOTHER");
    });
    assert.equal(readable(other), false);
    const unsigned = changed("aws:cloudfront/originAccessControl:OriginAccessControl", ({ inputs }) => {
      inputs.signingBehavior = "never";
    });
    assert.equal(readable(unsigned), false);
  });

  const WRONG: [string, (inputs: Resource["inputs"]) => void, RegExp][] = [
    ["a switch turned off", (inputs) => (inputs.enabled = false), /"app" is not enabled/],
    ["custom errors", (inputs) => (inputs.customErrorResponses = [{ errorCode: 404 }]), /no custom error responses/],
    ["an origin with a path", ({ origins }) => (origins[0].originPath = "/v2"), /The origin "app" has a path/],
    ["an origin elsewhere", ({ origins }) => (origins[1].domainName = "example.com"), /"api" is example\.com: neither/],
    [
      "an unknown cache policy",
      ({ defaultCacheBehavior }) => (defaultCacheBehavior.cachePolicyId = "other"),
      /The behaviour "\*" has a cache policy that the local host does not know: other/,
    ],
    [
      "an API that is cached",
      ({ orderedCacheBehaviors, defaultCacheBehavior }) =>
        (orderedCacheBehaviors[0].cachePolicyId = defaultCacheBehavior.cachePolicyId),
      /The behaviour "\/api\/\*" keeps what an HTTP API answers/,
    ],
    [
      "an API that gets CloudFront's Host",
      ({ orderedCacheBehaviors }) => delete orderedCacheBehaviors[0].originRequestPolicyId,
      /"\/api\/\*" has an origin request policy that the local host does not know: undefined/,
    ],
    [
      "an origin that is not declared",
      ({ defaultCacheBehavior }) => (defaultCacheBehavior.targetOriginId = "nowhere"),
      /has the origin "nowhere", which is not declared/,
    ],
    [
      "a function that is not declared",
      ({ defaultCacheBehavior }) => (defaultCacheBehavior.functionAssociations[0].functionArn = "arn:none"),
      /names a function that is not declared: arn:none/,
    ],
    [
      "a function for another event",
      ({ defaultCacheBehavior }) => (defaultCacheBehavior.functionAssociations[0].eventType = "viewer-response"),
      /functions for other events than viewer-request/,
    ],
    [
      "headers that are not declared",
      ({ defaultCacheBehavior }) => (defaultCacheBehavior.responseHeadersPolicyId = "none"),
      /names a response headers policy that is not declared: none/,
    ],
  ];
  for (const [what, change, message] of WRONG) {
    it(`with ${what} is refused`, () =>
      assert.throws(() => distributionOf(changed(DISTRIBUTION, ({ inputs }) => void change(inputs))), message));
  }

  it("beside another one is refused", () => {
    const resources = [...graph.resources, ...resourcesOf(graph, DISTRIBUTION)];
    assert.throws(() => distributionOf({ ...graph, resources }), /several distributions/);
  });
});

describe("a response headers policy", () => {
  it("says what CloudFront sends for it", () => {
    const rules = headerRules({
      securityHeadersConfig: {
        contentTypeOptions: { override: true },
        strictTransportSecurity: {
          accessControlMaxAgeSec: 60,
          includeSubdomains: true,
          preload: true,
          override: false,
        },
      },
      customHeadersConfig: { items: [{ header: "X-Own", value: "1", override: true }] },
    });
    assert.deepEqual(rules, [
      { name: "x-content-type-options", value: "nosniff", override: true },
      { name: "strict-transport-security", value: "max-age=60; includeSubDomains; preload", override: false },
      { name: "x-own", value: "1", override: true },
    ]);
  });

  it("overrides the origin where it says so only", () => {
    const rules = [
      { name: "a", value: "policy", override: true },
      { name: "b", value: "policy", override: false },
      { name: "c", value: "policy", override: false },
    ];
    assert.deepEqual(applyRules({ a: "origin", b: "origin" }, rules), { a: "policy", b: "origin", c: "policy" });
  });

  it("keeps over HTTP all that does not need HTTPS", () => {
    const csp = (value: string) => ({ name: "content-security-policy", value, override: true });
    assert.deepEqual(overHttp([csp("upgrade-insecure-requests; default-src 'self' ; ")]), [csp("default-src 'self'")]);
    const other = { name: "x-own", value: "upgrade-insecure-requests", override: true };
    assert.deepEqual(overHttp([other]), [other]);
  });

  it("with parts that are not known here is refused", () => {
    const policy = { corsConfig: {}, customHeadersConfig: { items: [] } };
    assert.throws(() => headerRules(policy), /does not know corsConfig/);
  });
});
