import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Bucket } from "../bucket";

/** A question with its answer in SQL, saved for whoever asks it. */
export interface LakeQuery {
  /** Short, of words joined by hyphens. */
  name: string;
  title: string;
  /** What the columns mean, and what is counted. */
  description: string;
  sql: string;
}

export interface WorkgroupArgs {
  bucket: Bucket;
  /** A query that would read more is cancelled. In bytes. */
  scanLimit: number;
  deletionProtection: boolean;
}

/** Where answers of queries are kept for a while. */
export const RESULTS = "results";

/** Where people query: answers go to `results/`, encrypted, and no query reads more than the limit, whatever a client asks for. */
export const createWorkgroup = (
  parent: pulumi.Resource,
  name: string,
  { bucket, scanLimit, deletionProtection }: WorkgroupArgs,
): aws.athena.Workgroup =>
  new aws.athena.Workgroup(
    name,
    {
      name: `${pulumi.getProject()}-${pulumi.getStack()}-${name}`,
      description: "Queries of the lake",
      forceDestroy: !deletionProtection,
      configuration: {
        enforceWorkgroupConfiguration: true,
        publishCloudwatchMetricsEnabled: true,
        bytesScannedCutoffPerQuery: scanLimit,
        engineVersion: { selectedEngineVersion: "Athena engine version 3" },
        resultConfiguration: {
          outputLocation: pulumi.interpolate`s3://${bucket.name}/${RESULTS}/`,
          encryptionConfiguration: { encryptionOption: "SSE_S3" },
        },
      },
    },
    { parent },
  );

/** Saves queries where Athena's console shows them. */
export function saveQueries(
  parent: pulumi.Resource,
  name: string,
  args: { queries: LakeQuery[]; workgroup: aws.athena.Workgroup; database: aws.glue.CatalogDatabase },
): void {
  for (const query of args.queries) {
    new aws.athena.NamedQuery(
      `${name}-${query.name}`,
      {
        name: query.title,
        description: query.description,
        workgroup: args.workgroup.name,
        database: args.database.name,
        query: query.sql,
      },
      { parent },
    );
  }
}
