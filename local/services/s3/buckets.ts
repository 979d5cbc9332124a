import { type Graph, resourcesOf } from "../../program/graph";

/** A bucket as the program declares it, as far as it is emulated. */
export interface BucketDefinition {
  name: string;
  /** Objects whose keys begin with `prefix` are deleted so many days after they were written. */
  expirations: { prefix: string; days: number }[];
  /** Origins of pages that may read it; `*` for all. */
  corsOrigins: string[];
  /** Objects that the program makes up. Declared files are not among them: CloudFront's counterpart reads those where they are built. */
  objects: { key: string; content: string; contentType?: string }[];
}

interface LifecycleRule {
  status: string;
  filter?: { prefix?: string };
  expiration?: { days?: number };
}

/** The declared buckets, with their `BucketLifecycleConfiguration`s, `BucketCorsConfiguration`s and `BucketObjectv2`s. */
export function bucketsOf(graph: Graph): BucketDefinition[] {
  const ofBucket = (type: string, name: string) =>
    resourcesOf(graph, type).filter(({ inputs }) => inputs.bucket === name);
  return resourcesOf(graph, "aws:s3/bucket:Bucket").map(({ outputs }) => {
    const name = String(outputs.bucket);
    const rules = ofBucket("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration", name).flatMap(
      ({ inputs }): LifecycleRule[] => inputs.rules ?? [],
    );
    const corsRules = ofBucket("aws:s3/bucketCorsConfiguration:BucketCorsConfiguration", name).flatMap(
      ({ inputs }): { allowedOrigins: string[]; allowedMethods: string[] }[] => inputs.corsRules,
    );
    return {
      name,
      expirations: rules.flatMap(({ status, filter, expiration }) =>
        status === "Enabled" && expiration?.days !== undefined
          ? [{ prefix: filter?.prefix ?? "", days: expiration.days }]
          : [],
      ),
      corsOrigins: corsRules
        .filter(({ allowedMethods }) => allowedMethods.includes("GET"))
        .flatMap(({ allowedOrigins }) => allowedOrigins),
      objects: ofBucket("aws:s3/bucketObjectv2:BucketObjectv2", name).flatMap(
        ({ inputs: { key, content, contentType } }) =>
          typeof content === "string" ? [{ key, content, ...(contentType !== undefined && { contentType }) }] : [],
      ),
    };
  });
}
