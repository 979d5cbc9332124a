import assert from "node:assert/strict";
import { request as httpRequest } from "node:http";
import { connect } from "node:net";
import { type Gateway, type GatewayDefinition, type GatewayLogEntry, startGateway } from "../../../local/gateway";
import type { LambdaHost } from "../../../local/lambda";
import { ACCOUNT, arnOf, REGION, startHost, writeFunctions } from "../lambda/functions";

const SOURCES = {
  // Answers with its event, or as the request says.
  api: `exports.handler = async (event) => {
    const say = event.headers["x-answer"];
    if (say) return JSON.parse(say);
    if (event.headers["x-throw"]) throw new Error("secret detail");
    if (event.headers["x-wait"]) await new Promise((done) => setTimeout(done, Number(event.headers["x-wait"])));
    return { statusCode: 200, headers: { "content-type": "application/json" }, body: JSON.stringify(event) };
  };`,
  slow: "exports.handler = async () => new Promise((done) => setTimeout(() => done({ statusCode: 200 }), 300));",
  authorizer: `let calls = 0; exports.handler = async (event) => { calls++;
    const token = event.headers.authorization;
    if (token === "break") throw new Error("no keys");
    if (token === "odd") return { yes: true };
    await new Promise((done) => setTimeout(done, 20));
    return { isAuthorized: token.startsWith("good"), context: { sub: token, calls, event: JSON.stringify(event) } };
  };`,
};
const { definition, remove } = writeFunctions(SOURCES);

const guarded = { functionArn: arnOf("api"), authorizerId: "jwt" };
const DEFINITION: GatewayDefinition = {
  apiId: "abc123",
  stage: "$default",
  routes: [
    { routeKey: "ANY /open", functionArn: arnOf("api") },
    { routeKey: "GET /items/{id}", functionArn: arnOf("api") },
    { routeKey: "GET /me", ...guarded },
    { routeKey: "GET /keyed", functionArn: arnOf("api"), authorizerId: "two" },
    { routeKey: "GET /slow", functionArn: arnOf("slow"), timeoutMs: 100 },
    { routeKey: "GET /single", functionArn: arnOf("single") },
    { routeKey: "GET /lost", functionArn: arnOf("unknown") },
  ],
  authorizers: [
    {
      id: "jwt",
      functionArn: arnOf("authorizer"),
      resultTtlSeconds: 2,
      identitySources: ["$request.header.Authorization"],
      enableSimpleResponses: true,
    },
    {
      id: "two",
      functionArn: arnOf("authorizer"),
      resultTtlSeconds: 0,
      identitySources: ["$request.header.authorization", "$request.querystring.key"],
      enableSimpleResponses: true,
    },
  ],
  cors: {
    allowOrigins: ["https://app.example", "http://*"],
    allowMethods: ["GET", "POST"],
    allowHeaders: ["authorization", "content-type"],
    exposeHeaders: ["etag"],
    maxAge: 600,
    allowCredentials: true,
  },
};

