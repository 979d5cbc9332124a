import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { CognitoError, UnsupportedError } from "cognito-local/lib/errors";
import publicKey from "cognito-local/lib/keys/cognitoLocal.public.json";
import { attribute, attributesAppend } from "cognito-local/lib/services/userPoolService";
import { choosePorts } from "../ports";
import { type CognitoApi, type CognitoMessage, createCognitoApi } from "./cognito-api";
import { type CognitoPool, passwordProblem } from "./cognito-pool";
import { type HttpRequest, type HttpResponse, serveHttp } from "./http-server";

export type { CognitoMessage } from "./cognito-api";
export type { CognitoPool, CognitoPoolClient, PasswordPolicy } from "./cognito-pool";

export interface CognitoOptions {
  /** TCP port on 127.0.0.1; 0 picks a free one. Tokens name it, so those of an earlier port are no longer valid. */
  port: number;
  /** Absolute path of a data folder that is ours alone (see openDataFolder). Users in it persist. */
  dataFolder: string;
  pools: CognitoPool[];
  /** Takes one line per error. */
  log: (line: string) => void;
  /** Takes the messages that Cognito would send by e-mail; without it, the code appears in the log. */
  onMessage?: (message: CognitoMessage) => void;
}

/** A user to be made without e-mails and confirmations, e.g. for a demo. */
export interface ConfirmedUser {
  poolId: string;
  email: string;
  password: string;
  name: string;
}

export interface Cognito {
  port: number;
  /** `http://127.0.0.1:<port>`: for `AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER` and for Amplify's `userPoolEndpoint`. */
  endpoint: string;
  /** Makes a user who can sign in at once. One who exists gets the name and the password, and keeps the `sub`. */
  createConfirmedUser(user: ConfirmedUser): Promise<{ sub: string }>;
  stop(): Promise<void>;
}

/**
 * Starts a Cognito for user pools with ids of our choice. It serves the API (`X-Amz-Target: AWSCognitoIdentityProviderService.…`,
 * unsigned operations, as browsers call them; those for administrators must be signed) and the keys at
 * `/<poolId>/.well-known/jwks.json`.
 *
 * Tokens have the issuer `https://127.0.0.1:<port>/<poolId>`, as a program gets it from `https://${userPool.endpoint}`, although
 * the keys are served over http. They are signed with the key pair that cognito-local's package publishes, so they prove
 * nothing outside this machine.
 */
export async function startCognito(options: CognitoOptions): Promise<Cognito> {
  const { log } = options;
  const { cognito: port } = await choosePorts({ cognito: options.port });
  const issuerDomain = `https://127.0.0.1:${port}`;
  const onMessage =
    options.onMessage ??
    (({ source, to, code }: CognitoMessage) => log(`Cognito ${source}: code for ${to} is ${code}`));
  const api = await createCognitoApi({
    folder: join(options.dataFolder, "cognito"),
    issuerDomain,
    pools: options.pools,
    onMessage,
  });
  const poolIds = new Set(options.pools.map(({ poolId }) => poolId));
  const server = await serveHttp("cognito", port, (request) => answer(request, api, poolIds, issuerDomain, log), log);
  return {
    port,
    endpoint: server.endpoint,
    createConfirmedUser: (user) => createConfirmedUser(api, options.pools, user),
    stop: server.close,
  };
}

/** Browsers of any origin may call: there are no cookies, a caller has nothing but what it sends. */
const CORS = {
  "access-control-allow-origin": "*",
  "access-control-expose-headers": "x-amzn-errortype,x-amzn-requestid",
};

async function answer(
  request: HttpRequest,
  api: CognitoApi,
  poolIds: Set<string>,
  issuerDomain: string,
  log: CognitoOptions["log"],
): Promise<HttpResponse> {
  if (request.method === "OPTIONS") return preflight(request);
  if (request.method === "POST" && request.url.pathname === "/") return operation(request, api, log);
  const document = request.method === "GET" ? wellKnown(request, poolIds, issuerDomain) : undefined;
  if (document) return json(200, document);
  return json(404, {
    __type: "NotFoundException",
    message: `There is no ${request.method} ${request.url.pathname} in the local Cognito.`,
  });
}

const preflight = ({ headers }: HttpRequest): HttpResponse => ({
  status: 204,
  headers: {
    ...CORS,
    "access-control-allow-methods": "GET,POST,OPTIONS",
    "access-control-allow-headers": headers["access-control-request-headers"]?.toString() ?? "*",
    "access-control-max-age": "600",
  },
});

