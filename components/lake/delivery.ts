import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Bucket } from "../bucket";
import type { PolicyStatement } from "../link";

export interface DeliveryArgs {
  /** The table that rows are delivered to; its files lie in the folder of its name. */
  table: aws.glue.CatalogTable;
  tableName: string;
  database: aws.glue.CatalogDatabase;
  bucket: Bucket;
  logRetentionDays: pulumi.Input<number>;
}

/** Where what could not be delivered lies. */
export const ERRORS = "errors";

/**
 * Firehose: gathers rows that functions put (lines of JSON) for up to 15 minutes or 128 MB, and writes them as one Parquet file by the
 * table's columns, in the folder of the day (UTC). What does not fit the columns goes to `errors/`. Encrypted all the way.
 */
export function createDelivery(
  parent: pulumi.Resource,
  name: string,
  args: DeliveryArgs,
): aws.kinesis.FirehoseDeliveryStream {
  const { bucket, tableName } = args;
  const physicalName = `${pulumi.getProject()}-${pulumi.getStack()}-${name}`;
  const logGroup = new aws.cloudwatch.LogGroup(
    name,
    { name: `/aws/kinesisfirehose/${physicalName}`, retentionInDays: args.logRetentionDays },
    { parent },
  );
  const logStream = new aws.cloudwatch.LogStream(name, { name: "delivery", logGroupName: logGroup.name }, { parent });
  const role = new aws.iam.Role(
    name,
    { description: `Role of the delivery stream ${physicalName}`, assumeRolePolicy: firehoseAssumes(parent) },
    { parent },
  );
  const policy = new aws.iam.RolePolicy(
    name,
    {
      role: role.name,
      policy: pulumi.jsonStringify({
        Version: "2012-10-17",
        Statement: statementsFor(parent, args, pulumi.interpolate`${logGroup.arn}:log-stream:${logStream.name}`),
      }),
    },
    { parent },
  );
  return new aws.kinesis.FirehoseDeliveryStream(
    name,
    {
      name: physicalName,
      destination: "extended_s3",
      serverSideEncryption: { enabled: true, keyType: "AWS_OWNED_CMK" },
      extendedS3Configuration: {
        bucketArn: bucket.arn,
        roleArn: role.arn,
        prefix: `${tableName}/day=!{timestamp:yyyy-MM-dd}/`,
        errorOutputPrefix: `${ERRORS}/${tableName}/!{firehose:error-output-type}/day=!{timestamp:yyyy-MM-dd}/`,
        customTimeZone: "UTC",
        fileExtension: ".parquet",
        bufferingInterval: 900,
        bufferingSize: 128,
        cloudwatchLoggingOptions: { enabled: true, logGroupName: logGroup.name, logStreamName: logStream.name },
        dataFormatConversionConfiguration: {
          enabled: true,
          // Reads times as events have them, RFC 3339 in UTC, which Hive's own deserializer does not.
          inputFormatConfiguration: { deserializer: { openXJsonSerDe: {} } },
          outputFormatConfiguration: { serializer: { parquetSerDe: { compression: "SNAPPY" } } },
          schemaConfiguration: {
            databaseName: args.database.name,
            tableName: args.table.name,
            roleArn: role.arn,
          },
        },
      },
    },
    // Firehose checks that it may read the schema when it is made.
    { parent, dependsOn: [policy] },
  );
}

/** "Controlling access with Amazon Data Firehose", Firehose developer guide: format conversion by Glue, an S3 destination, logs. */
function statementsFor(
  parent: pulumi.Resource,
  { bucket, database, table, tableName }: DeliveryArgs,
  logStreamArn: pulumi.Output<string>,
) {
  const { accountId } = aws.getCallerIdentityOutput({}, { parent });
  const { id: region } = aws.getRegionOutput({}, { parent });
  const statements: PolicyStatement[] = [
    {
      Sid: "ReadSchema",
      Effect: "Allow",
      Action: ["glue:GetTable", "glue:GetTableVersion", "glue:GetTableVersions"],
      Resource: [pulumi.interpolate`arn:aws:glue:${region}:${accountId}:catalog`, database.arn, table.arn],
    },
    {
      Sid: "WriteFiles",
      Effect: "Allow",
      Action: ["s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"],
      Resource: [
        pulumi.interpolate`${bucket.arn}/${tableName}/*`,
        pulumi.interpolate`${bucket.arn}/${ERRORS}/${tableName}/*`,
      ],
    },
    {
      Sid: "FindFiles",
      Effect: "Allow",
      Action: ["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"],
      Resource: bucket.arn,
    },
    { Sid: "TellErrors", Effect: "Allow", Action: ["logs:PutLogEvents"], Resource: logStreamArn },
  ];
  return statements;
}

/** Only on behalf of this account ("Allow Firehose to assume an IAM role", Firehose developer guide). */
const firehoseAssumes = (parent: pulumi.Resource): pulumi.Output<string> =>
  pulumi.jsonStringify({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { Service: "firehose.amazonaws.com" },
        Action: "sts:AssumeRole",
        Condition: { StringEquals: { "sts:ExternalId": aws.getCallerIdentityOutput({}, { parent }).accountId } },
      },
    ],
  });
