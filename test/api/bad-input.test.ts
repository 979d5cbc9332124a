import assert from "node:assert/strict";
import { assertProblem, client, endpoints, newGroup, newUser, type User } from "../support/api";
import { stack } from "../support/stack";

const unknown = "00000000-0000-4000-8000-000000000000";

const transaction = {
  type: "movement",
  amount: "1.00",
  from_balance_id: unknown,
  to_balance_id: "00000000-0000-4000-8000-000000000001",
  to_amount: "1.00",
  category_id: unknown,
  description: "A movement",
  entries: [{ entry_id: unknown, amount: "1.00", description: "All of it", category_id: unknown }],
  transacted_at: "2026-11-22T23:30:00-05:00",
  approved: true,
};

/** A body that each route with a body takes. */
const valid: Record<string, Record<string, unknown>> = {
  "POST /users": { name: "Ana", default_currency: "EUR", time_zone: "UTC", locale: "en" },
  "PUT /users/me": { name: "Ana", default_currency: "EUR", time_zone: "UTC", locale: "en" },
  "POST /groups": { name: "Family" },
  "PUT /groups/{group_id}": { name: "Family" },
  "PUT /groups/{group_id}/members/{user_id}": { role: "admin" },
  "POST /groups/{group_id}/invites": { email: "x@example.com", role: "member" },
  "POST /categories/{user_id}": { name: "Food", type: "expense", icon: "grocery" },
  "PUT /categories/{user_id}/{category_id}": { name: "Food", icon: "grocery" },
  "POST /balances/{id}": { name: "Wallet", currency: "EUR", group_id: unknown, opening_amount: "1.00" },
  "PUT /balances/{id}": { name: "Wallet", opening_amount: "1.00" },
  "POST /transactions": transaction,
  "PUT /transactions/{transaction_id}": transaction,
  "POST /transactions/batch": { items: [transaction] },
};

/** What of the wrong a field does take, or takes to be judged later. */
const taken: Record<string, unknown[]> = {
  opening_amount: [1, -0.5],
  amount: [1],
  to_amount: [1, null],
  category_id: [null],
  description: [null, "x".repeat(300)],
  entries: [null, []],
  approved: [true],
  items: [[[]]],
};

/** What no field of ours takes. */
const wrong: unknown[] = [
  null,
  1,
  -0.5,
  true,
  [],
  {},
  [[]],
  { a: 1 },
  "",
  " ",
  "\u0000",
  "x".repeat(300),
  "\ud800",
  "\u202eevil",
];

const filled = (template: string, group: Awaited<ReturnType<typeof newGroup>>) =>
  template
    .replace("/categories/{user_id}", `/categories/${group.owner.user_id}`)
    .replace("{group_id}", group.group_id)
    .replace("{user_id}", group.member.user_id)
    .replace("{category_id}", group.group_id)
    .replace("{id}", group.owner.user_id)
    .replace("{transaction_id}", unknown);

const isTaken = (field: string, value: unknown): boolean =>
  (taken[field] ?? []).some((one) => JSON.stringify(one) === JSON.stringify(value));

