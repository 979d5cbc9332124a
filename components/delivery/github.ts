import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { prefix } from "./names";

const ISSUER = "token.actions.githubusercontent.com";

/** Who GitHub says a workflow's job is ("About security hardening with OpenID Connect", GitHub docs: the subject claim). */
export type Job = "pull_request" | `environment:${string}`;

/** GitHub's tokens count in the account. It takes one such provider: where it has it, its ARN is given. */
export const githubProvider = (
  parent: pulumi.Resource,
  name: string,
  knownArn: string | undefined,
): pulumi.Input<string> =>
  knownArn ??
  new aws.iam.OpenIdConnectProvider(
    `${name}-github`,
    { url: `https://${ISSUER}`, clientIdLists: ["sts.amazonaws.com"] },
    { parent },
  ).arn;

/** Only for jobs of this repository of one kind, with a token that was made for AWS. */
export const githubAssumes = (providerArn: pulumi.Input<string>, repository: string, job: Job): pulumi.Output<string> =>
  pulumi.jsonStringify({
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "GitHub",
        Effect: "Allow",
        Principal: { Federated: providerArn },
        Action: "sts:AssumeRoleWithWebIdentity",
        Condition: {
          StringEquals: {
            [`${ISSUER}:aud`]: "sts.amazonaws.com",
            [`${ISSUER}:sub`]: `repo:${repository}:${job}`,
          },
        },
      },
    ],
  });

export interface RoleArgs {
  description: string;
  assumeRolePolicy: pulumi.Input<string>;
  policies: Record<string, aws.iam.Policy>;
  /** Seconds that it can be taken on for at once. */
  maxSessionDuration?: number;
}

/** A role that delivers: `delivery-deploy` is `ahorro-dev-deploy` in AWS, outside the path of the roles that it may make. */
export function deliveryRole(parent: pulumi.Resource, name: string, use: string, args: RoleArgs): aws.iam.Role {
  const { policies, ...roleArgs } = args;
  const role = new aws.iam.Role(`${name}-${use}`, { ...roleArgs, name: `${prefix()}-${use}` }, { parent });
  for (const [key, policy] of Object.entries(policies)) {
    new aws.iam.RolePolicyAttachment(`${name}-${use}-${key}`, { role: role.name, policyArn: policy.arn }, { parent });
  }
  return role;
}
