import { type Graph, type Resource, resourcesOf } from "../../local/program/graph";

/** A function as rights are traced to it: its declaration, and the code that is uploaded. */
export interface Traced {
  graph: Graph;
  declared: Resource;
  code: string;
}

const command = (name: string) => new RegExp(`[{,]${name}:[\\w$]+[},]|new [\\w$]+\\.${name}\\(`);

/** By action, what in a function's bundle calls for it: bundlers leave the names of commands, of settings and of services as they are. */
export const CALLS: Record<string, RegExp[]> = {
  "cloudfront:CreateInvalidation": [command("CreateInvalidationCommand")],
  "cognito-idp:AdminDeleteUser": [command("AdminDeleteUserCommand")],
  "dynamodb:DeleteItem": [command("DeleteCommand")],
  "dynamodb:GetItem": [command("GetCommand")],
  "dynamodb:PutItem": [command("PutCommand")],
  "dynamodb:Query": [command("QueryCommand")],
  "dynamodb:UpdateItem": [command("UpdateCommand")],
  "firehose:PutRecord": [command("PutRecordCommand")],
  // functions/runtime/invoke.ts
  "lambda:InvokeFunction": [/\/2015-03-31\/functions\//],
  // DynamoDB has a command of that name, too.
  "rds-data:ExecuteStatement": [/\{ExecuteStatementCommand:[\w$]+,RDSDataClient:/],
  // The Data API reads it with the caller's rights ("Using the Amazon RDS Data API", Aurora user guide).
  "secretsmanager:GetSecretValue": [/\{ExecuteStatementCommand:[\w$]+,RDSDataClient:/, /secretArn/],
  // components/database/connection.ts
  "rds-db:connect": [/service:"rds-db"/, /Action:"connect"/],
  // An upload that is broken off takes its parts back.
  "s3:AbortMultipartUpload": [command("Upload")],
  "s3:DeleteObject": [command("DeleteObjectCommand")],
  "s3:GetObject": [command("GetObjectCommand")],
  "s3:ListBucket": [command("ListObjectsV2Command")],
  "s3:PutObject": [command("PutObjectCommand"), command("Upload")],
  "ses:SendEmail": [command("SendEmailCommand")],
  // kafkajs: components/event-bus/connection.ts and topics.ts, functions/runtime/kafka.ts, functions/dead-letters/reading.ts
  "kafka-cluster:Connect": [/KAFKA_SECURITY/],
  "kafka-cluster:CreateTopic": [/createTopics\(\{topics:\w+\.map/],
  "kafka-cluster:WriteData": [/idempotent:!0,maxInFlightRequests:1/],
  "kafka-cluster:WriteDataIdempotently": [/idempotent:!0,maxInFlightRequests:1/],
  "kafka-cluster:AlterGroup": [/maxWaitTimeInMs:100\b/],
  "kafka-cluster:DescribeGroup": [/maxWaitTimeInMs:100\b/],
  "kafka-cluster:ReadData": [/maxWaitTimeInMs:100\b/],
};

/** Actions that need others of the same kind: whoever writes to a topic, reads or makes one looks for it before. */
export const IMPLIED: Record<string, string[]> = {
  "kafka-cluster:DescribeTopic": ["kafka-cluster:WriteData", "kafka-cluster:ReadData", "kafka-cluster:CreateTopic"],
};

const settings = ({ declared }: Traced) => declared.inputs;

const consumes = ({ graph, declared }: Traced): boolean =>
  resourcesOf(graph, "aws:lambda/eventSourceMapping:EventSourceMapping").some(
    ({ inputs }) => inputs.functionName === declared.outputs.name,
  );

const keepsFailures = ({ graph, declared }: Traced): boolean =>
  resourcesOf(graph, "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig").some(
    ({ inputs }) =>
      inputs.functionName === declared.outputs.name && inputs.destinationConfig?.onFailure?.destination !== undefined,
  );

/**
 * By statement, what of a function's declaration has the Lambda service need it: it acts in the function's name ("Lambda execution role", Lambda
 * developer guide).
 */
export const SERVICE: Record<string, (traced: Traced) => boolean> = {
  WriteOwnLogs: (traced) => settings(traced).loggingConfig?.logGroup !== undefined,
  WriteTraces: (traced) => settings(traced).tracingConfig?.mode === "Active",
  ManageNetworkInterfaces: (traced) => settings(traced).vpcConfig !== undefined,
  ReachBrokers: consumes,
  FindBrokers: consumes,
  ReadTopics: consumes,
  KeepOffsets: consumes,
  PollFromNetwork: consumes,
  KeepFailed: keepsFailures,
};

/** Code that is in a bundle, and is not called there: whose it is, the action, and why. */
export const UNCALLED: [names: RegExp, action: string, why: string, when: (traced: Traced) => boolean][] = [
  [
    /^categories-exporter$/,
    "dynamodb:PutItem",
    "It reads what a person has; runtime/dynamodb.ts comes in one piece",
    () => true,
  ],
  [/^categories-exporter$/, "dynamodb:UpdateItem", "Likewise", () => true],
  [/^categories-exporter$/, "dynamodb:DeleteItem", "Likewise", () => true],
  [
    /^(exports-api|transactions-exporter)$/,
    "s3:DeleteObject",
    "They leave it to the bucket's lifecycle; runtime/bucket.ts comes in one piece",
    () => true,
  ],
  [/^exports-consumer$/, "s3:GetObject", "It deletes what an account had; likewise", () => true],
  [
    /-relay$/,
    "lambda:InvokeFunction",
    "Relays hand over only where there is no broker",
    (traced) => settings(traced).environment.variables.CONSUMERS === undefined,
  ],
  [
    /-consumer$/,
    "lambda:InvokeFunction",
    "Without a broker, a queue keeps what failed",
    (traced) => settings(traced).environment.variables.DEAD_LETTERS_FUNCTION === undefined,
  ],
  ...["Connect", "WriteData", "WriteDataIdempotently"].map((action): (typeof UNCALLED)[number] => [
    /-relay$/,
    `kafka-cluster:${action}`,
    "Relays publish only where there is a broker",
    (traced) => settings(traced).environment.variables.KAFKA_BROKERS === undefined,
  ]),
];

/** Whether the function's own code calls for an action. */
export const calls = ({ code }: Traced, action: string): boolean => {
  const implied = IMPLIED[action];
  if (implied !== undefined) return implied.some((other) => CALLS[other]?.every((signal) => signal.test(code)));
  const signals = CALLS[action];
  if (action === "s3:PutObject") return signals?.some((signal) => signal.test(code)) ?? false;
  return signals?.every((signal) => signal.test(code)) ?? false;
};
