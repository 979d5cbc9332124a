import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import type { InvocationResult, LambdaHost } from "../../../local/lambda";
import { arnOf, startHost, writeFunctions } from "./functions";

const SOURCES = {
  echo: "exports.handler = async (event, context) => ({ event, context, left: context.getRemainingTimeInMillis() });",
  sync: "exports.handler = (event) => event.a + event.b;",
  nothing: "exports.handler = async () => {};",
  circular: "exports.handler = async () => { const a = {}; a.a = a; return a; };",
  big: 'exports.handler = async ({ bytes }) => "x".repeat(bytes);',
  thrower: `let calls = 0; exports.handler = async (event) => {
    calls++; if (event.fail) throw Object.assign(new TypeError("no good"), { code: 7 }); if (event.text) throw "only text"; return calls; };`,
  hang: "exports.handler = async (event) => { if (event.hang) await new Promise(() => setInterval(() => {}, 1000)); return 1; };",
  busy: "exports.handler = async (event) => { while (event.busy) {} return 1; };",
  exit: `let calls = 0; exports.handler = async ({ code, how }) => { calls++;
    if (how === "exit") process.exit(code);
    if (how === "uncaught") { setTimeout(() => { throw new Error("late"); }, 1); await new Promise(() => {}); }
    if (how === "rejection") { Promise.reject(new Error("stray")); await new Promise(() => {}); }
    if (how === "memory") { const all = []; for (;;) all.push(new Array(1e5).fill({})); }
    return calls; };`,
  noisy: `console.log("loaded"); exports.handler = async () => { console.log("one\\ntwo"); console.error("bad"); process.exit(3); };`,
  env: `exports.handler = async () => ({ env: { ...process.env }, hour: new Date(0).getHours(), cwd: process.cwd() });`,
  counted: `const { threadId } = require("node:worker_threads"); let running = 0, most = 0, calls = 0;
    exports.handler = async ({ ms }) => { most = Math.max(most, ++running); calls++;
      await new Promise((done) => setTimeout(done, ms)); running--; return { threadId, most, calls }; };`,
};

const { definition, write, remove } = writeFunctions(SOURCES);

const payloadOf = (result: InvocationResult) => {
  assert.equal(result.ok, true, JSON.stringify(result));
  // biome-ignore lint/suspicious/noExplicitAny: what the functions above return
  return result.ok ? (result.payload as any) : undefined;
};
const errorOf = (result: InvocationResult) => {
  if (result.ok) throw new assert.AssertionError({ message: `expected a failure, got ${JSON.stringify(result)}` });
  return { ...result.error, reason: result.reason };
};

