import assert from "node:assert/strict";
import * as fc from "fast-check";
import * as v from "valibot";
import { multi, noContent, ok } from "../../../functions/runtime/answer";
import { dispatcher, type HttpEvent } from "../../../functions/runtime/dispatch";
import { endpoint } from "../../../functions/runtime/endpoint";
import { Amount } from "../../../functions/runtime/money";
import { problem } from "../../../functions/runtime/problem";
import type { UnitOfWork } from "../../../functions/runtime/work";

const echo = endpoint({
  summary: "Echo",
  body: v.strictObject({ value: v.any() }),
  answers: { 200: v.any() },
  handle: async ({ body }) => ok(body.value),
});
const amount = endpoint({
  summary: "Amount",
  body: v.strictObject({ value: Amount() }),
  answers: { 200: v.any() },
  handle: async ({ body }) => ok(body.value),
});

const serve = dispatcher({ "POST /echo": echo, "POST /amount": amount }, { read: {}, write: (_, run) => run({}) });

const post = async (path: string, body: string) => {
  const event = {
    routeKey: `POST ${path}`,
    rawPath: path,
    headers: {},
    body,
    isBase64Encoded: false,
    requestContext: {
      requestId: "test",
      http: { method: "POST" },
      authorizer: { lambda: { sub: "somebody", exp: Date.now() / 1000 + 60 } },
    },
  };
  const { statusCode, body: text } = await serve(event as unknown as HttpEvent);
  return { statusCode, value: JSON.parse(text) };
};

describe("Numbers in a body", () => {
  it("that JavaScript would write otherwise are kept as they are written", async () => {
    for (const [written, read] of [
      ["0", 0],
      ["-1.5", -1.5],
      ["12.34", 12.34],
      ["999999999999999", 999999999999999],
      ["99999999999999.9", 99999999999999.9],
      ["9999999999999999", "9999999999999999"],
      ["9007199254740993", "9007199254740993"],
      ["9999999999999999.99", "9999999999999999.99"],
      ["-9999999999999999.99", "-9999999999999999.99"],
      ["0.30000000000000004", "0.30000000000000004"],
      ["1e3", "1e3"],
      ["1E+2", "1E+2"],
      ["-0.1e-5", "-0.1e-5"],
      ["1e400", "1e400"],
      ["[1e3,1,[1e4]]", ["1e3", 1, ["1e4"]]],
      ['{"a":1e3,"b":{"c":10000000000000001}}', { a: "1e3", b: { c: "10000000000000001" } }],
      ["  \n\t 1e3", "1e3"],
    ] as const) {
      assert.deepEqual(await post("/echo", `{"value":${written}}`), { statusCode: 200, value: read }, written);
    }
  });

  it("do not change text, or other numbers beside them", async () => {
    for (const value of ["1e3", ": 1e3", ',[1e5, "x": 12345678901234567890', '"1e3"', "\u2028 1e3"]) {
      const body = { value: { text: value, number: 1.5, none: null, yes: true, list: [1, 2.5] } };
      assert.deepEqual((await post("/echo", JSON.stringify(body))).value, body.value);
    }
    await fc.assert(
      fc.asyncProperty(fc.json({ noUnicodeString: false, maxDepth: 3 }), async (json) => {
        // Whatever is not such a number comes through as JSON.parse reads it.
        fc.pre(!/[\d.]{16}|\d[eE]/.test(json.replace(/"(?:[^"\\]|\\.)*"/g, '""')));
        assert.deepEqual((await post("/echo", `{"value":${json}}`)).value, JSON.parse(json));
      }),
    );
  });

  it("make amounts to the cent, however large", async () => {
    await fc.assert(
      fc.asyncProperty(fc.bigInt({ min: 1n, max: 10n ** 18n - 1n }), async (hundredths) => {
        const digits = hundredths.toString().padStart(3, "0");
        const written = `${digits.slice(0, -2)}.${digits.slice(-2)}`;
        for (const value of [written, `"${written}"`]) {
          assert.deepEqual(await post("/amount", `{"value":${value}}`), { statusCode: 200, value: written });
        }
      }),
    );
  });

  it("with an exponent or too many digits are no amounts", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.tuple(fc.integer({ min: 1, max: 999 }), fc.integer({ min: -5, max: 20 })).map(([a, b]) => `${a}e${b}`),
          fc.bigInt({ min: 10n ** 16n, max: 10n ** 30n }).map(String),
          fc.bigInt({ min: 10n ** 13n, max: 10n ** 15n }).map((n) => `${n}.001`),
        ),
        async (written) => {
          assert.equal((await post("/amount", `{"value":${written}}`)).statusCode, 422, written);
        },
      ),
    );
  });

  it("of hostile length and depth are refused in time", async () => {
    const started = Date.now();
    const size = 500_000;
    assert.equal((await post("/amount", `{"value":${"1".repeat(size)}}`)).statusCode, 422);
    assert.equal((await post("/amount", `{"value":${"1.".repeat(size / 2)}}`)).statusCode, 400);
    assert.equal((await post("/amount", `{"value":${" ".repeat(size)}1e3}`)).statusCode, 422);
    assert.equal((await post("/amount", `{"value":[${"1,".repeat(size / 2)}1e3]}`)).statusCode, 422);
    const deep = await post("/amount", `{"value":${"[".repeat(200_000)}1e3${"]".repeat(200_000)}}`);
    assert.ok([400, 422].includes(deep.statusCode));
    assert.ok(Date.now() - started < 5_000);
  });
});

