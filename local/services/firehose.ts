import { randomUUID } from "node:crypto";
import * as v from "valibot";
import { type Graph, type Resource, resourcesOf } from "../program/graph";
import type { AwsResponse, AwsService } from "./aws-endpoint";

/** A delivery stream as the program declares it, as far as it is emulated. */
export interface StreamDefinition {
  name: string;
  bucket: string;
  /** With Firehose's expressions, such as `!{timestamp:yyyy-MM-dd}`. */
  prefix: string;
  errorPrefix: string;
  /** Types by column, of the table whose format records are converted to. */
  columns: Record<string, string>;
}

export interface FirehoseOptions {
  streams: StreamDefinition[];
  /** Makes an object of a bucket. */
  put(bucket: string, key: string, content: string): Promise<void>;
  now?: () => Date;
}

/** "Amazon Data Firehose Quota": 1,000 KiB before Base64. */
const MOST_BYTES = 1_024_000;

const PutRecord = v.strictObject({
  DeliveryStreamName: v.string(),
  Record: v.strictObject({ Data: v.pipe(v.string(), v.base64()) }),
});

/**
 * The part of Firehose that functions use: `PutRecord` (Amazon Data Firehose API Reference) into streams that convert lines of JSON by a
 * table of Glue. Two things are otherwise than in AWS: nothing is gathered, each record becomes an object at once; and the object holds
 * lines of JSON in place of Parquet, with the columns of the table and no others, as the Parquet would.
 *
 * @throws Error when a stream has an expression in a prefix, or a type of column, that is not emulated.
 */
export function firehose({ streams, put, now = () => new Date() }: FirehoseOptions): AwsService {
  const known = new Map(streams.map((stream) => [stream.name, stream]));
  for (const stream of streams) refuseUnknown(stream);
  return async ({ headers, body }) => {
    const operation = String(headers["x-amz-target"]);
    if (operation !== "Firehose_20150804.PutRecord") {
      const message = `${operation} of Firehose is not emulated on this machine; PutRecord is.`;
      return refusal("UnknownOperationException", message);
    }
    const request = v.safeParse(PutRecord, JSON.parse(body.toString("utf8")));
    if (!request.success) return refusal("ValidationException", request.issues[0].message);
    const { DeliveryStreamName: name, Record } = request.output;
    const stream = known.get(name);
    if (stream === undefined) return refusal("ResourceNotFoundException", `Firehose ${name} not found.`);
    const data = Buffer.from(Record.Data, "base64");
    if (data.length > MOST_BYTES)
      return refusal("ValidationException", `A record of ${data.length} bytes is too large.`);
    await deliver(stream, data.toString("utf8"), now(), put);
    return { status: 200, body: { RecordId: randomUUID(), Encrypted: true } };
  };
}

const refusal = (error: string, message: string): AwsResponse => ({ status: 400, error, message });

/** What fits the table to its folder of the day, what does not to that of errors. */
async function deliver(stream: StreamDefinition, text: string, at: Date, put: FirehoseOptions["put"]): Promise<void> {
  const rows: string[] = [];
  const errors: string[] = [];
  for (const line of text.split("\n").filter((each) => each.trim() !== "")) {
    const converted = convert(line, stream.columns);
    if ("row" in converted) rows.push(JSON.stringify(converted.row));
    else errors.push(JSON.stringify(errorOf(line, converted.wrong, at)));
  }
  const file = `${stream.name}-1-${at.toISOString().slice(0, 19).replace(/[T:]/g, "-")}-${randomUUID()}.json`;
  for (const [prefix, lines] of [
    [stream.prefix, rows],
    [stream.errorPrefix, errors],
  ] as const) {
    if (lines.length > 0) await put(stream.bucket, expand(prefix, at) + file, `${lines.join("\n")}\n`);
  }
}

