import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { guarded } from "./guard";
import type { Link, PolicyStatement } from "./link";

/** What becomes of objects by themselves. */
export interface LifecycleRule {
  /** Which objects: those whose keys begin like this. @default all */
  prefix?: string;
  /** Deletes them so many days after they were written (at the next midnight UTC, roughly). */
  expireAfterDays?: pulumi.Input<number>;
  /** Moves them to cheaper storage so many days after they were written. */
  transition?: { afterDays: number; storageClass: "STANDARD_IA" | "INTELLIGENT_TIERING" | "GLACIER_IR" };
}

export interface BucketArgs {
  /** By name, which tells rules apart in the console. */
  lifecycle?: Record<string, LifecycleRule>;
  /** Keeps what is overwritten or deleted for so many days. @default not at all */
  keepVersionsDays?: number;
  /** Origins of pages that may read objects by presigned links. @default none */
  corsOrigins?: string[];
  /** Guards the bucket against deletion by Pulumi, and its objects with it. */
  deletionProtection: boolean;
}

/** What a function does with a bucket: reads (and lists), writes, deletes. */
export type BucketUse = "read" | "write" | "delete";

/**
 * A private S3 bucket: closed to the public whatever its policy says, encrypted, without ACLs, and spoken to through TLS only.
 * Uploads that were never completed are gone after a day. Functions inside the network reach it through the gateway endpoint.
 *
 * Costs nothing when idle but storage: about $0.023 a GB and month.
 */
export class Bucket extends pulumi.ComponentResource {
  readonly bucket: aws.s3.Bucket;
  /** Its name in AWS. */
  readonly name: pulumi.Output<string>;
  readonly arn: pulumi.Output<string>;
  private readonly variable: string;
  /** What the bucket's policy lets others do; undefined once it is written. */
  private grants: BucketGrant[] | undefined = [];

  /** @throws Error when the name cannot be part of an environment variable's. */
  constructor(name: string, args: BucketArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("ahorro:storage:Bucket", name, {}, opts);
    this.variable = bucketVariable(name);
    this.bucket = new aws.s3.Bucket(
      name,
      // Names are taken worldwide: AWS adds what makes it the only one.
      {
        bucketPrefix: `${pulumi.getProject()}-${pulumi.getStack()}-${name}-`,
        forceDestroy: !args.deletionProtection,
      },
      { parent: this, ...guarded(args.deletionProtection) },
    );
    this.name = this.bucket.bucket;
    this.arn = this.bucket.arn;
    // A bucket has one policy, and whom it names may be made of the bucket: it is written when the program's turn is over.
    const grants = Promise.resolve().then(() => {
      const given = this.grants ?? [];
      this.grants = undefined;
      return given;
    });
    keepPrivate(this, name, pulumi.output(grants));
    createLifecycle(this, name, args);
    if (args.corsOrigins !== undefined && args.corsOrigins.length > 0) allowOrigins(this, name, args.corsOrigins);
    this.registerOutputs({ name: this.name, arn: this.arn });
  }

  /**
   * What a function needs to use the bucket in these ways. The variable `<NAME>_BUCKET` (`exports` → `EXPORTS_BUCKET`) holds the
   * bucket's name. A presigned link may do what the function that signed it may.
   */
  link(...uses: BucketUse[]): Link {
    return { environment: { [this.variable]: this.name }, statements: statementsFor(this.arn, uses) };
  }

  /**
   * Lets an AWS service use the bucket, such as a distribution that serves what is in it. Functions are given links instead.
   * @throws Error when the bucket was not made in the same turn: its policy is written then.
   */
  grant(...grants: BucketGrant[]): void {
    if (this.grants === undefined) throw new Error("A bucket's grants are given in the turn in which it is made.");
    this.grants.push(...grants);
  }
}

/** A statement of a bucket's policy: what an AWS service may do there. */
export interface BucketGrant extends PolicyStatement {
  Principal: { Service: string };
}

/** S3's own names ("Actions, resources, and condition keys for Amazon S3", Service Authorization Reference). */
const OBJECT_ACTIONS: Record<BucketUse, string[]> = {
  read: ["s3:GetObject"],
  write: ["s3:PutObject", "s3:AbortMultipartUpload"],
  delete: ["s3:DeleteObject"],
};

