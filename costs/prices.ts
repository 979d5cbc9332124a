/**
 * What AWS asks for in eu-west-1 (Ireland), in US dollars without taxes.
 *
 * The prices were written down from memory of AWS's public price lists, on a machine that could not look them up, and have to be compared with
 * the pages named in `source` before anybody relies on them. Where that memory is of another region, `estimated` says what was made of it;
 * `seen` are those that others have published.
 */

/** When the prices were written down. */
export const PRICES_AS_OF = "2026-11-25";

export interface Price {
  usd: number;
  /** What one pays it for. */
  unit: string;
  /** So many units a month cost nothing, in each account, and not in its first year only. */
  free?: number;
  /** Page of AWS's prices. */
  source: keyof typeof SOURCES;
  /** How the price was come by, where it is not Ireland's own. */
  estimated?: string;
  /** Whether public copies of answers of AWS's price list or of bills have shown the same. */
  seen?: true;
}

export const SOURCES = {
  apigateway: "https://aws.amazon.com/api-gateway/pricing/",
  athena: "https://aws.amazon.com/athena/pricing/",
  aurora: "https://aws.amazon.com/rds/aurora/pricing/",
  cloudfront: "https://aws.amazon.com/cloudfront/pricing/",
  cloudwatch: "https://aws.amazon.com/cloudwatch/pricing/",
  codebuild: "https://aws.amazon.com/codebuild/pricing/",
  codepipeline: "https://aws.amazon.com/codepipeline/pricing/",
  cognito: "https://aws.amazon.com/cognito/pricing/",
  dynamodb: "https://aws.amazon.com/dynamodb/pricing/on-demand/",
  firehose: "https://aws.amazon.com/firehose/pricing/",
  kms: "https://aws.amazon.com/kms/pricing/",
  lambda: "https://aws.amazon.com/lambda/pricing/",
  msk: "https://aws.amazon.com/msk/pricing/",
  privatelink: "https://aws.amazon.com/privatelink/pricing/",
  route53: "https://aws.amazon.com/route53/pricing/",
  s3: "https://aws.amazon.com/s3/pricing/",
  secrets: "https://aws.amazon.com/secrets-manager/pricing/",
  ses: "https://aws.amazon.com/ses/pricing/",
  sns: "https://aws.amazon.com/sns/pricing/",
  sqs: "https://aws.amazon.com/sqs/pricing/",
  vpc: "https://aws.amazon.com/vpc/pricing/",
  waf: "https://aws.amazon.com/waf/pricing/",
  xray: "https://aws.amazon.com/xray/pricing/",
};

const dearer = "N. Virginia's price and a tenth";

export const PRICES = {
  "Aurora capacity": { usd: 0.14, unit: "ACU-hour", source: "aurora", seen: true },
  "Aurora storage": { usd: 0.11, unit: "GB-month", source: "aurora" },
  "Aurora I/O": { usd: 0.22, unit: "million requests", source: "aurora" },
  Secret: { usd: 0.4, unit: "secret", source: "secrets" },
  Key: { usd: 1, unit: "key", source: "kms" },
  "MSK Serverless": { usd: 0.825, unit: "cluster-hour", source: "msk", estimated: dearer },
  "MSK Serverless partition": { usd: 0.00165, unit: "partition-hour", source: "msk", estimated: dearer },
  "MSK Serverless data in": { usd: 0.11, unit: "GB", source: "msk", estimated: dearer },
  "MSK Serverless data out": { usd: 0.055, unit: "GB", source: "msk", estimated: dearer },
  "MSK kafka.t3.small": { usd: 0.0502, unit: "broker-hour", source: "msk", estimated: dearer },
  "MSK storage": { usd: 0.11, unit: "GB-month", source: "msk", estimated: dearer },
  "Interface endpoint": { usd: 0.011, unit: "zone-hour", source: "privatelink", seen: true },
  "NAT gateway": { usd: 0.048, unit: "hour", source: "vpc", seen: true },
  "Public IPv4 address": { usd: 0.005, unit: "hour", source: "vpc" },
  "Lambda requests": { usd: 0.2, unit: "million", free: 1, source: "lambda" },
  "Lambda time, arm64": { usd: 0.0000133334, unit: "GB-second", free: 400_000, source: "lambda" },
  "HTTP API requests": { usd: 1.11, unit: "million", source: "apigateway" },
  "CloudFront requests": { usd: 0.012, unit: "ten thousand", free: 1_000, source: "cloudfront" },
  "CloudFront data out": { usd: 0.085, unit: "GB", free: 1_024, source: "cloudfront" },
  "CloudFront functions": { usd: 0.1, unit: "million", free: 2, source: "cloudfront" },
  "Cognito users": { usd: 0.015, unit: "active user", free: 10_000, source: "cognito" },
  "DynamoDB writes": { usd: 0.705, unit: "million", source: "dynamodb" },
  "DynamoDB reads": { usd: 0.1415, unit: "million", source: "dynamodb" },
  "DynamoDB storage": { usd: 0.283, unit: "GB-month", free: 25, source: "dynamodb" },
  "DynamoDB backups": { usd: 0.226, unit: "GB-month", source: "dynamodb" },
  "S3 storage": { usd: 0.023, unit: "GB-month", source: "s3" },
  "S3 writes": { usd: 0.005, unit: "thousand", source: "s3" },
  "S3 reads": { usd: 0.0004, unit: "thousand", source: "s3" },
  Firehose: { usd: 0.031, unit: "GB", source: "firehose" },
  "Firehose to Parquet": { usd: 0.02, unit: "GB", source: "firehose" },
  Athena: { usd: 5, unit: "TB read", source: "athena" },
  "Logs taken in": { usd: 0.57, unit: "GB", free: 5, source: "cloudwatch" },
  "Logs kept": { usd: 0.03, unit: "GB-month", free: 5, source: "cloudwatch" },
  Alarm: { usd: 0.1, unit: "metric", free: 10, source: "cloudwatch" },
  "Composite alarm": { usd: 0.5, unit: "alarm", source: "cloudwatch" },
  Dashboard: { usd: 3, unit: "dashboard", free: 3, source: "cloudwatch" },
  "Metric of our own": { usd: 0.3, unit: "metric", free: 10, source: "cloudwatch" },
  "X-Ray traces": { usd: 5, unit: "million", free: 0.1, source: "xray" },
  "SQS requests": { usd: 0.4, unit: "million", free: 1, source: "sqs" },
  Mails: { usd: 0.1, unit: "thousand", source: "ses" },
  "Alarms by mail": { usd: 0.02, unit: "thousand", free: 1, source: "sns" },
  "Web ACL": { usd: 5, unit: "ACL", source: "waf" },
  "Web ACL rule": { usd: 1, unit: "rule", source: "waf" },
  "Web ACL requests": { usd: 0.6, unit: "million", source: "waf" },
  "Hosted zone": { usd: 0.5, unit: "zone", source: "route53" },
  "DNS queries": { usd: 0.4, unit: "million", source: "route53" },
  Pipeline: { usd: 1, unit: "active pipeline", free: 1, source: "codepipeline" },
} satisfies Record<string, Price>;

export type PriceName = keyof typeof PRICES;

/** Of something, so much in a month. */
export type Quantities = Partial<Record<PriceName, number>>;