/** "Data format conversion error handling", Firehose developer guide. */
const errorOf = (line: string, wrong: string, at: Date) => ({
  arrivalTimestamp: at.getTime(),
  lastErrorCode: "DataFormatConversion.ParseError",
  lastErrorMessage: wrong,
  rawData: Buffer.from(line).toString("base64"),
});

/** Whether a value can be one of a type, by Hive's name, as the OpenX deserializer takes JSON. */
const FITS: Record<string, (value: unknown) => boolean> = {
  string: (value) => typeof value === "string",
  bigint: (value) => Number.isSafeInteger(value),
  boolean: (value) => typeof value === "boolean",
  timestamp: (value) => typeof value === "string" && /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d{1,9})?Z?$/.test(value),
  "array<string>": (value) => Array.isArray(value) && value.every((each) => typeof each === "string"),
};

/** A row with all columns of the table, null where the line has none; what the table does not have is left out. */
function convert(line: string, columns: Record<string, string>): { row: Record<string, unknown> } | { wrong: string } {
  let document: unknown;
  try {
    document = JSON.parse(line);
  } catch {
    return { wrong: "The line is not JSON." };
  }
  const given = new Map(Object.entries(Object(document)));
  const row = Object.fromEntries(Object.keys(columns).map((column) => [column, given.get(column) ?? null]));
  for (const [column, value] of Object.entries(row)) {
    const type = columns[column] ?? "";
    if (value !== null && !FITS[type]?.(value)) return { wrong: `${column} is no ${type}.` };
  }
  return { row };
}

/** "Understand custom prefixes for Amazon S3 objects", Firehose developer guide. */
const EXPRESSIONS: Record<string, (at: Date) => string> = {
  "timestamp:yyyy-MM-dd": (at) => at.toISOString().slice(0, 10),
  "firehose:error-output-type": () => "format-conversion-failed",
};

const expand = (prefix: string, at: Date): string =>
  prefix.replace(/!\{([^}]*)\}/g, (_, expression: string) => EXPRESSIONS[expression]?.(at) ?? "");

function refuseUnknown({ name, prefix, errorPrefix, columns }: StreamDefinition): void {
  const expressions = [...`${prefix}${errorPrefix}`.matchAll(/!\{([^}]*)\}/g)].map(([, expression = ""]) => expression);
  const unknown = [
    ...expressions.filter((expression) => !Object.hasOwn(EXPRESSIONS, expression)),
    ...Object.values(columns).filter((type) => !Object.hasOwn(FITS, type)),
  ];
  if (unknown.length > 0)
    throw new Error(`The stream ${name} uses ${unknown.join(", ")}: not emulated on this machine.`);
}

/** The declared streams that convert by a declared table and deliver into a declared bucket. */
export const streamsOf = (graph: Graph): StreamDefinition[] =>
  resourcesOf(graph, "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream").map(({ name, inputs }) => {
    const { bucketArn, prefix, errorOutputPrefix, dataFormatConversionConfiguration } = inputs.extendedS3Configuration;
    const { databaseName, tableName } = dataFormatConversionConfiguration.schemaConfiguration;
    const bucket = resourcesOf(graph, "aws:s3/bucket:Bucket").find(({ outputs }) => outputs.arn === bucketArn);
    const table = resourcesOf(graph, "aws:glue/catalogTable:CatalogTable").find(
      (candidate) => candidate.inputs.databaseName === databaseName && candidate.inputs.name === tableName,
    );
    if (bucket === undefined || table === undefined) throw new Error(`The stream ${name} leads nowhere.`);
    return {
      name: String(inputs.name),
      bucket: String(bucket.outputs.bucket),
      prefix,
      errorPrefix: errorOutputPrefix,
      columns: columnsOf(table),
    };
  });

const columnsOf = ({ inputs }: Resource): Record<string, string> => {
  const columns: { name: string; type: string }[] = inputs.storageDescriptor.columns;
  return Object.fromEntries(columns.map(({ name, type }) => [name, type]));
};
