import assert from "node:assert/strict";
import { cognitoClient } from "../../local/services/cognito-client";
import { newUser, password } from "../support/api";
import { stack } from "../support/stack";

/** What a browser finds at the web app's address, in the stack that runs. */
describe("The web app's origin", () => {
  let web: string;
  before(async () => {
    web = (await stack()).endpoints.web ?? assert.fail("the stack has no web app");
  });

  it("tells the app where to sign in, and lets it", async () => {
    const { endpoints } = await stack();
    const config = JSON.parse(await (await fetch(`${web}/config.json`)).text());
    assert.deepEqual(config, {
      api: "/api",
      region: "eu-west-1",
      userPoolId: endpoints.cognito.user_pool_id,
      userPoolClientId: endpoints.cognito.client_id,
      cognitoEndpoint: endpoints.cognito.endpoint,
      authFlow: "USER_PASSWORD_AUTH",
    });
    const policy = (await fetch(`${web}/config.json`)).headers.get("content-security-policy") ?? "";
    assert.ok(policy.includes(`connect-src 'self' ${endpoints.cognito.endpoint};`), policy);
    const preflight = await fetch(endpoints.cognito.endpoint, {
      method: "OPTIONS",
      headers: {
        origin: web,
        "access-control-request-method": "POST",
        "access-control-request-headers": "x-amz-target",
      },
    });
    assert.equal(preflight.headers.get("access-control-allow-origin"), "*");
    const client = cognitoClient({ endpoint: config.cognitoEndpoint, clientId: config.userPoolClientId });
    const { idToken } = await client.signIn({ email: (await newUser()).email, password });
    const headers = { authorization: `Bearer ${idToken}` };
    assert.equal((await fetch(`${web}${config.api}/users/me`, { headers })).status, 200);
  });

  it("is the API's below /api, with the same answers", async () => {
    const { endpoints } = await stack();
    const user = await newUser();
    const headers = { authorization: `Bearer ${user.token}` };
    for (const path of ["/users/me", "/groups", "/no/such/route", "/health"]) {
      const [direct, through] = await Promise.all([
        fetch(`${endpoints.api}${path}`, { headers }),
        fetch(`${web}/api${path}`, { headers }),
      ]);
      assert.equal(through.status, direct.status, path);
      assert.equal(await through.text(), await direct.text(), path);
      assert.equal(through.headers.get("etag"), direct.headers.get("etag"), path);
      assert.equal(through.headers.get("content-security-policy"), "default-src 'none'; frame-ancestors 'none'");
    }
    assert.equal((await fetch(`${web}/api/users/me`)).status, 401);
  });

  it("takes writes, with their conditions and keys", async () => {
    const user = await newUser();
    const create = () =>
      fetch(`${web}/api/groups`, {
        method: "POST",
        body: JSON.stringify({ name: "Home" }),
        headers: {
          authorization: `Bearer ${user.token}`,
          "content-type": "application/json",
          "idempotency-key": "0192f0c1-7d3e-7a11-8f00-2b6a1f6f2a10",
        },
      });
    const first = await create();
    assert.equal(first.status, 201, await first.clone().text());
    const second = await create();
    assert.deepEqual(await second.json(), await first.json());
    assert.equal(second.headers.get("idempotency-replayed"), "true");
  });

  it("offers the catalogue to everybody", async () => {
    const response = await fetch(`${web}/static/categories.json`);
    assert.equal(response.headers.get("cache-control"), "public, max-age=3600");
    const { items } = (await response.json()) as { items: { name: string }[] };
    assert.ok(items.length > 50);
  });
});
