import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Bucket } from "../bucket";
import { deliveryRole } from "./github";
import { prefix } from "./names";

/** A step of the pipeline: what it runs, and what it may. */
export interface StepArgs {
  description: string;
  /** Commands, one after the other; the first that fails ends it. */
  commands: string[];
  /** Whether the next steps are given what it has made. */
  handsOver?: boolean;
  environment?: Record<string, string>;
  policies: Record<string, aws.iam.Policy>;
  minutes: number;
}

/** A clean Debian, for which .ci/run is made. */
const IMAGE = "public.ecr.aws/debian/debian:trixie";

/** What previews and updates need besides npm: the Pulumi CLI, of the version that the program is written against. */
export const INSTALL_PULUMI = [
  "apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -yq ca-certificates curl nodejs npm",
  "npm ci",
  'curl -fsSL https://get.pulumi.com | sh -s -- --version "$(node -p "require(\'@pulumi/pulumi/package.json\').version")"',
  // Debian's Node.js is older than the one that the program is made for.
  'export PATH="$PWD/node_modules/.bin:$HOME/.pulumi/bin:$PATH"',
];

/** A CodeBuild project with a role and a log group of its own; it builds what the pipeline hands it. */
export function createProject(
  parent: pulumi.Resource,
  name: string,
  step: string,
  args: StepArgs & { bucket: Bucket; region: string; logRetentionDays: pulumi.Input<number> },
): aws.codebuild.Project {
  const physicalName = `${prefix()}-${step}`;
  const logGroup = new aws.cloudwatch.LogGroup(
    `${name}-${step}`,
    { name: `/aws/codebuild/${physicalName}`, retentionInDays: args.logRetentionDays },
    { parent },
  );
  const role = deliveryRole(parent, name, `build-${step}`, {
    description: `${args.description}, within the pipeline`,
    assumeRolePolicy: serviceAssumes(parent, "codebuild.amazonaws.com"),
    policies: args.policies,
  });
  const policy = new aws.iam.RolePolicy(
    `${name}-build-${step}`,
    { role: role.name, policy: buildPolicy(logGroup.arn, args.bucket.arn, args.handsOver ?? false) },
    { parent },
  );
  return new aws.codebuild.Project(
    `${name}-${step}`,
    {
      name: physicalName,
      description: args.description,
      serviceRole: role.arn,
      buildTimeout: args.minutes,
      source: { type: "CODEPIPELINE", buildspec: buildspec(args) },
      artifacts: { type: "CODEPIPELINE" },
      environment: {
        type: "LINUX_CONTAINER",
        computeType: "BUILD_GENERAL1_MEDIUM",
        image: IMAGE,
        imagePullCredentialsType: "SERVICE_ROLE",
        environmentVariables: Object.entries({ CI: "true", ...args.environment }).map(([key, value]) => ({
          name: key,
          value,
        })),
      },
      logsConfig: { cloudwatchLogs: { groupName: logGroup.name } },
    },
    // CodeBuild checks when it starts, but a role without rights is of no use to anybody.
    { parent, dependsOn: [policy] },
  );
}

/** JSON is YAML. */
const buildspec = ({ commands, handsOver }: StepArgs): string =>
  JSON.stringify({
    version: 0.2,
    // One shell for all, so that what one command exports the next one knows.
    phases: { build: { commands: [["set -eu", ...commands].join("\n")] } },
    // Packages are installed anew: they are many, and for one machine.
    ...(handsOver && { artifacts: { files: ["**/*"], "exclude-paths": ["node_modules/**/*"] } }),
  });

/** To log, to take what the pipeline hands over, and to hand over in turn. */
const buildPolicy = (logGroupArn: pulumi.Input<string>, bucketArn: pulumi.Input<string>, handsOver: boolean) =>
  pulumi.jsonStringify({
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "WriteOwnLogs",
        Effect: "Allow",
        Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
        Resource: pulumi.interpolate`${logGroupArn}:*`,
      },
      {
        Sid: "TakeArtifacts",
        Effect: "Allow",
        Action: handsOver ? ["s3:GetObject", "s3:PutObject"] : ["s3:GetObject"],
        Resource: pulumi.interpolate`${bucketArn}/*`,
      },
    ],
  });

/** Only on behalf of this account ("The confused deputy problem", IAM user guide). */
export const serviceAssumes = (parent: pulumi.Resource, service: string): pulumi.Output<string> =>
  pulumi.jsonStringify({
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "Service",
        Effect: "Allow",
        Principal: { Service: service },
        Action: "sts:AssumeRole",
        Condition: { StringEquals: { "aws:SourceAccount": aws.getCallerIdentityOutput({}, { parent }).accountId } },
      },
    ],
  });
