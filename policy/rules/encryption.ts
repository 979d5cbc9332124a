import { madeFrom, type Rule, unless } from "../rule";

/** What is kept is encrypted. What AWS's own keys do and where a key of ours is worth its price: see docs/policy.md. */
export const encryptionRules: Rule[] = [
  {
    name: "databases-encrypted",
    description: "What a database stores is encrypted.",
    types: ["aws:rds/cluster:Cluster"],
    violation: ({ inputs }) => unless(inputs.storageEncrypted === true, "does not set storageEncrypted"),
  },
  {
    name: "tables-encrypted",
    description: "Tables are encrypted with a key whose use shows up in CloudTrail, not with one of DynamoDB's own.",
    types: ["aws:dynamodb/table:Table"],
    violation: ({ inputs }) =>
      unless(inputs.serverSideEncryption?.enabled === true, "does not set serverSideEncryption.enabled"),
  },
  {
    name: "buckets-encrypted",
    description: "Buckets say how their objects are encrypted.",
    types: ["aws:s3/bucket:Bucket"],
    violationWithin: (bucket, all) => {
      const type = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration";
      const algorithms = madeFrom(type, bucket, all).flatMap(({ inputs }) =>
        inputs.rules.map(
          // biome-ignore lint/suspicious/noExplicitAny: inputs of any provider's resource
          (rule: any) => rule.applyServerSideEncryptionByDefault?.sseAlgorithm,
        ),
      );
      return unless(
        algorithms.some((algorithm) => ["AES256", "aws:kms", "aws:kms:dsse"].includes(algorithm)),
        "has no BucketServerSideEncryptionConfiguration",
      );
    },
  },
  {
    name: "queues-encrypted",
    description: "What waits in queues is encrypted.",
    types: ["aws:sqs/queue:Queue"],
    violation: ({ inputs }) =>
      unless(
        inputs.sqsManagedSseEnabled === true || inputs.kmsMasterKeyId !== undefined,
        "sets neither sqsManagedSseEnabled nor kmsMasterKeyId",
      ),
  },
  {
    name: "topics-encrypted",
    description: "What is told to people is encrypted with a key of ours, which the services that tell it may use.",
    types: ["aws:sns/topic:Topic"],
    violation: ({ inputs }) =>
      unless(
        inputs.kmsMasterKeyId !== undefined && inputs.kmsMasterKeyId !== "alias/aws/sns",
        "does not set kmsMasterKeyId to a key of ours",
      ),
  },
  {
    name: "streams-encrypted",
    description: "What waits to be delivered is encrypted.",
    types: ["aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream"],
    violation: ({ inputs }) =>
      unless(inputs.serverSideEncryption?.enabled === true, "does not set serverSideEncryption.enabled"),
  },
  {
    name: "query-results-encrypted",
    description: "Answers of queries are encrypted, whatever a client asks for.",
    types: ["aws:athena/workgroup:Workgroup"],
    violation: ({ inputs: { configuration } }) =>
      unless(
        configuration?.enforceWorkgroupConfiguration === true &&
          configuration.resultConfiguration?.encryptionConfiguration?.encryptionOption !== undefined,
        "does not encrypt results, or does not enforce it",
      ),
  },
  {
    name: "keys-rotated",
    description: "Our own keys get new material every year, and a month passes before one that is deleted is gone.",
    types: ["aws:kms/key:Key"],
    violation: ({ inputs }) =>
      unless(
        inputs.enableKeyRotation === true && (inputs.deletionWindowInDays ?? 30) === 30,
        "does not set enableKeyRotation, or shortens deletionWindowInDays",
      ),
  },
];
