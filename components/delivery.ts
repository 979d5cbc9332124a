import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { packed, previewStatements, type State, updateStatements } from "./delivery/access";
import { boundRoles, createBoundary } from "./delivery/boundary";
import { deliveryRole, githubAssumes, githubProvider } from "./delivery/github";
import { ACCOUNT, prefix, rolePath } from "./delivery/names";
import { createPipeline } from "./delivery/pipeline";

export interface DeliveryArgs {
  region: string;
  state: State;
  /** The workflows in .github/workflows of `owner/name`, for which there are roles. */
  github?: {
    repository: string;
    /** ARN of the provider of GitHub's tokens, where the account has it already. */
    oidcProviderArn?: string;
  };
  /** A pipeline in AWS that deploys a branch of `owner/name`. */
  pipeline?: {
    repository: string;
    branch: string;
    /** ARN of the connection to GitHub, which somebody has allowed there. */
    connectionArn: string;
  };
  /** Whether the pipeline waits for somebody to say yes. */
  approval: boolean;
  logRetentionDays: pulumi.Input<number>;
}

/**
 * Who deploys the stack, and what he may: GitHub's workflows, without any lasting key, or a pipeline in AWS. To be made before all resources
 * whose roles it bounds: it sees to it that no role of the program can be more than the boundary allows.
 *
 * The roles cost nothing; the pipeline and its builds are paid by the minute in which they work.
 */
export class Delivery extends pulumi.ComponentResource {
  constructor(name: string, args: DeliveryArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("ahorro:delivery:Delivery", name, {}, opts);
    const boundary = createBoundary(this, name);
    boundRoles(rolePath(), boundary.arn, (role) => role.startsWith(`${name}-`));
    const preview = createPolicies(this, name, "preview", previewStatements(args.region, args.state));
    const update = createPolicies(this, name, "update", updateStatements(args.region, args.state));
    const policies = { preview, update: { ...preview, ...update } };
    if (args.github !== undefined) createGithubRoles(this, name, args.github, policies);
    if (args.pipeline !== undefined) createPipeline(this, name, { ...args, ...args.pipeline, policies });
    this.registerOutputs();
  }
}

/** Sets of policies: to preview, and to update, which previews before. */
export type Policies = Record<"preview" | "update", Record<string, aws.iam.Policy>>;

/** Managed policies, since inline ones of a role hold a third of it. */
function createPolicies(
  parent: Delivery,
  name: string,
  use: "preview" | "update",
  statements: Parameters<typeof packed>[0],
): Record<string, aws.iam.Policy> {
  const { accountId } = aws.getCallerIdentityOutput({}, { parent });
  const policies = packed(statements).map((document, index) => {
    const key = `${use}-${index + 1}`;
    const policy = new aws.iam.Policy(
      `${name}-${key}`,
      {
        name: `${prefix()}-${key}`,
        description: `What it takes to ${use} ${prefix()}`,
        policy: accountId.apply((account) => document.replaceAll(ACCOUNT, account)),
      },
      { parent },
    );
    return [key, policy] as const;
  });
  return Object.fromEntries(policies);
}

function createGithubRoles(
  parent: Delivery,
  name: string,
  args: NonNullable<DeliveryArgs["github"]>,
  policies: Policies,
): void {
  const provider = githubProvider(parent, name, args.oidcProviderArn);
  deliveryRole(parent, name, "preview", {
    description: `Previews ${prefix()} for pull requests of ${args.repository}`,
    assumeRolePolicy: githubAssumes(provider, args.repository, "pull_request"),
    policies: policies.preview,
  });
  deliveryRole(parent, name, "deploy", {
    description: `Deploys ${prefix()} from the environment of that name of ${args.repository}`,
    assumeRolePolicy: githubAssumes(provider, args.repository, `environment:${pulumi.getStack()}`),
    policies: policies.update,
    // An Aurora cluster takes half an hour at times.
    maxSessionDuration: 7_200,
  });
}
