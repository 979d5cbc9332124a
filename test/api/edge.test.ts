import assert from "node:assert/strict";
import { createHash, randomUUID } from "node:crypto";
import { rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDataFolder } from "../../local/data-folder";
import { resourcesOf } from "../../local/program/graph";
import { PROJECT_FOLDER } from "../../local/program/stack-config";
import { cognitoClient } from "../../local/services/cognito-client";
import { type Stack, startStack } from "../../local/stack";
import { password } from "../support/api";

/** What stands in for a key where there is no AWS. */
const keyOf = (generation: number) => createHash("sha256").update(`origin-key-${generation}`).digest("hex");

/** A stack of its own, whose API is reached through the distribution only: while its key is changed over, so that it takes two. */
describe("An API that is reached through the distribution only", function () {
  this.timeout(180_000);
  const path = join(tmpdir(), `ahorro-edge-${process.pid}`);
  let stack: Stack;
  let release = () => {};
  let authorization: string;

  before(async () => {
    const dataFolder = openDataFolder(PROJECT_FOLDER, { ...process.env, AHORRO_DATA_DIR: path });
    release = () => dataFolder.release();
    stack = await startStack({
      dataFolder,
      ports: { web: 0, api: 0, cognito: 0, postgres: 0, aws: 0, mail: 0, kafka: 0 },
      log: () => undefined,
      program: { config: { "ahorro:edge": JSON.stringify({ originKeys: [2, 1], originRequired: true }) } },
    });
    authorization = `Bearer ${await signIn()}`;
  });
  after(async () => {
    await stack?.stop();
    release();
    rmSync(path, { recursive: true, force: true });
  });

  async function signIn(): Promise<string> {
    const { endpoint, client_id: clientId, user_pool_id: poolId } = stack.endpoints.cognito;
    const email = `${randomUUID()}@example.com`;
    await stack.cognito.createConfirmedUser({ poolId, email, password, name: "Eva Edge" });
    return (await cognitoClient({ endpoint, clientId }).signIn({ email, password })).idToken;
  }

  const direct = (route: string, headers: Record<string, string> = {}) =>
    fetch(stack.endpoints.api + route, { headers });
  const through = (route: string, init: RequestInit = {}) => fetch(`${stack.endpoints.web}/api${route}`, init);

  it("answers through the distribution as ever, with a token and without", async () => {
    assert.equal((await through("/health")).status, 200);
    const created = await through("/users", {
      method: "POST",
      headers: { authorization, "content-type": "application/json" },
      body: JSON.stringify({ name: "Eva Edge" }),
    });
    assert.equal(created.status, 201, await created.text());
    const me = await through("/users/me", { headers: { authorization } });
    assert.equal(me.status, 200);
    assert.match(await me.text(), /"name":"Eva Edge"/);
  });

  it("refuses who asks it directly: no route answers, with a valid token or without", async () => {
    const routes = resourcesOf(stack.graph, "aws:apigatewayv2/route:Route").map(({ inputs }) =>
      String(inputs.routeKey),
    );
    assert.ok(routes.length > 20);
    for (const routeKey of routes) {
      const [method = "", route = ""] = routeKey.split(" ");
      const response = await fetch(stack.endpoints.api + route.replaceAll(/\{\w+\}/g, randomUUID()), {
        method,
        headers: { authorization },
      });
      assert.equal(response.status, 401, routeKey);
      assert.deepEqual(await response.json(), { message: "Unauthorized" });
    }
    assert.equal((await direct("/health")).status, 401);
  });

  it("refuses a key that is not the distribution's", async () => {
    for (const key of [keyOf(3), "x"]) {
      const headers = { authorization, "x-ahorro-origin": key };
      assert.equal((await direct("/users/me", headers)).status, 403);
      assert.equal((await direct("/health", headers)).status, 403);
    }
  });

  it("takes the key before the one that is sent, so that it can be changed without a break", async () => {
    for (const generation of [2, 1]) {
      assert.equal((await direct("/health", { "x-ahorro-origin": keyOf(generation) })).status, 200);
      const headers = { authorization, "x-ahorro-origin": keyOf(generation) };
      assert.equal((await direct("/users/me", headers)).status, 200);
    }
  });

  it("does not let a key stand in for a token", async () => {
    assert.equal((await through("/users/me")).status, 401);
    assert.equal((await direct("/users/me", { "x-ahorro-origin": keyOf(2) })).status, 401);
  });

  it("is shown the distribution's key, whatever a client makes up", async () => {
    assert.equal((await through("/health", { headers: { "x-ahorro-origin": "made up" } })).status, 200);
  });
});
