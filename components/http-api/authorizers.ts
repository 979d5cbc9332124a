import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { authorizerHandler } from "../authorizer";
import { originAuthorizerHandler } from "../authorizer/origin";
import type { Identity } from "../identity";
import { Lambda } from "../lambda";
import { ORIGIN_HEADER, type OriginKeys } from "../origin-keys";
import { allowInvocation } from "./permission";

export interface AuthorizersArgs {
  /** Whose ID tokens are accepted. */
  identity: Identity;
  /** Keys by which the distribution in front of it is known. @default none */
  originKeys?: OriginKeys | undefined;
  /** Whether it refuses requests that show none of the keys. @default false */
  originRequired?: boolean;
  logRetentionDays: pulumi.Input<number>;
}

/** Whom routes ask whether a request may pass, by id. */
export interface Authorizers {
  token: pulumi.Output<string>;
  /** Of routes that take no token; nobody is asked without. */
  open?: pulumi.Output<string>;
  /** Known when what they are told of keys has reached them. */
  ready: pulumi.Output<unknown>;
}

export function createAuthorizers(
  parent: pulumi.Resource,
  name: string,
  { identity, originKeys, originRequired, logRetentionDays }: AuthorizersArgs,
  api: aws.apigatewayv2.Api,
): Authorizers {
  const checked = originRequired ? originKeys : undefined;
  if (originRequired && checked === undefined) throw new Error("An API that requires a key must be given one.");
  const environment = checked && { ORIGIN_KEY_DIGESTS: checked.digests };
  const verifier = new Lambda(
    `${name}-authorizer`,
    {
      description: "Verifies the ID tokens of API requests",
      handler: authorizerHandler,
      links: [identity.link()],
      ...(environment && { environment }),
      timeout: 10,
      logRetentionDays,
    },
    { parent },
  );
  // The key is a part of what decisions are kept by: one that was made with it is not for a request without.
  const keySource = checked ? [`$request.header.${ORIGIN_HEADER}`] : [];
  const sources = ["$request.header.Authorization", ...keySource];
  const token = createAuthorizer(parent, name, "id-token", verifier, sources, api);
  if (environment === undefined) return { token, ready: verifier.arn };
  const gate = new Lambda(
    `${name}-origin`,
    {
      description: "Sees that requests without a token come through the distribution",
      handler: originAuthorizerHandler,
      environment,
      timeout: 10,
      logRetentionDays,
    },
    { parent },
  );
  const open = createAuthorizer(parent, `${name}-origin`, "origin", gate, keySource, api);
  return { token, open, ready: pulumi.all([verifier.arn, gate.arn]) };
}

/** Answers its id. Requests that lack a source are refused without asking it; what it says of others is kept for five minutes. */
function createAuthorizer(
  parent: pulumi.Resource,
  name: string,
  physicalName: string,
  lambda: Lambda,
  identitySources: string[],
  api: aws.apigatewayv2.Api,
): pulumi.Output<string> {
  const authorizer = new aws.apigatewayv2.Authorizer(
    name,
    {
      apiId: api.id,
      name: physicalName,
      authorizerType: "REQUEST",
      authorizerUri: lambda.invokeArn,
      authorizerPayloadFormatVersion: "2.0",
      enableSimpleResponses: true,
      identitySources,
      authorizerResultTtlInSeconds: 300,
    },
    { parent },
  );
  allowInvocation(
    parent,
    lambda.logicalName,
    lambda,
    pulumi.interpolate`${api.executionArn}/authorizers/${authorizer.id}`,
  );
  return authorizer.id;
}
