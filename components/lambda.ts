import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Context } from "aws-lambda";
import { bundleFunction } from "./lambda/bundle";
import { functionPolicy } from "./lambda/policy";
import type { Link, PolicyStatement, VpcPlacement } from "./link";

/** A function's entry point. Each function narrows `event` to what invokes it. */
export type Handler = (event: never, context: Context) => Promise<unknown>;

export interface LambdaArgs {
  /** What the function is for, in one sentence: shown in the AWS console. */
  description: string;
  /**
   * Makes the handler. Called once per container, synchronously; clients, verifiers and schemas are made here.
   * Serialized together with all it captures: see docs on function serialization for what may be captured.
   */
  handler: () => Handler;
  /** The resources it uses. */
  links?: Link[];
  /** Environment variables beyond those of the links. */
  environment?: Record<string, pulumi.Input<string>>;
  /** Rights beyond those of the links. */
  statements?: PolicyStatement[];
  /** Text files put into the archive beside the code: path within the archive → content. */
  files?: Record<string, string>;
  /** MiB. @default 512 */
  memorySize?: number;
  /** Seconds. @default 15 */
  timeout?: number;
  /** Instances set aside for it, and its ceiling. @default unreserved */
  reservedConcurrency?: number;
  logRetentionDays: pulumi.Input<number>;
}

/**
 * A Lambda function whose code is written beside its resource: serialized, bundled into one file, and given a role of its
 * own that allows exactly what its links ask for. Node.js 24 on arm64, traced by X-Ray, logging JSON into a log group
 * with retention. `opts.dependsOn` holds back the function itself, so that code changes over only after what it needs.
 *
 * Costs nothing when idle, apart from the logs it keeps.
 */
export class Lambda extends pulumi.ComponentResource {
  /** The name it was given in the program. */
  readonly logicalName: string;
  /** Its name in AWS. */
  readonly name: pulumi.Output<string>;
  readonly arn: pulumi.Output<string>;
  readonly invokeArn: pulumi.Output<string>;
  readonly function: aws.lambda.Function;
  readonly role: aws.iam.Role;

  constructor(name: string, args: LambdaArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("ahorro:compute:Lambda", name, {}, opts);
    const physicalName = functionName(name);
    const vpc = mergeVpc(args.links ?? []);

    const logGroup = new aws.cloudwatch.LogGroup(
      name,
      { name: `/aws/lambda/${physicalName}`, retentionInDays: args.logRetentionDays },
      { parent: this },
    );
    this.role = new aws.iam.Role(
      name,
      { description: `Role of the function ${physicalName}`, assumeRolePolicy: lambdaAssumes() },
      { parent: this },
    );
    const policy = new aws.iam.RolePolicy(
      name,
      {
        role: this.role.name,
        policy: functionPolicy({
          functionName: physicalName,
          logGroupArn: logGroup.arn,
          inVpc: vpc !== undefined,
          statements: [...(args.links ?? []).flatMap((link) => link.statements), ...(args.statements ?? [])],
        }),
      },
      { parent: this },
    );
    this.function = new aws.lambda.Function(
      name,
      {
        name: physicalName,
        description: args.description,
        role: this.role.arn,
        handler: "__index.handler",
        code: createArchive(this, name, args),
        runtime: aws.lambda.Runtime.NodeJS24dX,
        architectures: ["arm64"],
        memorySize: args.memorySize ?? 512,
        timeout: args.timeout ?? 15,
        ...(args.reservedConcurrency !== undefined && { reservedConcurrentExecutions: args.reservedConcurrency }),
        environment: { variables: mergeEnvironment(name, args, vpc) },
        loggingConfig: {
          logFormat: "JSON",
          applicationLogLevel: "INFO",
          systemLogLevel: "INFO",
          logGroup: logGroup.name,
        },
        tracingConfig: { mode: "Active" },
        ...(vpc && { vpcConfig: vpcConfigOf(vpc) }),
      },
      // The policy first: Lambda checks the right to make network interfaces when the function is created.
      {
        parent: this,
        dependsOn: pulumi.output(opts.dependsOn ?? []).apply((after) => [policy, logGroup, after].flat()),
      },
    );
    this.logicalName = name;
    this.name = this.function.name;
    this.arn = this.function.arn;
    this.invokeArn = this.function.invokeArn;
    this.registerOutputs({ name: this.name, arn: this.arn });
  }
}

