import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Bucket } from "../bucket";

/** Types of columns: those of Hive that JSON, Parquet and every engine mean the same by. Amounts and days are texts; see docs/lake.md. */
export type ColumnType = "string" | "bigint" | "boolean" | "timestamp" | "array<string>";

export interface Column {
  type: ColumnType;
  /** What it holds, for whoever writes queries. */
  comment: string;
}

/** A table: what it is about, and its columns in their order. */
export interface LakeTable {
  comment: string;
  columns: Record<string, Column>;
}

/** A table that is written by deployment, whole: a row for each line of JSON. */
export interface ReferenceTable extends LakeTable {
  content: pulumi.Input<string>;
}

/** No row is older than the platform. */
const FIRST_DAY = "2025-01-01";

/** The database of all tables. `name` is the lake's, with what Athena takes without quotes only. */
export const createDatabase = (parent: pulumi.Resource, name: string): aws.glue.CatalogDatabase =>
  new aws.glue.CatalogDatabase(
    name,
    {
      name: `${pulumi.getProject()}_${pulumi.getStack()}_${name}`.replaceAll("-", "_"),
      description: "What happens, without what is personal",
    },
    { parent },
  );

/**
 * A table of Parquet files, in a folder for each day on which they arrived (UTC). Which days there are is computed, not looked up
 * ("Partition projection", Athena user guide): no crawler runs, and a query that names days reads no others.
 */
export function createTable(
  parent: pulumi.Resource,
  resourceName: string,
  args: { database: aws.glue.CatalogDatabase; name: string; table: LakeTable; bucket: Bucket },
): aws.glue.CatalogTable {
  const location = pulumi.interpolate`s3://${args.bucket.name}/${args.name}/`;
  return new aws.glue.CatalogTable(
    resourceName,
    {
      ...described(args),
      parameters: {
        EXTERNAL: "TRUE",
        classification: "parquet",
        "projection.enabled": "true",
        "projection.day.type": "date",
        "projection.day.format": "yyyy-MM-dd",
        "projection.day.range": `${FIRST_DAY},NOW`,
        "projection.day.interval": "1",
        "projection.day.interval.unit": "DAYS",
        "storage.location.template": pulumi.interpolate`${location}day=$\{day}/`,
      },
      partitionKeys: [
        { name: "day", type: "string", comment: "When the row arrived, UTC, YYYY-MM-DD; name it in `where`" },
      ],
      storageDescriptor: {
        location,
        columns: columnsOf(args.table),
        inputFormat: "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
        outputFormat: "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
        serDeInfo: { serializationLibrary: "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe" },
      },
    },
    { parent },
  );
}

/** A small table that deployment writes, as lines of JSON ("OpenX JSON SerDe", Athena user guide). */
export function createReferenceTable(
  parent: pulumi.Resource,
  resourceName: string,
  args: { database: aws.glue.CatalogDatabase; name: string; table: ReferenceTable; bucket: Bucket },
): void {
  new aws.s3.BucketObjectv2(
    resourceName,
    {
      bucket: args.bucket.name,
      key: `${args.name}/${args.name}.json`,
      content: args.table.content,
      contentType: "application/x-ndjson",
    },
    { parent },
  );
  new aws.glue.CatalogTable(
    resourceName,
    {
      ...described(args),
      parameters: { EXTERNAL: "TRUE", classification: "json" },
      storageDescriptor: {
        location: pulumi.interpolate`s3://${args.bucket.name}/${args.name}/`,
        columns: columnsOf(args.table),
        inputFormat: "org.apache.hadoop.mapred.TextInputFormat",
        outputFormat: "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
        serDeInfo: { serializationLibrary: "org.openx.data.jsonserde.JsonSerDe" },
      },
    },
    { parent },
  );
}

const described = (args: { database: aws.glue.CatalogDatabase; name: string; table: LakeTable }) => ({
  databaseName: args.database.name,
  name: args.name,
  description: args.table.comment,
  tableType: "EXTERNAL_TABLE",
});

const columnsOf = ({ columns }: LakeTable) => Object.entries(columns).map(([name, column]) => ({ name, ...column }));
