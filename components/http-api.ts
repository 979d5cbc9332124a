import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { HostName } from "./host-name";
import { type Authorizers, type AuthorizersArgs, createAuthorizers } from "./http-api/authorizers";
import { allowInvocation } from "./http-api/permission";
import type { Lambda } from "./lambda";
import { ORIGIN_HEADER } from "./origin-keys";

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

export interface HttpApiArgs extends AuthorizersArgs {
  services: ApiService[];
  /** A name of one's own, with its certificate. The one that AWS gives is closed then. @default the one that AWS gives */
  hostName?: HostName | undefined;
  /** Origins of browsers that may call the API from elsewhere. @default none */
  corsOrigins?: string[];
  /** Requests per second over the whole API, and how many more may come at once. */
  throttling: { rate: number; burst: number };
}

/**
 * The REST API: API Gateway v2 with a declared route per endpoint, so that an unknown path never reaches a function, and a Lambda
 * authorizer in front of all that is not public.
 *
 * Costs nothing when idle, apart from the logs it keeps.
 */
export class HttpApi extends pulumi.ComponentResource {
  readonly url: pulumi.Output<string>;
  /** What the distribution in front of it has to send, if anything. Known when the API takes it. */
  readonly originHeader: { name: string; value: pulumi.Output<string> } | undefined;

  /** @throws Error when a route is declared twice, before any resource is registered. */
  constructor(name: string, args: HttpApiArgs, opts: pulumi.ComponentResourceOptions = {}) {
    assertRoutesUnique(args.services);
    super("ahorro:api:HttpApi", name, {}, opts);
    const api = createApi(this, name, args);
    const authorizers = createAuthorizers(this, name, args, api);
    const routes = args.services.flatMap((service) => createRoutes(this, name, service, api, authorizers));
    const stage = createStage(this, name, args, api, routes);
    this.url = args.hostName === undefined ? api.apiEndpoint : serveAt(this, name, args.hostName, stage);
    this.originHeader = args.originKeys && {
      name: ORIGIN_HEADER,
      value: pulumi.all([args.originKeys.sent, authorizers.ready]).apply(([key]) => key),
    };
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
      ...(args.hostName && { disableExecuteApiEndpoint: true }),
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

function createRoutes(
  parent: HttpApi,
  name: string,
  { lambda, routes }: ApiService,
  api: aws.apigatewayv2.Api,
  authorizers: Authorizers,
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
          ...authorization(route.public ? authorizers.open : authorizers.token),
        },
        { parent },
      ),
  );
}

const authorization = (authorizerId: pulumi.Output<string> | undefined) =>
  authorizerId === undefined ? { authorizationType: "NONE" } : { authorizationType: "CUSTOM", authorizerId };

function createStage(
  parent: HttpApi,
  name: string,
  args: HttpApiArgs,
  api: aws.apigatewayv2.Api,
  routes: aws.apigatewayv2.Route[],
): aws.apigatewayv2.Stage {
  const logGroup = new aws.cloudwatch.LogGroup(
    `${name}-access`,
    {
      name: `/aws/vendedlogs/apigateway/${pulumi.getProject()}-${pulumi.getStack()}`,
      retentionInDays: args.logRetentionDays,
    },
    { parent },
  );
  return new aws.apigatewayv2.Stage(
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

/** Answers the URL, known when all is there that it takes to be reached. */
function serveAt(parent: HttpApi, name: string, host: HostName, stage: aws.apigatewayv2.Stage): pulumi.Output<string> {
  const domain = new aws.apigatewayv2.DomainName(
    name,
    {
      domainName: host.hostName,
      domainNameConfiguration: {
        certificateArn: host.certificateArn,
        endpointType: "REGIONAL",
        securityPolicy: "TLS_1_2",
        ipAddressType: "dualstack",
      },
    },
    { parent },
  );
  const mapping = new aws.apigatewayv2.ApiMapping(
    name,
    { apiId: stage.apiId, domainName: domain.id, stage: stage.id },
    { parent },
  );
  const { targetDomainName, hostedZoneId } = domain.domainNameConfiguration;
  const records = host.pointTo({ domainName: targetDomainName, hostedZoneId });
  return pulumi.all([mapping.id, ...records.map(({ fqdn }) => fqdn)]).apply(() => `https://${host.hostName}`);
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
    integrationError: "$context.integrationErrorMessage",
    authorizerError: "$context.authorizer.error",
    userId: "$context.authorizer.sub",
    sourceIp: "$context.identity.sourceIp",
    userAgent: "$context.identity.userAgent",
  });
