import { availableParallelism } from "node:os";
import { join } from "node:path";
import { type CloudFront, distributionOf, startCloudFront } from "./cloudfront";
import type { DataFolder } from "./data-folder";
import { deploy } from "./deploy";
import { notEmulated } from "./emulated";
import { definitionOf, startGateway } from "./gateway";
import { createLambdaHost, functionsOf, type LambdaHost } from "./lambda";
import { CREDENTIALS } from "./lambda/environment";
import { eventSourceMappingsOf, startEventSourceMapping } from "./lambda/event-source-mapping";
import { type Mailbox, startMailbox } from "./mail";
import { choosePorts, type PortName } from "./ports";
import { type Graph, resourcesOf } from "./program/graph";
import { type LoadOptions, loadProgram } from "./program/load";
import { ACCOUNT_ID } from "./program/outputs";
import { startSchedules } from "./schedules";
import { startAwsEndpoint } from "./services/aws-endpoint";
import { cloudFrontApi } from "./services/cloudfront";
import { type Cognito, type CognitoPool, startCognito } from "./services/cognito";
import { startDynamoDb } from "./services/dynamodb";
import { tablesOf } from "./services/dynamodb-tables";
import { firehose, streamsOf } from "./services/firehose";
import { startKafka } from "./services/kafka";
import { lambdaApi } from "./services/lambda-api";
import { startPostgres } from "./services/postgres";
import { rdsData } from "./services/rds-data";
import { startS3 } from "./services/s3";
import { bucketsOf } from "./services/s3/buckets";
import { ses } from "./services/ses";

export interface StackOptions {
  dataFolder: DataFolder;
  /** Wanted port of each service; 0 for any free one. */
  ports: Record<PortName, number>;
  /** Takes what functions and services write: one line, and who wrote it. */
  log: (source: string, line: string) => void;
  /** Told the name of every step when it begins. */
  progress?: (step: string) => void;
  /** Another Kafka than the embedded one: addresses of its brokers, separated by commas. */
  kafkaBrokers?: string | undefined;
  /** Loads another program or configuration than the project's own; for tests. */
  program?: Pick<LoadOptions, "programFile" | "config">;
}

/** Where tools find the parts of a stack; the content of `.local/endpoints.json`. */
export interface Endpoints {
  /** The web app, with the API below /api; null when the program declares none. */
  web: string | null;
  api: string;
  mail: string;
  cognito: { endpoint: string; user_pool_id: string; client_id: string };
  /** Connection URLs by logical database. */
  postgres: Record<string, string>;
  /** The endpoint of DynamoDB's API, and the first of the declared tables by name. */
  dynamodb: { endpoint: string; table: string | null };
  /** The endpoint of S3's API, the declared buckets, and the folder that has one for each. */
  s3: { endpoint: string; buckets: string[]; folder: string };
  kafka: { brokers: string };
  /** The endpoint of Lambda's API, which invokes any declared function. */
  lambda: { endpoint: string };
}

/** A local stack that runs. */
export interface Stack {
  endpoints: Endpoints;
  graph: Graph;
  cognito: Cognito;
  /** Invokes any declared function. */
  lambda: LambdaHost;
  /** Declared resource types without a local counterpart, with their number. */
  notEmulated: [type: string, count: number][];
  /** Stops everything, in the reverse order of starting. */
  stop(): Promise<void>;
}

/** Ids of the embedded user pool and its client: the same at every start, as tokens name them. */
const POOL_ID = "local_ahorro";
const CLIENT_ID = "localclientahorro";
/** Of the embedded PostgreSQL, which listens on this machine only. */
const PASSWORD = "local";

