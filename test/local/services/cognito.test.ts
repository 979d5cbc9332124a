import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { AdminDeleteUserCommand, CognitoIdentityProviderClient } from "@aws-sdk/client-cognito-identity-provider";
import { JwtRsaVerifier } from "aws-jwt-verify";
import type { Jwks } from "aws-jwt-verify/jwk";
import { type Cognito, type CognitoMessage, type CognitoPool, startCognito } from "../../../local/services/cognito";
import { cognitoClient } from "../../../local/services/cognito-client";
import { removeFolder, temporaryFolder } from "./temporary";

const POOL: CognitoPool = {
  poolId: "local_test",
  poolName: "test",
  usernameAttributes: ["email"],
  autoVerifiedAttributes: ["email"],
  passwordPolicy: { minimumLength: 12, requireSymbols: false },
  clients: [
    { clientId: "web", clientName: "web", explicitAuthFlows: ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"] },
  ],
};
const PASSWORD = "Correct7Horse";

describe("cognito", () => {
  let dataFolder: string;
  let cognito: Cognito;
  let messages: CognitoMessage[];
  const start = async (port = 0, pool = POOL) => {
    cognito = await startCognito({
      port,
      dataFolder,
      pools: [pool],
      log: assert.fail,
      onMessage: (message) => messages.push(message),
    });
    return cognitoClient({ endpoint: cognito.endpoint, clientId: "web" });
  };

  beforeEach(() => {
    dataFolder = temporaryFolder();
    messages = [];
  });
  afterEach(async () => {
    await cognito.stop();
    removeFolder(dataFolder);
  });

  it("signs up, confirms with the code sent, signs in and refreshes, with tokens that verify", async () => {
    const client = await start();
    const email = "ana@example.com";
    const sub = await client.signUp({ email, password: PASSWORD, name: "Ana" });
    const [message] = messages;
    assert.ok(message && /^\d{6}$/.test(message.code));
    assert.deepEqual(messages, [
      { poolId: "local_test", clientId: "web", source: "SignUp", to: email, code: message.code },
    ]);
    await assert.rejects(client.signIn({ email, password: PASSWORD }), { name: "UserNotConfirmedException" });
    await client.confirm({ email, code: message.code });

    const tokens = await client.signIn({ email, password: PASSWORD });
    assert.equal(tokens.expiresIn, 3600);
    const verified = { token_use: "id", sub, email, email_verified: true, name: "Ana" };
    assert.deepEqual(pick(await verify(cognito, tokens.idToken, "web"), Object.keys(verified)), verified);
    const access = await verify(cognito, tokens.accessToken, null);
    assert.deepEqual([access.token_use, access.client_id, access.sub, access.email], ["access", "web", sub, undefined]);

    const refreshed = await client.refresh(tokens.refreshToken);
    assert.equal((await verify(cognito, refreshed.idToken, "web")).sub, sub);
    await assert.rejects(client.refresh("nonsense"), {
      name: "NotAuthorizedException",
      message: /Invalid Refresh Token/,
    });
  });

  it("has users on disk before it answers, keeps them over a restart, and takes new settings", async () => {
    let client = await start();
    const { sub } = await cognito.createConfirmedUser({
      poolId: "local_test",
      email: "ana@example.com",
      password: PASSWORD,
      name: "Ana",
    });
    const { port } = cognito;
    const stored = JSON.parse(readFileSync(join(dataFolder, "cognito", "local_test.json"), "utf8"));
    assert.deepEqual(Object.keys(stored.Users), [sub]);
    const before = await client.signIn({ email: "ana@example.com", password: PASSWORD });
    await cognito.stop();

    client = await start(port, { ...POOL, passwordPolicy: { minimumLength: 40 } });
    assert.equal((await verify(cognito, before.idToken, "web")).sub, sub);
    const after = await client.refresh(before.refreshToken);
    assert.equal((await verify(cognito, after.idToken, "web")).sub, sub);
    await assert.rejects(client.signUp({ email: "b@example.com", password: PASSWORD }), {
      name: "InvalidPasswordException",
    });
  });

  it("makes a confirmed user without messages, and again with another name and password", async () => {
    const client = await start();
    const user = { poolId: "local_test", email: "demo@example.com", password: PASSWORD, name: "Demo" };
    const first = await cognito.createConfirmedUser(user);
    const second = await cognito.createConfirmedUser({ ...user, password: `${PASSWORD}2`, name: "Other" });
    assert.deepEqual(first, second);
    assert.deepEqual(messages, []);
    await assert.rejects(client.signIn(user), { name: "NotAuthorizedException" });
    const { idToken } = await client.signIn({ email: user.email, password: `${PASSWORD}2` });
    const claims = await verify(cognito, idToken, "web");
    assert.deepEqual([claims.sub, claims.name, claims.email_verified], [first.sub, "Other", true]);
    await assert.rejects(cognito.createConfirmedUser({ ...user, password: "short" }), /Password not long enough/);
  });

  it("refuses what Cognito refuses", async () => {
    const client = await start();
    const email = "ana@example.com";
    for (const password of ["Short7", "nouppercase77", "NOLOWERCASE77", "NoNumbersHere"]) {
      await assert.rejects(client.signUp({ email, password }), { name: "InvalidPasswordException" });
    }
    assert.deepEqual(messages, []);
    await client.signUp({ email, password: PASSWORD });
    await assert.rejects(client.signUp({ email, password: PASSWORD }), { name: "UsernameExistsException" });
    await assert.rejects(client.confirm({ email, code: "000000x" }), { name: "CodeMismatchException" });
    const incorrect = { name: "NotAuthorizedException", message: /Incorrect username or password\.$/ };
    await assert.rejects(client.signIn({ email, password: "wrong" }), incorrect);
    await assert.rejects(client.signIn({ email: "nobody@example.com", password: PASSWORD }), incorrect);
    await assert.rejects(client.signIn({ email: "__proto__", password: PASSWORD }), incorrect);
    const other = cognitoClient({ endpoint: cognito.endpoint, clientId: "other" });
    await assert.rejects(other.signUp({ email, password: PASSWORD }), { name: "ResourceNotFoundException" });
    assert.equal(
      (await call(cognito, "ConfirmForgotPassword", { ClientId: "web", Username: email, Password: "Stolen7Password" }))
        .__type,
      "InvalidParameterException",
    );
    assert.equal(
      (await call(cognito, "InitiateAuth", { ClientId: "web", AuthFlow: "USER_SRP_AUTH" })).__type,
      "InvalidParameterException",
    );
    assert.equal((await call(cognito, "CreateIdentityProvider", {})).__type, "UnsupportedOperationException");
  });

  it("sends a new code on request, and one for a new password", async () => {
    const client = await start();
    const email = "ana@example.com";
    await client.signUp({ email, password: PASSWORD });
    await call(cognito, "ResendConfirmationCode", { ClientId: "web", Username: email });
    await client.confirm({ email, code: messages[1]?.code ?? "" });
    await call(cognito, "ForgotPassword", { ClientId: "web", Username: email });
    const change = { ClientId: "web", Username: email, ConfirmationCode: messages[2]?.code, Password: "Another7Horse" };
    await call(cognito, "ConfirmForgotPassword", change);
    await client.signIn({ email, password: "Another7Horse" });
    assert.deepEqual(
      messages.map(({ source }) => source),
      ["SignUp", "ResendCode", "ForgotPassword"],
    );
  });

  it("lets administrators delete a user by sub, if they sign; the address is free again", async () => {
    const client = await start();
    const email = "ana@example.com";
    const sub = await client.signUp({ email, password: PASSWORD });
    const request = { UserPoolId: "local_test", Username: sub };
    assert.equal((await call(cognito, "AdminDeleteUser", request)).__type, "MissingAuthenticationTokenException");
    await assert.rejects(client.signUp({ email, password: PASSWORD }), { name: "UsernameExistsException" });
    const admin = new CognitoIdentityProviderClient({
      endpoint: cognito.endpoint,
      region: "eu-west-1",
      credentials: { accessKeyId: "local", secretAccessKey: "local" },
    });
    await admin.send(new AdminDeleteUserCommand(request));
    await assert.rejects(admin.send(new AdminDeleteUserCommand(request)), { name: "UserNotFoundException" });
    admin.destroy();
    assert.notEqual(await client.signUp({ email, password: PASSWORD }), sub);
  });

  it("lets browsers of any origin call", async () => {
    await start();
    const preflight = await fetch(cognito.endpoint, {
      method: "OPTIONS",
      headers: {
        origin: "http://localhost:5173",
        "access-control-request-headers": "content-type,x-amz-target,x-amz-user-agent",
      },
    });
    assert.equal(preflight.status, 204);
    assert.equal(preflight.headers.get("access-control-allow-origin"), "*");
    assert.equal(preflight.headers.get("access-control-allow-headers"), "content-type,x-amz-target,x-amz-user-agent");
    const keys = await fetch(`${cognito.endpoint}/local_test/.well-known/jwks.json`);
    assert.deepEqual([keys.status, keys.headers.get("access-control-allow-origin")], [200, "*"]);
    assert.equal((await fetch(`${cognito.endpoint}/local_other/.well-known/jwks.json`)).status, 404);
  });

  it("keeps users that sign up at the same time, and says where a file is damaged", async () => {
    const client = await start();
    const emails = Array.from({ length: 20 }, (_, i) => `user${i}@example.com`);
    await Promise.all(emails.map((email) => client.signUp({ email, password: PASSWORD })));
    const file = join(dataFolder, "cognito", "local_test.json");
    assert.equal(Object.keys(JSON.parse(readFileSync(file, "utf8")).Users).length, 20);
    await cognito.stop();
    writeFileSync(file, '{ "Users": {');
    await assert.rejects(start(), (error: Error) => error.message.includes(file) && error.message.includes("--fresh"));
  });
});

/** Verifies a token with the keys that the pool publishes, as an authorizer does. */
async function verify({ endpoint, port }: Cognito, token: string, audience: string | null) {
  const issuer = `https://127.0.0.1:${port}/local_test`;
  const verifier = JwtRsaVerifier.create({ issuer, audience, jwksUri: `${issuer}/.well-known/jwks.json` });
  const response = await fetch(`${endpoint}/local_test/.well-known/jwks.json`);
  verifier.cacheJwks((await response.json()) as Jwks);
  return verifier.verify(token);
}

async function call({ endpoint }: Cognito, operation: string, body: object): Promise<Record<string, unknown>> {
  const headers = { "x-amz-target": `AWSCognitoIdentityProviderService.${operation}` };
  const response = await fetch(endpoint, { method: "POST", headers, body: JSON.stringify(body) });
  return Object(await response.json());
}

const pick = (record: object, keys: string[]): object =>
  Object.fromEntries(Object.entries(record).filter(([key]) => keys.includes(key)));
