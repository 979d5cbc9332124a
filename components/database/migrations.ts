import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Database } from "../database";
import { Lambda } from "../lambda";
import { connectionSettings } from "./connection";

export interface MigrationsArgs {
  database: Database;
  /** The logical database to migrate. */
  databaseName: string;
  /** Folder, relative to the project, of `<number>_<name>.sql` files in node-pg-migrate's format: `-- Up Migration`, `-- Down Migration`. */
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
        timeout: 300,
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
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), "utf8")]));
}

const hashOf = (files: Record<string, string>): string =>
  createHash("sha256").update(JSON.stringify(files)).digest("hex");

/** Applies what is missing, all in one transaction, under node-pg-migrate's advisory lock. Answers the names applied. */
export const migrationsHandler = () => {
  // An ES module without types for this module resolution: its declarations are named by file.
  const { runner }: typeof import("node-pg-migrate/dist/bundle/index") = require("node-pg-migrate");

  return async () => {
    const { username, ...settings } = connectionSettings();
    const applied = await runner({
      databaseUrl: { ...settings, user: username },
      dir: `${process.env.LAMBDA_TASK_ROOT}/migrations`,
      direction: "up",
      migrationsTable: "pgmigrations",
      singleTransaction: true,
      log: (message) => console.log(message),
    });
    return { applied: applied.map(({ name }) => name) };
  };
};
