import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { prefix } from "./names";

/**
 * All that roles of a stack's own resources can be given. Whoever deploys makes roles; without this ceiling, he could make one that may do
 * everything, and be it. What a role really may is in its own policy ("Permissions boundaries for IAM entities", IAM user guide).
 */
const CEILING = [
  "cloudfront:CreateInvalidation",
  "cognito-idp:AdminDeleteUser",
  "dynamodb:DeleteItem",
  "dynamodb:GetItem",
  "dynamodb:PutItem",
  "dynamodb:Query",
  "dynamodb:UpdateItem",
  "ec2:AssignPrivateIpAddresses",
  "ec2:CreateNetworkInterface",
  "ec2:DeleteNetworkInterface",
  "ec2:DescribeNetworkInterfaces",
  "ec2:DescribeSecurityGroups",
  "ec2:DescribeSubnets",
  "ec2:DescribeVpcs",
  "ec2:UnassignPrivateIpAddresses",
  "firehose:PutRecord",
  "glue:GetTable",
  "glue:GetTableVersion",
  "glue:GetTableVersions",
  "kafka-cluster:AlterGroup",
  "kafka-cluster:Connect",
  "kafka-cluster:CreateTopic",
  "kafka-cluster:DescribeClusterDynamicConfiguration",
  "kafka-cluster:DescribeGroup",
  "kafka-cluster:DescribeTopic",
  "kafka-cluster:ReadData",
  "kafka-cluster:WriteData",
  "kafka-cluster:WriteDataIdempotently",
  "kafka:DescribeClusterV2",
  "kafka:GetBootstrapBrokers",
  "lambda:InvokeFunction",
  "logs:CreateLogStream",
  "logs:PutLogEvents",
  "rds-data:ExecuteStatement",
  "rds-db:connect",
  "s3:AbortMultipartUpload",
  "s3:DeleteObject",
  "s3:GetBucketLocation",
  "s3:GetObject",
  "s3:ListBucket",
  "s3:ListBucketMultipartUploads",
  "s3:PutObject",
  "secretsmanager:GetSecretValue",
  "ses:SendEmail",
  "sqs:SendMessage",
  "xray:PutTelemetryRecords",
  "xray:PutTraceSegments",
];

/** The ceiling of all roles that the program makes for its resources: nothing of IAM, nothing that AWS has beside what they use. */
export const createBoundary = (parent: pulumi.Resource, name: string): aws.iam.Policy =>
  new aws.iam.Policy(
    `${name}-boundary`,
    {
      name: `${prefix()}-boundary`,
      description: `The most that roles of ${prefix()} may be given`,
      policy: JSON.stringify({
        Version: "2012-10-17",
        Statement: [{ Sid: "Ceiling", Effect: "Allow", Action: CEILING, Resource: "*" }],
      }),
    },
    { parent },
  );

/** Has each role that is declared from now on stay below the boundary, and lie in the stack's own path. */
export function boundRoles(path: string, boundary: pulumi.Input<string>, exempt: (name: string) => boolean): void {
  pulumi.runtime.registerStackTransformation(({ type, name, props, opts }) =>
    type === "aws:iam/role:Role" && !exempt(name)
      ? { props: { ...props, path, permissionsBoundary: boundary }, opts }
      : undefined,
  );
}
