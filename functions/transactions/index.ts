import * as pulumi from "@pulumi/pulumi";
import type { Bucket } from "../../components/bucket";
import type { Database } from "../../components/database";
import { Migrations } from "../../components/database/migrations";
import type { EventBus } from "../../components/event-bus";
import type { ApiService, Route } from "../../components/http-api";
import { Lambda } from "../../components/lambda";
import { relayLink } from "../outbox";
import { isTurnAwaited } from "../outbox/turn";
import { relayWaker } from "../outbox/wake";
import { connectBucket } from "../runtime/bucket";
import { dispatcher } from "../runtime/dispatch";
import { routesOf } from "../runtime/endpoint";
import type { PersonalDataSource } from "../runtime/personal-data";
import { connect } from "../runtime/postgres";
import { statementWork } from "../runtime/statement-work";
import { transactionsConsumer } from "./consumer";
import { transactionsEndpoints } from "./endpoints";
import { exportEndpoints } from "./export";
import { exporter } from "./exporter";
import { TRANSACTIONS_FILES } from "./personal-data";
import { renderings } from "./rendering";

export interface TransactionsServiceArgs {
  /** Where the events of users and groups come from. */
  bus: EventBus;
  /** The cluster that holds the logical database `transactions`. */
  database: Database;
  /** Takes files that are too large for an answer, and deletes them after a day. */
  exports: Bucket;
  /** Requests per second that the whole API takes; told to clients. */
  rateLimit: number;
  logRetentionDays: pulumi.Input<number>;
}

/**
 * Balances and transactions, the ledger: a function that serves them, one that learns from events who may see them, and one that makes
 * files of them; all on the database `transactions`. Costs nothing when idle.
 */
export class TransactionsService extends pulumi.ComponentResource implements ApiService {
  readonly lambda: Lambda;
  readonly routes: Route[];
  /** Takes the events of users and groups. */
  readonly consumer: Lambda;
  /** Transactions as files. */
  readonly exports: ApiService;
  /** Hands out what is kept of a person. */
  readonly personalData: PersonalDataSource;
  /** The database has its schema; functions that use it depend on this. */
  readonly migrated: pulumi.Resource;

  constructor(name: string, args: TransactionsServiceArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("ahorro:transactions:TransactionsService", name, {}, opts);
    const migrations = new Migrations(
      `${name}-migrations`,
      {
        database: args.database,
        databaseName: "transactions",
        folder: "migrations/transactions",
        logRetentionDays: args.logRetentionDays,
      },
      { parent: this },
    );
    this.migrated = migrations.done;
    this.lambda = new Lambda(
      `${name}-api`,
      {
        description: "Balances and transactions",
        links: [args.database.link("transactions", "api"), relayLink(this, "transactions")],
        environment: { RATE_LIMIT: String(args.rateLimit) },
        logRetentionDays: args.logRetentionDays,
        handler: () => {
          const sql = connect("transactions-api");
          return dispatcher(
            transactionsEndpoints(),
            statementWork(sql),
            relayWaker(() => isTurnAwaited(sql)),
          );
        },
      },
      { parent: this, dependsOn: [migrations.done] },
    );
    const topics = ["ahorro.users"];
    this.consumer = new Lambda(
      `${name}-consumer`,
      {
        description: "Learns who is in which group, and erases what deleted users leave behind",
        links: [args.database.link("transactions", "consumer"), args.bus.consume("transactions", topics)],
        // Erasing years of transactions takes a while; each thousand of them is committed by itself.
        timeout: 120,
        logRetentionDays: args.logRetentionDays,
        handler: () => transactionsConsumer(connect("transactions-consumer")),
      },
      { parent: this, dependsOn: [migrations.done] },
    );
    args.bus.subscribe({ group: "transactions", topics, lambda: this.consumer });
    const files = new Lambda(
      `${name}-exporter`,
      {
        description: "Makes files of transactions, and hands out what the ledger holds of a person",
        links: [args.database.link("transactions", "exporter"), args.exports.link("read", "write")],
        environment: { RATE_LIMIT: String(args.rateLimit) },
        // The API waits no longer for an answer. Lambda gives processors with memory: one, at 1,769 MB.
        timeout: 30,
        memorySize: 1769,
        logRetentionDays: args.logRetentionDays,
        handler: () =>
          exporter({
            sql: connect("transactions-exporter"),
            bucket: connectBucket(process.env.EXPORTS_BUCKET ?? ""),
            renderings: renderings(),
          }),
      },
      { parent: this, dependsOn: [migrations.done] },
    );
    this.exports = { lambda: files, routes: routesOf(exportEndpoints()) };
    this.personalData = { lambda: files, files: TRANSACTIONS_FILES };
    this.routes = routesOf(transactionsEndpoints());
    this.registerOutputs();
  }
}