describe("Lambda host", () => {
  const hosts: LambdaHost[] = [];
  const start: typeof startHost = (...args) => {
    const started = startHost(...args);
    hosts.push(started.host);
    return started;
  };
  afterEach(async () => {
    await Promise.all(hosts.splice(0).map((host) => host.close()));
  });
  after(remove);

  describe("the handler", () => {
    it("gets the event and Lambda's context, and answers with what it returns", async () => {
      const { host } = start([definition("echo", { memoryMb: 256, timeoutSeconds: 5 })]);
      const event = { text: "ü", list: [1, null], nested: { a: true } };
      const answer = payloadOf(await host.invoke("echo", event, { clientContext: { client: "c" } }));
      assert.deepEqual(answer.event, event);
      assert.ok(answer.left > 0 && answer.left <= 5000);
      const { awsRequestId, logStreamName, ...context } = answer.context;
      assert.match(awsRequestId, /^[0-9a-f]{8}-[0-9a-f]{4}-4/);
      assert.match(logStreamName, /^\d{4}\/\d\d\/\d\d\/\[\$LATEST\][0-9a-f]{32}$/);
      assert.deepEqual(context, {
        clientContext: { client: "c" },
        functionName: "echo",
        functionVersion: "$LATEST",
        invokedFunctionArn: arnOf("echo"),
        memoryLimitInMB: "256",
        logGroupName: "/aws/lambda/echo",
      });
    });

    it("may be synchronous; undefined becomes null; the event is JSON and never shared", async () => {
      const { host } = start([definition("sync"), definition("nothing"), definition("echo")]);
      assert.equal(payloadOf(await host.invoke("sync", { a: 2, b: 3 })), 5);
      assert.equal(payloadOf(await host.invoke("nothing", {})), null);
      const answer = payloadOf(await host.invoke("echo", { at: new Date(0), gone: undefined }));
      assert.deepEqual(answer.event, { at: "1970-01-01T00:00:00.000Z" });
    });

    it("is found by name, ARN and partial ARN; another account's is not found", async () => {
      const { host } = start([definition("sync")]);
      const forms = ["sync", "sync:$LATEST", arnOf("sync"), `${arnOf("sync")}:$LATEST`, "000000000000:function:sync"];
      for (const form of forms) assert.equal(payloadOf(await host.invoke(form, { a: 1, b: 1 })), 2, form);
      for (const form of ["other", "111111111111:function:sync", arnOf("sync").replace("eu-west-1", "us-east-1")]) {
        const error = errorOf(await host.invoke(form, {}));
        assert.equal(error.errorType, "ResourceNotFoundException", form);
        assert.equal(error.reason, "rejected");
      }
    });

    it("may live in a subfolder, be nested, be an ES module", async () => {
      write("shapes/src/deep.js", "exports.api = { get: async () => 'nested' };");
      write("shapes/esm.mjs", "export const handler = async () => 'esm';");
      const base = definition("shapes");
      const { host } = start([
        { ...base, name: "nested", arn: arnOf("nested"), handler: "src/deep.api.get" },
        { ...base, name: "esm", arn: arnOf("esm"), handler: "esm.handler" },
      ]);
      assert.equal(payloadOf(await host.invoke("nested", {})), "nested");
      assert.equal(payloadOf(await host.invoke("esm", {})), "esm");
    });
  });

  describe("failures", () => {
    it("reports a thrown error and keeps the instance", async () => {
      const { host, textOf } = start([definition("thrower")]);
      const error = errorOf(await host.invoke("thrower", { fail: true }));
      assert.equal(error.errorType, "TypeError");
      assert.equal(error.errorMessage, "no good");
      assert.equal(error.reason, "handled");
      assert.match(error.trace.join("\n"), /TypeError: no good\n\s+at .*index\.js/);
      assert.match(textOf("stderr"), /Invoke Error TypeError: no good/);
      assert.deepEqual(errorOf(await host.invoke("thrower", { text: true })), {
        errorType: "string",
        errorMessage: "only text",
        trace: [],
        reason: "handled",
      });
      assert.equal(payloadOf(await host.invoke("thrower", {})), 3);
    });

    it("reports an answer that is no JSON", async () => {
      const { host } = start([definition("circular")]);
      assert.equal(errorOf(await host.invoke("circular", {})).errorType, "Runtime.JSONStringifyError");
    });

    it("ends a function that hangs, and starts a new one", async () => {
      const { host } = start([definition("hang", { timeoutSeconds: 0.2 })]);
      const error = errorOf(await host.invoke("hang", { hang: true }));
      assert.equal(error.reason, "timeout");
      assert.match(error.errorMessage, /Task timed out after 0\.20 seconds/);
      assert.equal(payloadOf(await host.invoke("hang", {})), 1);
    });

    it("ends a busy loop, which blocks nobody else meanwhile", async () => {
      const { host } = start([definition("busy", { timeoutSeconds: 1 }), definition("sync")]);
      const busy = host.invoke("busy", { busy: true });
      assert.equal(payloadOf(await host.invoke("sync", { a: 1, b: 2 })), 3);
      assert.equal(errorOf(await busy).reason, "timeout");
      assert.equal(payloadOf(await host.invoke("busy", {})), 1);
    });

    for (const [how, code, message] of [
      ["exit", 9, /RequestId: \S{36} Error: Runtime exited with error: exit status 9$/],
      ["exit", 0, /Runtime exited without providing a reason$/],
      ["uncaught", 0, /Runtime exited with error: exit status 1$/],
      ["rejection", 0, /Runtime exited with error: exit status 1$/],
      ["memory", 0, /Runtime exited with error: signal: killed$/],
    ] as const) {
      it(`survives a function that ends itself: ${how === "exit" ? `exit ${code}` : how}`, async () => {
        const { host } = start([definition("exit", { memoryMb: 32, timeoutSeconds: 20 })]);
        assert.equal(payloadOf(await host.invoke("exit", {})), 1);
        const error = errorOf(await host.invoke("exit", { how, code }));
        assert.equal(error.errorType, "Runtime.ExitError");
        assert.equal(error.reason, "exit");
        assert.match(error.errorMessage, message);
        assert.equal(payloadOf(await host.invoke("exit", {})), 1, "a new instance counts from one");
      });
    }

    it("keeps what a function wrote before it exited, in order", async () => {
      const { host, entries } = start([definition("noisy")]);
      await host.invoke("noisy", {});
      const written = entries.filter(({ stream }) => stream !== "host").map(({ stream, text }) => [stream, text]);
      assert.deepEqual(written, [
        ["stdout", "loaded"],
        ["stdout", "one\ntwo"],
        ["stderr", "bad"],
      ]);
    });

    for (const [name, source, handler, errorType] of [
      ["missing-module", 'require("not-there");', "index.handler", "Runtime.ImportModuleError"],
      ["outside-module", 'require("mocha");', "index.handler", "Runtime.ImportModuleError"],
      ["missing-file", "", "other.handler", "Runtime.ImportModuleError"],
      ["syntax", "exports.handler = async () => {", "index.handler", "Runtime.UserCodeSyntaxError"],
      ["no-handler", "exports.other = 1;", "index.handler", "Runtime.HandlerNotFound"],
      ["no-function", "exports.handler = 1;", "index.handler", "Runtime.HandlerNotFound"],
      ["malformed", "", "index", "Runtime.MalformedHandlerName"],
      [
        "callback",
        "exports.handler = (event, context, callback) => callback(null, 1);",
        "index.handler",
        "Runtime.CallbackHandlerDeprecated",
      ],
      ["throws", 'throw new RangeError("at load");', "index.handler", "RangeError"],
      ["exits", "process.exit(4);", "index.handler", "Runtime.ExitError"],
    ] as const) {
      it(`fails an invocation whose function cannot be loaded: ${name}`, async () => {
        write(`${name}/index.js`, source);
        const { host } = start([definition(name, { handler })]);
        const error = errorOf(await host.invoke(name, {}));
        assert.equal(error.errorType, errorType);
        assert.equal(error.reason, "exit");
      });
    }

    it("tries again after a failed load", async () => {
      write("mended/index.js", 'throw new Error("not yet");');
      const { host } = start([definition("mended")]);
      assert.equal(errorOf(await host.invoke("mended", {})).errorMessage, "not yet");
      write("mended/index.js", "exports.handler = async () => 'now';");
      assert.equal(payloadOf(await host.invoke("mended", {})), "now");
    });

    it("refuses events over 6 MB and answers over 6 MB", async () => {
      const { host } = start([definition("echo"), definition("big")]);
      const tooLarge = errorOf(await host.invoke("echo", { text: "é".repeat(3_200_000) }));
      assert.equal(tooLarge.errorType, "RequestEntityTooLargeException");
      assert.equal(errorOf(await host.invoke("big", { bytes: 6_300_000 })).errorType, "Function.ResponseSizeTooLarge");
      assert.equal(payloadOf(await host.invoke("big", { bytes: 6_291_000 })).length, 6_291_000);
    });
  });

  describe("the environment", () => {
    it("is the declared variables, Lambda's own and the host's, nothing of the parent's", async () => {
      process.env.PLANTED_IN_PARENT = "1";
      const environment = { MINE: "yes", AWS_REGION: "no", NODE_EXTRA_CA_CERTS: "/var/runtime/ca-cert.pem" };
      const { host } = start([definition("env", { environment })], { extraEnvironment: { PGPASSWORD: "local" } });
      const { env, hour, cwd } = payloadOf(await host.invoke("env", {}));
      delete process.env.PLANTED_IN_PARENT;
      assert.equal(env.MINE, "yes");
      assert.equal(env.AWS_REGION, "eu-west-1");
      assert.equal(env.PGPASSWORD, "local");
      assert.equal(env.AWS_LAMBDA_FUNCTION_NAME, "env");
      assert.equal(env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE, "128");
      assert.equal(env.TZ, ":UTC");
      assert.equal(hour, 0, "the clock is UTC");
      assert.equal(cwd, env.LAMBDA_TASK_ROOT);
      for (const name of ["PLANTED_IN_PARENT", "NODE_EXTRA_CA_CERTS", "HOME"]) assert.equal(name in env, false, name);
    });
  });

  describe("instances", () => {
    it("take one event at a time and multiply under load", async () => {
      const { host } = start([definition("counted")], { maxInstances: 3 });
      const answers = (await Promise.all(Array.from({ length: 9 }, () => host.invoke("counted", { ms: 40 })))).map(
        payloadOf,
      );
      assert.ok(
        answers.every(({ most }) => most === 1),
        "never two events in one instance",
      );
      assert.equal(new Set(answers.map(({ threadId }) => threadId)).size, 3);
    });

    it("are reused, the last used first, and end when idle", async () => {
      const { host } = start([definition("counted")], { idleSeconds: 1 });
      const first = payloadOf(await host.invoke("counted", { ms: 0 }));
      const second = payloadOf(await host.invoke("counted", { ms: 0 }));
      assert.deepEqual([second.threadId, second.calls], [first.threadId, 2]);
      await sleep(1700);
      assert.equal(payloadOf(await host.invoke("counted", { ms: 0 })).calls, 1);
    });

    it("are throttled beyond the reserved concurrency, and off at 0", async () => {
      const off = { ...definition("counted", { reservedConcurrency: 0 }), name: "off", arn: arnOf("off") };
      const { host } = start([definition("counted", { reservedConcurrency: 2 }), off]);
      const results = await Promise.all(Array.from({ length: 3 }, () => host.invoke("counted", { ms: 30 })));
      assert.deepEqual(results.map(({ ok }) => ok).sort(), [false, true, true]);
      assert.equal(errorOf(results.find(({ ok }) => !ok) ?? results[0] ?? assert.fail()).reason, "throttled");
      assert.equal(errorOf(await host.invoke("off", {})).reason, "throttled");
      assert.equal(payloadOf(await host.invoke("counted", { ms: 0 })).most, 1);
    });
  });

  describe("event invocations", () => {
    it("are retried twice, then given up, and logged", async () => {
      const { host, textOf } = start([definition("thrower")], { retryDelaysMs: [10, 20] });
      host.invokeAsync("thrower", { fail: true });
      for (let waited = 0; waited < 500 && !/Given up/.test(textOf("host")); waited++) await sleep(20);
      assert.match(textOf("host"), /Next attempt in 0\.01 s[\s\S]+Given up after 3 attempts/);
      assert.equal(payloadOf(await host.invoke("thrower", {})), 4);
    });

    it("wait for reserved concurrency instead of being throttled", async () => {
      const { host } = start([definition("counted", { reservedConcurrency: 1 })]);
      for (let index = 0; index < 3; index++) host.invokeAsync("counted", { ms: 10 });
      let result = await host.invoke("counted", { ms: 0 });
      assert.equal(errorOf(result).reason, "throttled");
      for (let waited = 0; waited < 500 && !result.ok; waited++) {
        await sleep(20);
        result = await host.invoke("counted", { ms: 0 });
      }
      assert.equal(payloadOf(result).calls, 4);
    });

    it("that cannot be sent are logged", () => {
      const { host, textOf } = start([definition("echo")]);
      host.invokeAsync("nobody", {});
      host.invokeAsync("echo", { text: "x".repeat(1_100_000) });
      assert.match(textOf("host"), /Function not found: nobody[\s\S]+too large for the Event invocation type/);
    });
  });

  it("closes: what runs and waits fails, later invocations are refused", async () => {
    const { host } = start([definition("counted")], { maxInstances: 1 });
    await host.invoke("counted", { ms: 0 });
    const running = host.invoke("counted", { ms: 5000 });
    const waiting = host.invoke("counted", { ms: 0 });
    await host.close();
    assert.equal(errorOf(await running).reason, "exit");
    assert.equal(errorOf(await waiting).reason, "rejected");
    assert.equal(errorOf(await host.invoke("counted", { ms: 0 })).reason, "rejected");
  });
});
