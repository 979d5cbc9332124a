import assert from "node:assert/strict";
import { definitionOf } from "../../../local/gateway";
import type { Graph, Resource } from "../../../local/program/graph";

const ARN = "arn:aws:lambda:eu-west-1:000000000000:function:users";
const INVOKE = `arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/${ARN}/invocations`;

const resource = (type: string, name: string, inputs: Resource["inputs"], outputs: Resource["outputs"]): Resource => ({
  urn: `urn:pulumi:local::ahorro::${type}::${name}`,
  type,
  name,
  inputs,
  outputs: { ...inputs, ...outputs },
});
const users = () => resource("aws:lambda/function:Function", "users", {}, { name: "users-1a2b", arn: ARN });
const api = (inputs: Resource["inputs"] = {}) =>
  resource("aws:apigatewayv2/api:Api", "api", { protocolType: "HTTP", ...inputs }, { id: "api1" });
const integration = (inputs: Resource["inputs"] = {}) =>
  resource(
    "aws:apigatewayv2/integration:Integration",
    "users",
    { apiId: "api1", integrationUri: INVOKE, ...inputs },
    { id: "i1" },
  );
const authorizer = (inputs: Resource["inputs"] = {}) =>
  resource(
    "aws:apigatewayv2/authorizer:Authorizer",
    "jwt",
    {
      apiId: "api1",
      authorizerType: "REQUEST",
      authorizerUri: INVOKE,
      authorizerResultTtlInSeconds: 60,
      identitySources: ["$request.header.Authorization"],
      enableSimpleResponses: true,
      ...inputs,
    },
    { id: "a1" },
  );
const route = (routeKey: string, inputs: Resource["inputs"] = {}) =>
  resource(
    "aws:apigatewayv2/route:Route",
    routeKey,
    { apiId: "api1", routeKey, target: "integrations/i1", ...inputs },
    {},
  );
const graph = (...resources: Resource[]): Graph => ({ stack: "local", resources, outputs: {} });
const guarded = { authorizationType: "CUSTOM", authorizerId: "a1" };

describe("gateway definition", () => {
  it("is read from the program's resources", () => {
    const cors = { allowOrigins: ["*"], maxAge: 60 };
    const stage = resource("aws:apigatewayv2/stage:Stage", "stage", { apiId: "api1", name: "$default" }, {});
    const resources = [users(), api({ corsConfiguration: cors }), integration(), authorizer(), stage];
    const definition = definitionOf(graph(...resources, route("GET /health"), route("GET /users/me", guarded)));
    assert.deepEqual(definition, {
      apiId: "api1",
      stage: "$default",
      routes: [
        { routeKey: "GET /health", functionArn: ARN },
        { routeKey: "GET /users/me", functionArn: ARN, authorizerId: "a1" },
      ],
      authorizers: [
        {
          id: "a1",
          functionArn: ARN,
          resultTtlSeconds: 60,
          identitySources: ["$request.header.Authorization"],
          enableSimpleResponses: true,
        },
      ],
      cors: { allowOrigins: ["*"], allowMethods: [], allowHeaders: [], exposeHeaders: [], maxAge: 60 },
    });
  });

  for (const [what, resources, message] of [
    ["no API", [users()], /declares no HTTP API/],
    ["two APIs", [api(), api()], /several HTTP APIs/],
    [
      "a route declared twice",
      [users(), api(), integration(), route("GET /a"), route("GET /a")],
      /"GET \/a" is declared twice/,
    ],
    ["an unknown integration", [users(), api(), route("GET /a")], /"GET \/a" has the target "integrations\/i1"/],
    ["an unknown function", [api(), integration(), route("GET /a")], /"GET \/a" calls ".*", which is no function/],
    ["an unknown authorizer", [users(), api(), integration(), route("GET /a", guarded)], /names the authorizer "a1"/],
    ["a JWT authorizer", [users(), api(), authorizer({ authorizerType: "JWT" })], /"jwt" is of type "JWT"/],
    ["IAM", [users(), api(), integration(), route("GET /a", { authorizationType: "AWS_IAM" })], /AWS_IAM/],
  ] as const) {
    it(`refuses ${what}`, () => assert.throws(() => definitionOf(graph(...resources)), message));
  }
});
