import type { AppClient } from "cognito-local/lib/services/appClient";
import type { UserPool } from "cognito-local/lib/services/userPoolService";

/**
 * What a program declares of a user pool, as the inputs of `aws.cognito.UserPool` name it. Further inputs of that resource
 * may be present; they have no effect here.
 */
export interface CognitoPool {
  /** Chosen by the caller and the same at every start: it is part of the token issuer. Looks like `local_ahorro`. */
  poolId: string;
  poolName: string;
  clients: CognitoPoolClient[];
  /** Defaults as Cognito's: 8 characters, of every class. */
  passwordPolicy?: PasswordPolicy;
  autoVerifiedAttributes?: string[];
  /** `["email"]`: people sign in with their e-mail address. */
  usernameAttributes?: string[];
  mfaConfiguration?: string;
}

export interface PasswordPolicy {
  minimumLength?: number;
  requireLowercase?: boolean;
  requireUppercase?: boolean;
  requireNumbers?: boolean;
  requireSymbols?: boolean;
}

/** What a program declares of an app client, as the inputs of `aws.cognito.UserPoolClient` name it. */
export interface CognitoPoolClient {
  /** Chosen by the caller and the same at every start: it is the audience of ID tokens. */
  clientId: string;
  clientName: string;
  /** E.g. `ALLOW_USER_PASSWORD_AUTH`. Without them every flow that is emulated works. */
  explicitAuthFlows?: string[];
  /** Defaults as Cognito's: 60 minutes, 60 minutes, 30 days. Units from `tokenValidityUnits`, else hours, hours, days. */
  accessTokenValidity?: number;
  idTokenValidity?: number;
  refreshTokenValidity?: number;
  tokenValidityUnits?: { accessToken?: string; idToken?: string; refreshToken?: string };
}

/** The declared settings in the terms of Cognito's API, which cognito-local keeps. */
export function poolOptions(pool: CognitoPool): UserPool {
  const policy = passwordPolicy(pool.passwordPolicy);
  return {
    Id: pool.poolId,
    Name: pool.poolName,
    UsernameAttributes: pool.usernameAttributes ?? [],
    // cognito-local tells "none" by absence: with an empty list nobody could sign up.
    ...(pool.autoVerifiedAttributes?.length ? { AutoVerifiedAttributes: pool.autoVerifiedAttributes } : {}),
    MfaConfiguration: pool.mfaConfiguration ?? "OFF",
    Policies: {
      PasswordPolicy: {
        MinimumLength: policy.minimumLength,
        RequireLowercase: policy.requireLowercase,
        RequireUppercase: policy.requireUppercase,
        RequireNumbers: policy.requireNumbers,
        RequireSymbols: policy.requireSymbols,
      },
    },
  };
}

export function clientOptions(poolId: string, client: CognitoPoolClient): AppClient {
  const units = client.tokenValidityUnits ?? {};
  return {
    UserPoolId: poolId,
    ClientId: client.clientId,
    ClientName: client.clientName,
    CreationDate: new Date(),
    LastModifiedDate: new Date(),
    ...(client.explicitAuthFlows ? { ExplicitAuthFlows: client.explicitAuthFlows } : {}),
    AccessTokenValidity: client.accessTokenValidity ?? 60,
    IdTokenValidity: client.idTokenValidity ?? 60,
    RefreshTokenValidity: client.refreshTokenValidity ?? 30,
    TokenValidityUnits: {
      AccessToken: units.accessToken ?? (client.accessTokenValidity === undefined ? "minutes" : "hours"),
      IdToken: units.idToken ?? (client.idTokenValidity === undefined ? "minutes" : "hours"),
      RefreshToken: units.refreshToken ?? "days",
    },
  };
}

/** Why a password breaks the policy, in Cognito's words; undefined when it does not. */
export function passwordProblem(password: string, declared: PasswordPolicy | undefined): string | undefined {
  const policy = passwordPolicy(declared);
  if (password.length < policy.minimumLength) return "Password not long enough";
  if (policy.requireLowercase && !/[a-z]/.test(password)) return "Password must have lowercase characters";
  if (policy.requireUppercase && !/[A-Z]/.test(password)) return "Password must have uppercase characters";
  if (policy.requireNumbers && !/[0-9]/.test(password)) return "Password must have numeric characters";
  // "Password policies", Cognito developer guide: these characters, and blanks that neither lead nor trail.
  if (policy.requireSymbols && !/[\^$*.[\]{}()?"!@#%&/\\,><':;|_~`=+\- ]/.test(password.trim())) {
    return "Password must have symbol characters";
  }
  return undefined;
}

const passwordPolicy = (declared: PasswordPolicy = {}): Required<PasswordPolicy> => ({
  minimumLength: declared.minimumLength ?? 8,
  requireLowercase: declared.requireLowercase ?? true,
  requireUppercase: declared.requireUppercase ?? true,
  requireNumbers: declared.requireNumbers ?? true,
  requireSymbols: declared.requireSymbols ?? true,
});
