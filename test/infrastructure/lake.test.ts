import assert from "node:assert/strict";
import catalogue from "../../functions/categories/catalogue.json";
import { readQueries } from "../../functions/lake/queries";
import { lakeTables } from "../../functions/lake/tables";
import { type Graph, resourcesOf } from "../../local/program/graph";
import { dependenciesOf, graphOf, LOAD_TIMEOUT, resource, STACKS } from "./graphs";

const TABLE = "aws:glue/catalogTable:CatalogTable";
const STREAM = "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream";
const WORKGROUP = "aws:athena/workgroup:Workgroup";
const ACCOUNT = "123456789012";
const BUCKET = "ahorro-prod-lake-1";

/** What the stacks differ in. */
const CONFIGURED = {
  dev: { scanLimit: 1e9, protect: false },
  staging: { scanLimit: 10e9, protect: false },
  prod: { scanLimit: 100e9, protect: true },
  local: { scanLimit: 1e9, protect: false },
};

describe("the lake as declared for prod", () => {
  let graph: Graph;
  before(async function () {
    this.timeout(LOAD_TIMEOUT);
    graph = await graphOf("prod");
  });

  for (const [table, { columns }] of Object.entries(lakeTables)) {
    const name = `lake-${table.replace("_", "-")}`;

    it(`has a table ${table}, whose days Athena knows without looking`, () => {
      const { columns: declared, ...storage } = resource(graph, TABLE, name).inputs.storageDescriptor;
      const { description, partitionKeys, storageDescriptor, ...table_ } = resource(graph, TABLE, name).inputs;
      assert.deepEqual(table_, {
        databaseName: "ahorro_prod_lake",
        name: table,
        tableType: "EXTERNAL_TABLE",
        parameters: {
          EXTERNAL: "TRUE",
          classification: "parquet",
          "projection.enabled": "true",
          "projection.day.type": "date",
          "projection.day.format": "yyyy-MM-dd",
          "projection.day.range": "2025-01-01,NOW",
          "projection.day.interval": "1",
          "projection.day.interval.unit": "DAYS",
          "storage.location.template": `s3://${BUCKET}/${table}/day=\${day}/`,
        },
      });
      assert.deepEqual(
        partitionKeys.map(({ name: key, type }: { name: string; type: string }) => [key, type]),
        [["day", "string"]],
      );
      assert.deepEqual(storage, {
        location: `s3://${BUCKET}/${table}/`,
        inputFormat: "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
        outputFormat: "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
        serDeInfo: { serializationLibrary: "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe" },
      });
      assert.deepEqual(
        declared,
        Object.entries(columns).map(([column, { type, comment }]) => ({ name: column, type, comment })),
      );
      // Glue's limit.
      for (const { comment } of declared) assert.ok(comment.length <= 255, comment);
    });

    it(`has a stream that delivers Parquet into ${table} by its columns, encrypted, and tells errors`, () => {
      const role = resource(graph, "aws:iam/role:Role", name);
      assert.deepEqual(resource(graph, STREAM, name).inputs, {
        name: `ahorro-prod-${name}`,
        destination: "extended_s3",
        serverSideEncryption: { enabled: true, keyType: "AWS_OWNED_CMK" },
        extendedS3Configuration: {
          bucketArn: `arn:aws:s3:::${BUCKET}`,
          roleArn: role.outputs.arn,
          prefix: `${table}/day=!{timestamp:yyyy-MM-dd}/`,
          errorOutputPrefix: `errors/${table}/!{firehose:error-output-type}/day=!{timestamp:yyyy-MM-dd}/`,
          customTimeZone: "UTC",
          fileExtension: ".parquet",
          bufferingInterval: 900,
          bufferingSize: 128,
          cloudwatchLoggingOptions: {
            enabled: true,
            logGroupName: `/aws/kinesisfirehose/ahorro-prod-${name}`,
            logStreamName: "delivery",
          },
          dataFormatConversionConfiguration: {
            enabled: true,
            inputFormatConfiguration: { deserializer: { openXJsonSerDe: {} } },
            outputFormatConfiguration: { serializer: { parquetSerDe: { compression: "SNAPPY" } } },
            schemaConfiguration: {
              databaseName: "ahorro_prod_lake",
              tableName: table,
              roleArn: role.outputs.arn,
            },
          },
        },
      });
      assert.equal(resource(graph, "aws:cloudwatch/logGroup:LogGroup", name).inputs.retentionInDays, 365);
      assert.ok(dependenciesOf(graph, resource(graph, STREAM, name)).includes(`aws:iam/rolePolicy:RolePolicy ${name}`));
    });

    it(`lets that stream read the columns of ${table}, write its files, tell errors, and no more, for this account`, () => {
      const role = resource(graph, "aws:iam/role:Role", name);
      assert.deepEqual(JSON.parse(role.inputs.assumeRolePolicy).Statement, [
        {
          Effect: "Allow",
          Principal: { Service: "firehose.amazonaws.com" },
          Action: "sts:AssumeRole",
          Condition: { StringEquals: { "sts:ExternalId": ACCOUNT } },
        },
      ]);
      const { policy } = resource(graph, "aws:iam/rolePolicy:RolePolicy", name).inputs;
      assert.deepEqual(JSON.parse(policy).Statement, [
        {
          Sid: "ReadSchema",
          Effect: "Allow",
          Action: ["glue:GetTable", "glue:GetTableVersion", "glue:GetTableVersions"],
          Resource: ["catalog", "database/ahorro_prod_lake", `table/ahorro_prod_lake/${table}`].map(
            (what) => `arn:aws:glue:eu-west-1:${ACCOUNT}:${what}`,
          ),
        },
        {
          Sid: "WriteFiles",
          Effect: "Allow",
          Action: ["s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"],
          Resource: [`arn:aws:s3:::${BUCKET}/${table}/*`, `arn:aws:s3:::${BUCKET}/errors/${table}/*`],
        },
        {
          Sid: "FindFiles",
          Effect: "Allow",
          Action: ["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"],
          Resource: `arn:aws:s3:::${BUCKET}`,
        },
        {
          Sid: "TellErrors",
          Effect: "Allow",
          Action: ["logs:PutLogEvents"],
          Resource: `arn:aws:logs:eu-west-1:${ACCOUNT}:log-group:/aws/kinesisfirehose/ahorro-prod-${name}:log-stream:delivery`,
        },
      ]);
    });
  }

  it("has the catalogue of categories as a table, in English", () => {
    const table = resource(graph, TABLE, "lake-categories").inputs;
    assert.deepEqual([table.databaseName, table.name], ["ahorro_prod_lake", "categories"]);
    assert.equal(table.storageDescriptor.serDeInfo.serializationLibrary, "org.openx.data.jsonserde.JsonSerDe");
    const { bucket, key, content } = resource(graph, "aws:s3/bucketObjectv2:BucketObjectv2", "lake-categories").inputs;
    assert.deepEqual([`s3://${bucket}/${key.split("/")[0]}/`, bucket], [table.storageDescriptor.location, BUCKET]);
    assert.deepEqual(
      content
        .trimEnd()
        .split("\n")
        .map((line: string) => JSON.parse(line)),
      catalogue.items.map(({ category_id, type, name }) => ({ category_id, type, name })),
    );
  });

  it("forgets transactions after 400 days, errors after a month, answers after a week", () => {
    const { rules } = resource(
      graph,
      "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
      "lake",
    ).inputs;
    assert.deepEqual(rules.slice(1), [
      {
        id: "transaction-events",
        status: "Enabled",
        filter: { prefix: "transaction_events/" },
        expiration: { days: 400 },
      },
      { id: "results", status: "Enabled", filter: { prefix: "results/" }, expiration: { days: 7 } },
      { id: "errors", status: "Enabled", filter: { prefix: "errors/" }, expiration: { days: 30 } },
    ]);
  });

  it("saves the questions where they are asked", () => {
    const saved = resourcesOf(graph, "aws:athena/namedQuery:NamedQuery").map(({ name, inputs }) => ({
      name,
      ...inputs,
    }));
    assert.deepEqual(
      saved,
      readQueries()
        .map(({ name, title, description, sql }) => ({
          ...{ name: title, description, query: sql },
          ...{ workgroup: "ahorro-prod-lake", database: "ahorro_prod_lake" },
          resource: `lake-${name}`,
        }))
        .map(({ resource: _, ...query }) => query),
    );
  });
});

