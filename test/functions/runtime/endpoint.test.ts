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

  it("page every list but reports and files, which are whole and say so", () => {
    for (const [routeKey, endpoint] of Object.entries(endpoints)) {
      const { entries } = (endpoint.answers[200] ?? {}) as { entries?: { next_cursor?: { type: string } } };
      const isPaged = entries?.next_cursor !== undefined && entries.next_cursor.type !== "null";
      assert.equal("cursor" in endpoint.query && "limit" in endpoint.query, isPaged, routeKey);
      if (entries?.next_cursor?.type === "null") assert.match(routeKey, /^GET (\/analytics\/|\/transactions\/export$)/);
    }
  });
});