describe("Bad input", () => {
  let group: Awaited<ReturnType<typeof newGroup>>;
  let owner: User;
  before(async () => {
    group = await newGroup();
    owner = group.owner;
  });

  it("covers every route that takes a body", () => {
    const withBody = Object.entries(endpoints).filter(([, endpoint]) => endpoint.body !== undefined);
    assert.deepEqual(Object.keys(valid).sort(), withBody.map(([routeKey]) => routeKey).sort());
  });

  for (const [routeKey, body] of Object.entries(valid)) {
    const [method = "", template = ""] = routeKey.split(" ");

    it(`${routeKey} names every field that is wrong`, async () => {
      const path = filled(template, group);
      for (const field of Object.keys(body)) {
        for (const value of wrong.filter((value) => !isTaken(field, value))) {
          const reply = await owner.request(method, path, { body: { ...body, [field]: value } });
          const { errors } = assertProblem(reply, 422, "invalid_body");
          assert.deepEqual(
            // In lists the very item is named.
            [...new Set(errors.map((error: { path: string }) => error.path.replace(/\.\d+(\..*)?$/, "")))],
            [field],
            `${field} = ${JSON.stringify(value)}`,
          );
        }
      }
    });

    it(`${routeKey} names unknown fields`, async () => {
      for (const name of ["nmae", "__proto__x", "constructor", "user_id", "émoji😀"]) {
        const reply = await owner.request(method, filled(template, group), { body: { ...body, [name]: 1 } });
        const { errors } = assertProblem(reply, 422, "invalid_body");
        assert.deepEqual(errors, [{ path: name, message: "is not a known field" }]);
      }
    });

    it(`${routeKey} takes objects only`, async () => {
      for (const raw of ["null", "1", '"text"', "[]", "[{}]", "true"]) {
        assertProblem(await owner.request(method, filled(template, group), { raw }), 422, "invalid_body");
      }
    });

    it(`${routeKey} refuses what is not JSON`, async () => {
      for (const raw of [
        "{",
        "{'name':1}",
        "\u0000",
        "name=x",
        '{"name":"x"}}',
        "\ufeff{}",
        '{"a":\ud800}',
        "undefined",
      ]) {
        assertProblem(await owner.request(method, filled(template, group), { raw }), 400, "malformed_body");
      }
    });

    it(`${routeKey} survives depth and size`, async () => {
      const path = filled(template, group);
      const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
      assertProblem(await owner.request(method, path, { raw: `{"name":${deep}}` }), 422, "invalid_body");
      assertProblem(await owner.request(method, path, { raw: `{"a":`.repeat(50_000) }), 400, "malformed_body");
      assertProblem(
        await owner.request(method, path, { body: { name: "x".repeat(1_100_000) } }),
        413,
        "body_too_large",
      );
    });
  }

  it("of 11 MB never reaches a function", async () => {
    const { endpoints: at } = await stack();
    const response = await fetch(`${at.api}/groups`, {
      method: "POST",
      headers: { authorization: `Bearer ${owner.token}`, "content-type": "application/json" },
      body: "x".repeat(11_000_000),
    });
    assert.equal(response.status, 413);
    assert.deepEqual(await response.json(), { message: "Request Entity Too Large" });
  });

  it("in bytes that are not UTF-8 is refused or replaced, and the stack lives on", async () => {
    const raw = Buffer.concat([Buffer.from('{"name":"'), Buffer.from([0xff, 0xfe]), Buffer.from('"}')]);
    const reply = await owner.request("POST", "/groups", {
      raw,
      headers: { "content-type": "application/octet-stream" },
    });
    assertProblem(reply, 400, "malformed_body");
    assert.equal((await owner.get("/users/me")).status, 200);
  });

  it("keeps what people really write", async () => {
    const user = await newUser();
    for (const name of [
      "José-María Ñúñez",
      "李小龙",
      "محمد",
      "👨‍👩‍👧 family",
      "O'Brien; drop table users --",
      "<b>x</b>",
      "a\u0301",
    ]) {
      const reply = await user.put("/users/me", { name });
      assert.equal(reply.body.name, name.normalize("NFC"));
    }
  });

  it("in the query is a 400 that names it", async () => {
    for (const [query, path] of [
      ["limit=0", "limit"],
      ["limit=201", "limit"],
      ["limit=-1", "limit"],
      ["limit=1.5", "limit"],
      ["limit=ten", "limit"],
      ["limit=", "limit"],
      ["limit=1&limit=2", "limit"],
      ["offset=10", "offset"],
      ["Limit=10", "Limit"],
    ]) {
      const { errors } = assertProblem(await owner.get(`/groups?${query}`), 400, "invalid_query");
      assert.deepEqual(
        errors.map((error: { path: string }) => error.path),
        [path],
        query,
      );
    }
    const { errors } = assertProblem(await owner.get("/users/me?x=1"), 400, "invalid_query");
    assert.deepEqual(errors, [{ path: "x", message: "is not a known field" }]);
  });

  it("in a path names nothing", async () => {
    for (const id of ["x", "123", "%00", "00000000-0000-0000-0000-00000000000g", "'%20or%201=1"]) {
      assertProblem(await owner.get(`/groups/${id}`), 404, "not_found");
    }
    assert.equal((await owner.get(`/groups/${group.group_id.toUpperCase()}`)).status, 200);
  });

  it("at unknown routes is answered by API Gateway itself", async () => {
    for (const [method, path] of [
      ["GET", "/"],
      ["GET", "/users"],
      ["PATCH", "/users/me"],
      ["GET", "/groups/"],
      ["POST", "/health"],
    ] as const) {
      const reply = await client().request(method, path);
      assert.deepEqual([reply.status, reply.body], [404, { message: "Not Found" }], `${method} ${path}`);
    }
  });

  it("takes settings in every valid form and refuses the rest", async () => {
    const user = await newUser();
    const set = async (field: string, value: string) =>
      (await user.put("/users/me", { name: "N", [field]: value })).status;
    for (const currency of ["EUR", "JPY", "CLF", "eur", "XXX", "XAU", "EURO", "€"]) {
      assert.equal(await set("default_currency", currency), ["EUR", "JPY"].includes(currency) ? 200 : 422, currency);
    }
    for (const zone of ["Europe/Madrid", "UTC", "America/Argentina/Buenos_Aires", "Mars/Olympus", "+02:00", "x"]) {
      assert.equal(await set("time_zone", zone), ["Mars/Olympus", "+02:00", "x"].includes(zone) ? 422 : 200, zone);
    }
    for (const locale of ["es", "en-US", "zh-Hant-TW", "x", "en_US", "english please"]) {
      assert.equal(await set("locale", locale), ["x", "en_US", "english please"].includes(locale) ? 422 : 200, locale);
    }
  });
});
