import assert from "node:assert/strict";
import { createEdgeFunction, type EdgeRequest } from "../../../local/cloudfront/edge-function";
import { answerOfFunction, edgeRequestOf, forwardedRequestOf } from "../../../local/cloudfront/edge-request";

const context = { distributionId: "E1", distributionDomainName: "d1.cloudfront.net", requestId: "r1", ip: "192.0.2.1" };
const request: EdgeRequest = { method: "GET", uri: "/", querystring: {}, headers: {}, cookies: {} };
const run = (body: string) =>
  createEdgeFunction({ name: "edge", code: `function handler(event) { ${body} }` })(request, context);

describe("CloudFront functions", () => {
  it("are given the event as CloudFront gives it", () => {
    const result = run("return { statusCode: 200, body: JSON.stringify(event) };");
    assert.ok("statusCode" in result);
    assert.deepEqual(JSON.parse(String(result.body)), {
      version: "1.0",
      context: {
        distributionId: "E1",
        distributionDomainName: "d1.cloudfront.net",
        eventType: "viewer-request",
        requestId: "r1",
      },
      viewer: { ip: "192.0.2.1" },
      request,
    });
  });

  for (const [what, body] of [
    ["files", "require('node:fs')"],
    ["the process", "process.exit()"],
    ["the network", "fetch('http://127.0.0.1')"],
    ["timers", "setTimeout(function () {}, 0)"],
    ["the way out of their context", "event.constructor.constructor('return process')()"],
    ["code from text", "eval('1')"],
  ] as const) {
    it(`have no ${what}`, () => assert.throws(() => run(`${body}; return event.request;`)));
  }

  it("that do not end are ended", () => {
    const started = Date.now();
    assert.throws(() => run("for (;;) {}"), /timed out/);
    assert.ok(Date.now() - started < 5_000);
  });

  for (const body of [
    "",
    "return null;",
    "return 'text';",
    "return { uri: 1, headers: {} };",
    "return { statusCode: 99 };",
  ]) {
    it(`that end with "${body}" are at fault`, () =>
      assert.throws(() => run(body), /neither a request nor a response/));
  }

  it("that cannot be compiled, have no handler or are too large are refused, by name", () => {
    const create = (code: string) => () => createEdgeFunction({ name: "edge-17", code });
    assert.throws(create("function handler(event {"), /"edge-17" cannot be run: .*Unexpected token/);
    assert.throws(create("var other = 1;"), /"edge-17" cannot be run: it has no function called handler/);
    assert.throws(create(`function handler() {} // ${"x".repeat(10_240)}`), /"edge-17" has more than the 10240 bytes/);
  });
});

describe("requests at the edge", () => {
  const original = {
    method: "GET",
    path: "/a%20b",
    query: "?q=caf%C3%A9&tag=a&tag=b&empty",
    headers: { accept: "*/*", cookie: "a=1; b=2; a=3" },
  };

  it("are shown with query and cookies by name, as they were sent", () => {
    const { uri, querystring, cookies, headers } = edgeRequestOf(original);
    assert.equal(uri, "/a%20b");
    assert.deepEqual(JSON.parse(JSON.stringify(querystring)), {
      q: { value: "caf%C3%A9" },
      tag: { value: "b", multiValue: [{ value: "a" }, { value: "b" }] },
      empty: { value: "" },
    });
    assert.deepEqual(JSON.parse(JSON.stringify(cookies)), {
      a: { value: "3", multiValue: [{ value: "1" }, { value: "3" }] },
      b: { value: "2" },
    });
    assert.deepEqual(headers, { accept: { value: "*/*" } });
  });

  it("that a function leaves alone are forwarded letter by letter", () => {
    const returned = JSON.parse(JSON.stringify(edgeRequestOf(original)));
    const forwarded = forwardedRequestOf(returned, original);
    assert.deepEqual({ ...forwarded, headers: {} }, { ...original, headers: {} });
    assert.deepEqual(forwarded.headers, { accept: "*/*", cookie: "a=1; a=3; b=2" });
  });

  it("are forwarded as a function changed them", () => {
    const returned = JSON.parse(JSON.stringify(edgeRequestOf(original)));
    returned.uri = "/c";
    delete returned.querystring.tag;
    returned.headers["x-added"] = { value: "1" };
    const { path, query, headers } = forwardedRequestOf(returned, original);
    assert.deepEqual([path, query, headers["x-added"]], ["/c", "?q=caf%C3%A9&empty", "1"]);
  });

  it("are answered as a function answers them", () => {
    const answer = answerOfFunction({
      statusCode: 302,
      headers: {
        Location: { value: "https://a.example/" },
        "set-cookie": { value: "a", multiValue: [{ value: "a" }, { value: "b" }] },
      },
      body: { encoding: "base64", data: "aGk=" },
    });
    assert.equal(answer.status, 302);
    assert.deepEqual(answer.headers.location, ["https://a.example/"]);
    assert.deepEqual(answer.headers["set-cookie"], ["a", "b"]);
    assert.equal(String(answer.body), "hi");
  });
});
