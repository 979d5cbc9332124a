import assert from "node:assert/strict";
import { type Client, client, endpoints, newUser, type RequestOptions, type User } from "../support/api";
import { newBalance, newSharedGroup, newTransaction } from "../support/ledger";
import { stack } from "../support/stack";

/**
 * Every route × every kind of caller, generated from the endpoint tables: a route that is added without a line in `expected` fails.
 */
const callers = ["anonymous", "bad token", "stranger", "member", "admin", "owner"] as const;
type Answers = Record<(typeof callers)[number], number>;

const row = (
  anonymous: number,
  badToken: number,
  stranger: number,
  member: number,
  admin: number,
  owner: number,
): Answers => ({
  anonymous,
  "bad token": badToken,
  stranger,
  member,
  admin,
  owner,
});

const everyone = (status: number) => row(401, 403, status, status, status, status);
/** A resource of the owner's in the group: the others read it. */
const ownersOnly = (owner: number) => row(401, 403, 404, 404, 404, owner);
const inGroup = (member: number, admin: number, owner: number) => row(401, 403, 404, member, admin, owner);

const expected: Record<string, Answers> = {
  "GET /health": row(200, 200, 200, 200, 200, 200),
  "GET /openapi.json": row(200, 200, 200, 200, 200, 200),
  "POST /users": everyone(200),
  "GET /users/me": everyone(200),
  "PUT /users/me": everyone(200),
  "DELETE /users/me": everyone(204),
  "GET /users/me/export": everyone(202),
  "POST /groups": everyone(201),
  "GET /groups": everyone(200),
  "GET /groups/{group_id}": inGroup(200, 200, 200),
  "PUT /groups/{group_id}": inGroup(403, 200, 200),
  "DELETE /groups/{group_id}": inGroup(403, 403, 204),
  "GET /groups/{group_id}/members": inGroup(200, 200, 200),
  "PUT /groups/{group_id}/members/{user_id}": inGroup(403, 200, 200),
  "DELETE /groups/{group_id}/members/{user_id}": inGroup(403, 204, 204),
  "POST /groups/{group_id}/invites": inGroup(403, 201, 201),
  "GET /groups/{group_id}/invites": inGroup(403, 200, 200),
  "DELETE /groups/{group_id}/invites/{invite_id}": inGroup(403, 204, 204),
  "POST /groups/join/{invite_code}": row(401, 403, 200, 409, 409, 409),
  // Of the owner, who shares the group.
  "GET /categories/{user_id}": inGroup(200, 200, 200),
  "POST /categories/{user_id}": inGroup(404, 404, 201),
  "PUT /categories/{user_id}/{category_id}": inGroup(404, 404, 200),
  "DELETE /categories/{user_id}/{category_id}": inGroup(404, 404, 204),
  "POST /balances/{id}": ownersOnly(201),
  "GET /balances/{id}": inGroup(200, 200, 200),
  "PUT /balances/{id}": ownersOnly(200),
  "DELETE /balances/{id}": ownersOnly(204),
  "POST /transactions": ownersOnly(201),
  "POST /transactions/batch": everyone(207),
  "GET /transactions": everyone(200),
  "GET /transactions/export": everyone(200),
  "GET /transactions/{transaction_id}": inGroup(200, 200, 200),
  "PUT /transactions/{transaction_id}": ownersOnly(200),
  "DELETE /transactions/{transaction_id}": ownersOnly(204),
  "POST /transactions/{transaction_id}/restore": ownersOnly(200),
  "GET /analytics/cash-flow": everyone(200),
  "GET /analytics/spending": everyone(200),
  "GET /analytics/net-worth": everyone(200),
  "GET /analytics/trends": everyone(200),
};

interface Target {
  group_id: string;
  owner: User;
  balance_id: string;
}

const expense = ({ balance_id }: Target) => ({ type: "expense", amount: "1.00", from_balance_id: balance_id });

