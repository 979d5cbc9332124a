import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { guarded } from "./guard";
import type { Link } from "./link";
import { originOf } from "./origin";

export interface IdentityArgs {
  /** Guards the users against deletion of the pool, by AWS and by Pulumi. */
  deletionProtection: boolean;
  /** Lets clients send the password itself (`USER_PASSWORD_AUTH`) beside SRP, for development. @default false */
  passwordSignIn?: boolean;
}

/**
 * Who people are: a Cognito user pool in which the verified e-mail address is the user name, and the client of the web app. The app signs in
 * by SRP and calls the API with the ID token.
 *
 * Costs nothing when idle.
 */
export class Identity extends pulumi.ComponentResource {
  readonly userPoolId: pulumi.Output<string>;
  readonly clientId: pulumi.Output<string>;
  /** Origin of the API by which clients sign up and in. */
  readonly endpoint: pulumi.Output<string>;
  private readonly userPoolArn: pulumi.Output<string>;
  private readonly issuer: pulumi.Output<string>;

  constructor(name: string, args: IdentityArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("ahorro:identity:Identity", name, {}, opts);
    const pool = createUserPool(this, name, args);
    const client = createClient(this, name, args, pool);
    this.userPoolId = pool.id;
    this.clientId = client.id;
    this.endpoint = pool.endpoint.apply((endpoint) => originOf(endpoint.replace(/\/.*$/, "")));
    this.userPoolArn = pool.arn;
    this.issuer = pulumi.interpolate`https://${pool.endpoint}`;
    this.registerOutputs({ userPoolId: this.userPoolId, clientId: this.clientId });
  }

  /**
   * What a function needs to verify tokens: whose they must be and for whom, which takes no rights; or to delete users of
   * the pool, USER_POOL_ID.
   */
  link(use: "verifyTokens" | "deleteUsers" = "verifyTokens"): Link {
    if (use === "verifyTokens") {
      return { environment: { TOKEN_ISSUER: this.issuer, TOKEN_AUDIENCE: this.clientId }, statements: [] };
    }
    return {
      environment: { USER_POOL_ID: this.userPoolId },
      statements: [
        {
          Sid: "DeleteUsers",
          Effect: "Allow",
          Action: ["cognito-idp:AdminDeleteUser"],
          Resource: this.userPoolArn,
        },
      ],
    };
  }
}

function createUserPool(parent: Identity, name: string, args: IdentityArgs): aws.cognito.UserPool {
  return new aws.cognito.UserPool(
    name,
    {
      name: `${pulumi.getProject()}-${pulumi.getStack()}`,
      usernameAttributes: ["email"],
      autoVerifiedAttributes: ["email"],
      usernameConfiguration: { caseSensitive: false },
      // A new address counts only once it is verified; until then the old one stays.
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
      deletionProtection: args.deletionProtection ? "ACTIVE" : "INACTIVE",
    },
    { parent, ...guarded(args.deletionProtection) },
  );
}

function createClient(
  parent: Identity,
  name: string,
  args: IdentityArgs,
  pool: aws.cognito.UserPool,
): aws.cognito.UserPoolClient {
  return new aws.cognito.UserPoolClient(
    `${name}-web`,
    {
      name: "web",
      userPoolId: pool.id,
      generateSecret: false,
      explicitAuthFlows: [
        "ALLOW_USER_SRP_AUTH",
        "ALLOW_REFRESH_TOKEN_AUTH",
        ...(args.passwordSignIn ? ["ALLOW_USER_PASSWORD_AUTH"] : []),
      ],
      idTokenValidity: 60,
      accessTokenValidity: 60,
      refreshTokenValidity: 30,
      tokenValidityUnits: { idToken: "minutes", accessToken: "minutes", refreshToken: "days" },
      enableTokenRevocation: true,
      preventUserExistenceErrors: "ENABLED",
      readAttributes: ["email", "email_verified", "name"],
      writeAttributes: ["email", "name"],
    },
    { parent, ...guarded(args.deletionProtection) },
  );
}
