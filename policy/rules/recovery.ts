import { madeFrom, type PolicyResource, type Rule, unless } from "../rule";

/** As long as Aurora and DynamoDB can keep what a moment of the past is restored from. */
const LONGEST_DAYS = 35;

/** Tables that are neither restorable nor guarded, each with the reason. */
export const EXPENDABLE_TABLES: Record<string, string> = {
  notifications: "Notes of what was mailed in the last seven days: to lose them is at worst to send a mail twice",
};

/** What is lost by mistake can be had back, and is hard to lose. */
export const recoveryRules: Rule[] = [
  {
    name: "databases-backed-up",
    description: "Databases can be restored to any moment of the last day at least.",
    types: ["aws:rds/cluster:Cluster"],
    violation: ({ inputs }) =>
      unless(
        inputs.backupRetentionPeriod >= 1 && inputs.copyTagsToSnapshot === true,
        "keeps no backups, or untagged ones",
      ),
  },
  {
    name: "production-databases-backed-up",
    description: `Production's databases can be restored to any moment of the last ${LONGEST_DAYS} days, and leave a snapshot behind.`,
    types: ["aws:rds/cluster:Cluster"],
    productionOnly: true,
    violation: ({ inputs }) =>
      unless(
        inputs.backupRetentionPeriod === LONGEST_DAYS &&
          inputs.skipFinalSnapshot === false &&
          inputs.finalSnapshotIdentifier !== undefined,
        `does not keep backups for ${LONGEST_DAYS} days, or takes no last snapshot`,
      ),
  },
  {
    name: "production-databases-in-two-zones",
    description: "Another instance takes over within a minute when production's database or its zone fails.",
    types: ["aws:rds/cluster:Cluster"],
    productionOnly: true,
    violationWithin: (cluster, all) =>
      unless(
        madeFrom("aws:rds/clusterInstance:ClusterInstance", cluster, all).length >= 2,
        "has fewer than two instances",
      ),
  },
  {
    name: "tables-restorable",
    description: "Tables can be restored to any second of the last 35 days, but for the EXPENDABLE_TABLES.",
    types: ["aws:dynamodb/table:Table"],
    violation: ({ name, inputs }) =>
      unless(
        EXPENDABLE_TABLES[name] !== undefined || inputs.pointInTimeRecovery?.enabled === true,
        "does not set pointInTimeRecovery.enabled",
      ),
  },
  {
    name: "buckets-keep-or-expire",
    description:
      "Buckets keep for a while what is overwritten, or let everything expire; and no upload lies about half done.",
    types: ["aws:s3/bucket:Bucket"],
    violationWithin: (bucket, all) => {
      const rules = madeFrom("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration", bucket, all).flatMap(
        ({ inputs }) => inputs.rules,
      );
      if (!rules.some((rule) => rule.abortIncompleteMultipartUpload)) return "keeps uploads that were never completed";
      const versioned = madeFrom("aws:s3/bucketVersioning:BucketVersioning", bucket, all).some(
        ({ inputs }) => inputs.versioningConfiguration.status === "Enabled",
      );
      const clears = (field: string) => rules.some((rule) => rule.status === "Enabled" && rule[field]);
      return unless(
        versioned ? clears("noncurrentVersionExpiration") : clears("expiration"),
        versioned ? "keeps old versions for ever" : "neither keeps versions nor lets objects expire",
      );
    },
  },
  {
    name: "production-guarded",
    description: "Production's data are guarded against deletion, by AWS and by Pulumi.",
    types: [
      "aws:rds/cluster:Cluster",
      "aws:dynamodb/table:Table",
      "aws:cognito/userPool:UserPool",
      "aws:msk/serverlessCluster:ServerlessCluster",
      "aws:msk/cluster:Cluster",
      "aws:kms/key:Key",
    ],
    productionOnly: true,
    violation: (resource) => {
      if (resource.type === "aws:dynamodb/table:Table" && EXPENDABLE_TABLES[resource.name] !== undefined)
        return undefined;
      if (!resource.protect) return "is not protected by Pulumi";
      return unless(guardedByAws(resource), "is not protected by AWS");
    },
  },
];

/** MSK has no such guard; KMS waits a month by itself. */
function guardedByAws({ type, inputs }: PolicyResource): boolean {
  switch (type) {
    case "aws:rds/cluster:Cluster":
      return inputs.deletionProtection === true;
    case "aws:dynamodb/table:Table":
      return inputs.deletionProtectionEnabled === true;
    case "aws:cognito/userPool:UserPool":
      return inputs.deletionProtection === "ACTIVE";
    default:
      return true;
  }
}
