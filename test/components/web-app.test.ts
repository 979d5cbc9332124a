import assert from "node:assert/strict";
import { transformSync } from "esbuild";
import { originOf } from "../../components/origin";
import { SERVE_APP, STRIP_API_PREFIX } from "../../components/web-app/edge";
import { createEdgeFunction } from "../../local/cloudfront/edge-function";

/** What a function makes of a path. */
const rewrite = (code: string) => {
  const run = createEdgeFunction({ name: "edge", code });
  return (uri: string) => {
    const request = { method: "GET", uri, querystring: {}, headers: {}, cookies: {} };
    const result = run(request, { distributionId: "E1", distributionDomainName: "x", requestId: "1", ip: "127.0.0.1" });
    assert.ok("uri" in result);
    assert.deepEqual({ ...result, uri }, request, "nothing but the path changes");
    return result.uri;
  };
};

describe("edge functions", () => {
  for (const [path, expected] of [
    ["/", "/index.html"],
    ["/transactions", "/index.html"],
    ["/transactions/", "/index.html"],
    ["/transactions/0192f0c1-7d3e-7a11-8f00-2b6a1f6f2a10", "/index.html"],
    ["/join/aZ09_-aZ09_-aZ09_-aZ0", "/index.html"],
    ["/v1.2/about", "/index.html"],
    ["/api", "/index.html"],
    ["//", "/index.html"],
    ["/index.html", "/index.html"],
    ["/sw.js", "/sw.js"],
    ["/manifest.webmanifest", "/manifest.webmanifest"],
    ["/config.json", "/config.json"],
    ["/static/categories.json", "/static/categories.json"],
    ["/assets/main-3f9c1d.js", "/assets/main-3f9c1d.js"],
    ["/assets/missing.js", "/assets/missing.js"],
    ["/.well-known", "/.well-known"],
    ["/%2e%2e/secret", "/index.html"],
    ["/../secret.txt", "/../secret.txt"],
  ] as const) {
    it(`serve ${expected} at ${path}`, () => assert.equal(rewrite(SERVE_APP)(path), expected));
  }

  for (const [path, expected] of [
    ["/api/health", "/health"],
    ["/api/", "/"],
    ["/api/users/me", "/users/me"],
    ["/api/api/users", "/api/users"],
    ["/api//users", "//users"],
    ["/api/caf%C3%A9%2F1", "/caf%C3%A9%2F1"],
    ["/apis/health", "/apis/health"],
    ["/x/../api/health", "/x/../api/health"],
  ] as const) {
    it(`ask the API for ${expected} at ${path}`, () => assert.equal(rewrite(STRIP_API_PREFIX)(path), expected));
  }

  for (const [name, code] of Object.entries({ SERVE_APP, STRIP_API_PREFIX })) {
    it(`${name} is written in the language that the edge's runtime has whole`, () => {
      // Anything newer than ES5 esbuild would rewrite, or refuse.
      const newest = transformSync(code, { target: "esnext" }).code;
      assert.equal(transformSync(code, { target: "es5" }).code, newest);
    });
  }
});

describe("the origin of a host", () => {
  for (const [host, origin] of [
    ["d111111abcdef8.cloudfront.net", "https://d111111abcdef8.cloudfront.net"],
    ["app.example.com", "https://app.example.com"],
    ["127.0.0.1:8000", "http://127.0.0.1:8000"],
    ["localhost", "http://localhost"],
    ["localhost.example.com", "https://localhost.example.com"],
    ["127.0.0.1.example.com", "https://127.0.0.1.example.com"],
  ] as const) {
    it(`of ${host} is ${origin}`, () => assert.equal(originOf(host), origin));
  }
});
