import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { authorizerHandler } from "./authorizer";
import type { Identity } from "./identity";
import { Lambda } from "./lambda";

/** `routeKey` is API Gateway's, e.g. `GET /groups/{group_id}`; public routes take no token. */
export interface Route {
  routeKey: string;
  public: boolean;
}

/** A function and the routes it answers. */
export interface ApiService {
  lambda: Lambda;
  routes: Route[];
}

export interface HttpApiArgs {
  services: ApiService[];
  /** Whose ID tokens are accepted. */
  identity: Identity;
  /** Origins of browsers that may call the API from elsewhere. @default none */
  corsOrigins?: string[];
  /** Requests per second over the whole API, and how many more may come at once. */
  throttling: { rate: number; burst: number };
  logRetentionDays: pulumi.Input<number>;
}

/**
 * The REST API: API Gateway v2 with a declared route per endpoint, so that an unknown path never reaches a function, and a Lambda
 * authorizer in front of all that is not public.
 *
 * Costs nothing when idle, apart from the logs it keeps.
 */
export class HttpApi extends pulumi.ComponentResource {
  readonly id: pulumi.Output<string>;
  readonly url: pulumi.Output<string>;

  /** @throws Error when a route is declared twice, before any resource is registered. */
  constructor(name: string, args: HttpApiArgs, opts: pulumi.ComponentResourceOptions = {}) {
    assertRoutesUnique(args.services);
    super("ahorro:api:HttpApi", name, {}, opts);
    const api = createApi(this, name, args);
    const authorizerId = createAuthorizer(this, name, args, api);
    const routes = args.services.flatMap((service) => createRoutes(this, name, service, api, authorizerId));
    createStage(this, name, args, api, routes);
    this.id = api.id;
    this.url = api.apiEndpoint;
    this.registerOutputs({ url: this.url });
  }
}

/** Two services that answer one route would each believe it theirs; API Gateway would only say "conflict". */
export function assertRoutesUnique(services: { lambda: { logicalName: string }; routes: Route[] }[]): void {
  const owners = new Map<string, string>();
  for (const { lambda, routes } of services) {
    for (const { routeKey } of routes) {
      const owner = owners.get(routeKey);
      if (owner !== undefined) {
        throw new Error(
          `The route "${routeKey}" is declared twice: by the function "${owner}" and by the function "${lambda.logicalName}". Remove one.`,
        );
      }
      owners.set(routeKey, lambda.logicalName);
    }
  }
}

function createApi(parent: HttpApi, name: string, args: HttpApiArgs): aws.apigatewayv2.Api {
  const corsOrigins = args.corsOrigins ?? [];
  return new aws.apigatewayv2.Api(
    name,
    {
      name: `${pulumi.getProject()}-${pulumi.getStack()}`,
      protocolType: "HTTP",
      ...(corsOrigins.length > 0 && {
        corsConfiguration: {
          allowOrigins: corsOrigins,
          allowMethods: ["DELETE", "GET", "POST", "PUT"],
          allowHeaders: ["authorization", "content-type", "idempotency-key", "if-match", "if-none-match"],
          exposeHeaders: ["etag", "idempotency-replayed", "location", "retry-after"],
          maxAge: 7200,
        },
      }),
    },
    { parent },
  );
}

function createAuthorizer(
  parent: HttpApi,
  name: string,
  args: HttpApiArgs,
  api: aws.apigatewayv2.Api,
): pulumi.Output<string> {
  const lambda = new Lambda(
    `${name}-authorizer`,
    {
      description: "Verifies the ID tokens of API requests",
      handler: authorizerHandler,
      links: [args.identity.link()],
      timeout: 10,
      logRetentionDays: args.logRetentionDays,
    },
    { parent },
  );
  const authorizer = new aws.apigatewayv2.Authorizer(
    name,
    {
      apiId: api.id,
      name: "id-token",
      authorizerType: "REQUEST",
      authorizerUri: lambda.invokeArn,
      authorizerPayloadFormatVersion: "2.0",
      enableSimpleResponses: true,
      identitySources: ["$request.header.Authorization"],
      authorizerResultTtlInSeconds: 300,
    },
    { parent },
  );
  allowInvocation(
    parent,
    `${name}-authorizer`,
    lambda,
    pulumi.interpolate`${api.executionArn}/authorizers/${authorizer.id}`,
  );
  return authorizer.id;
}

function createRoutes(
  parent: HttpApi,
  name: string,
  { lambda, routes }: ApiService,
  api: aws.apigatewayv2.Api,
  authorizerId: pulumi.Output<string>,
): aws.apigatewayv2.Route[] {
  const integration = new aws.apigatewayv2.Integration(
    `${name}-${lambda.logicalName}`,
    {
      apiId: api.id,
      integrationType: "AWS_PROXY",
      integrationMethod: "POST",
      integrationUri: lambda.invokeArn,
      payloadFormatVersion: "2.0",
    },
    { parent },
  );
  allowInvocation(parent, `${name}-${lambda.logicalName}`, lambda, pulumi.interpolate`${api.executionArn}/*/*`);
  return routes.map(
    (route) =>
      new aws.apigatewayv2.Route(
        `${name} ${route.routeKey}`,
        {
          apiId: api.id,
          routeKey: route.routeKey,
          target: pulumi.interpolate`integrations/${integration.id}`,
          ...(route.public ? { authorizationType: "NONE" } : { authorizationType: "CUSTOM", authorizerId }),
        },
        { parent },
      ),
  );
}

function allowInvocation(parent: HttpApi, name: string, lambda: Lambda, sourceArn: pulumi.Input<string>): void {
  new aws.lambda.Permission(
    name,
    { function: lambda.name, action: "lambda:InvokeFunction", principal: "apigateway.amazonaws.com", sourceArn },
    { parent },
  );
}

function createStage(
  parent: HttpApi,
  name: string,
  args: HttpApiArgs,
  api: aws.apigatewayv2.Api,
  routes: aws.apigatewayv2.Route[],
): void {
  const logGroup = new aws.cloudwatch.LogGroup(
    `${name}-access`,
    {
      name: `/aws/vendedlogs/apigateway/${pulumi.getProject()}-${pulumi.getStack()}`,
      retentionInDays: args.logRetentionDays,
    },
    { parent },
  );
  new aws.apigatewayv2.Stage(
    name,
    {
      apiId: api.id,
      name: "$default",
      autoDeploy: true,
      accessLogSettings: { destinationArn: logGroup.arn, format: accessLogFormat() },
      defaultRouteSettings: {
        detailedMetricsEnabled: true,
        throttlingRateLimit: args.throttling.rate,
        throttlingBurstLimit: args.throttling.burst,
      },
    },
    // A stage that goes live before its routes would answer 404 for a moment.
    { parent, dependsOn: routes },
  );
}

/** One JSON line a request; it names the caller by id only, never by header, query or body. */
const accessLogFormat = (): string =>
  JSON.stringify({
    requestId: "$context.requestId",
    time: "$context.requestTime",
    routeKey: "$context.routeKey",
    path: "$context.path",
    status: "$context.status",
    responseLength: "$context.responseLength",
    latency: "$context.responseLatency",
    integrationLatency: "$context.integrationLatency",
    // Of the invocation, by which Lambda's own lines and X-Ray know it.
    invocationId: "$context.integration.requestId",
    integrationError: "$context.integrationErrorMessage",
    authorizerError: "$context.authorizer.error",
    userId: "$context.authorizer.sub",
    sourceIp: "$context.identity.sourceIp",
    userAgent: "$context.identity.userAgent",
  });
