import * as pulumi from "@pulumi/pulumi";
import type { Database } from "../../components/database";
import { Migrations } from "../../components/database/migrations";
import type { EventBus } from "../../components/event-bus";
import type { ApiService, Route } from "../../components/http-api";
import { Lambda } from "../../components/lambda";
import { dispatcher } from "../runtime/dispatch";
import { routesOf } from "../runtime/endpoint";
import { connect } from "../runtime/postgres";
import { readOnly } from "../runtime/work";
import { analyticsConsumer } from "./consumer";
import { analyticsEndpoints } from "./endpoints";
import { rebuild } from "./rebuild";

export interface AnalyticsServiceArgs {
  /** Where the events of users and transactions come from. */
  bus: EventBus;
  /** The cluster that holds the logical database `analytics`. */
  database: Database;
  /** The one that holds `transactions`, which the read model can be rebuilt from. */
  ledger: Database;
  /** The database `transactions` has its schema. */
  ledgerMigrated: pulumi.Resource;
  /** Requests per second that the whole API takes; told to clients. */
  rateLimit: number;
  logRetentionDays: pulumi.Input<number>;
}

/**
 * Reports, from a read model of their own: a function that serves them, one that keeps the model in step with events, and one that
 * rebuilds it, called by hand. Costs nothing when idle.
 */
export class AnalyticsService extends pulumi.ComponentResource implements ApiService {
  readonly lambda: Lambda;
  readonly routes: Route[];
  /** Takes the events of users and transactions. */
  readonly consumer: Lambda;
  /** Rebuilds the read model from the ledger, or compares the two. */
  readonly rebuild: Lambda;
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
    this.lambda = new Lambda(
      `${name}-api`,
      {
        description: "Reports: cash flow, spending, net worth and trends",
        links: [database.link("analytics", "api")],
        environment: { RATE_LIMIT: String(args.rateLimit) },
        logRetentionDays,
        handler: () => dispatcher(analyticsEndpoints(), readOnly(connect("analytics-api"))),
      },
      { parent: this, dependsOn: [migrations.done] },
    );
    const topics = ["ahorro.users", "ahorro.transactions"];
    this.consumer = new Lambda(
      `${name}-consumer`,
      {
        description: "Keeps the read model of reports in step with events",
        links: [database.link("analytics", "consumer"), args.bus.consume("analytics", topics)],
        // Erasing years of transactions takes a while; each thousand of them is committed by itself.
        timeout: 120,
        logRetentionDays,
        handler: () => analyticsConsumer(connect("analytics-consumer")),
      },
      { parent: this, dependsOn: [migrations.done] },
    );
    args.bus.subscribe({ group: "analytics", topics, lambda: this.consumer });
    this.rebuild = new Lambda(
      `${name}-rebuild`,
      {
        description: "Rebuilds the read model of reports from the ledger, or compares the two",
        links: [database.link("analytics", "consumer"), args.ledger.link("transactions", "copier", "LEDGER")],
        timeout: 900,
        // One at a time.
        reservedConcurrency: 1,
        logRetentionDays,
        handler: () => rebuild({ sql: connect("analytics-rebuild"), ledger: connect("analytics-rebuild", "LEDGER") }),
      },
      { parent: this, dependsOn: [migrations.done, args.ledgerMigrated] },
    );
    this.routes = routesOf(analyticsEndpoints());
    this.registerOutputs();
  }
}
