/**
 * `npm run analytics:rebuild`: rebuilds the read model of reports from the ledger, on the local stack that runs; with `-- --check` it
 * compares the two, and changes nothing. In AWS the function `analytics-rebuild` does the same: see docs/analytics.md.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { connect } from "../runtime/postgres";
import { rebuild } from "./rebuild";

const check = process.argv.includes("--check");
const unknown = process.argv.slice(2).filter((argument) => argument !== "--check");

/** Databases by name, as the stack that runs has written them down. */
const readEndpoints = (): Record<string, string> => {
  const file = join(process.env.AHORRO_DATA_DIR || join(__dirname, "..", "..", ".local"), "endpoints.json");
  try {
    return JSON.parse(readFileSync(file, "utf8")).postgres;
  } catch {
    throw new Error(`There is no ${file}: is the stack running (npm start)?`);
  }
};

const connectTo = (url: string | undefined, user: string, prefix: string) => {
  const { hostname, port, pathname, password } = new URL(url ?? "");
  Object.assign(process.env, {
    [`${prefix}_HOST`]: hostname,
    [`${prefix}_PORT`]: port,
    [`${prefix}_NAME`]: pathname.slice(1),
    [`${prefix}_USER`]: user,
    PGPASSWORD: password,
    PGSSLMODE: "disable",
  });
  return connect("analytics-rebuild", prefix);
};

async function main(): Promise<void> {
  if (unknown.length > 0) throw new Error(`Unknown: ${unknown.join(" ")}. There is --check, and nothing else.`);
  const { analytics, transactions } = readEndpoints();
  const sql = connectTo(analytics, "analytics_consumer", "DATABASE");
  const ledger = connectTo(transactions, "transactions_copier", "LEDGER");
  try {
    const run = rebuild({ sql, ledger });
    const { users, differing } = await run({ check }, { getRemainingTimeInMillis: () => Number.POSITIVE_INFINITY });
    for (const { user_id, difference } of differing) console.log(`${user_id}: ${difference}`);
    const found =
      differing.length === 0 ? "the read model is what the ledger adds up to" : `${differing.length} differ`;
    console.log(check ? `Compared ${users} users: ${found}.` : `Rebuilt ${users} users.`);
    if (differing.length > 0) process.exitCode = 1;
  } finally {
    await Promise.all([sql.end(), ledger.end()]);
  }
}

main().catch((error) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
