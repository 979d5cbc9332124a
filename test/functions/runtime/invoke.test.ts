import assert from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";
import { caller, invoker } from "../../../functions/runtime/invoke";
import type { HttpRequest } from "../../../local/services/http-server";
import { withLambdaEndpoint } from "../../support/lambda-endpoint";

const sha256 = (text: string | Buffer) => createHash("sha256").update(text).digest("hex");
const hmac = (key: string | Buffer, text: string) => createHmac("sha256", key).update(text).digest();

/** The signature that a request should have: computed here anew, by "Create a signed AWS API request", IAM user guide. */
function signatureOf({ method, url, headers, body }: HttpRequest, secret: string): string {
  const [, credential = "", signedHeaders = ""] =
    /Credential=[^/]+\/([^,]+), SignedHeaders=([^,]+), Signature=/.exec(headers.authorization ?? "") ?? [];
  const names = signedHeaders.split(";");
  // Every segment of a path is encoded a second time, for all services but S3.
  const path = url.pathname.split("/").map(encodeURIComponent).join("/");
  const canonical = [
    method,
    path,
    "",
    ...names.map((name) => `${name}:${headers[name]}`),
    "",
    signedHeaders,
    sha256(body),
  ].join("\n");
  const [date = "", region = "", service = "", end = ""] = credential.split("/");
  const text = ["AWS4-HMAC-SHA256", headers["x-amz-date"], credential, sha256(canonical)].join("\n");
  const key = [region, service, end].reduce((last, part) => hmac(last, part), hmac(`AWS4${secret}`, date));
  return hmac(key, text).toString("hex");
}

const SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const ARN = "arn:aws:lambda:eu-west-1:123456789012:function:ahorro-dev-users-relay";

