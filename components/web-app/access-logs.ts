import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Bucket } from "../bucket";

/** Where CloudFront's logs are handed over, wherever they go ("Configure standard logging (v2)", CloudFront developer guide). */
const REGION = aws.Region.USEast1;

/**
 * What is written down of each request ("Standard logging reference", CloudFront developer guide). Not among it: queries, cookies and where somebody
 * came from, which can hold what lets others in.
 */
const FIELDS = [
  "date",
  "time",
  "x-edge-location",
  "x-edge-request-id",
  "c-ip",
  "cs-method",
  "x-host-header",
  "cs-uri-stem",
  "sc-status",
  "sc-bytes",
  "cs-bytes",
  "time-taken",
  "time-to-first-byte",
  "x-edge-result-type",
  "x-edge-detailed-result-type",
  "cs(User-Agent)",
  "cs-protocol-version",
  "ssl-protocol",
  "ssl-cipher",
];

/**
 * Keeps a distribution's access logs in a bucket, as JSON, for so many days. Delivery to S3 is free; the older way, by the distribution's own
 * settings, wants ACLs on the bucket and writes down everything.
 */
export function keepAccessLogs(
  parent: pulumi.Resource,
  name: string,
  distribution: aws.cloudfront.Distribution,
  days: pulumi.Input<number>,
): void {
  const physicalName = `${pulumi.getProject()}-${pulumi.getStack()}-${name}`;
  const bucket = new Bucket(
    `${name}-logs`,
    { lifecycle: { "access-logs": { expireAfterDays: days } }, deletionProtection: false },
    { parent },
  );
  letLogsBeDelivered(parent, bucket);
  const source = new aws.cloudwatch.LogDeliverySource(
    name,
    { name: physicalName, logType: "ACCESS_LOGS", resourceArn: distribution.arn, region: REGION },
    { parent },
  );
  const destination = new aws.cloudwatch.LogDeliveryDestination(
    name,
    {
      name: physicalName,
      outputFormat: "json",
      deliveryDestinationConfiguration: { destinationResourceArn: bucket.arn },
      region: REGION,
    },
    { parent },
  );
  new aws.cloudwatch.LogDelivery(
    name,
    {
      deliverySourceName: source.name,
      deliveryDestinationArn: destination.arn,
      recordFields: FIELDS,
      s3DeliveryConfigurations: [{ enableHiveCompatiblePath: false, suffixPath: "{DistributionId}/{yyyy}/{MM}/{dd}" }],
      region: REGION,
    },
    // The whole bucket: without its policy, AWS would write one of its own.
    { parent, dependsOn: [bucket] },
  );
}

/** "Enable logging from AWS services: logs sent to Amazon S3", CloudWatch Logs user guide. */
function letLogsBeDelivered(parent: pulumi.Resource, bucket: Bucket): void {
  const { accountId } = aws.getCallerIdentityOutput({}, { parent });
  bucket.grant({
    Sid: "DeliverAccessLogs",
    Effect: "Allow",
    Principal: { Service: "delivery.logs.amazonaws.com" },
    Action: ["s3:PutObject"],
    Resource: pulumi.interpolate`${bucket.arn}/AWSLogs/${accountId}/*`,
    Condition: {
      StringEquals: { "s3:x-amz-acl": "bucket-owner-full-control", "aws:SourceAccount": accountId },
      ArnLike: { "aws:SourceArn": pulumi.interpolate`arn:aws:logs:${REGION}:${accountId}:delivery-source:*` },
    },
  });
}