describe("API Gateway host", () => {
  let lambda: LambdaHost;
  let gateway: Gateway;
  const log: GatewayLogEntry[] = [];

  before(async () => {
    const api = definition("api");
    const single = { ...api, name: "single", arn: arnOf("single"), reservedConcurrency: 1 };
    lambda = startHost([api, single, definition("slow"), definition("authorizer")]).host;
    const options = { lambda, port: 0, region: REGION, accountId: ACCOUNT, drainMs: 200 };
    gateway = await startGateway(DEFINITION, { ...options, log: (entry) => log.push(entry) });
  });
  after(async () => {
    await gateway.close();
    await lambda.close();
    remove();
  });

  const get = (path: string, headers: Record<string, string> = {}, init: RequestInit = {}) =>
    fetch(gateway.url + path, { headers, ...init });
  const answering = (answer: unknown) => get("/open", { "x-answer": JSON.stringify(answer) });
  // biome-ignore lint/suspicious/noExplicitAny: an event as JSON
  const eventOf = async (response: Response): Promise<any> => {
    assert.equal(response.status, 200);
    return response.json();
  };
  const assertError = async (response: Response, status: number, message: string) => {
    assert.equal(response.status, status);
    assert.equal(response.headers.get("content-type"), "application/json");
    assert.equal(await response.text(), `{"message":"${message}"}`);
  };
  const raw = (text: string): Promise<string> =>
    new Promise((resolve, reject) => {
      let received = "";
      const socket = connect(gateway.port, "127.0.0.1", () => socket.write(text));
      socket.setEncoding("utf8").on("data", (chunk) => {
        received += chunk;
      });
      socket.on("close", () => resolve(received)).on("error", reject);
    });

  describe("the event", () => {
    it("is payload format 2.0", async () => {
      const response = await get("/items/a%20b%2Fc?x=1&y=%C3%A9+z&x=2&flag", { "User-Agent": "test" });
      await assertError(response, 404, "Not Found"); // %2F is a slash: HTTP APIs route on the decoded path
      const event = await eventOf(await get("/items/a%20b?x=1&y=%C3%A9+z&x=2&flag", { "User-Agent": "test" }));
      const { headers, requestContext, ...rest } = event;
      assert.deepEqual(rest, {
        version: "2.0",
        routeKey: "GET /items/{id}",
        rawPath: "/items/a b",
        rawQueryString: "x=1&y=%C3%A9+z&x=2&flag",
        queryStringParameters: { x: "1,2", y: "é z", flag: "" },
        pathParameters: { id: "a b" },
        isBase64Encoded: false,
      });
      const { requestId, time, timeEpoch, ...context } = requestContext;
      assert.match(requestId, /^[\w-]{15}=$/);
      assert.match(time, /^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/);
      assert.ok(Math.abs(Date.now() - timeEpoch) < 10_000);
      assert.deepEqual(context, {
        accountId: ACCOUNT,
        apiId: "abc123",
        domainName: `127.0.0.1:${gateway.port}`,
        domainPrefix: "127",
        http: {
          method: "GET",
          path: "/items/a b",
          protocol: "HTTP/1.1",
          sourceIp: "127.0.0.1",
          userAgent: "test",
        },
        routeKey: "GET /items/{id}",
        stage: "$default",
      });
      assert.equal(headers["user-agent"], "test");
      assert.equal(headers["x-forwarded-for"], "127.0.0.1");
      assert.equal(headers["x-forwarded-port"], String(gateway.port));
      assert.equal("connection" in headers, false);
    });

    it("joins repeated headers by commas, takes cookies out, keeps names that JavaScript knows", async () => {
      const response = await raw(
        "GET /open?__proto__=1 HTTP/1.1\r\nHost: h\r\nX-A: 1\r\nx-a: 2\r\nCookie: a=1; b=2\r\nCookie: c=3\r\n" +
          "__proto__: yes\r\nConnection: close\r\n\r\n",
      );
      const event = JSON.parse(response.slice(response.indexOf("\r\n\r\n")));
      assert.equal(event.headers["x-a"], "1,2");
      assert.deepEqual(event.cookies, ["a=1", "b=2", "c=3"]);
      assert.equal("cookie" in event.headers, false);
      assert.equal(Object.hasOwn(event.headers, "__proto__"), true);
      assert.equal(Object.hasOwn(event.queryStringParameters, "__proto__"), true);
    });

    for (const [contentType, isText] of [
      ["application/json", true],
      ["Application/JSON; charset=utf-8", true],
      ["application/problem+json", true],
      ["text/csv", true],
      ["application/xml", true],
      ["application/octet-stream", false],
      ["application/x-www-form-urlencoded", false],
      ["image/png", false],
    ] as const) {
      it(`carries a body of type ${contentType} as ${isText ? "text" : "base64"}`, async () => {
        const event = await eventOf(
          await get("/open", { "content-type": contentType }, { method: "POST", body: "{é}" }),
        );
        assert.equal(event.isBase64Encoded, !isText);
        assert.equal(Buffer.from(event.body, isText ? "utf8" : "base64").toString(), "{é}");
        assert.equal(event.headers["content-length"], "4");
      });
    }
  });

  describe("the answer", () => {
    it("is what the function says: status, headers, cookies, body", async () => {
      const answer = { statusCode: 201, headers: { Location: "/x", ETag: 5 }, cookies: ["a=1", "b=2"], body: "é" };
      const response = await answering(answer);
      assert.equal(response.status, 201);
      assert.equal(response.headers.get("location"), "/x");
      assert.equal(response.headers.get("etag"), "5");
      assert.deepEqual(response.headers.getSetCookie(), ["a=1", "b=2"]);
      assert.equal(response.headers.get("content-length"), "2");
      assert.equal(response.headers.get("content-type"), "text/plain; charset=utf-8");
      assert.match(response.headers.get("apigw-requestid") ?? "", /^[\w-]{15}=$/);
      assert.ok(response.headers.get("date"));
      assert.equal(await response.text(), "é");
    });

    it("decodes base64", async () => {
      const response = await answering({ statusCode: 200, body: "AP8=", isBase64Encoded: true });
      assert.deepEqual([...new Uint8Array(await response.arrayBuffer())], [0, 255]);
    });

    it("is inferred when there is no status: 200, JSON", async () => {
      for (const [answer, text] of [
        [{ message: "hi" }, '{"message":"hi"}'],
        ["plain", "plain"],
        [[1], "[1]"],
        [null, "null"],
      ] as const) {
        const response = await answering(answer);
        assert.equal(response.status, 200);
        assert.equal(response.headers.get("content-type"), "application/json");
        assert.equal(await response.text(), text);
      }
    });

    it("has no body for 204 and HEAD, and the connection goes on", async () => {
      const response = await answering({ statusCode: 204, body: "ignored" });
      assert.equal(response.status, 204);
      assert.equal(response.headers.get("content-length"), null);
      const head = await get("/open", {}, { method: "HEAD" });
      assert.equal(head.status, 200);
      assert.equal(await head.text(), "");
    });

    for (const answer of [
      { statusCode: "many" },
      { statusCode: 99 },
      { statusCode: 200, body: { not: "text" } },
      { statusCode: 200, headers: { "bad name": "1" } },
      { statusCode: 200, headers: { split: "a\r\nb: c" } },
      { statusCode: 200, headers: "none" },
      { statusCode: 200, cookies: "a=1" },
    ]) {
      it(`is 500 when malformed: ${JSON.stringify(answer)}`, async () => {
        await assertError(await answering(answer), 500, "Internal Server Error");
        assert.match(log.at(-1)?.reason ?? "", /malformed/);
      });
    }

    it("is 500 when the function throws, and tells the client nothing of it", async () => {
      await assertError(await get("/open", { "x-throw": "1" }), 500, "Internal Server Error");
      assert.match(log.at(-1)?.reason ?? "", /secret detail/);
    });

    it("is 503 when the integration times out, the function is throttled or missing", async () => {
      await assertError(await get("/slow"), 503, "Service Unavailable");
      const both = await Promise.all([get("/single", { "x-wait": "200" }), get("/single", { "x-wait": "200" })]);
      assert.deepEqual(both.map(({ status }) => status).sort(), [200, 503]);
      await assertError(await get("/lost"), 503, "Service Unavailable");
    });
  });

  describe("the authorizer", () => {
    it("is not asked without its identity source: 401", async () => {
      await assertError(await get("/me"), 401, "Unauthorized");
      await assertError(await get("/me", { authorization: "" }), 401, "Unauthorized");
      await assertError(await get("/keyed", { authorization: "good" }), 401, "Unauthorized");
    });

    it("refuses: 403; fails or answers nonsense: 500", async () => {
      await assertError(await get("/me", { authorization: "bad" }), 403, "Forbidden");
      await assertError(await get("/me", { authorization: "break" }), 500, "Internal Server Error");
      assert.match(log.at(-1)?.reason ?? "", /no keys/);
      await assertError(await get("/me", { authorization: "odd" }), 500, "Internal Server Error");
    });

    it("gets format 2.0 and gives the function its context", async () => {
      const event = await eventOf(await get("/keyed?key=k1", { authorization: "good-1" }));
      const { sub, event: asked } = event.requestContext.authorizer.lambda;
      assert.equal(sub, "good-1");
      const { version, type, routeArn, identitySource, routeKey, rawPath, requestContext } = JSON.parse(asked);
      assert.deepEqual(
        { version, type, routeArn, identitySource, routeKey, rawPath },
        {
          version: "2.0",
          type: "REQUEST",
          routeArn: `arn:aws:execute-api:${REGION}:${ACCOUNT}:abc123/$default/GET/keyed`,
          identitySource: ["good-1", "k1"],
          routeKey: "GET /keyed",
          rawPath: "/keyed",
        },
      );
      assert.equal(requestContext.authorizer, undefined);
    });

    it("is asked once per identity within the time to live, also by simultaneous requests", async () => {
      const calls = async (authorization: string): Promise<number> =>
        (await eventOf(await get("/me", { authorization }))).requestContext.authorizer.lambda.calls;
      const together = await Promise.all([calls("good-a"), calls("good-a"), calls("good-a")]);
      assert.equal(new Set(together).size, 1);
      const [first] = together;
      assert.equal(await calls("good-a"), first);
      assert.notEqual(await calls("good-b"), first);
      await new Promise((resolve) => setTimeout(resolve, 2100));
      assert.notEqual(await calls("good-a"), first);
    });
  });

  describe("CORS", () => {
    const preflight = (origin: string) =>
      get("/me", { origin, "access-control-request-method": "GET" }, { method: "OPTIONS" });

    it("answers preflights itself, for allowed origins", async () => {
      for (const origin of ["https://app.example", "http://localhost:5173"]) {
        const response = await preflight(origin);
        assert.equal(response.status, 204);
        assert.equal(response.headers.get("access-control-allow-origin"), origin);
        assert.equal(response.headers.get("access-control-allow-methods"), "GET,POST");
        assert.equal(response.headers.get("access-control-allow-headers"), "authorization,content-type");
        assert.equal(response.headers.get("access-control-max-age"), "600");
        assert.equal(response.headers.get("access-control-allow-credentials"), "true");
      }
      const refused = await preflight("https://evil.example");
      assert.equal(refused.status, 204);
      assert.equal(refused.headers.get("access-control-allow-origin"), null);
    });

    it("sets the headers of answers, errors included, and drops the function's own", async () => {
      const answer = { statusCode: 200, headers: { "Access-Control-Allow-Origin": "*", etag: "1" } };
      const origin = "https://app.example";
      const response = await get("/open", { origin, "x-answer": JSON.stringify(answer) });
      assert.equal(response.headers.get("access-control-allow-origin"), origin);
      assert.equal(response.headers.get("access-control-expose-headers"), "etag");
      assert.equal((await get("/me", { origin })).headers.get("access-control-allow-origin"), origin);
      assert.equal((await answering(answer)).headers.get("access-control-allow-origin"), null);
    });
  });

  describe("hostile input", () => {
    it("gets AWS's status", async () => {
      await assertError(await get("/items/%E0%A4%A"), 400, "Bad Request");
      await assertError(await get("/open?a=%zz"), 400, "Bad Request");
      await assertError(await get("/nowhere"), 404, "Not Found");
      await assertError(await get("/open", { "x-long": "x".repeat(10_300) }), 431, "Request Header Fields Too Large");
      assert.match(await raw(`GET / HTTP/1.1\r\nHost: h\r\nX: ${"x".repeat(60_000)}\r\n\r\n`), /^HTTP\/1\.1 431 /);
      assert.match(await raw("NONSENSE\r\n\r\n"), /^HTTP\/1\.1 400 Bad Request[\s\S]+\{"message":"Bad Request"\}$/);
      assert.match(await raw("GET * HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"), /^HTTP\/1\.1 400 /);
    });

    it("is 413 over 10 MB, announced or not", async () => {
      const post = { method: "POST", body: new Uint8Array(10 * 1024 * 1024 + 1) };
      await assertError(await get("/open", {}, post), 413, "Request Entity Too Large");
      const status = await new Promise((resolve, reject) => {
        const upload = httpRequest(`${gateway.url}/open`, { method: "POST" }, ({ statusCode }) => resolve(statusCode));
        upload.on("error", reject);
        for (let sent = 0; sent < 11; sent++) upload.write(Buffer.alloc(1024 * 1024));
        upload.end();
      });
      assert.equal(status, 413);
    });

    it("of a client that leaves does no harm", async () => {
      for (const text of [
        "GET /open HTTP/1.1\r\nHost: h\r\nX-Wait: 30\r\n\r\n",
        "POST /open HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\nabc",
        "GET /op",
      ]) {
        await new Promise<void>((resolve) => {
          const socket = connect(gateway.port, "127.0.0.1", () => socket.write(text, () => socket.resetAndDestroy()));
          socket.on("close", () => resolve()).on("error", () => {});
        });
      }
      await new Promise((resolve) => setTimeout(resolve, 80));
      assert.equal((await get("/open")).status, 200);
    });
  });

  describe("start and end", () => {
    const options = () => ({ lambda, port: 0, region: REGION, accountId: ACCOUNT, log: () => {} });

    it("says when a port is taken", async () => {
      const start = startGateway(DEFINITION, { ...options(), port: gateway.port });
      await assert.rejects(start, new RegExp(`127\\.0\\.0\\.1:${gateway.port}: it is taken`));
    });

    it("refuses a route with an authorizer that is not declared", async () => {
      await assert.rejects(startGateway({ ...DEFINITION, authorizers: [] }, options()), /"GET \/me" names .* "jwt"/);
    });

    it("lets running requests finish, then cuts what takes too long", async () => {
      const finishing = await startGateway(DEFINITION, { ...options(), drainMs: 10_000 });
      const running = fetch(`${finishing.url}/open`, { headers: { "x-wait": "150" } });
      await new Promise((resolve) => setTimeout(resolve, 50));
      await finishing.close();
      assert.equal((await running).status, 200);
      const cutting = await startGateway(DEFINITION, { ...options(), drainMs: 50 });
      const cut = assert.rejects(fetch(`${cutting.url}/open`, { headers: { "x-wait": "8000" } }));
      await new Promise((resolve) => setTimeout(resolve, 50));
      const begun = Date.now();
      await cutting.close();
      assert.ok(Date.now() - begun < 5000);
      await cut;
    });
  });
});