function statementsFor(arn: pulumi.Output<string>, uses: BucketUse[]): PolicyStatement[] {
  const statements: PolicyStatement[] = [
    {
      Sid: "UseObjects",
      Effect: "Allow",
      Action: uses.flatMap((use) => OBJECT_ACTIONS[use]),
      Resource: pulumi.interpolate`${arn}/*`,
    },
  ];
  // Whoever may not list is told 403 instead of 404 of an object that is not there; and what is to be deleted is looked for.
  if (uses.includes("read") || uses.includes("delete")) {
    statements.push({ Sid: "ListObjects", Effect: "Allow", Action: ["s3:ListBucket"], Resource: arn });
  }
  return statements;
}

/**
 * The environment variable that names a bucket: `data-lake` → `DATA_LAKE_BUCKET`.
 * @throws Error when the name does not make one.
 */
export function bucketVariable(name: string): string {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)) {
    throw new Error(
      `"${name}" cannot be a bucket's name: use words of lower-case letters and digits, joined by hyphens.`,
    );
  }
  return `${name.toUpperCase().replaceAll("-", "_")}_BUCKET`;
}

function keepPrivate(parent: Bucket, name: string, grants: pulumi.Output<pulumi.Unwrap<BucketGrant>[]>): void {
  const { bucket } = parent.bucket;
  const publicAccess = new aws.s3.BucketPublicAccessBlock(
    name,
    { bucket, blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true },
    { parent },
  );
  new aws.s3.BucketOwnershipControls(name, { bucket, rule: { objectOwnership: "BucketOwnerEnforced" } }, { parent });
  new aws.s3.BucketServerSideEncryptionConfiguration(
    name,
    { bucket, rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }] },
    { parent },
  );
  new aws.s3.BucketPolicy(
    name,
    { bucket, policy: pulumi.jsonStringify(bucketPolicy(parent.arn, grants)) },
    // S3 refuses to change both at once (OperationAborted).
    { parent, dependsOn: [publicAccess] },
  );
}

/** "Security best practices for Amazon S3": enforce encryption of data in transit. */
const tlsOnly = (arn: pulumi.Output<string>) => ({
  Sid: "TlsOnly",
  Effect: "Deny",
  Principal: "*",
  Action: "s3:*",
  Resource: [arn, pulumi.interpolate`${arn}/*`],
  Condition: { Bool: { "aws:SecureTransport": "false" } },
});

const bucketPolicy = (arn: pulumi.Output<string>, grants: pulumi.Output<pulumi.Unwrap<BucketGrant>[]>) => ({
  Version: "2012-10-17",
  Statement: grants.apply((given) => [tlsOnly(arn), ...given]),
});

function createLifecycle(parent: Bucket, name: string, { lifecycle = {}, keepVersionsDays }: BucketArgs): void {
  const { bucket } = parent.bucket;
  const versioning =
    keepVersionsDays === undefined
      ? []
      : [new aws.s3.BucketVersioning(name, { bucket, versioningConfiguration: { status: "Enabled" } }, { parent })];
  new aws.s3.BucketLifecycleConfiguration(
    name,
    {
      bucket,
      rules: [
        {
          id: "incomplete-uploads",
          status: "Enabled",
          filter: {},
          abortIncompleteMultipartUpload: { daysAfterInitiation: 1 },
        },
        ...(keepVersionsDays === undefined
          ? []
          : [
              {
                id: "old-versions",
                status: "Enabled",
                filter: {},
                noncurrentVersionExpiration: { noncurrentDays: keepVersionsDays },
              },
            ]),
        ...Object.entries(lifecycle).map(([id, { prefix, expireAfterDays, transition }]) => ({
          id,
          status: "Enabled",
          filter: prefix === undefined ? {} : { prefix },
          ...(expireAfterDays !== undefined && { expiration: { days: expireAfterDays } }),
          ...(transition && { transitions: [{ days: transition.afterDays, storageClass: transition.storageClass }] }),
        })),
      ],
    },
    { parent, dependsOn: versioning },
  );
}

function allowOrigins(parent: Bucket, name: string, allowedOrigins: string[]): void {
  new aws.s3.BucketCorsConfiguration(
    name,
    {
      bucket: parent.bucket.bucket,
      corsRules: [{ allowedMethods: ["GET", "HEAD"], allowedOrigins, maxAgeSeconds: 3600 }],
    },
    { parent },
  );
}
