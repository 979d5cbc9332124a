import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { analyticsEndpoints } from "../../functions/analytics/endpoints";
import { categoriesEndpoints } from "../../functions/categories/endpoints";
import { exportsEndpoints } from "../../functions/exports/endpoints";
import { platformEndpoints } from "../../functions/platform/endpoints";
import { routesOf } from "../../functions/runtime/endpoint";
import { transactionsEndpoints } from "../../functions/transactions/endpoints";
import { exportEndpoints } from "../../functions/transactions/export";
import { usersEndpoints } from "../../functions/users/endpoints";
import { type Graph, resourcesOf } from "../../local/program/graph";
import { dependenciesOf, graphOf, LOAD_TIMEOUT, resource } from "./graphs";

const ROUTE = "aws:apigatewayv2/route:Route";

describe("API and identity as declared for prod", () => {
  let graph: Graph;
  before(async function () {
    this.timeout(LOAD_TIMEOUT);
    graph = await graphOf("prod");
  });

  it("has a route for every endpoint of the tables, to its function, behind the authorizer of tokens unless public", () => {
    const integration = (name: string) =>
      `integrations/${resource(graph, "aws:apigatewayv2/integration:Integration", name).outputs.id}`;
    const expected = [
      ...routesOf(usersEndpoints()).map((route) => ({ ...route, target: integration("api-users-api") })),
      ...routesOf(analyticsEndpoints()).map((route) => ({ ...route, target: integration("api-analytics-api") })),
      ...routesOf(exportsEndpoints()).map((route) => ({ ...route, target: integration("api-exports-api") })),
      ...routesOf(exportEndpoints()).map((route) => ({
        ...route,
        target: integration("api-transactions-exporter"),
      })),
      ...routesOf(categoriesEndpoints()).map((route) => ({ ...route, target: integration("api-categories-api") })),
      ...routesOf(transactionsEndpoints()).map((route) => ({
        ...route,
        target: integration("api-transactions-api"),
      })),
      ...routesOf(platformEndpoints(() => ({}))).map((route) => ({
        ...route,
        target: integration("api-platform-api"),
      })),
    ].map(({ routeKey, target, public: isPublic }) => ({
      apiId: "apiid",
      routeKey,
      target,
      authorizationType: "CUSTOM",
      authorizerId: isPublic ? "api-origin-id" : "api-id",
    }));
    const byKey = (a: { routeKey: string }, b: { routeKey: string }) => a.routeKey.localeCompare(b.routeKey);
    const declared = resourcesOf(graph, ROUTE).map(({ inputs }) => inputs as (typeof expected)[number]);
    assert.deepEqual(declared.sort(byKey), expected.sort(byKey));
  });

  it("asks for no token only where health and documentation are", () => {
    const open = resourcesOf(graph, ROUTE).filter(({ inputs }) => inputs.authorizerId !== "api-id");
    assert.deepEqual(open.map(({ inputs }) => inputs.routeKey).sort(), ["GET /health", "GET /openapi.json"]);
  });

  it("asks the authorizer for every token, and keeps its answer for five minutes", () => {
    assert.deepEqual(resource(graph, "aws:apigatewayv2/authorizer:Authorizer", "api").inputs, {
      apiId: "apiid",
      name: "id-token",
      authorizerType: "REQUEST",
      authorizerUri: resource(graph, "aws:lambda/function:Function", "api-authorizer").outputs.invokeArn,
      authorizerPayloadFormatVersion: "2.0",
      enableSimpleResponses: true,
      identitySources: ["$request.header.Authorization", "$request.header.x-ahorro-origin"],
      authorizerResultTtlInSeconds: 300,
    });
    assert.deepEqual(resource(graph, "aws:lambda/function:Function", "api-authorizer").inputs.environment.variables, {
      TOKEN_ISSUER: "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_identity",
      TOKEN_AUDIENCE: "identity-web-client",
      // Of what stands in for the key where there is no AWS.
      ORIGIN_KEY_DIGESTS: createHash("sha256")
        .update(createHash("sha256").update("origin-key-1").digest("hex"))
        .digest("hex"),
    });
  });

  it("lets only this API invoke the functions, and schedules relays, the count of dead letters, and exchange rates", () => {
    const api = "arn:aws:execute-api:eu-west-1:123456789012:apiid";
    const permissions = resourcesOf(graph, "aws:lambda/permission:Permission").map(({ inputs }) => inputs);
    const allowed = (name: string, sourceArn: string, principal = "apigateway.amazonaws.com") => ({
      function: name,
      action: "lambda:InvokeFunction",
      principal,
      sourceArn,
    });
    const scheduled = (name: string, rule = name) =>
      allowed(`ahorro-prod-${name}`, `arn:aws:events:eu-west-1:123456789012:rule/${rule}`, "events.amazonaws.com");
    assert.deepEqual(
      permissions.sort((a, b) => a.function.localeCompare(b.function)),
      [
        allowed("ahorro-prod-analytics-api", `${api}/*/*`),
        allowed("ahorro-prod-api-authorizer", `${api}/authorizers/api-id`),
        allowed("ahorro-prod-api-origin", `${api}/authorizers/api-origin-id`),
        allowed("ahorro-prod-categories-api", `${api}/*/*`),
        scheduled("dead-letters-replay"),
        allowed("ahorro-prod-exports-api", `${api}/*/*`),
        allowed("ahorro-prod-platform-api", `${api}/*/*`),
        scheduled("rates-loader", "rates"),
        allowed("ahorro-prod-transactions-api", `${api}/*/*`),
        allowed("ahorro-prod-transactions-exporter", `${api}/*/*`),
        scheduled("transactions-relay"),
        allowed("ahorro-prod-users-api", `${api}/*/*`),
        scheduled("users-relay"),
      ],
    );
  });

  it("hands the whole request over, in payload format 2.0", () => {
    const { inputs, outputs } = resource(graph, "aws:apigatewayv2/integration:Integration", "api-users-api");
    assert.deepEqual(inputs, {
      apiId: "apiid",
      integrationType: "AWS_PROXY",
      integrationMethod: "POST",
      integrationUri: resource(graph, "aws:lambda/function:Function", "users-api").outputs.invokeArn,
      payloadFormatVersion: "2.0",
    });
    assert.ok(outputs.id);
  });

  it("limits the rate and logs each request without its headers, query or body", () => {
    const stage = resource(graph, "aws:apigatewayv2/stage:Stage", "api");
    const { accessLogSettings, ...others } = stage.inputs;
    assert.deepEqual(others, {
      apiId: "apiid",
      name: "$default",
      autoDeploy: true,
      defaultRouteSettings: { detailedMetricsEnabled: true, throttlingRateLimit: 1000, throttlingBurstLimit: 2000 },
    });
    assert.equal(
      accessLogSettings.destinationArn,
      "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/vendedlogs/apigateway/ahorro-prod",
    );
    const format: Record<string, string> = JSON.parse(accessLogSettings.format);
    assert.equal(format.userId, "$context.authorizer.sub");
    assert.ok(Object.values(format).every((variable) => !/header|query|body|email/i.test(variable)));
    const routes = dependenciesOf(graph, stage).filter((dependency) => dependency.startsWith(ROUTE));
    assert.equal(routes.length, resourcesOf(graph, ROUTE).length);
  });

  it("is called from no other origin in prod, from the development server in dev", async function () {
    this.timeout(LOAD_TIMEOUT);
    assert.equal(resource(graph, "aws:apigatewayv2/api:Api", "api").inputs.corsConfiguration, undefined);
    const { inputs } = resource(await graphOf("dev"), "aws:apigatewayv2/api:Api", "api");
    assert.deepEqual(inputs.corsConfiguration, {
      allowOrigins: ["http://localhost:5173"],
      allowMethods: ["DELETE", "GET", "POST", "PUT"],
      allowHeaders: ["authorization", "content-type", "idempotency-key", "if-match", "if-none-match"],
      exposeHeaders: ["etag", "idempotency-replayed", "location", "retry-after"],
      maxAge: 7200,
    });
  });

  it("knows people by their verified e-mail address, and guards their accounts", () => {
    const pool = resource(graph, "aws:cognito/userPool:UserPool", "identity");
    assert.deepEqual(pool.inputs, {
      name: "ahorro-prod",
      usernameAttributes: ["email"],
      autoVerifiedAttributes: ["email"],
      usernameConfiguration: { caseSensitive: false },
      userAttributeUpdateSettings: { attributesRequireVerificationBeforeUpdates: ["email"] },
      passwordPolicy: {
        minimumLength: 8,
        requireLowercase: true,
        requireUppercase: true,
        requireNumbers: true,
        requireSymbols: false,
        temporaryPasswordValidityDays: 7,
      },
      mfaConfiguration: "OPTIONAL",
      softwareTokenMfaConfiguration: { enabled: true },
      accountRecoverySetting: { recoveryMechanisms: [{ name: "verified_email", priority: 1 }] },
      deletionProtection: "ACTIVE",
    });
    assert.equal(pool.protect, true);
  });

  it("signs the web app in by SRP, without a secret, and by password on a laptop only", async function () {
    this.timeout(LOAD_TIMEOUT);
    const client = resource(graph, "aws:cognito/userPoolClient:UserPoolClient", "identity-web").inputs;
    assert.deepEqual(client.explicitAuthFlows, ["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]);
    assert.equal(client.generateSecret, false);
    assert.equal(client.preventUserExistenceErrors, "ENABLED");
    assert.equal(client.enableTokenRevocation, true);
    assert.deepEqual(
      [client.idTokenValidity, client.accessTokenValidity, client.refreshTokenValidity, client.tokenValidityUnits],
      [60, 60, 30, { idToken: "minutes", accessToken: "minutes", refreshToken: "days" }],
    );
    const local = resource(await graphOf("local"), "aws:cognito/userPoolClient:UserPoolClient", "identity-web").inputs;
    assert.ok(local.explicitAuthFlows.includes("ALLOW_USER_PASSWORD_AUTH"));
  });
});
