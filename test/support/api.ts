import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import * as v from "valibot";
import { analyticsEndpoints } from "../../functions/analytics/endpoints";
import { categoriesEndpoints } from "../../functions/categories/endpoints";
import { exportsEndpoints } from "../../functions/exports/endpoints";
import { platformEndpoints } from "../../functions/platform/endpoints";
import type { Endpoint } from "../../functions/runtime/endpoint";
import { transactionsEndpoints } from "../../functions/transactions/endpoints";
import { exportEndpoints } from "../../functions/transactions/export";
import { usersEndpoints } from "../../functions/users/endpoints";
import { cognitoClient } from "../../local/services/cognito-client";
import { stack } from "./stack";

/** Every route of the API, from the very tables that it is made of. */
export const endpoints: Record<string, Endpoint<never>> = {
  ...usersEndpoints(),
  ...exportsEndpoints(),
  ...transactionsEndpoints(),
  ...exportEndpoints(),
  ...categoriesEndpoints(),
  ...analyticsEndpoints(),
  ...platformEndpoints(() => ({})),
};

export interface Reply {
  status: number;
  headers: Headers;
  /** The body as received. */
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: JSON of any route; what is read of it is asserted
  body: any;
}

export interface RequestOptions {
  body?: unknown;
  /** Sent instead of `body`, as it is. */
  raw?: string | Uint8Array;
  headers?: Record<string, string>;
}

/** Somebody who uses the API. */
export interface Client {
  request(method: string, path: string, options?: RequestOptions): Promise<Reply>;
  get(path: string, headers?: Record<string, string>): Promise<Reply>;
  post(path: string, body?: unknown, headers?: Record<string, string>): Promise<Reply>;
  put(path: string, body: unknown, headers?: Record<string, string>): Promise<Reply>;
  delete(path: string, headers?: Record<string, string>): Promise<Reply>;
}

