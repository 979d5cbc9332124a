import assert from "node:assert/strict";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import type { InvocationResult, LambdaHost } from "../../../local/lambda";
import { startAwsEndpoint } from "../../../local/services/aws-endpoint";
import type { HttpServer } from "../../../local/services/http-server";
import { lambdaApi } from "../../../local/services/lambda-api";

/** The Lambda API as functions use it, through AWS's own client. */
describe("The local Lambda API", () => {
  const NAME = "ahorro-local-users-relay";
  const ARN = `arn:aws:lambda:eu-west-1:123456789012:function:${NAME}`;
  const invoked: [name: string, event: unknown][] = [];
  const waited: [name: string, event: unknown][] = [];
  let answer: InvocationResult = { ok: true, payload: null };
  let server: HttpServer;
  let client: LambdaClient;

  before(async () => {
    const host: LambdaHost = {
      has: (name) => name === NAME || name === ARN,
      invoke: async (name, event) => {
        waited.push([name, event]);
        return answer;
      },
      invokeAsync: (name, event) => invoked.push([name, event]),
      close: () => Promise.resolve(),
    };
    server = await startAwsEndpoint({ port: 0, services: { lambda: lambdaApi(() => host) } });
    const credentials = { accessKeyId: "local", secretAccessKey: "local" };
    client = new LambdaClient({ region: "eu-west-1", endpoint: server.endpoint, credentials, maxAttempts: 1 });
  });
  beforeEach(() => {
    invoked.splice(0);
    waited.splice(0);
  });
  after(async () => {
    client.destroy();
    await server.close();
  });

  const invoke = (FunctionName: string, payload?: string, InvocationType: "Event" | "RequestResponse" = "Event") =>
    client.send(
      new InvokeCommand({
        FunctionName,
        InvocationType,
        ...(payload !== undefined && { Payload: new TextEncoder().encode(payload) }),
      }),
    );
  const refusal = async (sent: Promise<unknown>) => {
    const error = await sent.then(
      () => assert.fail("It was accepted."),
      (reason) => reason,
    );
    return [error.name, error.$metadata.httpStatusCode];
  };

  it("accepts an event for a function, by name or ARN, and hands it over as it is", async () => {
    for (const name of [NAME, ARN]) {
      assert.equal((await invoke(name, '{"list":[1,"zwölf"]}')).StatusCode, 202);
    }
    assert.deepEqual(
      invoked,
      [NAME, ARN].map((name) => [name, { list: [1, "zwölf"] }]),
    );
  });

  it("takes an invocation without an event for one with null", async () => {
    assert.equal((await invoke(NAME)).StatusCode, 202);
    assert.deepEqual(invoked, [[NAME, null]]);
  });

  it("refuses a function that there is not", async () => {
    assert.deepEqual(await refusal(invoke("ahorro-local-nobody", "{}")), ["ResourceNotFoundException", 404]);
    assert.deepEqual(invoked, []);
  });

  it("refuses what is not JSON, or larger than Lambda takes", async () => {
    assert.deepEqual(await refusal(invoke(NAME, "{")), ["InvalidRequestContentException", 400]);
    const [largest, tooLarge] = [1_048_576, 1_048_577].map((size) => JSON.stringify("x".repeat(size - 2)));
    assert.deepEqual(await refusal(invoke(NAME, tooLarge)), ["RequestTooLargeException", 413]);
    assert.deepEqual(invoked, []);
    assert.equal((await invoke(NAME, largest)).StatusCode, 202);
  });

  it("waits for an answer where one is asked for, which is where nothing is said", async () => {
    answer = { ok: true, payload: { list: ["zwölf"] } };
    for (const type of ["RequestResponse", undefined] as const) {
      const { StatusCode, FunctionError, Payload } = await client.send(
        new InvokeCommand({ FunctionName: ARN, Payload: new TextEncoder().encode("[1]"), InvocationType: type }),
      );
      assert.deepEqual([StatusCode, FunctionError], [200, undefined]);
      assert.deepEqual(JSON.parse(new TextDecoder().decode(Payload)), { list: ["zwölf"] });
    }
    assert.deepEqual(waited, [
      [ARN, [1]],
      [ARN, [1]],
    ]);
    assert.deepEqual(invoked, []);
  });

  it("answers with a function's error, whatever ended it, as with a success, and says so in a header", async () => {
    const error = { errorType: "Sandbox.Timedout", errorMessage: "Task timed out after 3.00 seconds", trace: [] };
    for (const reason of ["handled", "timeout", "exit"] as const) {
      answer = { ok: false, reason, error };
      const { StatusCode, FunctionError, Payload } = await invoke(NAME, "{}", "RequestResponse");
      assert.deepEqual([StatusCode, FunctionError], [200, "Unhandled"]);
      assert.deepEqual(JSON.parse(new TextDecoder().decode(Payload)), error);
    }
  });

  it("throttles whoever waits beyond the reserved concurrency", async () => {
    const error = { errorType: "TooManyRequestsException", errorMessage: "Rate Exceeded.", trace: [] };
    answer = { ok: false, reason: "throttled", error };
    assert.deepEqual(await refusal(invoke(NAME, "{}", "RequestResponse")), ["TooManyRequestsException", 429]);
  });

  it("takes more from those who wait", async () => {
    answer = { ok: true, payload: null };
    const [largest, tooLarge] = [6_291_556, 6_291_557].map((size) => JSON.stringify("x".repeat(size - 2)));
    assert.equal((await invoke(NAME, largest, "RequestResponse")).StatusCode, 200);
    assert.deepEqual(await refusal(invoke(NAME, tooLarge, "RequestResponse")), ["RequestTooLargeException", 413]);
    assert.equal(waited.length, 1);
  });

  it("refuses every other operation, by name", async () => {
    const dryRun = new InvokeCommand({ FunctionName: NAME, InvocationType: "DryRun" });
    assert.deepEqual(await refusal(client.send(dryRun)), ["UnknownOperationException", 404]);
    const authorization = "AWS4-HMAC-SHA256 Credential=local/20261122/eu-west-1/lambda/aws4_request";
    const event = { authorization, "x-amz-invocation-type": "Event" };
    for (const [method, path] of [
      ["GET", `/2015-03-31/functions/${NAME}/invocations`],
      ["GET", `/2015-03-31/functions/${NAME}`],
      ["DELETE", `/2015-03-31/functions/${NAME}`],
      ["POST", `/2015-03-31/functions/${NAME}/invocations/more`],
      ["POST", "/2015-03-31/functions//invocations"],
      ["POST", `/2014-11-13/functions/${NAME}/invoke-async/`],
    ] as const) {
      const response = await fetch(server.endpoint + path, { method, headers: event });
      assert.equal(response.status, 404, `${method} ${path}`);
      assert.equal(response.headers.get("x-amzn-errortype"), "UnknownOperationException");
      const { message } = (await response.json()) as { message: string };
      assert.ok(message.startsWith(`${method} ${path} `), message);
    }
    assert.deepEqual(invoked, []);
  });
});
