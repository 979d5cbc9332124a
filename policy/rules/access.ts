import { allowing, called, isEverybody, list, type Statement, statementsOf } from "../documents";
import { type Rule, unless } from "../rule";

/**
 * Actions that know no resource to be narrowed to, or that AWS's services need for all of them; each with where that is said. Whatever
 * else is granted names its resources.
 */
export const UNSCOPED_ACTIONS: Record<string, string> = {
  "kafka:GetBootstrapBrokers":
    "No resource types (Service Authorization Reference, Managed Streaming for Apache Kafka)",
  "xray:PutTelemetryRecords": "No resource types (Service Authorization Reference, X-Ray)",
  "xray:PutTraceSegments": "No resource types (Service Authorization Reference, X-Ray)",
  ...Object.fromEntries(
    [
      "AssignPrivateIpAddresses",
      "CreateNetworkInterface",
      "DeleteNetworkInterface",
      "DescribeNetworkInterfaces",
      "DescribeSecurityGroups",
      "DescribeSubnets",
      "DescribeVpcs",
      "UnassignPrivateIpAddresses",
    ].map((action) => [
      `ec2:${action}`,
      "The Lambda service makes a function's network interfaces with the function's role, before they have an ARN (Giving Lambda functions access to resources in an Amazon VPC; Configuring permissions for Amazon MSK event sources, Lambda developer guide)",
    ]),
  ),
};

/** Policies, but for the number that they end with, that are wider than resources of ours with names known before; each with the reason. */
export const WIDE_POLICIES: Record<string, string> = {
  "delivery-boundary": "A ceiling: it grants nothing",
  "delivery-preview": "Looks at all that the stack has, of which AWS names much by ids that nobody knows before",
  "delivery-update": "Makes all that the stack has, of which AWS names much by ids that nobody knows before",
};

/** Where a wildcard stands for what is within one named thing: a bucket's objects, a log group's streams, a function's versions. */
const WITHIN = /^arn:aws:(s3:::[^*]+\/\*|logs:[^*]+:log-group:[^*]+:\*)$/;

const GITHUB = "token.actions.githubusercontent.com";

const POLICIES = ["aws:iam/rolePolicy:RolePolicy", "aws:iam/policy:Policy"];

/** Rights are spelled out, and each role is trusted to one kind of principal. */
export const accessRules: Rule[] = [
  {
    name: "actions-spelled-out",
    description: "Policies allow actions by their full names.",
    types: POLICIES,
    violation: ({ inputs }) => firstOf(allowing(inputs.policy), wildAction),
  },
  {
    name: "resources-narrowed",
    description:
      "Policies name the resources that they allow actions on; UNSCOPED_ACTIONS and WIDE_POLICIES list what cannot be narrowed.",
    types: POLICIES,
    violation: ({ name, inputs }) =>
      WIDE_POLICIES[name.replace(/-\d+$/, "")] === undefined
        ? firstOf(allowing(inputs.policy), wildResource)
        : undefined,
  },
  {
    name: "no-broad-managed-policies",
    description: "Roles have policies of their own, not what AWS thinks fit for everybody.",
    types: ["aws:iam/role:Role", "aws:iam/rolePolicyAttachment:RolePolicyAttachment"],
    violation: ({ inputs }) => {
      const broad = [...list(inputs.managedPolicyArns), ...list(inputs.policyArn)].find((arn) =>
        /^arn:aws:iam::aws:policy\//.test(arn),
      );
      return unless(broad === undefined, `takes ${broad}`);
    },
  },
  {
    name: "roles-trusted-narrowly",
    description:
      "A role is for a service, or for a web identity with a given audience and subject, of GitHub's for one repository's pull requests or environment; never for everybody.",
    types: ["aws:iam/role:Role"],
    violation: ({ inputs }) => firstOf(statementsOf(inputs.assumeRolePolicy), broadTrust),
  },
  {
    name: "invocations-bound-to-source",
    description: "Who may invoke a function is one service, on behalf of one resource of ours.",
    types: ["aws:lambda/permission:Permission"],
    violation: ({ inputs }) =>
      unless(
        typeof inputs.principal === "string" && inputs.principal !== "*" && typeof inputs.sourceArn === "string",
        "lets everybody invoke, or any resource of a service: set principal and sourceArn",
      ),
  },
];

const firstOf = (statements: Statement[], wrong: (statement: Statement) => string | undefined): string | undefined =>
  statements.map(wrong).find((message) => message !== undefined);

function wildAction(statement: Statement): string | undefined {
  if (statement.NotAction !== undefined) return `${called(statement)} allows all actions but some`;
  const wild = list(statement.Action).find((action) => action.includes("*"));
  return unless(wild === undefined, `${called(statement)} allows ${wild}`);
}

function wildResource(statement: Statement): string | undefined {
  if (statement.NotResource !== undefined) return `${called(statement)} allows all resources but some`;
  const scoped = list(statement.Action).filter((action) => UNSCOPED_ACTIONS[action] === undefined);
  const wild = list(statement.Resource).find((resource) => resource.includes("*") && !WITHIN.test(resource));
  if (wild === undefined || (wild === "*" && scoped.length === 0)) return undefined;
  return `${called(statement)} allows ${scoped[0] ?? list(statement.Action)[0]} on ${wild}`;
}

function broadTrust(statement: Statement): string | undefined {
  if (statement.Effect !== "Allow") return undefined;
  if (isEverybody(statement)) return `${called(statement)} trusts everybody`;
  const principal = typeof statement.Principal === "object" ? statement.Principal : {};
  if (principal.Federated === undefined) return undefined;
  const bound = Object.entries(statement.Condition?.StringEquals ?? {});
  const [audience, subject] = [":aud", ":sub"].map((claim) =>
    bound.filter(([key]) => key.endsWith(claim)).flatMap(([, value]) => list(value)),
  );
  if (!audience?.length || !subject?.length) {
    return `${called(statement)} trusts any subject of ${principal.Federated}: hold it to :aud and :sub by StringEquals`;
  }
  // A branch can be pushed by many, an environment asks those who may approve; StringEquals takes wildcards as they are written.
  const loose = list(principal.Federated).some((provider) => provider.includes(GITHUB))
    ? subject.find((one) => !/^repo:[\w.-]+\/[\w.-]+:(pull_request|environment:[\w-]+)$/.test(one))
    : undefined;
  return unless(
    loose === undefined,
    `${called(statement)} trusts ${loose}: name one repository, and pull_request or an environment`,
  );
}
