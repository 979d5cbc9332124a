import * as pulumi from "@pulumi/pulumi";
import type { Database } from "../../components/database";
import type { EventBus } from "../../components/event-bus";
import type { ApiService, Route } from "../../components/http-api";
import { Lambda } from "../../components/lambda";
import { Table } from "../../components/table";
import { dispatcher } from "../runtime/dispatch";
import { connectTable } from "../runtime/dynamodb";
import { routesOf } from "../runtime/endpoint";
import { type PersonalDataSource, personalData } from "../runtime/personal-data";
import { connect } from "../runtime/postgres";
import catalogue from "./catalogue.json";
import { categoriesConsumer } from "./consumer";
import { categoriesEndpoints } from "./endpoints";
import { CATEGORIES_FILES, categoriesData } from "./personal-data";
import { tableWork } from "./work";

export interface CategoriesServiceArgs {
  /** Where the events of users and transactions come from. */
  bus: EventBus;
  /** The cluster that holds the logical database `transactions`, which knows who shares a group. */
  database: Database;
  /** That database has its schema. */
  migrated: pulumi.Resource;
  /** After so many days an old use of a category counts half. */
  halfLifeDays: number;
  /** Guards the table against deletion. */
  deletionProtection: boolean;
  /** Requests per second that the whole API takes; told to clients. */
  rateLimit: number;
  logRetentionDays: pulumi.Input<number>;
}

/**
 * Everybody's categories, ranked by use: a table, a function that serves them, one that learns from events, and one that hands out what is
 * kept of a person. Costs nothing when idle but what the table stores.
 */
export class CategoriesService extends pulumi.ComponentResource implements ApiService {
  readonly lambda: Lambda;
  readonly routes: Route[];
  /** Takes the events of users and transactions. */
  readonly consumer: Lambda;
  /** The categories that everybody starts with, as JSON: for everybody to read. */
  readonly catalogue: string = JSON.stringify(catalogue);
  /** Hands out what is kept of a person. */
  readonly personalData: PersonalDataSource;

  constructor(name: string, args: CategoriesServiceArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("ahorro:categories:CategoriesService", name, {}, opts);
    const { logRetentionDays } = args;
    const table = new Table(
      name,
      {
        hashKey: { name: "user_id", type: "S" },
        rangeKey: { name: "type#name", type: "S" },
        localIndexes: { score: { name: "score", type: "N" } },
        ttlAttribute: "expires_at",
        deletionProtection: args.deletionProtection,
      },
      { parent: this },
    );
    const scores = { SCORE_HALF_LIFE_DAYS: String(args.halfLifeDays) };
    this.lambda = new Lambda(
      `${name}-api`,
      {
        description: "Categories, ranked by use",
        links: [table.link("readWrite"), args.database.link("transactions", "reader")],
        environment: { ...scores, RATE_LIMIT: String(args.rateLimit) },
        logRetentionDays,
        handler: () =>
          dispatcher(
            categoriesEndpoints(),
            tableWork({
              table: connectTable(process.env.CATEGORIES_TABLE ?? ""),
              sql: connect("categories-api"),
              halfLifeDays: Number(process.env.SCORE_HALF_LIFE_DAYS),
            }),
          ),
      },
      { parent: this, dependsOn: [args.migrated] },
    );
    const topics = ["ahorro.users", "ahorro.transactions"];
    this.consumer = new Lambda(
      `${name}-consumer`,
      {
        description: "Learns from transactions which categories are used, and seeds those of new users",
        links: [table.link("readWrite"), args.bus.consume("categories", topics)],
        environment: scores,
        timeout: 60,
        logRetentionDays,
        handler: () =>
          categoriesConsumer({
            table: connectTable(process.env.CATEGORIES_TABLE ?? ""),
            halfLifeDays: Number(process.env.SCORE_HALF_LIFE_DAYS),
          }),
      },
      { parent: this },
    );
    args.bus.subscribe({ group: "categories", topics, lambda: this.consumer });
    const exporter = new Lambda(
      `${name}-exporter`,
      {
        description: "Hands out a person's categories",
        links: [table.link("read")],
        environment: scores,
        logRetentionDays,
        handler: () =>
          personalData(
            categoriesData({
              table: connectTable(process.env.CATEGORIES_TABLE ?? ""),
              halfLifeDays: Number(process.env.SCORE_HALF_LIFE_DAYS),
            }),
          ),
      },
      { parent: this },
    );
    this.personalData = { lambda: exporter, files: CATEGORIES_FILES };
    this.routes = routesOf(categoriesEndpoints());
    this.registerOutputs();
  }
}
