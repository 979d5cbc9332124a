/**
 * `npm run lake`: asks the lake on this machine, which the local stack writes, the saved questions or any other. Opens the files; the stack
 * may run or not.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { openLake, tableOf } from "./duckdb";
import { readQueries } from "./queries";

const USAGE = `npm run lake                    asks all saved questions
npm run lake -- <name> …        only these
npm run lake -- --list          lists them
npm run lake -- --sql "…"       asks anything else; tables: user_events, transaction_events, categories
`;

const DATA_FOLDER = process.env.AHORRO_DATA_DIR;
const PROJECT_FOLDER = join(__dirname, "..", "..");

/** Where the local stack keeps buckets: as it says while it runs, else where it does so usually. */
function bucketsFolder(): string {
  const file = join(DATA_FOLDER || join(PROJECT_FOLDER, ".local"), "endpoints.json");
  if (existsSync(file)) return JSON.parse(readFileSync(file, "utf8")).s3.folder;
  return join(DATA_FOLDER || join(PROJECT_FOLDER, ".local", "data"), "s3");
}

/** The folder of the lake. @throws Error for people, when there is none. */
export function lakeFolder(buckets = bucketsFolder()): string {
  const bucket = existsSync(buckets) && readdirSync(buckets).find((name) => name.startsWith("ahorro-local-lake-"));
  if (!bucket) throw new Error("There is no lake on this machine yet. The local stack writes it: npm start");
  return join(buckets, bucket);
}

/** Does what the arguments say; answers what to print. @throws Error for people, or DuckDB's, which shows where the SQL is wrong. */
export async function command(args: string[], folder: () => string = () => lakeFolder()): Promise<string> {
  const { values, positionals: names } = read(args);
  const queries = readQueries();
  const unknown = names.find((name) => !queries.some((query) => query.name === name));
  if (unknown !== undefined) throw new Error(`There is no saved question "${unknown}".\n\n${USAGE}`);
  if (values.list) return queries.map(({ name, title }) => `${name.padEnd(28)}${title}`).join("\n");
  const lake = await openLake(folder());
  try {
    if (values.sql !== undefined) return tableOf(await lake.query(values.sql));
    const answers: string[] = [];
    for (const { name, title, description, sql } of queries) {
      if (names.length > 0 && !names.includes(name)) continue;
      answers.push(`${title} (${name})\n${description}\n\n${tableOf(await lake.query(sql))}`);
    }
    return answers.join("\n\n\n");
  } finally {
    lake.close();
  }
}

const read = (args: string[]) => {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: { sql: { type: "string" }, list: { type: "boolean" } },
    });
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : error}\n\n${USAGE}`);
  }
};

if (require.main === module) {
  command(process.argv.slice(2)).then(
    (text) => console.log(text),
    (error: unknown) => {
      console.error(error instanceof Error ? error.message : error);
      process.exitCode = 1;
    },
  );
}