describe("A dispatcher", () => {
  const log: string[] = [];
  /** Writes what happens, in order, as a unit of work would commit it. */
  const work: UnitOfWork<object> = {
    read: {},
    write: async (_, run) => {
      const response = await run({});
      await new Promise((resolve) => setTimeout(resolve, 5));
      log.push("committed");
      return response;
    },
  };
  const answering = (handle: () => Promise<ReturnType<typeof ok | typeof noContent>>) =>
    endpoint({ summary: "Any", answers: { 200: v.any() }, handle });
  const told = async () => {
    await new Promise((resolve) => setTimeout(resolve, 5));
    log.push("told");
  };
  const table = {
    "GET /read": answering(async () => ok({})),
    "POST /made": answering(async () => ok({})),
    "PUT /changed": answering(async () => ok({})),
    "DELETE /gone": answering(async () => noContent()),
    "POST /batch": endpoint({ summary: "Batch", answers: { 207: v.any() }, handle: async () => multi({ items: [] }) }),
    "POST /refused": answering(async () => {
      throw problem(409, "no", "No.");
    }),
    "POST /broken": answering(async () => {
      throw new Error("broken");
    }),
  };
  const send = async (routeKey: string, more: object = {}, committed = told) => {
    log.length = 0;
    const event = {
      routeKey,
      rawPath: "/",
      headers: {},
      isBase64Encoded: false,
      requestContext: {
        requestId: "test",
        http: { method: routeKey.split(" ")[0] },
        authorizer: { lambda: { sub: "somebody", exp: Date.now() / 1000 + 60 } },
      },
      ...more,
    };
    const { statusCode } = await dispatcher(table, work, committed)(event as unknown as HttpEvent);
    log.push("answered");
    return statusCode;
  };
  const silently = async <Result>(run: () => Promise<Result>): Promise<Result> => {
    const { error } = console;
    console.error = () => undefined;
    try {
      return await run();
    } finally {
      console.error = error;
    }
  };

  it("tells of every change that was committed, before it answers", async () => {
    for (const [route, status] of [
      ["POST /made", 200],
      ["PUT /changed", 200],
      ["DELETE /gone", 204],
      ["POST /batch", 207],
    ] as const) {
      assert.equal(await send(route), status);
      assert.deepEqual(log, ["committed", "told", "answered"], route);
    }
  });

  it("tells nothing of what is only read, refused, broken or unknown", async () => {
    for (const [route, status, more] of [
      ["GET /read", 200, {}],
      ["POST /refused", 409, {}],
      ["POST /broken", 500, {}],
      ["POST /nowhere", 404, {}],
      ["POST /made", 400, { headers: { "idempotency-key": "ü" } }],
      ["POST /made", 413, { body: "x".repeat(2 ** 21) }],
    ] as const) {
      assert.equal(await silently(() => send(route, more)), status, route);
      assert.deepEqual(log, ["answered"], route);
    }
  });
});
