import assert from "node:assert/strict";
import { createHmac, createPrivateKey, generateKeyPairSync, sign } from "node:crypto";
import { client, newUser, password, type User } from "../support/api";
import { stack } from "../support/stack";

const encode = (part: unknown): string => Buffer.from(JSON.stringify(part)).toString("base64url");

const claimsOf = (token: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());

const headerOf = (token: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(token.split(".")[0] ?? "", "base64url").toString());

const signed = (
  header: unknown,
  claims: unknown,
  key = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey,
) => {
  const text = `${encode(header)}.${encode(claims)}`;
  return `${text}.${sign("sha256", Buffer.from(text), key).toString("base64url")}`;
};

describe("Tokens", () => {
  let user: User;
  before(async () => {
    user = await newUser();
  });

  const refused = async (token: string, label: string) => {
    const reply = await client(`Bearer ${token}`).get("/users/me");
    assert.deepEqual([reply.status, reply.body], [403, { message: "Forbidden" }], label);
  };

  it("are demanded", async () => {
    const reply = await client().get("/users/me");
    assert.deepEqual([reply.status, reply.body], [401, { message: "Unauthorized" }]);
  });

  it("are taken with and without the word Bearer", async () => {
    for (const authorization of [`Bearer ${user.token}`, `bearer ${user.token}`, user.token]) {
      assert.equal((await client(authorization).get("/users/me")).status, 200);
    }
  });

  it("are refused when they are none", async () => {
    for (const token of ["x", "a.b.c", "..", `${user.token}x`, user.token.slice(0, -4), "null", "x".repeat(5_000)]) {
      await refused(token, token.slice(0, 20));
    }
  });

  it("are refused when somebody else signed them, or nobody did", async () => {
    const header = headerOf(user.token);
    const claims = claimsOf(user.token);
    await refused(signed(header, claims), "wrong key");
    await refused(signed({ ...header, kid: "unknown" }, claims), "unknown key");
    await refused(`${encode({ ...header, alg: "none" })}.${encode(claims)}.`, "alg none");
    await refused(`${encode({ alg: "none", typ: "JWT" })}.${encode(claims)}.`, "alg none, no key");
    const text = `${encode({ ...header, alg: "HS256" })}.${encode(claims)}`;
    await refused(`${text}.${createHmac("sha256", "secret").update(text).digest("base64url")}`, "symmetric");
    const [head, , signature] = user.token.split(".");
    await refused(
      `${head}.${encode({ ...claims, sub: "00000000-0000-4000-8000-000000000000" })}.${signature}`,
      "other claims",
    );
  });

  it("are refused when expired, from elsewhere, for another audience or of another use", async () => {
    const header = headerOf(user.token);
    const claims = claimsOf(user.token);
    const key = await cognitoKey();
    const now = Math.floor(Date.now() / 1000);
    assert.equal(
      (await client(`Bearer ${signed(header, { ...claims, iat: now }, key)}`).get("/users/me")).status,
      200,
      "control",
    );
    await refused(signed(header, { ...claims, iat: now - 7200, exp: now - 3600 }, key), "expired");
    await refused(signed(header, { ...claims, aud: "another-client" }, key), "audience");
    await refused(signed(header, { ...claims, iss: "https://evil.example.com/pool" }, key), "issuer");
    await refused(signed(header, { ...claims, token_use: "access" }, key), "use");
    await refused(signed(header, { ...claims, token_use: undefined }, key), "no use");
    await refused(signed(header, { ...claims, nbf: now + 3600 }, key), "not yet valid");
  });

  it("are refused when they are access or refresh tokens", async () => {
    const { endpoints: at } = await stack();
    const response = await fetch(at.cognito.endpoint, {
      method: "POST",
      headers: {
        "content-type": "application/x-amz-json-1.1",
        "x-amz-target": "AWSCognitoIdentityProviderService.InitiateAuth",
      },
      body: JSON.stringify({
        ClientId: at.cognito.client_id,
        AuthFlow: "USER_PASSWORD_AUTH",
        AuthParameters: { USERNAME: user.email, PASSWORD: password },
      }),
    });
    const { AuthenticationResult: tokens } = (await response.json()) as {
      AuthenticationResult: { AccessToken: string; RefreshToken: string };
    };
    await refused(tokens.AccessToken, "access token");
    await refused(tokens.RefreshToken, "refresh token");
  });

  it("that run out while API Gateway remembers them are refused all the same", async () => {
    const key = await cognitoKey();
    const now = Math.floor(Date.now() / 1000);
    const token = signed(headerOf(user.token), { ...claimsOf(user.token), exp: now + 3 }, key);
    assert.equal((await client(`Bearer ${token}`).get("/users/me")).status, 200);
    await new Promise((resolve) => setTimeout(resolve, (now + 3) * 1000 - Date.now() + 50));
    await refused(token, "expired in the cache");
  });
});

/** The embedded Cognito signs with a key pair that its package publishes: so a test can make any token. */
async function cognitoKey() {
  const { jwk } = await import("cognito-local/lib/keys/cognitoLocal.private.json");
  return createPrivateKey({ key: jwk, format: "jwk" });
}
