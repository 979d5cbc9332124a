import assert from "node:assert/strict";
import { endpoints } from "../../support/api";

describe("The endpoint tables", () => {
  it("let every PUT and DELETE be guarded by If-Match", () => {
    const unguarded = Object.entries(endpoints)
      .filter(([routeKey, endpoint]) => /^(PUT|DELETE) /.test(routeKey) && endpoint.current === undefined)
      .map(([routeKey]) => routeKey);
    assert.deepEqual(unguarded, []);
  });

  it("give a schema to every parameter in a path, and to none that is not there", () => {
    for (const [routeKey, endpoint] of Object.entries(endpoints)) {
      const parameters = [...routeKey.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      assert.deepEqual(Object.keys(endpoint.path), parameters, routeKey);
    }
  });

  it("page every list", () => {
    for (const [routeKey, endpoint] of Object.entries(endpoints)) {
      const isList = JSON.stringify(
        Object.keys((endpoint.answers[200] as { entries?: object } | undefined)?.entries ?? {}),
      ).includes("next_cursor");
      assert.equal("cursor" in endpoint.query && "limit" in endpoint.query, isList, routeKey);
    }
  });
});
