import assert from "node:assert/strict";
import { keyOf, matchesPattern, normalisePath } from "../../../local/cloudfront/paths";

describe("paths of a distribution", () => {
  for (const [path, normal] of [
    ["/", "/"],
    ["/a/b", "/a/b"],
    ["/a/b/", "/a/b/"],
    ["//a///b", "/a/b"],
    ["/a/./b", "/a/b"],
    ["/a/../b", "/b"],
    ["/../../etc/passwd", "/etc/passwd"],
    ["/a/b/..", "/a/"],
    ["/%61pi/x", "/api/x"],
    ["/a%2fb", "/a%2Fb"],
    ["/a/%2e%2e/b", "/b"],
  ] as const) {
    it(`are compared as ${normal} when ${path} was sent`, () => assert.equal(normalisePath(path), normal));
  }

  for (const [pattern, path, expected] of [
    ["/api/*", "/api/health", true],
    ["/api/*", "/api/", true],
    ["/api/*", "/api/a/b/c", true],
    ["/api/*", "/api", false],
    ["/api/*", "/API/health", false],
    ["/api/*", "/v1/api/health", false],
    ["api/*", "/api/health", true],
    ["*.js", "/assets/main.js", true],
    ["*.js", "/assets/main.json", false],
    ["/a?c", "/abc", true],
    ["/a?c", "/ac", false],
    ["/a.c", "/abc", false],
    ["/(a)+*", "/(a)+b", true],
    ["*", "/anything/at/all", true],
  ] as const) {
    it(`${path} is ${expected ? "" : "not "}taken by ${pattern}`, () =>
      assert.equal(matchesPattern(pattern, path), expected));
  }

  it("are keys once decoded, if they can be", () => {
    assert.equal(keyOf("/assets/caf%C3%A9.js"), "assets/café.js");
    assert.equal(keyOf("/%E0%A4%A"), undefined);
  });
});