/** The documents of OpenID Connect Discovery 1.0 that verifiers of tokens read. */
function wellKnown({ url, headers }: HttpRequest, poolIds: Set<string>, issuerDomain: string): object | undefined {
  const [, poolId = "", document] =
    /^\/([^/]+)\/\.well-known\/(jwks\.json|openid-configuration)$/.exec(url.pathname) ?? [];
  if (!poolIds.has(poolId)) return undefined;
  if (document === "jwks.json") return { keys: [publicKey.jwk] };
  return {
    issuer: `${issuerDomain}/${poolId}`,
    jwks_uri: `http://${headers.host ?? url.host}/${poolId}/.well-known/jwks.json`,
    id_token_signing_alg_values_supported: ["RS256"],
    response_types_supported: ["code", "token"],
    subject_types_supported: ["public"],
  };
}

const TARGET = /^AWSCognitoIdentityProviderService\.(\w+)$/;

async function operation(
  { headers, body }: HttpRequest,
  api: CognitoApi,
  log: CognitoOptions["log"],
): Promise<HttpResponse> {
  const name = TARGET.exec(headers["x-amz-target"]?.toString() ?? "")?.[1];
  if (!name)
    return failure(
      "UnknownOperationException",
      "The header X-Amz-Target must be AWSCognitoIdentityProviderService.<operation>.",
    );
  // What administrators may do takes rights, hence a signature; who reaches 127.0.0.1 has them all, but has to claim them.
  if (name.startsWith("Admin") && !headers.authorization?.startsWith("AWS4-HMAC-SHA256 ")) {
    return failure("MissingAuthenticationTokenException", "Missing Authentication Token");
  }
  const request = parse(body);
  if (!request) return failure("SerializationException", "The body is not a JSON object.");
  try {
    return json(200, await api.call(name, request));
  } catch (error) {
    if (error instanceof CognitoError) return failure(error.code, error.message);
    if (error instanceof UnsupportedError) {
      return failure("UnsupportedOperationException", `${name} is not emulated on this machine: ${error.message}`);
    }
    log(`Cognito ${name} failed: ${error instanceof Error ? error.stack : error}`);
    return { ...failure("InternalErrorException", "The local Cognito failed; its log says why."), status: 500 };
  }
}

function parse(body: Buffer): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(body.toString("utf8"));
    return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

function failure(type: string, message: string): HttpResponse {
  const response = json(400, { __type: type, message });
  return { ...response, headers: { ...response.headers, "x-amzn-errortype": type } };
}

/** Times are seconds since 1970 in Cognito's JSON, while cognito-local has Dates. */
const json = (status: number, value: unknown): HttpResponse => ({
  status,
  headers: { ...CORS, "content-type": "application/x-amz-json-1.1", "x-amzn-requestid": randomUUID() },
  body: JSON.stringify(value, function (this: Record<string, unknown>, key, serialized) {
    const original = this[key];
    return original instanceof Date ? original.getTime() / 1000 : serialized;
  }),
});

async function createConfirmedUser(
  api: CognitoApi,
  pools: CognitoPool[],
  user: ConfirmedUser,
): Promise<{ sub: string }> {
  const { services, context } = api;
  const problem = passwordProblem(user.password, pools.find(({ poolId }) => poolId === user.poolId)?.passwordPolicy);
  if (problem)
    throw new Error(`The user ${user.email} cannot be made: ${problem}, says the policy of pool ${user.poolId}.`);
  const pool = await services.cognito.getUserPool(context, user.poolId);
  const existing = await pool.getUserByUsername(context, user.email);
  const now = services.clock.get();
  const sub = existing?.Attributes.find(({ Name }) => Name === "sub")?.Value ?? randomUUID();
  const attributes = [
    ["sub", sub],
    ["email", user.email],
    ["email_verified", "true"],
    ["name", user.name],
  ] as const;
  await pool.saveUser(context, {
    Enabled: true,
    RefreshTokens: [],
    UserCreateDate: now,
    // With e-mail addresses as user names, Cognito's real user name is the sub.
    Username: pool.options.UsernameAttributes?.includes("email") ? sub : user.email,
    ...existing,
    Attributes: attributesAppend(existing?.Attributes, ...attributes.map(([name, value]) => attribute(name, value))),
    Password: user.password,
    UserLastModifiedDate: now,
    UserStatus: "CONFIRMED",
  });
  return { sub };
}
