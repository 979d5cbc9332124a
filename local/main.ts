/**
 * The command behind `npm start`: shows progress, then where everything is, and runs until told to stop.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseArgs, styleText } from "node:util";
import { type DataFolder, openDataFolder } from "./data-folder";
import { defaultPorts } from "./ports";
import { resourcesOf } from "./program/graph";
import { PROJECT_FOLDER } from "./program/stack-config";
import { cognitoClient } from "./services/cognito-client";
import { type Stack, startStack } from "./stack";

const USAGE = `npm start [-- options]

  --fresh     forget all data first
  --no-seed   start without the demo family
  --help      show this

Ports: AHORRO_WEB_PORT, AHORRO_API_PORT, AHORRO_MAIL_PORT, AHORRO_COGNITO_PORT, AHORRO_POSTGRES_PORT, AHORRO_KAFKA_PORT,
AHORRO_AWS_PORT (0: any free one).
Data: AHORRO_DATA_DIR, else .local/data.
Exchange rates are made up, unless ECB_URL says where to load them from (https://www.ecb.europa.eu/stats/eurofxref).`;

/** `.local/endpoints.json`, or beside the data where those are kept elsewhere. */
const ENDPOINTS_FILE = join(process.env.AHORRO_DATA_DIR || join(PROJECT_FOLDER, ".local"), "endpoints.json");

/** What a program may bring along to fill a fresh stack: the module named in package.json under `localStack.seed`. */
interface SeedModule {
  seed(stack: {
    api: string;
    createUser(user: { email: string; password: string; name: string }): Promise<void>;
    signIn(user: { email: string; password: string }): Promise<string>;
  }): Promise<void>;
  /** Done at every start, with or without a seed: brings up to date what ages. */
  refresh?(stack: { invoke(name: string, event: unknown): Promise<unknown> }): Promise<void>;
  /** Shown to people: how to sign in. */
  login: string;
}

async function main(): Promise<void> {
  const options = readOptions();
  const ports = defaultPorts();
  const started = Date.now();
  const folder = openDataFolder(PROJECT_FOLDER);
  const stopping = new AbortController();
  onStopRequest(() => stopping.abort());
  let stack: Stack | undefined;
  try {
    if (options.fresh) {
      step("Forgetting all data");
      await folder.clear();
    }
    stack = await startStack({
      dataFolder: folder,
      ports,
      kafkaBrokers: process.env.KAFKA_BROKERS || undefined,
      log: printLog,
      progress: step,
    });
    await refresh(stack);
    const login = options["no-seed"] || stopping.signal.aborted ? undefined : await seedOnce(stack, folder);
    if (!stopping.signal.aborted) {
      mkdirSync(dirname(ENDPOINTS_FILE), { recursive: true });
      writeFileSync(ENDPOINTS_FILE, `${JSON.stringify(stack.endpoints, null, 2)}\n`);
      printSummary(stack, folder, login, Date.now() - started);
      await new Promise((resolve) => stopping.signal.addEventListener("abort", resolve));
    }
    console.log("\nStopping …");
  } finally {
    rmSync(ENDPOINTS_FILE, { force: true });
    await stack?.stop();
    folder.release();
  }
  console.log("Stopped. The data are kept for the next npm start.");
}

