import { type Graph, type Resource, resourcesOf } from "../program/graph";
import type { CorsConfiguration, GatewayAuthorizer, GatewayDefinition, GatewayRoute } from "./types";

/** API Gateway's own default, in seconds. */
const DEFAULT_TTL_SECONDS = 300;

/**
 * The HTTP API that a program declares: its `aws:apigatewayv2` Api, Stage, Route, Integration and Authorizer resources.
 *
 * @throws naming the resource, when there is not exactly one HTTP API, a route is declared twice, or a route or authorizer
 *   points to something that is not declared
 */
export function definitionOf(graph: Graph): GatewayDefinition {
  const api = onlyApi(graph);
  const belongs = (resource: Resource) =>
    resource.inputs.apiId === undefined || resource.inputs.apiId === api.outputs.id;
  const declared = (type: string) => resourcesOf(graph, `aws:apigatewayv2/${type}`).filter(belongs);
  const functions = functionArns(graph);
  const authorizers = declared("authorizer:Authorizer").map((resource) => authorizerOf(resource, functions));
  const integrations = new Map(declared("integration:Integration").map((resource) => [resource.outputs.id, resource]));
  const routes = declared("route:Route").map((resource) => routeOf(resource, integrations, authorizers, functions));
  refuseTwins(routes);
  const cors = api.inputs.corsConfiguration;
  return {
    apiId: api.outputs.id,
    stage: declared("stage:Stage")[0]?.inputs.name ?? "$default",
    routes,
    authorizers,
    ...(cors === undefined ? {} : { cors: corsOf(cors) }),
  };
}

function onlyApi(graph: Graph): Resource {
  const [api, ...others] = resourcesOf(graph, "aws:apigatewayv2/api:Api").filter(
    ({ inputs }) => inputs.protocolType === "HTTP",
  );
  if (api === undefined) throw new Error("The program declares no HTTP API (aws.apigatewayv2.Api).");
  if (others.length > 0) {
    const names = [api, ...others].map(({ name }) => `"${name}"`).join(", ");
    throw new Error(`The program declares several HTTP APIs (${names}); the local gateway serves one.`);
  }
  return api;
}

const functionArns = (graph: Graph): Set<unknown> =>
  new Set(resourcesOf(graph, "aws:lambda/function:Function").map(({ outputs }) => outputs.arn));

/** The function within a function ARN or an invoke ARN (`…:lambda:path/2015-03-31/functions/<arn>/invocations`). */
function functionIn(uri: unknown, functions: Set<unknown>, owner: string): string {
  const text = String(uri);
  const [, inner] = /\/functions\/(.+)\/invocations$/.exec(text) ?? [];
  const arn = inner ?? text;
  if (!functions.has(arn)) throw new Error(`${owner} calls "${text}", which is no function of this program.`);
  return arn;
}

function routeOf(
  resource: Resource,
  integrations: Map<unknown, Resource>,
  authorizers: GatewayAuthorizer[],
  functions: Set<unknown>,
): GatewayRoute {
  const { routeKey, target, authorizationType, authorizerId } = resource.inputs;
  const owner = `The route "${routeKey}"`;
  const integration = integrations.get(String(target).replace(/^integrations\//, ""));
  if (integration === undefined) throw new Error(`${owner} has the target "${target}", which is not declared.`);
  const { integrationUri, timeoutMilliseconds } = integration.inputs;
  const functionArn = functionIn(integrationUri, functions, owner);
  const base = { routeKey, functionArn, ...(timeoutMilliseconds ? { timeoutMs: timeoutMilliseconds } : {}) };
  if (authorizationType === undefined || authorizationType === "NONE") return base;
  if (authorizationType !== "CUSTOM") {
    throw new Error(`${owner} has authorization "${authorizationType}"; the local gateway knows CUSTOM and NONE.`);
  }
  if (!authorizers.some(({ id }) => id === authorizerId)) {
    throw new Error(`${owner} names the authorizer "${authorizerId}", which is not declared.`);
  }
  return { ...base, authorizerId };
}

function authorizerOf({ name, inputs, outputs }: Resource, functions: Set<unknown>): GatewayAuthorizer {
  if (inputs.authorizerType !== "REQUEST") {
    throw new Error(`The authorizer "${name}" is of type "${inputs.authorizerType}"; the local gateway knows REQUEST.`);
  }
  return {
    id: outputs.id,
    functionArn: functionIn(inputs.authorizerUri, functions, `The authorizer "${name}"`),
    resultTtlSeconds: inputs.authorizerResultTtlInSeconds ?? DEFAULT_TTL_SECONDS,
    identitySources: inputs.identitySources ?? [],
    enableSimpleResponses: inputs.enableSimpleResponses ?? false,
  };
}

function refuseTwins(routes: GatewayRoute[]): void {
  const seen = new Map<string, GatewayRoute>();
  for (const route of routes) {
    const twin = seen.get(route.routeKey);
    if (twin !== undefined) {
      const both = `${twin.functionArn} and ${route.functionArn}`;
      throw new Error(`The route "${route.routeKey}" is declared twice, for ${both}: remove one.`);
    }
    seen.set(route.routeKey, route);
  }
}

const corsOf = (cors: Partial<CorsConfiguration>): CorsConfiguration => ({
  allowOrigins: cors.allowOrigins ?? [],
  allowMethods: cors.allowMethods ?? [],
  allowHeaders: cors.allowHeaders ?? [],
  exposeHeaders: cors.exposeHeaders ?? [],
  ...(cors.maxAge === undefined ? {} : { maxAge: cors.maxAge }),
  ...(cors.allowCredentials === undefined ? {} : { allowCredentials: cors.allowCredentials }),
});