const bodies: Record<string, unknown> = {
  "POST /users": {},
  "PUT /users/me": { name: "New name" },
  "POST /groups": { name: "New group" },
  "PUT /groups/{group_id}": { name: "New name" },
  "PUT /groups/{group_id}/members/{user_id}": { role: "admin" },
  "POST /groups/{group_id}/invites": { email: "somebody@example.com" },
  "POST /categories/{user_id}": { name: "New category", type: "expense" },
  "PUT /categories/{user_id}/{category_id}": { name: "New name" },
  "POST /balances/{id}": { name: "Wallet", currency: "EUR" },
  "PUT /balances/{id}": { name: "New name" },
  "POST /transactions": expense,
  "PUT /transactions/{transaction_id}": expense,
  "POST /transactions/batch": (target: Target) => ({ items: [expense(target)] }),
};

describe("Every route for every kind of caller", () => {
  it("is listed here", () => {
    assert.deepEqual(Object.keys(expected).sort(), Object.keys(endpoints).sort());
  });

  it("has just the declared routes in API Gateway, and those without a token are declared public", async () => {
    const { graph } = await stack();
    const routes = graph.resources.filter(({ type }) => type === "aws:apigatewayv2/route:Route");
    assert.deepEqual(
      Object.fromEntries(routes.map(({ inputs }) => [inputs.routeKey, inputs.authorizationType ?? "NONE"])),
      Object.fromEntries(
        Object.entries(endpoints).map(([key, endpoint]) => [key, endpoint.public ? "NONE" : "CUSTOM"]),
      ),
    );
  });

  for (const [routeKey, answers] of Object.entries(expected)) {
    it(routeKey, async () => {
      // One group for all callers of a route; those who may change it come last.
      const group = await newSharedGroup();
      const { balance_id } = await newBalance(group.owner, { group_id: group.group_id });
      const stranger = await newUser();
      const clients: Record<keyof Answers, Client> = {
        anonymous: client(),
        "bad token": client("Bearer not.a.token"),
        stranger,
        member: group.member,
        admin: group.admin,
        owner: group.owner,
      };
      for (const caller of callers) {
        const { method, path, options } = await requestFor(routeKey, { ...group, balance_id });
        const reply = await clients[caller].request(method, path, options);
        assert.equal(reply.status, answers[caller], `${routeKey} as ${caller}: ${reply.text}`);
      }
    });
  }
});

/** A request that the route would grant to whoever may make it: with a target of its own each time. */
async function requestFor(routeKey: string, target: Target) {
  const { group_id, owner } = target;
  const [method = "", template = ""] = routeKey.split(" ");
  let path = template.replace("{group_id}", group_id);
  if (path.startsWith("/categories")) path = path.replace("{user_id}", owner.user_id);
  if (path.includes("{category_id}")) {
    const category = { name: Math.random().toString(36), type: "expense" };
    const { category_id } = (await owner.post(`/categories/${owner.user_id}`, category)).body;
    path = path.replace("{category_id}", category_id);
  }
  if (path.includes("{user_id}")) path = path.replace("{user_id}", (await newMember(group_id, owner)).user_id);
  if (path.includes("{invite_")) {
    const email = `${Math.random().toString(36).slice(2)}@example.com`;
    const invite = (await owner.post(`/groups/${group_id}/invites`, { email })).body;
    path = path.replace("{invite_id}", invite.invite_id).replace("{invite_code}", invite.invite_code);
  }
  if (path === "/balances/{id}") {
    const id = method === "POST" ? owner.user_id : (await newBalance(owner, { group_id })).balance_id;
    path = path.replace("{id}", id);
  }
  if (path.includes("{transaction_id}")) {
    const { transaction_id } = await newTransaction(owner, { from_balance_id: target.balance_id });
    if (path.endsWith("/restore")) await owner.delete(`/transactions/${transaction_id}`);
    path = path.replace("{transaction_id}", transaction_id);
  }
  const body = bodies[routeKey];
  const options: RequestOptions = routeKey in bodies ? { body: typeof body === "function" ? body(target) : body } : {};
  return { method, path, options };
}

async function newMember(groupId: string, owner: User): Promise<User> {
  const user = await newUser();
  const { invite_code } = (await owner.post(`/groups/${groupId}/invites`, { email: user.email })).body;
  await user.post(`/groups/join/${invite_code}`);
  return user;
}
