import { randomInt } from "node:crypto";
import { CognitoError, ExpiredCodeError, InvalidParameterError, UserNotFoundError } from "cognito-local/lib/errors";
import { DefaultConfig } from "cognito-local/lib/server/config";
import { Router } from "cognito-local/lib/server/Router";
import { DateClock, type Services } from "cognito-local/lib/services";
import { CognitoServiceFactoryImpl } from "cognito-local/lib/services/cognitoService";
import type { Context } from "cognito-local/lib/services/context";
import type { Messages } from "cognito-local/lib/services/messages";
import { JwtTokenGenerator, type TokenGenerator } from "cognito-local/lib/services/tokenGenerator";
import type { Triggers } from "cognito-local/lib/services/triggers";
import {
  attribute,
  attributesAppend,
  attributesToRecord,
  attributeValue,
  UserPoolServiceFactoryImpl,
} from "cognito-local/lib/services/userPoolService";
import { type CognitoPool, clientOptions, passwordProblem, poolOptions } from "./cognito-pool";
import { jsonStores } from "./cognito-store";

/** A message that Cognito would send: a code to confirm an address, or to set a new password. */
export interface CognitoMessage {
  poolId: string;
  /** Undefined for what administrators do. */
  clientId: string | undefined;
  /** What it is about, e.g. `SignUp`, `ForgotPassword`, `ResendCode`. */
  source: string;
  /** E-mail address or telephone number. */
  to: string;
  code: string;
}

/** The body of a request; every operation checks what it needs of it. */
export type CognitoRequest = Record<string, unknown>;

export interface CognitoApi {
  services: Services;
  context: Context;
  /** Carries out an operation such as `SignUp`. @throws CognitoError as Cognito would answer it. */
  call(operation: string, request: CognitoRequest): Promise<unknown>;
}

/**
 * Cognito's API over cognito-local, used as a library: its own server would log to the terminal, listen on a fixed port
 * and load the whole AWS SDK for triggers that nobody declares. What cognito-local leaves out is added around it:
 * password policies, allowed flows, `ResendConfirmationCode`, `email_verified` after sign-up, names in ID tokens, and
 * sign-in errors that do not tell whether a user exists.
 *
 * @param issuerDomain tokens carry `<issuerDomain>/<poolId>` as `iss`.
 */
export async function createCognitoApi(options: {
  folder: string;
  issuerDomain: string;
  pools: CognitoPool[];
  onMessage: (message: CognitoMessage) => void;
}): Promise<CognitoApi> {
  const services = await createServices(options);
  const { cognito } = services;
  for (const pool of options.pools) {
    const known = (await cognito.listUserPools(context)).some(({ Id }) => Id === pool.poolId);
    if (!known) await cognito.createUserPool(context, poolOptions(pool));
    const service = await cognito.getUserPool(context, pool.poolId);
    const { AutoVerifiedAttributes: _, ...kept } = service.options;
    await service.updateOptions(context, { ...kept, ...poolOptions(pool) });
    for (const client of pool.clients) await service.saveAppClient(context, clientOptions(pool.poolId, client));
  }
  const route = Router(services);
  const call = async (operation: string, request: CognitoRequest): Promise<unknown> => {
    requireStrings(operation, request);
    await checkPassword(services, options.pools, operation, request);
    if (operation === "InitiateAuth") return initiateAuth(services, request, () => route(operation)(context, request));
    if (operation === "ResendConfirmationCode") return resendConfirmationCode(services, request);
    const answer = await route(operation)(context, request);
    if (operation === "ConfirmSignUp") await verifyEmail(services, request);
    return answer;
  };
  return { services, context, call };
}

/** cognito-local logs requests with passwords at level debug; what matters reaches our log as errors. */
const silence = () => {};
const logger: Context["logger"] = { child: () => logger, debug: silence, info: silence, warn: silence, error: silence };
const context: Context = { logger };

