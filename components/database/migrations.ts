import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Database } from "../database";
import { Lambda } from "../lambda";
import { connectionSettings } from "./connection";
import { parseMigration } from "./migration-file";

export interface MigrationsArgs {
  database: Database;
  /** The logical database to migrate. */
  databaseName: string;
  /** Folder, relative to the project, of `<number>_<name>.sql` files: see `MigrationFile`. */
  folder: string;
  logRetentionDays: pulumi.Input<number>;
}

/**
 * Brings one logical database to the schema this version of the program expects, on deployment, whenever a migration file
 * changes. Functions that use the schema depend on `done`, so that they change over only afterwards.
 *
 * Costs nothing when idle.
 */
export class Migrations extends pulumi.ComponentResource {
  /** All migrations are applied. */
  readonly done: aws.lambda.Invocation;

  constructor(name: string, args: MigrationsArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("ahorro:database:Migrations", name, {}, opts);
    const files = readMigrations(args.folder);
    const lambda = new Lambda(
      name,
      {
        description: `Applies the migrations of the database ${args.databaseName}`,
        handler: migrationsHandler,
        links: [args.database.link(args.databaseName, "migrator")],
        files: Object.fromEntries(Object.entries(files).map(([file, sql]) => [`migrations/${file}`, sql])),
        // As long as a function can run: an index on a big table takes its time.
        timeout: 900,
        logRetentionDays: args.logRetentionDays,
      },
      { parent: this },
    );
    this.done = new aws.lambda.Invocation(
      name,
      {
        functionName: lambda.name,
        input: JSON.stringify({}),
        triggers: { cluster: args.database.cluster.arn, migrations: hashOf(files) },
      },
      { parent: this, dependsOn: [args.database.ready, lambda] },
    );
    this.registerOutputs({});
  }
}

/**
 * The SQL files of a folder by name.
 * @throws Error when the folder holds no migration, or a file that is none.
 */
export function readMigrations(folder: string): Record<string, string> {
  const names = readdirSync(folder).sort();
  if (names.length === 0) throw new Error(`There are no migrations in ${folder}.`);
  for (const name of names) {
    if (!/^\d+_[\w-]+\.sql$/.test(name)) {
      throw new Error(`${join(folder, name)} is not a migration: name it <number>_<what-it-does>.sql.`);
    }
  }
  return Object.fromEntries(names.map((name) => [name, readMigration(join(folder, name))]));
}

/** Checked at deployment, rather than when half of the others have been applied. */
function readMigration(path: string): string {
  const content = readFileSync(path, "utf8");
  try {
    parseMigration(content);
    return content;
  } catch (error) {
    throw new Error(`${path} cannot be read.`, { cause: error });
  }
}

const hashOf = (files: Record<string, string>): string =>
  createHash("sha256").update(JSON.stringify(files)).digest("hex");

/**
 * A migration that waits for a lock makes everybody wait who comes after it: it gives up after so long, in ms, and the deployment fails with
 * nothing changed. What has to be done outside a transaction waits as long as it takes: it stands in nobody's way.
 */
const LOCK_TIMEOUT = 5_000;

/**
 * Applies what is missing, each migration in a transaction of its own so that no lock is held for longer than needed, under
 * node-pg-migrate's advisory lock. Answers the names applied. What was applied before one that fails stays.
 */
export const migrationsHandler = () => {
  // An ES module without types for this module resolution: its declarations are named by file.
  const { runner }: typeof import("node-pg-migrate/dist/bundle/index") = require("node-pg-migrate");
  const { readFile }: typeof import("node:fs/promises") = require("node:fs/promises");

  const load = async (path: string) => {
    const { up, down, transactional } = parseMigration(await readFile(path, "utf8"));
    const action = (sql: string) => (pgm: import("node-pg-migrate/dist/bundle/index").MigrationBuilder) => {
      if (transactional) return pgm.sql(sql);
      pgm.noTransaction();
      pgm.sql("set lock_timeout = 0");
      pgm.sql(sql);
      pgm.sql(`set lock_timeout = ${LOCK_TIMEOUT}`);
    };
    return { id: path, filePaths: [path], actions: { up: action(up), down: action(down) } };
  };

  return async () => {
    const { username, ...settings } = connectionSettings();
    const applied = await runner({
      databaseUrl: { ...settings, user: username, lock_timeout: LOCK_TIMEOUT },
      dir: `${process.env.LAMBDA_TASK_ROOT}/migrations`,
      direction: "up",
      migrationsTable: "pgmigrations",
      singleTransaction: false,
      migrationLoaderStrategies: [{ extensions: [".sql"], loader: (paths) => Promise.all(paths.map(load)) }],
      log: (message) => console.log(message),
    });
    return { applied: applied.map(({ name }) => name) };
  };
};
