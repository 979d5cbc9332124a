/**
 * `npm run dead-letters`: what people do with records that consumers could not handle, and with events that the broker has refused.
 * Asks the functions of a stack, which are where the brokers are: of the local stack, found by `.local/endpoints.json`, or of one in
 * AWS, with the SDK's own way to credentials and region.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { parse } from "yaml";
import { REPLAY } from "../../components/event-bus/names";
import type { Described } from "./letter";
import type { Listed, ReplayEvent, Replayed, Selection } from "./replay";

const USAGE = `npm run dead-letters -- list [options]      shows records that were set aside, the oldest first
npm run dead-letters -- replay <which>       publishes them again, to every consumer of their topic
npm run dead-letters -- outbox <database>    puts events that the broker refused back into an outbox (users, transactions)

  --topic ahorro.users     only those from this topic
  --group categories       only those that this consumer group could not handle
  --id <id>                only this one: a dead letter's id or its event's; may be given more than once
  --all                    replay: all of them, where nothing else says which
  --values                 list: the records as well; they may hold personal data
  --json                   list: as JSON
  --stack <name>           the stack; without it, the local one
`;

const PROJECT_FOLDER = join(__dirname, "..", "..");

/** Invokes a function of the stack by its name in the program. */
export type Ask = (name: string, event: unknown) => Promise<unknown>;

/** Does what the arguments say; answers what to print. @throws Error for people. */
export async function command(args: string[], connect: (stack: string) => Ask = connectTo): Promise<string> {
  const { values, positionals } = read(args);
  const [what = "", database = "", ...more] = positionals;
  const { topic, group, id: ids, all, stack = "local" } = values;
  const selection: Selection = { ...(topic && { topic }), ...(group && { group }), ...(ids && { ids }) };
  const wrong = (message: string) => new Error(`${message}\n\n${USAGE}`);
  if (more.length > 0 || (database !== "" && what !== "outbox"))
    throw wrong("There are more arguments than that takes.");
  switch (what) {
    case "list":
      return list(connect(stack), { ...selection, values: values.values === true }, values.json === true);
    case "replay":
      if (Object.keys(selection).length === 0 && !all) throw wrong("Which ones? Say --all, or choose.");
      return replay(connect(stack), selection);
    case "outbox":
      if (database === "") throw wrong("Of which database?");
      return replayOutbox(connect(stack), database, ids);
    default:
      throw wrong(what === "" ? "What is to be done?" : `"${what}" is not known here.`);
  }
}

const read = (args: string[]) => {
  const text = { type: "string" } as const;
  const flag = { type: "boolean" } as const;
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        ...{ topic: text, group: text, id: { ...text, multiple: true }, stack: text },
        ...{ all: flag, values: flag, json: flag },
      },
    });
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : error}\n\n${USAGE}`);
  }
};

async function list(ask: Ask, event: Selection & { values: boolean }, json: boolean): Promise<string> {
  const { dead_letters: letters, complete } = (await ask(REPLAY, { list: event } satisfies ReplayEvent)) as Listed;
  if (json) return JSON.stringify(letters, null, 2);
  if (letters.length === 0)
    return complete ? "There are no dead letters." : "There was no time to look at all of them.";
  const lines = letters.map(linesOf);
  return [...lines, `${letters.length} dead letters${complete ? "." : ", and there are more."}`].join("\n\n");
}

const linesOf = (letter: Described): string =>
  [
    `${letter.id}  ${letter.reason || "(no reason)"}  ${letter.group}  ${letter.time}`,
    letter.error,
    `${letter.event_type || "(no type)"} ${letter.event_id}, key ${letter.key}, was ${letter.origin} of ${letter.timestamp}`,
    ...(letter.value === undefined ? [] : [String(letter.value)]),
  ].join("\n    ");

/** Those that are there now: what dies again meanwhile is not taken twice. */
async function replay(ask: Ask, selection: Selection): Promise<string> {
  const before = new Date().toISOString();
  let [records, letters] = [0, 0];
  for (let complete = false; !complete; ) {
    const answer = (await ask(REPLAY, { replay: { ...selection, before } } satisfies ReplayEvent)) as Replayed;
    records += answer.replayed;
    letters += answer.done;
    if (!answer.complete && answer.done === 0) {
      throw new Error(`There was not time enough. ${letters} dead letters were given back; try again.`);
    }
    complete = answer.complete;
  }
  return `${letters} dead letters given back: ${records} records published.`;
}

async function replayOutbox(ask: Ask, database: string, ids: string[] | undefined): Promise<string> {
  const answer = (await ask(`${database}-relay`, { replay: { ...(ids && { ids }) } })) as { replayed?: number };
  if (typeof answer?.replayed !== "number") throw new Error(`The relay of ${database} did not understand.`);
  return `${answer.replayed} events put back into the outbox of ${database}.`;
}

/** The functions of a stack: named `<project>-<stack>-<name>`. */
function connectTo(stack: string): Ask {
  const client = stack === "local" ? localClient() : new LambdaClient({});
  const { name: project } = parse(readFileSync(join(PROJECT_FOLDER, "Pulumi.yaml"), "utf8"));
  return async (name, event) => {
    const FunctionName = `${project}-${stack}-${name}`;
    const Payload = new TextEncoder().encode(JSON.stringify(event));
    const answer = await client.send(new InvokeCommand({ FunctionName, Payload }));
    const text = new TextDecoder().decode(answer.Payload);
    if (answer.FunctionError === undefined) return JSON.parse(text || "null");
    throw new Error(`${FunctionName} failed: ${JSON.parse(text).errorMessage ?? text}`);
  };
}

function localClient(): LambdaClient {
  const file = join(process.env.AHORRO_DATA_DIR || join(PROJECT_FOLDER, ".local"), "endpoints.json");
  if (!existsSync(file)) {
    throw new Error("The local stack does not run (npm start). For one in AWS, say --stack <name>.");
  }
  const { endpoint } = JSON.parse(readFileSync(file, "utf8")).lambda;
  return new LambdaClient({
    endpoint,
    region: "eu-west-1",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
  });
}

if (require.main === module) {
  command(process.argv.slice(2)).then(
    (text) => console.log(text),
    (error: unknown) => {
      console.error(error instanceof Error ? error.message : error);
      process.exitCode = 1;
    },
  );
}
