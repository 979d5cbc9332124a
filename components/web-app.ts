import { createHash } from "node:crypto";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Bucket } from "./bucket";
import type { HostName } from "./host-name";
import { originOf } from "./origin";
import { keepAccessLogs } from "./web-app/access-logs";
import { createDistribution, type DistributionArgs } from "./web-app/distribution";
import { contentTypeOf, type WebFile } from "./web-app/files";
import { Invalidation } from "./web-app/invalidation";

/** A file that the program itself makes up. */
export interface WebDocument {
  content: pulumi.Input<string>;
  /** HTTP's Cache-Control. */
  cacheControl: string;
}

export interface WebAppArgs extends Omit<DistributionArgs, "bucket" | "domain"> {
  /** A name of one's own, with its certificate in us-east-1. @default the one that CloudFront gives */
  hostName?: HostName | undefined;
  /** The built app: see `readWebFiles`. */
  files: WebFile[];
  /** What the program adds, by path: `config.json`. */
  documents: Record<string, WebDocument>;
  logRetentionDays: pulumi.Input<number>;
}

/** So long, a version that was overwritten by mistake can be had back. */
const KEEP_VERSIONS_DAYS = 30;

/**
 * A web app and its API behind one origin: a private bucket that only the distribution reads, CloudFront in front of it, the API
 * below `/api/`. Whatever of the content changes with a deployment is served by all edges right after it.
 *
 * Costs nothing when idle but the storage of a few megabytes, of which access logs become the most; then about $0.01 for 10,000 requests and $0.085 a GB, of which 10
 * million and 1 TB a month are free.
 */
export class WebApp extends pulumi.ComponentResource {
  /** Origin of the app. */
  readonly url: pulumi.Output<string>;

  /** @throws Error when a document has the path of a file. */
  constructor(name: string, args: WebAppArgs, opts: pulumi.ComponentResourceOptions = {}) {
    refuseTwins(args);
    super("ahorro:web:WebApp", name, {}, opts);
    const bucket = new Bucket(
      name,
      { keepVersionsDays: KEEP_VERSIONS_DAYS, deletionProtection: false },
      { parent: this },
    );
    const { hostName } = args;
    const distribution = createDistribution(this, name, {
      ...args,
      bucket: bucket.bucket,
      domain: hostName && { name: hostName.hostName, certificateArn: hostName.certificateArn },
    });
    hostName?.pointTo(distribution);
    keepAccessLogs(this, name, distribution, args.logRetentionDays);
    letDistributionRead(bucket, distribution);
    const objects = createObjects(this, bucket, args);
    new Invalidation(
      `${name}-invalidation`,
      { distribution, trigger: digestOf(args), after: objects, logRetentionDays: args.logRetentionDays },
      { parent: this },
    );
    this.url = distribution.domainName.apply((domainName) => originOf(hostName?.hostName ?? domainName));
    this.registerOutputs({ url: this.url });
  }
}

function refuseTwins({ files, documents }: WebAppArgs): void {
  const twin = files.find(({ path }) => path in documents);
  if (twin) throw new Error(`The program makes up ${twin.path}, and ${twin.source} is built: remove one of them.`);
}

/** By its id, so that no other distribution may. Without the right to list, S3 would answer 403 for what is not there instead of 404. */
function letDistributionRead(bucket: Bucket, distribution: aws.cloudfront.Distribution): void {
  const reader = {
    Effect: "Allow" as const,
    Principal: { Service: "cloudfront.amazonaws.com" },
    Condition: { StringEquals: { "AWS:SourceArn": distribution.arn } },
  };
  bucket.grant(
    { Sid: "ReadFiles", ...reader, Action: ["s3:GetObject"], Resource: pulumi.interpolate`${bucket.arn}/*` },
    { Sid: "TellWhatIsMissing", ...reader, Action: ["s3:ListBucket"], Resource: bucket.arn },
  );
}

/**
 * What is served, the app's parts first: no page shall name what is not there yet. Parts of earlier versions stay, for those who have the
 * app open; all versions of years take less room than a photograph.
 */
function createObjects(parent: WebApp, bucket: Bucket, { files, documents }: WebAppArgs): pulumi.Resource[] {
  const create = (
    {
      path,
      immutable = false,
      ...args
    }: Pick<WebFile, "path" | "contentType" | "cacheControl"> & {
      immutable?: boolean;
      source?: pulumi.asset.Asset;
      content?: pulumi.Input<string>;
    },
    dependsOn: pulumi.Resource[],
  ) =>
    new aws.s3.BucketObjectv2(
      path,
      { bucket: bucket.name, key: path, ...args },
      { parent, dependsOn, retainOnDelete: immutable },
    );
  const createFile = ({ hash: _, source, ...file }: WebFile, dependsOn: pulumi.Resource[]) =>
    create({ ...file, source: new pulumi.asset.FileAsset(source) }, dependsOn);
  const parts = files.filter(({ immutable }) => immutable).map((file) => createFile(file, []));
  const added = Object.entries(documents).map(([path, document]) =>
    create({ path, contentType: contentTypeOf(path), ...document }, []),
  );
  const pages = files.filter(({ immutable }) => !immutable).map((file) => createFile(file, [...parts, ...added]));
  return [...parts, ...added, ...pages];
}

/** Stands for all that is served, and how. */
const digestOf = ({ files, documents }: WebAppArgs): pulumi.Output<string> =>
  pulumi
    .all(
      Object.entries(documents).map(([path, { content, cacheControl }]) => pulumi.all([path, content, cacheControl])),
    )
    .apply((known) =>
      createHash("sha256")
        .update(JSON.stringify([files.map(({ path, hash, cacheControl }) => [path, hash, cacheControl]), known]))
        .digest("hex"),
    );
