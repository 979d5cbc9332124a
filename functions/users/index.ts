import * as pulumi from "@pulumi/pulumi";
import type { Database } from "../../components/database";
import { Migrations } from "../../components/database/migrations";
import type { ApiService, Route } from "../../components/http-api";
import { Lambda } from "../../components/lambda";
import { relayLink } from "../outbox";
import { isTurnAwaited } from "../outbox/turn";
import { relayWaker } from "../outbox/wake";
import { dispatcher } from "../runtime/dispatch";
import { routesOf } from "../runtime/endpoint";
import { type PersonalDataSource, personalData } from "../runtime/personal-data";
import { connect } from "../runtime/postgres";
import { sqlWork } from "../runtime/work";
import { usersEndpoints } from "./endpoints";
import { USERS_FILES, usersData } from "./personal-data";

export interface UsersServiceArgs {
  /** The cluster that holds the logical database `users`. */
  database: Database;
  /** Requests per second that the whole API takes; told to clients. */
  rateLimit: number;
  logRetentionDays: pulumi.Input<number>;
}

/**
 * Users, groups, memberships and invites: a function that serves them, and one that hands out what is kept of a person; both on the
 * database `users`. Costs nothing when idle.
 */
export class UsersService extends pulumi.ComponentResource implements ApiService {
  readonly lambda: Lambda;
  readonly routes: Route[];
  /** Hands out what is kept of a person. */
  readonly personalData: PersonalDataSource;
  /** The database has its schema; functions that use it depend on this. */
  readonly migrated: pulumi.Resource;

  constructor(name: string, args: UsersServiceArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("ahorro:users:UsersService", name, {}, opts);
    const migrations = new Migrations(
      `${name}-migrations`,
      {
        database: args.database,
        databaseName: "users",
        folder: "migrations/users",
        logRetentionDays: args.logRetentionDays,
      },
      { parent: this },
    );
    this.migrated = migrations.done;
    this.lambda = new Lambda(
      `${name}-api`,
      {
        description: "Users, groups, memberships and invites",
        links: [args.database.link("users", "api"), relayLink(this, "users")],
        environment: { RATE_LIMIT: String(args.rateLimit) },
        logRetentionDays: args.logRetentionDays,
        handler: () => {
          const sql = connect("users-api");
          return dispatcher(
            usersEndpoints(),
            sqlWork(sql),
            relayWaker(() => isTurnAwaited(sql)),
          );
        },
      },
      { parent: this, dependsOn: [migrations.done] },
    );
    const exporter = new Lambda(
      `${name}-exporter`,
      {
        description: "Hands out what users, groups and invites hold of a person",
        links: [args.database.link("users", "exporter")],
        logRetentionDays: args.logRetentionDays,
        handler: () => personalData(usersData(connect("users-exporter"))),
      },
      { parent: this, dependsOn: [migrations.done] },
    );
    this.personalData = { lambda: exporter, files: USERS_FILES };
    this.routes = routesOf(usersEndpoints());
    this.registerOutputs();
  }
}
