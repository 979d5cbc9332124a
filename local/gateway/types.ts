import type { LambdaHost } from "../lambda";

/** An API Gateway HTTP API (v2) as the gateway host serves it. Plain data. */
export interface GatewayDefinition {
  apiId: string;
  /** Stage name; only `$default` is served at the root, as on AWS. */
  stage: string;
  routes: GatewayRoute[];
  authorizers: GatewayAuthorizer[];
  cors?: CorsConfiguration;
}

export interface GatewayRoute {
  /** Route key as declared: `POST /groups/{group_id}/invites`, `ANY /x/{proxy+}` or `$default`. */
  routeKey: string;
  functionArn: string;
  /** Id of the Lambda authorizer that guards the route; absent: open. */
  authorizerId?: string;
  /** Integration timeout in ms. @default 30000, which is also AWS's maximum */
  timeoutMs?: number;
}

export interface GatewayAuthorizer {
  id: string;
  functionArn: string;
  /** How long a decision is kept, in seconds; 0: not at all. */
  resultTtlSeconds: number;
  /** Selection expressions such as `$request.header.Authorization`. */
  identitySources: string[];
  /** `{ isAuthorized, context }` answers instead of IAM policies. */
  enableSimpleResponses: boolean;
}

export interface CorsConfiguration {
  allowOrigins: string[];
  allowMethods: string[];
  allowHeaders: string[];
  exposeHeaders: string[];
  /** Seconds a browser may keep a preflight answer. */
  maxAge?: number;
  allowCredentials?: boolean;
}

export interface GatewayLogEntry {
  method: string;
  path: string;
  status: number;
  /** Why the gateway itself answered with an error; absent when the function did. */
  reason?: string;
}

export interface GatewayOptions {
  lambda: LambdaHost;
  /** TCP port; 0 takes a free one. */
  port: number;
  /** @default 127.0.0.1 */
  host?: string;
  region: string;
  accountId: string;
  /** Told of every answer that the gateway gave in the function's stead because of a server-side fault (5xx). */
  log: (entry: GatewayLogEntry) => void;
  /** How long `close` lets running requests finish, in ms. @default 5000 */
  drainMs?: number;
}

export interface Gateway {
  /** Base URL without trailing slash. */
  url: string;
  port: number;
  /** Stops accepting, lets running requests finish within a bound, then cuts what is left. */
  close(): Promise<void>;
}
