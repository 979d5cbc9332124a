import * as pulumi from "@pulumi/pulumi";
import type { PolicyStatement } from "../link";

export interface FunctionPolicyArgs {
  /** Physical name of the function. */
  functionName: string;
  logGroupArn: pulumi.Input<string>;
  /** Whether the function has network interfaces in a VPC. */
  inVpc: boolean;
  /** What the function's own work needs. */
  statements: PolicyStatement[];
}

const NETWORK_INTERFACE_ACTIONS = [
  "ec2:AssignPrivateIpAddresses",
  "ec2:CreateNetworkInterface",
  "ec2:DeleteNetworkInterface",
  "ec2:DescribeNetworkInterfaces",
  "ec2:DescribeSubnets",
  "ec2:UnassignPrivateIpAddresses",
];

/** The one inline policy of a function's role, as JSON: to log, to trace, to live in its network, and its own work. */
export function functionPolicy(args: FunctionPolicyArgs): pulumi.Output<string> {
  return pulumi.jsonStringify({
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "WriteOwnLogs",
        Effect: "Allow",
        Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
        Resource: pulumi.interpolate`${args.logGroupArn}:*`,
      },
      {
        // X-Ray has no resources to narrow this to.
        Sid: "WriteTraces",
        Effect: "Allow",
        Action: ["xray:PutTelemetryRecords", "xray:PutTraceSegments"],
        Resource: "*",
      },
      ...(args.inVpc ? networkInterfaceStatements(args.functionName) : []),
      ...args.statements,
    ],
  });
}

/**
 * The Lambda service needs these through the function's role and cannot be held to one subnet; the function's own code
 * does not need them, and is denied them by the condition key that only its calls carry ("Giving Lambda functions access
 * to resources in an Amazon VPC", Lambda developer guide).
 */
function networkInterfaceStatements(functionName: string) {
  return [
    { Sid: "ManageNetworkInterfaces", Effect: "Allow", Action: NETWORK_INTERFACE_ACTIONS, Resource: "*" },
    {
      Sid: "NotByFunctionCode",
      Effect: "Deny",
      Action: NETWORK_INTERFACE_ACTIONS,
      Resource: "*",
      Condition: { ArnLike: { "lambda:SourceFunctionArn": `arn:aws:lambda:*:*:function:${functionName}` } },
    },
  ];
}
