import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { originAuthorizerHandler, originCheck } from "../../components/authorizer/origin";
import { createLambdaHost, functionsOf, type LambdaHost } from "../../local/lambda";
import { graphOf, LOAD_TIMEOUT } from "../infrastructure/graphs";

const digest = (key: string) => createHash("sha256").update(key).digest("hex");

describe("the distribution's key", () => {
  const isFromDistribution = originCheck([digest("new"), digest("old")].join());

  for (const key of ["new", "old"]) {
    it(`is taken while it changes over: the ${key} one`, () =>
      assert.ok(isFromDistribution({ "x-ahorro-origin": key })));
  }

  for (const [what, headers] of Object.entries({
    "no headers": undefined,
    "no key": {},
    "an empty one": { "x-ahorro-origin": "" },
    "another one": { "x-ahorro-origin": "older" },
    "a digest in place of the key": { "x-ahorro-origin": digest("new") },
    "both at once": { "x-ahorro-origin": "new,old" },
    "one under another name": { "x-origin": "new" },
  })) {
    it(`is not: ${what}`, () => assert.equal(isFromDistribution(headers), false));
  }

  it("is not asked for where none is known", () => {
    for (const none of [undefined, ""]) assert.ok(originCheck(none)({}));
  });

  it("is never done without by what only looks at it", () => {
    delete process.env.ORIGIN_KEY_DIGESTS;
    assert.throws(originAuthorizerHandler, /ORIGIN_KEY_DIGESTS must be set/);
  });

  it("that is broken lets nobody pass", () => {
    assert.equal(originCheck("not hexadecimal")({ "x-ahorro-origin": "" }), false);
    assert.equal(originCheck(digest("new").slice(2))({ "x-ahorro-origin": "new" }), false);
  });
});

describe("the bundle that looks at the distribution's key", function () {
  this.timeout(LOAD_TIMEOUT);
  let lambda: LambdaHost;
  before(async () => {
    lambda = createLambdaHost({
      functions: functionsOf(await graphOf("prod")).filter(({ name }) => name === "ahorro-prod-api-origin"),
      region: "eu-west-1",
      accountId: "123456789012",
      extraEnvironment: {},
      log: () => undefined,
    });
  });
  after(() => lambda?.close());

  const ask = (key: string) =>
    lambda.invoke("ahorro-prod-api-origin", { version: "2.0", type: "REQUEST", headers: { "x-ahorro-origin": key } });

  it("passes the key that was made, and no other", async () => {
    // What stands in for a key where there is no AWS.
    assert.deepEqual(await ask(digest("origin-key-1")), { ok: true, payload: { isAuthorized: true } });
    assert.deepEqual(await ask(digest("origin-key-2")), { ok: true, payload: { isAuthorized: false } });
  });
});
