import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Bucket } from "../bucket";
import type { Policies } from "../delivery";
import type { State } from "./access";
import { deliveryRole } from "./github";
import { prefix } from "./names";
import { createProject, INSTALL_PULUMI, type StepArgs, serviceAssumes } from "./projects";

export interface PipelineArgs {
  region: string;
  repository: string;
  branch: string;
  connectionArn: string;
  approval: boolean;
  state: State;
  policies: Policies;
  logRetentionDays: pulumi.Input<number>;
}

/** What the source hands over, and the source with the web app built. */
const [SOURCE, BUILT] = ["source", "built"];

/**
 * From a push to the stack: builds the web app, tests everything as .ci/run does, previews by the rules of policy/, waits for a yes where that is
 * asked for, and updates. Nothing runs at the same time for one stack.
 */
export function createPipeline(parent: pulumi.Resource, name: string, args: PipelineArgs): void {
  const { region, logRetentionDays } = args;
  const bucket = new Bucket(
    `${name}-artifacts`,
    { lifecycle: { built: { expireAfterDays: 7 } }, deletionProtection: false },
    { parent },
  );
  const projects = Object.fromEntries(
    Object.entries(stepsOf(args)).map(([step, stepArgs]) => [
      step,
      createProject(parent, name, step, { ...stepArgs, bucket, region, logRetentionDays }),
    ]),
  );
  const role = deliveryRole(parent, name, "pipeline", {
    description: `Runs the pipeline of ${prefix()}`,
    assumeRolePolicy: serviceAssumes(parent, "codepipeline.amazonaws.com"),
    policies: {},
  });
  const policy = new aws.iam.RolePolicy(
    `${name}-pipeline`,
    { role: role.name, policy: pipelinePolicy(args, bucket, Object.values(projects)) },
    { parent },
  );
  new aws.codepipeline.Pipeline(
    name,
    {
      name: prefix(),
      pipelineType: "V2",
      executionMode: "QUEUED",
      roleArn: role.arn,
      artifactStores: [{ type: "S3", location: bucket.name }],
      stages: stagesOf(args, projects),
    },
    { parent, dependsOn: [policy] },
  );
}

/** The steps that run commands. Only the last one may change anything. */
function stepsOf({ region, state, policies }: PipelineArgs): Record<string, StepArgs> {
  const environment = {
    AWS_REGION: region,
    PULUMI_BACKEND_URL: `s3://${state.bucket}?region=${region}`,
    PULUMI_STACK: pulumi.getStack(),
  };
  return {
    build: {
      description: `Builds the web app of ${prefix()}`,
      commands: [
        "apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -yq nodejs npm",
        "npm ci",
        "npm run build:web",
      ],
      handsOver: true,
      policies: {},
      minutes: 20,
    },
    test: { description: `Tests ${prefix()}`, commands: [".ci/run"], policies: {}, minutes: 60 },
    preview: {
      description: `Previews ${prefix()} by the rules of policy/`,
      commands: [...INSTALL_PULUMI, 'pulumi preview --stack "$PULUMI_STACK" --non-interactive --policy-pack policy'],
      environment,
      policies: policies.preview,
      minutes: 30,
    },
    up: {
      description: `Updates ${prefix()}`,
      commands: [...INSTALL_PULUMI, 'pulumi up --stack "$PULUMI_STACK" --yes --non-interactive --policy-pack policy'],
      environment,
      policies: policies.update,
      minutes: 120,
    },
  };
}

function stagesOf(args: PipelineArgs, projects: Record<string, aws.codebuild.Project>) {
  const build = (stage: string, step: string, input: string, output?: string) => ({
    name: stage,
    actions: [
      {
        name: stage,
        category: "Build",
        owner: "AWS",
        provider: "CodeBuild",
        version: "1",
        inputArtifacts: [input],
        ...(output !== undefined && { outputArtifacts: [output] }),
        configuration: { ProjectName: projects[step]?.name ?? step },
      },
    ],
  });
  const source = {
    name: "Source",
    category: "Source",
    owner: "AWS",
    provider: "CodeStarSourceConnection",
    version: "1",
    outputArtifacts: [SOURCE],
    configuration: {
      ConnectionArn: args.connectionArn,
      FullRepositoryId: args.repository,
      BranchName: args.branch,
      DetectChanges: "true",
    },
  };
  const approval = { name: "Approve", category: "Approval", owner: "AWS", provider: "Manual", version: "1" };
  return [
    { name: "Source", actions: [source] },
    build("Build", "build", SOURCE, BUILT),
    build("Test", "test", SOURCE),
    build("Preview", "preview", BUILT),
    ...(args.approval ? [{ name: "Approve", actions: [approval] }] : []),
    build("Up", "up", BUILT),
  ];
}

/** To fetch the source through the connection, to hand it on, and to start the builds. */
const pipelinePolicy = (args: PipelineArgs, bucket: Bucket, projects: aws.codebuild.Project[]) =>
  pulumi.jsonStringify({
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "UseConnection",
        Effect: "Allow",
        Action: ["codeconnections:UseConnection"],
        Resource: args.connectionArn,
        Condition: { StringEquals: { "codeconnections:FullRepositoryId": args.repository } },
      },
      {
        Sid: "HandOn",
        Effect: "Allow",
        Action: ["s3:GetObject", "s3:PutObject"],
        Resource: pulumi.interpolate`${bucket.arn}/*`,
      },
      {
        Sid: "Build",
        Effect: "Allow",
        Action: ["codebuild:BatchGetBuilds", "codebuild:StartBuild"],
        Resource: projects.map(({ arn }) => arn),
      },
    ],
  });