describe("An invocation of another function", () => {
  it("is a signed request of an event, which is JSON", () =>
    withLambdaEndpoint({}, async (calls) => {
      const event = { list: [1, "zwölf", null] };
      await invoker()("ahorro-dev-users-relay", event);
      const [call] = calls;
      assert.equal(calls.length, 1);
      assert.ok(call);
      const { method, url, headers } = call.request;
      assert.deepEqual(
        [method, url.pathname, url.search],
        ["POST", "/2015-03-31/functions/ahorro-dev-users-relay/invocations", ""],
      );
      assert.deepEqual(
        [headers["x-amz-invocation-type"], headers["content-type"], headers["x-amz-security-token"]],
        ["Event", "application/json", undefined],
      );
      assert.deepEqual(call.event, event);
      const match =
        /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/(\d{8})\/eu-west-1\/lambda\/aws4_request, SignedHeaders=([\w;-]+), Signature=([0-9a-f]{64})$/.exec(
          headers.authorization ?? "",
        );
      assert.ok(match, headers.authorization);
      assert.equal(match[1], String(headers["x-amz-date"]).slice(0, 8));
      for (const name of ["host", "x-amz-date", "x-amz-invocation-type"])
        assert.ok(match[2]?.split(";").includes(name), name);
      assert.equal(match[3], signatureOf(call.request, SECRET));
    }));

  it("is signed right for a function that is named by its ARN", () =>
    withLambdaEndpoint({}, async (calls) => {
      await invoker()(ARN, {});
      const [call] = calls;
      assert.ok(call);
      assert.equal(call.functionName, ARN);
      assert.ok(call.request.url.pathname.includes("function%3Aahorro"));
      assert.ok(call.request.headers.authorization?.endsWith(`Signature=${signatureOf(call.request, SECRET)}`));
    }));

  it("is signed with the credentials of the moment, and their session", () =>
    withLambdaEndpoint({ AWS_SESSION_TOKEN: "first" }, async (calls) => {
      const invoke = invoker();
      await invoke("a", {});
      Object.assign(process.env, {
        AWS_ACCESS_KEY_ID: "AKIDSECOND",
        AWS_SECRET_ACCESS_KEY: "second",
        AWS_SESSION_TOKEN: "renewed",
      });
      await invoke("a", {});
      const [first, second] = calls.map(({ request }) => request);
      assert.ok(first && second);
      assert.equal(first.headers["x-amz-security-token"], "first");
      assert.equal(second.headers["x-amz-security-token"], "renewed");
      assert.match(second.headers.authorization ?? "", /Credential=AKIDSECOND\//);
      assert.match(second.headers.authorization ?? "", /x-amz-security-token/);
      assert.ok(second.headers.authorization?.endsWith(`Signature=${signatureOf(second, "second")}`));
    }));

  for (const status of [200, 403, 404, 413, 429, 500, 503]) {
    it(`fails when Lambda answers ${status}, naming the function`, () =>
      withLambdaEndpoint({}, async (_, answerWith) => {
        answerWith(() => ({ status, body: "{}" }));
        await assert.rejects(
          invoker()("ahorro-dev-users-relay", {}),
          new RegExp(`Lambda answered ${status} to the invocation of ahorro-dev-users-relay`),
        );
      }));
  }

  it("fails when Lambda cannot be reached", () =>
    withLambdaEndpoint({ AWS_ENDPOINT_URL: "http://127.0.0.1:1" }, () =>
      assert.rejects(invoker()("a", {}), /fetch failed/),
    ));

  it("goes to Lambda's own endpoint where there is one besides that of all services", () =>
    withLambdaEndpoint({}, async (calls) => {
      process.env.AWS_ENDPOINT_URL_LAMBDA = process.env.AWS_ENDPOINT_URL ?? "";
      process.env.AWS_ENDPOINT_URL = "http://127.0.0.1:1";
      try {
        await invoker()("a", {});
      } finally {
        delete process.env.AWS_ENDPOINT_URL_LAMBDA;
      }
      assert.deepEqual(
        calls.map(({ functionName }) => functionName),
        ["a"],
      );
    }));

  it("goes to the region's endpoint of Lambda when no other is named", () =>
    withLambdaEndpoint({}, async () => {
      delete process.env.AWS_ENDPOINT_URL;
      const { fetch } = globalThis;
      const asked: string[] = [];
      globalThis.fetch = async (url) => {
        asked.push(String(url));
        return new Response(null, { status: 202 });
      };
      try {
        await invoker()("a", {});
      } finally {
        globalThis.fetch = fetch;
      }
      assert.deepEqual(asked, ["https://lambda.eu-west-1.amazonaws.com/2015-03-31/functions/a/invocations"]);
    }));
});

describe("A call of another function", () => {
  it("is a signed request that waits for the answer", () =>
    withLambdaEndpoint({}, async (calls, answerWith) => {
      answerWith(() => ({ status: 200, body: '{"kept":"zwölf"}' }));
      assert.deepEqual(await caller()(ARN, { a: 1 }), { kept: "zwölf" });
      const [call] = calls;
      assert.ok(call);
      assert.deepEqual(call.event, { a: 1 });
      assert.equal(call.request.headers["x-amz-invocation-type"], "RequestResponse");
      assert.ok(call.request.headers.authorization?.endsWith(`Signature=${signatureOf(call.request, SECRET)}`));
    }));

  it("that answers nothing is answered all the same", () =>
    withLambdaEndpoint({}, async (_, answerWith) => {
      for (const body of ["", "null"]) {
        answerWith(() => ({ status: 200, body }));
        assert.equal(await caller()("a", {}), null);
      }
    }));

  it("fails with the function's error, which comes with a status that is no error's", () =>
    withLambdaEndpoint({}, async (_, answerWith) => {
      const body = '{"errorType":"Error","errorMessage":"no brokers"}';
      answerWith(() => ({ status: 200, headers: { "x-amz-function-error": "Unhandled" }, body }));
      await assert.rejects(caller()("ahorro-dev-keeper", {}), /^Error: ahorro-dev-keeper failed: .*no brokers/);
    }));

  for (const status of [202, 403, 404, 413, 429, 500, 502]) {
    it(`fails when Lambda answers ${status}`, () =>
      withLambdaEndpoint({}, async (_, answerWith) => {
        answerWith(() => ({ status, body: "{}" }));
        await assert.rejects(caller()("a", {}), new RegExp(`Lambda answered ${status} to the invocation of a`));
      }));
  }
});
