import assert from "node:assert/strict";
import fc from "fast-check";
import { createRouter } from "../../../local/gateway/router";

const routerOf = (...keys: string[]) => createRouter(keys.map((routeKey) => ({ routeKey, value: routeKey })));

describe("gateway router", () => {
  // The first five are the example of AWS's page on routing.
  const router = routerOf(
    "GET /pets/dog/1",
    "GET /pets/dog/{id}",
    "GET /pets/{proxy+}",
    "ANY /{proxy+}",
    "$default",
    "POST /groups/{group_id}/invites",
    "DELETE /groups/{group}/members/{user_id}",
    "GET /groups/join/{code}",
    "ANY /groups/{group_id}/members",
  );
  for (const [method, path, routeKey, parameters] of [
    ["GET", "/pets/dog/1", "GET /pets/dog/1", undefined],
    ["GET", "/pets/dog/2", "GET /pets/dog/{id}", { id: "2" }],
    ["GET", "/pets/cat/1", "GET /pets/{proxy+}", { proxy: "cat/1" }],
    ["POST", "/test/5", "ANY /{proxy+}", { proxy: "test/5" }],
    ["POST", "/pets/dog/1", "ANY /{proxy+}", { proxy: "pets/dog/1" }],
    ["GET", "/pets/dog/2/", "GET /pets/{proxy+}", { proxy: "dog/2/" }],
    ["GET", "/", "$default", undefined],
    ["POST", "/groups/7/invites", "POST /groups/{group_id}/invites", { group_id: "7" }],
    ["DELETE", "/groups/7/members/8", "DELETE /groups/{group}/members/{user_id}", { group: "7", user_id: "8" }],
    ["GET", "/groups/join/members", "GET /groups/join/{code}", { code: "members" }],
    ["POST", "/groups/join/members", "ANY /groups/{group_id}/members", { group_id: "join" }],
    ["GET", "/groups//members", "ANY /{proxy+}", { proxy: "groups//members" }],
    ["GET", "/groups/__proto__/members", "ANY /groups/{group_id}/members", { group_id: "__proto__" }],
  ] as const) {
    it(`${method} ${path} → ${routeKey}`, () => {
      const match = router.match(method, path);
      assert.equal(match?.value, routeKey);
      assert.deepEqual(match?.parameters, parameters);
    });
  }

  it("matches nothing without a route or a $default; HEAD is not GET; a trailing slash is another path", () => {
    const small = routerOf("GET /users/me", "GET /groups/{id}");
    for (const [method, path] of [
      ["HEAD", "/users/me"],
      ["GET", "/users/me/"],
      ["GET", "/groups/"],
      ["GET", "/groups"],
      ["GET", "/Users/me"],
    ] as const) {
      assert.equal(small.match(method, path), undefined, `${method} ${path}`);
    }
  });

  for (const [keys, message] of [
    [["GET /a", "GET /a"], /"GET \/a" is declared twice/],
    [["GET /a/{b}", "GET /a/{c}"], /"GET \/a\/\{b\}" and "GET \/a\/\{c\}" match the same requests/],
    [["$default", "$default"], /"\$default" is declared twice/],
    [["get /a"], /malformed/],
    [["GET a"], /malformed/],
    [["GET /a{b}"], /malformed/],
    [["GET /{b+}/c"], /malformed/],
  ] as const) {
    it(`refuses ${keys.join(", ")}`, () => assert.throws(() => routerOf(...keys), message));
  }

  it("agrees with comparing every route one by one", () => {
    const segment = fc.constantFrom("a", "b", "{x}", "{y}");
    const pathOf = fc.tuple(fc.array(segment, { minLength: 1, maxLength: 4 }), fc.boolean());
    const keyOf = fc
      .tuple(fc.constantFrom("GET", "POST", "ANY"), pathOf)
      .map(([method, [segments, greedy]]) => `${method} /${[...segments, ...(greedy ? ["{rest+}"] : [])].join("/")}`);
    const shape = (key: string) => key.replaceAll(/\{[xy]\}/g, "{}");
    const keys = fc.uniqueArray(keyOf, { maxLength: 12, selector: shape });
    const request = fc.tuple(
      fc.constantFrom("GET", "POST", "PUT"),
      fc
        .array(fc.constantFrom("a", "b", "c", ""), { minLength: 1, maxLength: 5 })
        .map((parts) => `/${parts.join("/")}`),
    );
    fc.assert(
      fc.property(keys, request, (declared, [method, path]) => {
        assert.equal(routerOf(...declared).match(method, path)?.value, oracle(declared, method, path));
      }),
      { numRuns: 500 },
    );
  });
});

/** Route selection the slow way: all that match, ordered by kind of match, then segment by segment, then by method. */
function oracle(keys: string[], method: string, path: string): string | undefined {
  const rank = (key: string): string => {
    const [keyMethod = "", keyPath = ""] = key.split(" ");
    const ranks = keyPath.split("/").map((part) => (part.endsWith("+}") ? "2" : part.startsWith("{") ? "1" : "0"));
    return `${keyPath.endsWith("+}") ? 1 : 0}${ranks.join("")}${keyMethod === "ANY" ? 1 : 0}`;
  };
  const matches = (key: string): boolean => {
    const [keyMethod = "", keyPath = ""] = key.split(" ");
    const pattern = keyPath.replaceAll(/\{[^}]+\+\}/g, ".+").replaceAll(/\{[^}]+\}/g, "[^/]+");
    return (keyMethod === method || keyMethod === "ANY") && new RegExp(`^${pattern}$`).test(path);
  };
  return keys.filter(matches).sort((a, b) => (rank(a) < rank(b) ? -1 : 1))[0];
}