async function createServices({
  folder,
  issuerDomain,
  onMessage,
}: Parameters<typeof createCognitoApi>[0]): Promise<Services> {
  const clock = new DateClock();
  const stores = jsonStores(folder);
  const pools = new UserPoolServiceFactoryImpl(clock, stores);
  const cognito = await new CognitoServiceFactoryImpl(folder, stores, pools).create(context, {});
  return {
    clock,
    cognito,
    config: DefaultConfig,
    messages: messagesTo(onMessage),
    otp: () => String(randomInt(1_000_000)).padStart(6, "0"),
    tokenGenerator: tokenGenerator(clock, issuerDomain),
    triggers: noTriggers,
  };
}

const messagesTo = (onMessage: (message: CognitoMessage) => void): Messages => ({
  deliver: async (_context, source, clientId, poolId, _user, code, _metadata, details) =>
    onMessage({ poolId, clientId: clientId ?? undefined, source, to: details.Destination, code }),
});

/** Cognito calls Lambda functions at these occasions, where the program declares any; here it may not. */
const notDeclared = () => Promise.reject(new Error("Lambda triggers of Cognito are not emulated."));
const noTriggers: Triggers = {
  enabled: () => false,
  customMessage: notDeclared,
  customEmailSender: notDeclared,
  postAuthentication: notDeclared,
  postConfirmation: notDeclared,
  preSignUp: notDeclared,
  preTokenGeneration: notDeclared,
  userMigration: notDeclared,
};

/** ID tokens as Cognito's, which carry every standard attribute; cognito-local stops at the e-mail address. */
function tokenGenerator(clock: DateClock, issuerDomain: string): TokenGenerator {
  const triggers: Triggers = {
    ...noTriggers,
    enabled: (trigger) => trigger === "PreTokenGeneration",
    preTokenGeneration: async (_context, { userAttributes }) => {
      const { email: _, email_verified: __, ...claimsToAddOrOverride } = attributesToRecord(userAttributes);
      return { claimsOverrideDetails: { claimsToAddOrOverride } };
    },
  };
  const generator = new JwtTokenGenerator(clock, triggers, { IssuerDomain: issuerDomain });
  return {
    generate: (context, user, ...rest) => {
      // It takes any text for true, "false" too, and only absence for false.
      const attributes = user.Attributes.filter(({ Name, Value }) => Name !== "email_verified" || Value === "true");
      return generator.generate(context, { ...user, Attributes: attributes }, ...rest);
    },
  };
}

/** cognito-local trusts callers here: without a code ConfirmForgotPassword would take any new password. */
const REQUIRED: Record<string, string[]> = {
  SignUp: ["ClientId", "Username", "Password"],
  ConfirmSignUp: ["ClientId", "Username", "ConfirmationCode"],
  ResendConfirmationCode: ["ClientId", "Username"],
  InitiateAuth: ["ClientId", "AuthFlow"],
  ForgotPassword: ["ClientId", "Username"],
  ConfirmForgotPassword: ["ClientId", "Username", "ConfirmationCode", "Password"],
  ChangePassword: ["AccessToken", "PreviousPassword", "ProposedPassword"],
  GetUser: ["AccessToken"],
};

function requireStrings(operation: string, request: CognitoRequest): void {
  const missing = REQUIRED[operation]?.find((name) => typeof request[name] !== "string" || request[name] === "");
  if (missing) throw new InvalidParameterError(`Missing required parameter ${missing}`);
}

async function checkPassword(
  services: Services,
  pools: CognitoPool[],
  operation: string,
  request: CognitoRequest,
): Promise<void> {
  const password = operation === "ChangePassword" ? request.ProposedPassword : request.Password;
  if (typeof password !== "string") return;
  const poolId = await poolOf(services, request);
  const pool = pools.find((candidate) => candidate.poolId === poolId);
  const problem = pool && passwordProblem(password, pool.passwordPolicy);
  if (problem) throw new CognitoError("InvalidPasswordException", `Password did not conform with policy: ${problem}`);
}

