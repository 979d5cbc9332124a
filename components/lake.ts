import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Bucket } from "./bucket";
import { createWorkgroup, type LakeQuery, RESULTS, saveQueries } from "./lake/athena";
import { createDelivery, ERRORS } from "./lake/delivery";
import { createDatabase, createReferenceTable, createTable, type LakeTable, type ReferenceTable } from "./lake/schema";
import type { Link } from "./link";

export interface DataLakeArgs {
  /** Tables that functions put rows into, by name: lower-case words joined by underscores. */
  tables: Record<
    string,
    LakeTable & { /** Rows older than so many days are deleted. @default kept */ keepDays?: number }
  >;
  /** Tables that deployment writes. */
  references: Record<string, ReferenceTable>;
  queries: LakeQuery[];
  /** A query that would read more is cancelled. In GB. */
  scanLimitGb: number;
  /** Guards the bucket against deletion. */
  deletionProtection: boolean;
  logRetentionDays: pulumi.Input<number>;
}

/** Answers are there to be looked at, errors to be looked into. */
const KEEP_DAYS = { [RESULTS]: 7, [ERRORS]: 30 };

/**
 * A data lake: rows that functions put into Firehose become Parquet files in S3, tables in Glue, and are queried with Athena, where
 * the scan of a query is limited.
 *
 * Costs nothing when idle but storage, about $0.023 a GB and month. In use: $0.05 for each GB put, $5 for each TB scanned.
 */
export class DataLake extends pulumi.ComponentResource {
  private readonly streams: Record<string, aws.kinesis.FirehoseDeliveryStream>;

  /** @throws Error when a table's name cannot be one. */
  constructor(name: string, args: DataLakeArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("ahorro:analytics:DataLake", name, {}, opts);
    const { tables, references, deletionProtection, logRetentionDays } = args;
    for (const table of Object.keys({ ...tables, ...references })) refuseOddName(table);
    const bucket = new Bucket(name, { lifecycle: lifecycleOf(args), deletionProtection }, { parent: this });
    const database = createDatabase(this, name);
    this.streams = Object.fromEntries(
      Object.entries(tables).map(([tableName, table]) => {
        const resourceName = `${name}-${hyphenated(tableName)}`;
        const glueTable = createTable(this, resourceName, { database, name: tableName, table, bucket });
        const delivery = { table: glueTable, tableName, database, bucket, logRetentionDays };
        return [tableName, createDelivery(this, resourceName, delivery)];
      }),
    );
    for (const [tableName, table] of Object.entries(references)) {
      createReferenceTable(this, `${name}-${hyphenated(tableName)}`, { database, name: tableName, table, bucket });
    }
    const workgroup = createWorkgroup(this, name, { bucket, scanLimit: args.scanLimitGb * 1e9, deletionProtection });
    saveQueries(this, name, { queries: args.queries, workgroup, database });
    this.registerOutputs();
  }

  /** What a function needs to put rows into all tables: `<TABLE>_STREAM` (`user_events` → `USER_EVENTS_STREAM`) names a table's stream. */
  link(): Link {
    return {
      environment: Object.fromEntries(
        Object.entries(this.streams).map(([table, stream]) => [streamVariable(table), stream.name]),
      ),
      statements: [
        {
          Sid: "PutRows",
          Effect: "Allow",
          Action: ["firehose:PutRecord"],
          Resource: Object.values(this.streams).map(({ arn }) => arn),
        },
      ],
    };
  }
}

/** The environment variable that names the stream of a table. */
export const streamVariable = (table: string): string => `${table.toUpperCase()}_STREAM`;

const refuseOddName = (table: string): void => {
  if (/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/.test(table) && !(table in KEEP_DAYS)) return;
  throw new Error(
    `"${table}" cannot be a table's name: use words of lower-case letters and digits, joined by underscores.`,
  );
};

const hyphenated = (table: string): string => table.replaceAll("_", "-");

const lifecycleOf = ({ tables }: DataLakeArgs) =>
  Object.fromEntries(
    [...Object.entries(tables).map(([table, { keepDays }]) => [table, keepDays] as const), ...Object.entries(KEEP_DAYS)]
      .filter(([, days]) => days !== undefined)
      .map(([prefix, expireAfterDays]) => [
        hyphenated(prefix),
        { prefix: `${prefix}/`, expireAfterDays: Number(expireAfterDays) },
      ]),
  );
