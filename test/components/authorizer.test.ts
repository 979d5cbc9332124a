import assert from "node:assert/strict";
import { createHmac, createSign, generateKeyPairSync, type KeyObject } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createLambdaHost, functionsOf, type InvocationResult, type LambdaHost } from "../../local/lambda";
import { graphOf, LOAD_TIMEOUT, resource } from "../infrastructure/graphs";

const FUNCTION = "ahorro-local-api-authorizer";
const KEY_ID = "test-key";
const keys = generateKeyPairSync("rsa", { modulusLength: 2048 });
const otherKeys = generateKeyPairSync("rsa", { modulusLength: 2048 });

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
const now = () => Math.floor(Date.now() / 1000);

/** A token as Cognito makes it, with whatever is wrong about it. */
function token(claims: object, header: object = {}, key: KeyObject = keys.privateKey): string {
  const content = `${encode({ alg: "RS256", kid: KEY_ID, ...header })}.${encode(claims)}`;
  return `${content}.${createSign("RSA-SHA256").update(content).sign(key, "base64url")}`;
}

describe("the authorizer's bundle", function () {
  this.timeout(LOAD_TIMEOUT);
  let jwks: Server;
  let keysServed = true;
  let lambda: LambdaHost;
  let claims: Record<string, unknown>;

  before(async () => {
    const graph = await graphOf("local");
    const { TOKEN_ISSUER, TOKEN_AUDIENCE } = resource(graph, "aws:lambda/function:Function", "api-authorizer").inputs
      .environment.variables;
    claims = {
      iss: TOKEN_ISSUER,
      aud: TOKEN_AUDIENCE,
      sub: "0190b5a4-0000-7000-8000-000000000001",
      token_use: "id",
      email: "ana@example.com",
      email_verified: true,
      iat: now(),
      exp: now() + 3600,
    };
    jwks = createServer((request, response) => {
      const known = request.url === `${new URL(TOKEN_ISSUER).pathname}/.well-known/jwks.json`;
      const key = { ...keys.publicKey.export({ format: "jwk" }), kid: KEY_ID, alg: "RS256", use: "sig" };
      response.writeHead(known && keysServed ? 200 : 500).end(JSON.stringify({ keys: [key] }));
    });
    await new Promise<void>((resolve) => jwks.listen(0, "127.0.0.1", resolve));
    const { port } = jwks.address() as AddressInfo;
    lambda = createLambdaHost({
      functions: functionsOf(graph).filter(({ name }) => name === FUNCTION),
      region: "eu-west-1",
      accountId: "123456789012",
      extraEnvironment: { AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER: `http://127.0.0.1:${port}` },
      log: () => undefined,
    });
  });
  after(async () => {
    await lambda?.close();
    jwks?.close();
  });

  const authorize = (authorization: string): Promise<InvocationResult> =>
    lambda.invoke(FUNCTION, { version: "2.0", type: "REQUEST", headers: { authorization } });

  const refused = { ok: true, payload: { isAuthorized: false } };

  it("fails, rather than refusing, while the keys cannot be fetched", async () => {
    keysServed = false;
    const results = await Promise.all([authorize(token(claims)), authorize(token(claims))]);
    keysServed = true;
    for (const result of results) {
      assert.ok(!result.ok);
      assert.match(result.error.errorMessage, /signing keys cannot be fetched from http:\/\/127\.0\.0\.1/);
    }
  });

  it("passes a valid ID token, with or without Bearer, and hands on its claims", async () => {
    const passed = {
      ok: true,
      payload: {
        isAuthorized: true,
        context: { sub: claims.sub, exp: claims.exp, email: "ana@example.com", email_verified: true },
      },
    };
    assert.deepEqual(await authorize(`Bearer ${token(claims)}`), passed);
    assert.deepEqual(await authorize(`bearer ${token(claims)}`), passed);
    assert.deepEqual(await authorize(token(claims)), passed);
  });

  it("hands on the name when the token carries one, and leaves out what it does not", async () => {
    const { email, email_verified, ...rest } = claims;
    assert.deepEqual(await authorize(token({ ...rest, name: "Ana" })), {
      ok: true,
      payload: { isAuthorized: true, context: { sub: claims.sub, exp: claims.exp, name: "Ana" } },
    });
  });

  const refusals: Record<string, () => string> = {
    "an expired token": () => token({ ...claims, exp: now() - 60 }),
    "a token that is not valid yet": () => token({ ...claims, nbf: now() + 600 }),
    "a token signed with another key": () => token(claims, {}, otherKeys.privateKey),
    "a token whose claims were changed": () => {
      const [header, , signature] = token(claims).split(".");
      return `${header}.${encode({ ...claims, sub: "somebody-else" })}.${signature}`;
    },
    "a token for another client": () => token({ ...claims, aud: "another-client" }),
    "a token of another pool": () => token({ ...claims, iss: "https://cognito-idp.eu-west-1.amazonaws.com/other" }),
    "an access token": () => token({ ...claims, token_use: "access" }),
    "a token without a use": () => token({ ...claims, token_use: undefined }),
    "a token without a subject": () => token({ ...claims, sub: undefined }),
    "a token that never expires": () => token({ ...claims, exp: undefined }),
    "an unsigned token": () => `${encode({ alg: "none", kid: KEY_ID })}.${encode(claims)}.`,
    "a token signed with the public key as a shared secret": () => {
      const content = `${encode({ alg: "HS256", kid: KEY_ID })}.${encode(claims)}`;
      const secret = keys.publicKey.export({ type: "spki", format: "pem" });
      return `${content}.${createHmac("sha256", secret).update(content).digest("base64url")}`;
    },
    "a token of an unknown key": () => token(claims, { kid: "unknown" }, otherKeys.privateKey),
    "a token without a key id": () => token(claims, { kid: undefined }),
    garbage: () => "garbage",
    "garbage of three parts": () => "a.b.c",
    "an empty header": () => "",
    "Bearer and nothing": () => "Bearer ",
    "another scheme": () => "Basic dXNlcjpwYXNz",
    "two tokens": () => `${token(claims)}, ${token(claims)}`,
  };
  for (const [what, make] of Object.entries(refusals)) {
    it(`refuses ${what}`, async () => {
      assert.deepEqual(await authorize(make()), refused);
    });
  }

  it("still passes valid tokens after all those", async () => {
    const result = await authorize(token(claims));
    assert.ok(result.ok);
    assert.equal((result.payload as { isAuthorized: boolean }).isAuthorized, true);
  });
});
