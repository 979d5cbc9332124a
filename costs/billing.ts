/** What each type of resource is paid for, in a month of a usage. */
import type { Graph, Resource } from "../local/program/graph";
import { consumersOf, partitionsOf } from "./graph";
import { capacityHours, clusterOf, eventsOf, invocationsOf, shareOf } from "./load";
import type { Quantities } from "./prices";
import { assumed, type Usage } from "./usage";

type Billing = (resource: Resource, graph: Graph, usage: Usage) => Quantities;

const MILLION = 1_000_000;
const GB = 1_000_000_000;
/** What CloudFront serves: the API's answers, and some files of the web app for each visit. */
const servedOf = (usage: Usage): number => requestsOf(usage) + usage.visits * 5;
const requestsOf = ({ writes, reads }: Usage): number => writes + reads;
const hours = () => assumed("hours");

/** Every type that costs something. Those that cost nothing are in `FREE`. */
export const BILLED: Record<string, Billing> = {
  "aws:apigatewayv2/api:Api": (_, __, usage) => ({
    "HTTP API requests": requestsOf(usage) / MILLION,
    "X-Ray traces": Math.min(requestsOf(usage), hours() * 3_600 + requestsOf(usage) * assumed("traced")) / MILLION,
    Mails: usage.mails / 1_000,
  }),
  // A question a day, which reads all rows of 200 bytes.
  "aws:athena/workgroup:Workgroup": (_, __, { kept }) => ({ Athena: (30 * kept * 200) / (1_000 * GB) }),
  "aws:cloudfront/distribution:Distribution": (_, __, usage) => ({
    "CloudFront requests": servedOf(usage) / 10_000,
    "CloudFront data out": (requestsOf(usage) * assumed("responseBytes") + usage.visits * assumed("visitBytes")) / GB,
    "CloudFront functions": servedOf(usage) / MILLION,
  }),
  "aws:cloudwatch/compositeAlarm:CompositeAlarm": () => ({ "Composite alarm": 1 }),
  "aws:cloudwatch/dashboard:Dashboard": () => ({ Dashboard: 1 }),
  "aws:cloudwatch/logMetricFilter:LogMetricFilter": () => ({ "Metric of our own": 1 }),
  "aws:cloudwatch/metricAlarm:MetricAlarm": ({ inputs: { metricQueries = [] } }) => ({
    Alarm: Math.max(1, metricQueries.filter(({ metric }: { metric?: unknown }) => metric !== undefined).length),
  }),
  "aws:codepipeline/pipeline:Pipeline": () => ({ Pipeline: 1 }),
  "aws:cognito/userPool:UserPool": (_, __, { people }) => ({ "Cognito users": people }),
  "aws:dynamodb/table:Table": ({ name, inputs }, _, usage) => {
    const gb = name === "categories" ? (usage.people * 40_000) / GB : 0;
    return {
      // A transaction changes the score of its category, in the table and in its index.
      "DynamoDB writes": name === "categories" ? (usage.writes * 2) / MILLION : usage.mails / MILLION,
      // Sixty categories are sixteen units of four kilobytes, read with eventual consistency.
      "DynamoDB reads": name === "categories" ? (usage.reads * 0.1 * 8) / MILLION : 0,
      "DynamoDB storage": gb,
      ...(inputs.pointInTimeRecovery?.enabled && { "DynamoDB backups": gb }),
    };
  },
  "aws:ec2/eip:Eip": () => ({ "Public IPv4 address": hours() }),
  "aws:ec2/natGateway:NatGateway": () => natGateways(1),
  "aws:ec2/vpcEndpoint:VpcEndpoint": ({ inputs }): Quantities =>
    inputs.vpcEndpointType === "Interface" ? { "Interface endpoint": inputs.subnetIds.length * hours() } : {},
  "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream": ({ name }, _, usage) => {
    // Each record counts as five kilobytes at least.
    const gb = name.includes("transaction") ? (eventsOf(usage) * 5_000) / GB : 0;
    return { Firehose: gb, "Firehose to Parquet": gb };
  },
  "aws:kms/key:Key": () => ({ Key: 1 }),
  "aws:lambda/function:Function": (lambda, graph, usage) => {
    const { times, seconds } = invocationsOf(graph, lambda, usage);
    const logged = (times * assumed("logBytes")) / GB;
    return {
      "Lambda requests": times / MILLION,
      "Lambda time, arm64": seconds * (lambda.inputs.memorySize / 1_024),
      "Logs taken in": logged,
      // CloudWatch keeps them compressed.
      "Logs kept": logged * (retentionOf(graph, lambda) / 30) * 0.15,
    };
  },
  "aws:msk/cluster:Cluster": ({ inputs: { brokerNodeGroupInfo: info, numberOfBrokerNodes: brokers } }) => {
    if (info.instanceType !== "kafka.t3.small") throw new Error(`What a ${info.instanceType} costs is not known.`);
    return {
      "MSK kafka.t3.small": brokers * hours(),
      "MSK storage": brokers * info.storageInfo.ebsStorageInfo.volumeSize,
    };
  },
  "aws:msk/serverlessCluster:ServerlessCluster": (_, graph, usage) => {
    const gb = (eventsOf(usage) * assumed("eventBytes")) / GB;
    return {
      "MSK Serverless": hours(),
      "MSK Serverless partition": partitionsOf(graph) * hours(),
      "MSK Serverless data in": gb,
      "MSK Serverless data out": gb * consumersOf(graph).length,
      // A week of events.
      "MSK storage": (gb * 7) / 30,
    };
  },
  "aws:rds/cluster:Cluster": (cluster, graph, usage) => {
    const gb = (usage.kept * assumed("bytesPerTransaction")) / GB;
    const requests = usage.writes * assumed("ioPerWrite") + usage.reads * assumed("ioPerRead");
    return {
      "Aurora storage": Math.max(assumed("auroraLeastGb"), gb * shareOf(graph)),
      "Aurora I/O": (requests / MILLION) * shareOf(graph),
      ...(cluster.inputs.manageMasterUserPassword && { Secret: 1 }),
    };
  },
  "aws:rds/clusterInstance:ClusterInstance": (instance, graph, usage) => {
    const { instanceClass } = instance.inputs;
    if (instanceClass !== "db.serverless") throw new Error(`What a ${instanceClass} costs is not known.`);
    // Readers of the highest priorities keep the capacity of the writer, to take over from it.
    return { "Aurora capacity": capacityHours(graph, clusterOf(graph, instance), usage) };
  },
  "aws:route53/zone:Zone": (_, __, { visits }) => ({ "Hosted zone": 1, "DNS queries": (visits * 2) / MILLION }),
  "aws:s3/bucket:Bucket": ({ name, outputs }, graph, usage) => ({
    // The web app's files, in some versions; the lake's rows, of 200 bytes; exports are gone after a day.
    "S3 storage":
      {
        web: 0.05,
        lake: (usage.kept * 200) / GB,
        "web-logs": (servedOf(usage) * assumed("accessLogBytes") * (expiryOf(graph, String(outputs.bucket)) / 30)) / GB,
      }[name] ?? 0,
    ...(name === "web" && { "S3 reads": (usage.visits * 0.1) / 1_000 }),
  }),
  "aws:secretsmanager/secret:Secret": () => ({ Secret: 1 }),
  "aws:sns/topic:Topic": () => ({ "Alarms by mail": 0 }),
  "aws:sqs/queue:Queue": () => ({ "SQS requests": 0 }),
  "aws:wafv2/webAcl:WebAcl": ({ inputs: { rules = [] } }, _, usage) => ({
    "Web ACL": 1,
    "Web ACL rule": rules.length,
    "Web ACL requests": servedOf(usage) / MILLION,
  }),
  // The component makes NAT gateways and their addresses itself, as it is told to.
  "awsx:ec2:Vpc": ({ inputs }) =>
    natGateways({ None: 0, Single: 1, OnePerAz: Number(inputs.numberOfAvailabilityZones) }[natStrategy(inputs)] ?? 0),
};

const natStrategy = (inputs: Resource["inputs"]): string => inputs.natGateways?.strategy ?? "OnePerAz";

const natGateways = (count: number): Quantities =>
  count === 0 ? {} : { "NAT gateway": count * hours(), "Public IPv4 address": count * hours() };

/** After how many days what is in a bucket is deleted; ten years, where nothing says so. */
function expiryOf({ resources }: Graph, bucket: string): number {
  const rules: { expiration?: { days: number } }[] = resources
    .filter(({ type }) => type === "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration")
    .flatMap(({ inputs }) => (inputs.bucket === bucket ? inputs.rules : []));
  return rules.find(({ expiration }) => expiration !== undefined)?.expiration?.days ?? 3_653;
}

function retentionOf({ resources }: Graph, { inputs }: Resource): number {
  const group = resources.find(
    ({ type, inputs: { name } }) =>
      type === "aws:cloudwatch/logGroup:LogGroup" && name === inputs.loggingConfig?.logGroup,
  );
  return group?.inputs.retentionInDays ?? 3_653;
}