/** A client with an `Authorization` header, or without. Each answer is checked against what the endpoint table promises. */
export const client = (authorization?: string): Client => {
  const request = async (method: string, path: string, options: RequestOptions = {}): Promise<Reply> => {
    const { endpoints: at } = await stack();
    const body = options.raw ?? (options.body === undefined ? undefined : JSON.stringify(options.body));
    const response = await fetch(at.api + path, {
      method,
      redirect: "manual",
      headers: {
        ...(authorization === undefined ? {} : { authorization }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...options.headers,
      },
      ...(body === undefined ? {} : { body: body as string | Uint8Array<ArrayBuffer> }),
    });
    const text = await response.text();
    const reply = {
      status: response.status,
      headers: response.headers,
      text,
      body: text === "" ? undefined : isJson(response.headers) ? JSON.parse(text) : text,
    };
    assertAsPromised(method, path, reply);
    return reply;
  };
  return {
    request,
    get: (path, headers = {}) => request("GET", path, { headers }),
    post: (path, body = {}, headers = {}) => request("POST", path, { body, headers }),
    put: (path, body, headers = {}) => request("PUT", path, { body, headers }),
    delete: (path, headers = {}) => request("DELETE", path, { headers }),
  };
};

const isJson = (headers: Headers): boolean => /[/+]json\b/.test(headers.get("content-type") ?? "");

/** A registered user with everything a test needs of them. */
export interface User extends Client {
  user_id: string;
  email: string;
  token: string;
}

export const password = "correct-Horse-9-battery";

/** Somebody who can sign in, but has never called the API. */
export async function signUp(name = "Test Person"): Promise<User> {
  const { cognito, endpoints: at } = await stack();
  const email = `${randomUUID()}@example.com`;
  const pool = at.cognito.user_pool_id;
  const { sub } = await cognito.createConfirmedUser({ poolId: pool, email, password, name });
  const { idToken } = await cognitoClient({ endpoint: at.cognito.endpoint, clientId: at.cognito.client_id }).signIn({
    email,
    password,
  });
  return { ...client(`Bearer ${idToken}`), user_id: sub, email, token: idToken };
}

/** A registered user. */
export async function newUser(name = "Test Person"): Promise<User> {
  const user = await signUp(name);
  const reply = await user.post("/users", { name });
  assert.equal(reply.status, 201, reply.text);
  return user;
}

/** A group with an owner, an admin and a member. */
export async function newGroup() {
  const [owner, admin, member] = await Promise.all([
    newUser("Olga Owner"),
    newUser("Adam Admin"),
    newUser("Mia Member"),
  ]);
  const { group_id } = (await owner.post("/groups", { name: "Family" })).body;
  await join(owner, group_id, admin, "admin");
  await join(owner, group_id, member, "member");
  return { group_id: group_id as string, owner, admin, member };
}

/** Invites a user and lets them join. */
export async function join(inviter: User, groupId: string, invitee: User, role: "admin" | "member" = "member") {
  const invite = await inviter.post(`/groups/${groupId}/invites`, { email: invitee.email, role });
  assert.equal(invite.status, 201, invite.text);
  const joined = await invitee.post(`/groups/join/${invite.body.invite_code}`);
  assert.equal(joined.status, 200, joined.text);
}

/** Asserts status and problem code; answers the problem. */
export function assertProblem(reply: Reply, status: number, code: string) {
  assert.equal(reply.status, status, reply.text);
  assert.equal(reply.body.code, code, reply.text);
  return reply.body;
}

const patterns = Object.entries(endpoints).map(([routeKey, endpoint]) => {
  const [method, path = ""] = routeKey.split(" ");
  // Parameters match less eagerly than words: /users/me before /users/{id}.
  return {
    method,
    endpoint,
    path,
    pattern: new RegExp(`^${path.replace(/\{\w+\}/g, "[^/]+").replaceAll(".", "\\.")}$`),
  };
});

/** The endpoint that a request reaches, as API Gateway would choose it. */
export const endpointAt = (method: string, path: string): Endpoint<never> | undefined =>
  patterns
    .filter((candidate) => candidate.method === method && candidate.pattern.test(path.split("?")[0] ?? ""))
    .sort((a, b) => a.path.split("{").length - b.path.split("{").length)[0]?.endpoint;

/** Status, body and headers must be what the table says; problems must be problem documents. */
function assertAsPromised(method: string, path: string, reply: Reply): void {
  const endpoint = endpointAt(method, path);
  if (endpoint === undefined) return;
  const label = `${method} ${path} → ${reply.status} ${reply.text.slice(0, 400)}`;
  if (reply.status === 304) return;
  if (reply.status >= 400) {
    assertProblemForm(reply, label);
    return;
  }
  const schema = endpoint.answers[reply.status];
  assert.notEqual(schema, undefined, `undocumented status: ${label}`);
  if (schema === null || schema === undefined) {
    assert.equal(reply.text, "", label);
    return;
  }
  if (!isJson(reply.headers)) {
    const [type = ""] = (reply.headers.get("content-type") ?? "").split(";");
    assert.ok(endpoint.media[reply.status]?.includes(type), `undocumented type: ${label}`);
    assert.equal(reply.headers.get("cache-control"), "no-store", label);
    return;
  }
  const parsed = v.safeParse(schema, reply.body);
  assert.ok(
    parsed.success,
    `${label}\n${JSON.stringify(parsed.issues?.map((issue) => [v.getDotPath(issue), issue.message]))}`,
  );
  assert.deepEqual(reply.body, JSON.parse(JSON.stringify(parsed.output)), `not in canonical form: ${label}`);
  if (!endpoint.public) assert.equal(reply.headers.get("cache-control"), "no-store", label);
  if ("items" in reply.body) assert.ok(!reply.headers.has("etag") || reply.body.items.length === 1, label);
  else assert.match(reply.headers.get("etag") ?? "", /^"[\w-]{22}"$/, label);
  if (reply.status === 201) assert.match(reply.headers.get("location") ?? "", /^\/[a-z]/, label);
  for (const [key, value] of Object.entries(reply.body)) {
    if (key.endsWith("_at") && value !== null)
      assert.match(String(value), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/, label);
  }
}

function assertProblemForm(reply: Reply, label: string): void {
  // API Gateway's own refusals are not ours to shape.
  if (reply.headers.get("content-type") === "application/json") {
    assert.deepEqual(Object.keys(reply.body), ["message"], label);
    return;
  }
  assert.equal(reply.headers.get("content-type"), "application/problem+json", label);
  assert.equal(reply.headers.get("cache-control"), "no-store", label);
  const { type, title, status, detail, code, errors, ...rest } = reply.body;
  assert.equal(status, reply.status, label);
  assert.match(code, /^[a-z][a-z0-9_]*$/, label);
  assert.equal(type, `urn:ahorro:problem:${code}`, label);
  assert.ok(typeof title === "string" && typeof detail === "string" && detail.length > 0, label);
  assert.deepEqual(rest, {}, label);
  for (const error of errors ?? []) assert.deepEqual(Object.keys(error).sort(), ["message", "path"], label);
  assert.doesNotMatch(reply.text, /\n\s+at |select |insert |constraint|postgres/i, `leaks internals: ${label}`);
}