describe("the lake", function () {
  this.timeout(LOAD_TIMEOUT);

  for (const stack of STACKS) {
    it(`in ${stack} is queried within the limit that is configured, and its answers are encrypted, whoever asks`, async () => {
      const { scanLimit, protect } = CONFIGURED[stack];
      const graph = await graphOf(stack);
      assert.deepEqual(resource(graph, WORKGROUP, "lake").inputs, {
        name: `ahorro-${stack}-lake`,
        description: "Queries of the lake",
        forceDestroy: !protect,
        configuration: {
          enforceWorkgroupConfiguration: true,
          publishCloudwatchMetricsEnabled: true,
          bytesScannedCutoffPerQuery: scanLimit,
          engineVersion: { selectedEngineVersion: "Athena engine version 3" },
          resultConfiguration: {
            outputLocation: `s3://ahorro-${stack}-lake-1/results/`,
            encryptionConfiguration: { encryptionOption: "SSE_S3" },
          },
        },
      });
      assert.equal(resource(graph, "aws:s3/bucket:Bucket", "lake").inputs.forceDestroy, !protect);
      assert.deepEqual(
        Object.keys(resource(graph, "aws:lambda/function:Function", "lake-consumer").inputs.environment.variables)
          .filter((name) => /STREAM|BUCKET/.test(name))
          .sort(),
        ["TRANSACTION_EVENTS_STREAM", "USER_EVENTS_STREAM"],
      );
    });
  }
});