/**
 * The name in AWS of the function that is given this name in the program: `<project>-<stack>-<name>`, the same in every account,
 * readable in consoles and log queries. At most 64 characters.
 */
export function functionName(name: string): string {
  const physical = `${pulumi.getProject()}-${pulumi.getStack()}-${name}`;
  if (physical.length > 64) {
    throw new Error(`The function name "${physical}" is longer than the 64 characters AWS allows. Shorten "${name}".`);
  }
  return physical;
}

/**
 * What a function needs to call one that may be declared after it: the name, in the environment variable given, and the right to
 * invoke it. `parent` is whoever asks, through whose provider account and region are looked up.
 */
export function callLink(
  parent: pulumi.Resource,
  name: string,
  { variable, sid }: { variable: string; sid: string },
): Link {
  const physicalName = functionName(name);
  return {
    environment: { [variable]: physicalName },
    statements: [
      {
        Sid: sid,
        Effect: "Allow",
        Action: ["lambda:InvokeFunction"],
        Resource: functionArn(parent, physicalName),
      },
    ],
  };
}

/** ARN of a function of this account and region by its name in AWS, or by a pattern of names. */
export function functionArn(parent: pulumi.Resource, physicalName: string): pulumi.Output<string> {
  // Without a parent, calls would go through the default provider, which stacks refuse.
  const { accountId } = aws.getCallerIdentityOutput({}, { parent });
  const { id: region } = aws.getRegionOutput({}, { parent });
  return pulumi.interpolate`arn:aws:lambda:${region}:${accountId}:function:${physicalName}`;
}

function createArchive(parent: Lambda, name: string, args: LambdaArgs): pulumi.asset.AssetArchive {
  const files = Object.entries(args.files ?? {}).map(([path, text]) => [path, new pulumi.asset.StringAsset(text)]);
  return new pulumi.asset.AssetArchive({
    "__index.js": new pulumi.asset.StringAsset(bundleFunction(parent, name, args.handler)),
    ...Object.fromEntries(files),
  });
}

function mergeEnvironment(
  name: string,
  args: LambdaArgs,
  vpc: VpcPlacement | undefined,
): Record<string, pulumi.Input<string>> {
  const merged: Record<string, pulumi.Input<string>> = {};
  const ofLinks = (args.links ?? []).map((link) => link.environment);
  for (const variables of [vpc?.ipv6?.environment ?? {}, ...ofLinks, args.environment ?? {}]) {
    for (const [key, value] of Object.entries(variables)) {
      if (key in merged && merged[key] !== value) {
        throw new Error(`The function "${name}" is given two values for the environment variable ${key}.`);
      }
      merged[key] = value;
    }
  }
  return merged;
}

/** All links of one function lie in one network: its subnets once, the security groups of all. */
function mergeVpc(links: Link[]): VpcPlacement | undefined {
  const placements = links.flatMap((link) => link.vpc ?? []);
  const first = placements[0];
  if (!first) return undefined;
  return { ...first, securityGroupIds: [...new Set(placements.flatMap((placement) => placement.securityGroupIds))] };
}

const vpcConfigOf = ({ subnetIds, securityGroupIds, ipv6 }: VpcPlacement) => ({
  subnetIds,
  securityGroupIds,
  ...(ipv6 && { ipv6AllowedForDualStack: true }),
});

const lambdaAssumes = (): string =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" }],
  });
