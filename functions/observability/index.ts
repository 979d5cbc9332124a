import * as pulumi from "@pulumi/pulumi";
import { Alarms } from "../../components/alarms";
import { createDashboard } from "../../components/dashboard";
import type { Database } from "../../components/database";
import type { EventBus } from "../../components/event-bus";
import type { HttpApi } from "../../components/http-api";
import { secondsOf } from "../../components/rate";
import { alarmsFor, type Thresholds } from "./alarms";

export interface ObservabilityArgs extends Thresholds {
  api: HttpApi;
  database: Database;
  bus: EventBus;
  /** Databases that have an outbox. */
  outboxes: string[];
  /** How often the ledger is checked, e.g. `rate(6 hours)`. */
  check: string;
  /** How often outboxes are looked into unasked, e.g. `rate(1 minute)`. */
  sweep: string;
  region: string;
  /** Who is told. */
  mails: string[];
  /** Whether there is a dashboard. */
  dashboard: boolean;
  /** US dollars that the account may cost a month. */
  monthlyBudget?: number;
  deletionProtection: boolean;
}

/** Watches over the platform: alarms, the topic that tells people of them, and a dashboard. Made after all that it watches. */
export class Observability extends pulumi.ComponentResource {
  constructor(name: string, args: ObservabilityArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("ahorro:observability:Observability", name, {}, opts);
    const { api, database, bus, outboxes, region, mails, monthlyBudget, deletionProtection } = args;
    const watched = {
      apiId: api.id,
      clusterIdentifier: database.cluster.clusterIdentifier,
      outboxes,
      consumers: bus.subscriptions.map(({ group, topics, lambda }) => ({ group, topics, functionName: lambda.name })),
      failedQueue: bus.failures?.name,
      ledgerCheckSeconds: secondsOf(args.check),
      sweepSeconds: secondsOf(args.sweep),
    };
    const definitions = alarmsFor(watched, args);
    new Alarms(
      "alarms",
      { definitions, mails, deletionProtection, ...(monthlyBudget !== undefined && { monthlyBudget }) },
      { parent: this },
    );
    if (args.dashboard) createDashboard(this, name, { definitions, region });
    this.registerOutputs();
  }
}