/**
 * Runs a whole stack on this machine: loads the program, starts a counterpart of each real service that it declares, does
 * the deployment's own steps (bootstrap, migrations), and serves the API with the declared functions.
 *
 * @throws Error when a part does not start, after stopping those that had.
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { log, progress = () => undefined } = options;
  const stops: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const part of stops.splice(0).reverse()) await part();
  };
  try {
    const ports = await choosePorts(options.ports);
    progress("Loading the program");
    const graph = await loadProgram({
      cache: true,
      ...options.program,
      stack: "local",
      workFolder: join(options.dataFolder.path, "program"),
      outputs: addresses(ports, options.kafkaBrokers),
    });
    progress("Starting PostgreSQL, DynamoDB, Kafka, Cognito and mail");
    const mailbox = await startMailbox(ports.mail, (line) => log("mail", line));
    stops.push(() => mailbox.server.close());
    const [postgres, cognito] = await allStarted(stops, [
      startPostgres({
        dataFolder: options.dataFolder.path,
        port: ports.postgres,
        password: PASSWORD,
        log: (line) => log("postgres", line),
      }),
      startDeclaredCognito(options, ports, graph, mailbox),
    ]);
    const brokers = await startBroker(options, ports, stops);
    const tables = tablesOf(graph);
    const dynamodb = await startDynamoDb({ dataFolder: options.dataFolder.path, tables });
    stops.push(() => dynamodb.stop());
    const s3 = await startS3({
      dataFolder: options.dataFolder.path,
      buckets: bucketsOf(graph),
      secrets: { [CREDENTIALS.AWS_ACCESS_KEY_ID]: CREDENTIALS.AWS_SECRET_ACCESS_KEY },
      log: (line) => log("aws", line),
    });
    stops.push(async () => s3.stop());
    const aws = await startAwsEndpoint({
      port: ports.aws,
      services: {
        "rds-data": rdsData({ clusterArns: clusterArns(graph), postgresUrl: (name) => postgres.url(name) }),
        dynamodb: dynamodb.service,
        cloudfront: cloudFrontApi(
          resourcesOf(graph, "aws:cloudfront/distribution:Distribution").map(({ outputs }) => String(outputs.id)),
        ),
        firehose: firehose({ streams: streamsOf(graph), put: s3.put }),
        lambda: lambdaApi(() => lambda),
        ses: ses({
          identities: declared(graph, "aws:sesv2/emailIdentity:EmailIdentity", "emailIdentity"),
          configurationSets: declared(graph, "aws:sesv2/configurationSet:ConfigurationSet", "configurationSetName"),
          deliver: mailbox.deliver,
        }),
      },
      s3,
      log: (line) => log("aws", line),
    });
    stops.push(() => aws.close());
    const lambda: LambdaHost = createLambdaHost({
      functions: functionsOf(graph),
      region: REGION,
      accountId: ACCOUNT_ID,
      extraEnvironment: {
        PGPASSWORD: PASSWORD,
        PGSSLMODE: "disable",
        AWS_ENDPOINT_URL: aws.endpoint,
        AWS_ENDPOINT_URL_DYNAMODB: aws.endpoint,
        AWS_ENDPOINT_URL_S3: aws.endpoint,
        AWS_ENDPOINT_URL_CLOUDFRONT: aws.endpoint,
        AWS_ENDPOINT_URL_SESV2: aws.endpoint,
        AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER: cognito.endpoint,
        KAFKA_SECURITY: "none",
      },
      log: (entry) => log(entry.function, entry.text),
      // More threads than this only wait for each other, and every start of one costs.
      maxInstances: Math.max(4, 2 * availableParallelism()),
    });
    stops.push(() => lambda.close());
    progress("Deploying: databases, migrations, topics");
    await deploy(graph, lambda, options.dataFolder.path);
    await startConsuming(graph, brokers, lambda, log, stops);
    progress("Starting the API and the web app");
    const gateway = await startGateway(definitionOf(graph), {
      lambda,
      port: ports.api,
      region: REGION,
      accountId: ACCOUNT_ID,
      log: ({ method, path, status, reason }) => {
        if (status >= 500) log("api", `${method} ${path} ${status}${reason === undefined ? "" : `: ${reason}`}`);
      },
    });
    stops.push(() => gateway.close());
    const web = await startWeb(graph, ports, log, stops);
    const endpoints: Endpoints = {
      web: web?.url ?? null,
      api: gateway.url,
      mail: mailbox.server.endpoint,
      cognito: { endpoint: cognito.endpoint, user_pool_id: POOL_ID, client_id: CLIENT_ID },
      postgres: Object.fromEntries(databasesOf(graph).map((name) => [name, postgres.url(name)])),
      dynamodb: { endpoint: aws.endpoint, table: tables[0]?.TableName ?? null },
      s3: { endpoint: aws.endpoint, buckets: bucketsOf(graph).map(({ name }) => name), folder: s3.folder },
      kafka: { brokers },
      lambda: { endpoint: aws.endpoint },
    };
    return { endpoints, graph, cognito, lambda, notEmulated: notEmulated(graph), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

const REGION = "eu-west-1";

/** The embedded Kafka, unless there is another. Answers the addresses of its brokers. */
async function startBroker(
  { kafkaBrokers, dataFolder, log }: StackOptions,
  ports: Record<PortName, number>,
  stops: (() => Promise<void>)[],
): Promise<string> {
  if (kafkaBrokers !== undefined) return kafkaBrokers;
  const kafka = await startKafka({ port: ports.kafka, dataFolder: dataFolder.path, log: (line) => log("kafka", line) });
  stops.push(() => kafka.stop());
  return kafka.brokers;
}

