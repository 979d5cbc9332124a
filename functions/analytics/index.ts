import * as pulumi from "@pulumi/pulumi";
import type { Database } from "../../components/database";
import { Migrations } from "../../components/database/migrations";

export interface AnalyticsServiceArgs {
  /** The cluster that holds the logical database `analytics`. */
  database: Database;
  logRetentionDays: pulumi.Input<number>;
}

/** The database `analytics`, with its schema. Costs nothing when idle. */
export class AnalyticsService extends pulumi.ComponentResource {
  /** The database has its schema; functions that use it depend on this. */
  readonly migrated: pulumi.Resource;

  constructor(name: string, args: AnalyticsServiceArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("ahorro:analytics:AnalyticsService", name, {}, opts);
    const { database, logRetentionDays } = args;
    const migrations = new Migrations(
      `${name}-migrations`,
      { database, databaseName: "analytics", folder: "migrations/analytics", logRetentionDays },
      { parent: this },
    );
    this.migrated = migrations.done;
    this.registerOutputs();
  }
}