function readOptions() {
  try {
    const { values } = parseArgs({
      options: { fresh: { type: "boolean" }, "no-seed": { type: "boolean" }, help: { type: "boolean" } },
    });
    if (!values.help) return values;
    console.log(USAGE);
    process.exit(0);
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${USAGE}`);
    process.exit(2);
  }
}

/** Ctrl-C, a signal, or the end of the process that started this one. A second signal is for the impatient. */
function onStopRequest(stop: () => void): void {
  let asked = false;
  const ask = () => {
    if (asked) return;
    asked = true;
    stop();
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, ask);
  if (process.connected) process.once("disconnect", ask);
}

function seedModule(): SeedModule | undefined {
  const { localStack } = JSON.parse(readFileSync(join(PROJECT_FOLDER, "package.json"), "utf8"));
  return localStack?.seed === undefined ? undefined : require(join(PROJECT_FOLDER, localStack.seed));
}

/** Has the program bring up to date what ages, through its own functions, which it calls by the names they have in the program. */
async function refresh({ graph, lambda }: Stack): Promise<void> {
  const functions = resourcesOf(graph, "aws:lambda/function:Function");
  await seedModule()?.refresh?.({
    invoke: async (name, event) => {
      const found = functions.find((candidate) => candidate.name === name);
      const result = await lambda.invoke(String(found?.outputs.name ?? name), event);
      if (result.ok) return result.payload;
      throw new Error(`The function ${name} failed: ${result.error.errorMessage}`);
    },
  });
}

/** Seeds data that have never been seeded; answers how to sign in. */
async function seedOnce(stack: Stack, folder: DataFolder): Promise<string | undefined> {
  const module = seedModule();
  if (module === undefined) return undefined;
  const { seed, login } = module;
  const marker = join(folder.path, "seeded");
  if (existsSync(marker)) return login;
  step("Making the demo family");
  const { endpoints, cognito } = stack;
  const client = cognitoClient({ endpoint: endpoints.cognito.endpoint, clientId: endpoints.cognito.client_id });
  await seed({
    api: endpoints.api,
    createUser: async (user) => {
      await cognito.createConfirmedUser({ ...user, poolId: endpoints.cognito.user_pool_id });
    },
    signIn: async (user) => (await client.signIn(user)).idToken,
  });
  writeFileSync(marker, `${new Date().toISOString()}\n`);
  return login;
}

const step = (name: string) => console.log(`${styleText("dim", "…")} ${name}`);

/** What functions print, and what services complain of; PostgreSQL's everyday messages and metrics, of CloudWatch's format, are not for people. */
const printLog = (source: string, line: string) => {
  if (source === "postgres" && line.includes(" LOG:  ")) return;
  if (line.startsWith('{"_aws":')) return;
  for (const part of line.trimEnd().split("\n")) console.error(`${styleText("dim", `${source} |`)} ${part}`);
};

function printSummary(stack: Stack, folder: DataFolder, login: string | undefined, milliseconds: number): void {
  const { endpoints, notEmulated } = stack;
  const rows = [
    ...(endpoints.web === null ? [] : [["Web app", endpoints.web]]),
    ["API", endpoints.api],
    ["API docs", `${endpoints.api}/openapi.json`],
    ["Mail", endpoints.mail],
    [
      "Cognito",
      `${endpoints.cognito.endpoint} (pool ${endpoints.cognito.user_pool_id}, client ${endpoints.cognito.client_id})`,
    ],
    ...Object.entries(endpoints.postgres).map(([name, url]) => [`PostgreSQL`, url || name]),
    ["Kafka", endpoints.kafka.brokers],
    ["DynamoDB", `${endpoints.dynamodb.endpoint} (table ${endpoints.dynamodb.table ?? "none"})`],
    ["S3", `${endpoints.s3.endpoint} (${endpoints.s3.buckets.join(", ") || "no buckets"})`],
    ["Data", folder.path],
    ...(login === undefined ? [] : [["Demo login", login]]),
  ];
  console.log(`\n${styleText("bold", "Ahorro is running")} (ready in ${(milliseconds / 1000).toFixed(1)} s)\n`);
  for (const [label = "", value = ""] of rows) console.log(`  ${label.padEnd(11)} ${value}`);
  const declared = notEmulated.map(([type, count]) => `${type.split(":").at(-1)}${count > 1 ? ` ×${count}` : ""}`);
  console.log(`\n  ${styleText("dim", `Declared, not emulated: ${declared.join(", ")}`)}`);
  console.log("\nCtrl-C stops it.");
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(
      `\n${styleText("red", "Ahorro did not start.")}\n\n${error instanceof Error ? error.message : error}`,
    );
    process.exit(1);
  },
);