/** Has functions consume topics, and invoked when their schedules say. */
async function startConsuming(
  graph: Graph,
  brokers: string,
  lambda: LambdaHost,
  log: StackOptions["log"],
  stops: (() => Promise<void>)[],
): Promise<void> {
  const stopSchedules = startSchedules(graph, lambda);
  stops.push(async () => stopSchedules());
  const started = eventSourceMappingsOf(graph).map((mapping) =>
    startEventSourceMapping({ mapping, brokers, lambda, log: (line) => log("events", line) }),
  );
  stops.push(async () => {
    const mappings = await Promise.allSettled(started);
    await Promise.all(mappings.map((mapping) => mapping.status === "fulfilled" && mapping.value.stop()));
  });
  await Promise.all(started);
}

/** The declared distribution, if there is one. */
async function startWeb(
  graph: Graph,
  ports: Record<PortName, number>,
  log: StackOptions["log"],
  stops: (() => Promise<void>)[],
): Promise<CloudFront | undefined> {
  const distribution = distributionOf(graph);
  if (distribution === undefined) return undefined;
  const web = await startCloudFront(distribution, {
    port: ports.web,
    log: ({ method, path, status, reason }) => log("web", `${method} ${path} ${status}: ${reason}`),
  });
  stops.push(() => web.close());
  return web;
}

const addresses = (
  ports: Record<PortName, number>,
  kafkaBrokers: string | undefined,
): NonNullable<LoadOptions["outputs"]> => ({
  apiUrl: `http://127.0.0.1:${ports.api}`,
  web: `127.0.0.1:${ports.web}`,
  postgres: { host: "127.0.0.1", port: ports.postgres },
  kafka: kafkaBrokers ?? `127.0.0.1:${ports.kafka}`,
  cognito: { host: "127.0.0.1", port: ports.cognito, poolId: POOL_ID, clientId: CLIENT_ID },
});

/** Waits for parts that start side by side; those that did start are stopped with the rest when another fails. */
async function allStarted<A extends { stop(): Promise<void> }, B extends { stop(): Promise<void> }>(
  stops: (() => Promise<void>)[],
  parts: [Promise<A>, Promise<B>],
): Promise<[A, B]> {
  for (const part of await Promise.allSettled(parts)) {
    if (part.status === "fulfilled") stops.push(() => part.value.stop());
  }
  return Promise.all(parts);
}

/** Cognito with the pool and the client as the program declares them. */
function startDeclaredCognito(
  options: StackOptions,
  ports: Record<PortName, number>,
  graph: Graph,
  mailbox: Mailbox,
): Promise<Cognito> {
  const pool = only(graph, "aws:cognito/userPool:UserPool");
  const client = only(graph, "aws:cognito/userPoolClient:UserPoolClient");
  const declared: CognitoPool = {
    ...pool.inputs,
    poolId: POOL_ID,
    poolName: pool.name,
    clients: [{ ...client.inputs, clientId: CLIENT_ID, clientName: client.name }],
  };
  return startCognito({
    port: ports.cognito,
    dataFolder: options.dataFolder.path,
    pools: [declared],
    log: (line) => options.log("cognito", line),
    onMessage: ({ to, code }) =>
      mailbox.deliver({ to, subject: "Your verification code", text: `Your confirmation code is ${code}`, html: null }),
  });
}

const clusterArns = (graph: Graph): string[] =>
  resourcesOf(graph, "aws:rds/cluster:Cluster").map(({ outputs }) => String(outputs.arn));

/** The one resource of a type that the local stack can run just one of. */
function only(graph: Graph, type: string) {
  const [resource, another] = resourcesOf(graph, type);
  if (resource === undefined || another !== undefined) {
    throw new Error(
      `The local stack runs exactly one ${type}; the program declares ${resource === undefined ? "none" : "more"}.`,
    );
  }
  return resource;
}

/** One input of all resources of a type. */
const declared = (graph: Graph, type: string, input: string): string[] =>
  resourcesOf(graph, type).map(({ inputs }) => String(inputs[input]));

/** The logical databases that functions are given. */
const databasesOf = (graph: Graph): string[] => [
  ...new Set(functionsOf(graph).flatMap(({ environment }) => environment.DATABASE_NAME ?? [])),
];