/** The pool that a request is about: it names the pool, a client of it, or an access token issued to one. */
async function poolOf(services: Services, request: CognitoRequest): Promise<unknown> {
  if (request.UserPoolId !== undefined) return request.UserPoolId;
  const clientId = request.ClientId ?? clientOfToken(request.AccessToken);
  if (typeof clientId !== "string") return undefined;
  return (await services.cognito.getUserPoolForClientId(context, clientId)).options.Id;
}

function clientOfToken(token: unknown): unknown {
  try {
    return JSON.parse(Buffer.from(String(token).split(".")[1] ?? "", "base64url").toString()).client_id;
  } catch {
    throw new CognitoError("NotAuthorizedException", "Invalid Access Token");
  }
}

async function initiateAuth(
  services: Services,
  request: CognitoRequest,
  proceed: () => Promise<unknown>,
): Promise<unknown> {
  const flow = String(request.AuthFlow);
  const client = await services.cognito.getAppClient(context, String(request.ClientId));
  const allowed = client?.ExplicitAuthFlows;
  if (allowed && !flow.startsWith("REFRESH_TOKEN") && !allowed.includes(`ALLOW_${flow}`)) {
    throw new InvalidParameterError(`${flow} flow not enabled for this client`);
  }
  try {
    return withTokenType(await proceed(), client?.AccessTokenValidity, client?.TokenValidityUnits?.AccessToken);
  } catch (error) {
    const refused = error instanceof CognitoError && /^(NotAuthorized|InvalidPassword)Exception$/.test(error.code);
    if (!refused) throw error;
    // One answer for a wrong password and for nobody ("Managing user existence error responses", Cognito developer guide).
    const message = flow.startsWith("REFRESH_TOKEN") ? "Invalid Refresh Token" : "Incorrect username or password.";
    throw new CognitoError("NotAuthorizedException", message);
  }
}

const SECONDS: Record<string, number> = { seconds: 1, minutes: 60, hours: 3600, days: 86_400 };

/** Completes an AuthenticationResult, where the answer has one, as Cognito does. */
function withTokenType(answer: unknown, validity = 1, unit = "hours"): unknown {
  if (typeof answer !== "object" || answer === null || !("AuthenticationResult" in answer)) return answer;
  const tokens = {
    ...Object(answer.AuthenticationResult),
    TokenType: "Bearer",
    ExpiresIn: validity * (SECONDS[unit] ?? 3600),
  };
  return { ...answer, AuthenticationResult: tokens };
}

async function resendConfirmationCode(services: Services, request: CognitoRequest): Promise<unknown> {
  const pool = await services.cognito.getUserPoolForClientId(context, String(request.ClientId));
  const user = await pool.getUserByUsername(context, String(request.Username));
  if (!user) throw new UserNotFoundError();
  if (user.UserStatus !== "UNCONFIRMED") throw new InvalidParameterError("User is already confirmed.");
  const to = attributeValue("email", user.Attributes);
  if (!to) throw new ExpiredCodeError();
  const code = services.otp();
  await pool.saveUser(context, { ...user, ConfirmationCode: code, UserLastModifiedDate: services.clock.get() });
  const details = { AttributeName: "email", DeliveryMedium: "EMAIL", Destination: to } as const;
  await services.messages.deliver(
    context,
    "ResendCode",
    String(request.ClientId),
    pool.options.Id,
    user,
    code,
    undefined,
    details,
  );
  return { CodeDeliveryDetails: details };
}

/** Who confirms with the code from the e-mail has proved the address. */
async function verifyEmail(services: Services, request: CognitoRequest): Promise<void> {
  const pool = await services.cognito.getUserPoolForClientId(context, String(request.ClientId));
  const user = await pool.getUserByUsername(context, String(request.Username));
  if (!user || !pool.options.AutoVerifiedAttributes?.includes("email")) return;
  await pool.saveUser(context, {
    ...user,
    Attributes: attributesAppend(user.Attributes, attribute("email_verified", "true")),
  });
}
