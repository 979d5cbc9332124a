import * as pulumi from "@pulumi/pulumi";
import { Alarms } from "../../components/alarms";
import { createDashboard } from "../../components/dashboard";
import type { Database } from "../../components/database";
import type { EventBus } from "../../components/event-bus";
import type { HttpApi } from "../../components/http-api";
import { secondsOf } from "../../components/rate";
import { alarmsFor, type Thresholds, type Watched } from "./alarms";

export interface ObservabilityArgs extends Thresholds {
  api: HttpApi;
  /** The cluster of each logical database: of one, or of several. */
  databases: Record<string, Database>;
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
    const { api, databases, bus, outboxes, region, mails, monthlyBudget, deletionProtection } = args;
    const watched = {
      apiId: api.id,
      clusters: clustersOf(databases),
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

/** Each cluster once, by the name of its only database; without a name, where there is one cluster for all. */
function clustersOf(databases: Record<string, Database>): Watched["clusters"] {
  const entries = Object.entries(databases);
  const distinct = entries.filter(([, cluster], at) => entries.findIndex(([, other]) => other === cluster) === at);
  return distinct.map(([name, { cluster }]) => ({
    identifier: cluster.clusterIdentifier,
    ...(distinct.length > 1 && { name }),
  }));
}
