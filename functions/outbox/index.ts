import * as pulumi from "@pulumi/pulumi";
import type { Database } from "../../components/database";
import type { EventBus } from "../../components/event-bus";
import { callLink, Lambda } from "../../components/lambda";
import type { Link } from "../../components/link";
import { metricsLink } from "../../components/metrics";
import { invokeBySchedule } from "../../components/schedule";
import { handOver } from "../runtime/hand-over";
import { kafkaPublisher } from "../runtime/kafka";
import { meter } from "../runtime/metrics";
import { connect } from "../runtime/postgres";
import { type RelayEvent, relay } from "./relay";

export interface OutboxRelayArgs {
  database: Database;
  databaseName: string;
  bus: EventBus;
  /** Where the events of this database go. */
  topic: string;
  /** Whether published events are deleted, or kept and marked. */
  afterwards: "mark" | "delete";
  /** How often the outbox is looked into unasked, e.g. `rate(1 minute)`; an idle database that may pause is woken by it. */
  sweep: string;
  /** The database has its schema. */
  migrated: pulumi.Resource;
  logRetentionDays: pulumi.Input<number>;
}

/** The name of the relay of a database; known before it is declared, as those who call it are declared first. */
const relayName = (databaseName: string): string => `${databaseName}-relay`;

/** What a function needs to call for the relay of a database: its name, and the right to invoke it. */
export const relayLink = (caller: pulumi.Resource, databaseName: string): Link =>
  callLink(caller, relayName(databaseName), { variable: "RELAY_FUNCTION", sid: "CallRelay" });

/**
 * Publishes a database's outbox: called by the API after each commit, and by a schedule for what such a call has missed. At most two
 * run at once: one works, one waits its turn. Costs nothing when idle but the schedule's invocations.
 */
export class OutboxRelay extends pulumi.ComponentResource {
  readonly lambda: Lambda;

  constructor(args: OutboxRelayArgs, opts: pulumi.ComponentResourceOptions = {}) {
    const name = relayName(args.databaseName);
    super("ahorro:outbox:OutboxRelay", name, {}, opts);
    const { topic, afterwards, bus, databaseName } = args;
    const consumers = bus.subscriptions.filter(({ topics }) => topics.includes(topic)).map(({ lambda }) => lambda);
    const direct = bus.broker === undefined;
    this.lambda = new Lambda(
      name,
      {
        description: `Publishes what is in the outbox of the database ${args.databaseName}`,
        links: [
          args.database.link(args.databaseName, "relay"),
          bus.publish(topic),
          metricsLink(),
          ...(direct ? [invokeLink(consumers)] : []),
        ],
        timeout: 60,
        reservedConcurrency: 2,
        logRetentionDays: args.logRetentionDays,
        handler: () => {
          const publisher = direct ? handOver() : kafkaPublisher("relay");
          const measure = meter();
          return relay({
            connect: () => connect("relay"),
            publish: (messages) => publisher.publish(topic, messages),
            afterwards,
            buried: () => measure("OutboxDeadLetters", 1, { database: databaseName }),
            aged: (seconds) => measure("OutboxAge", seconds, { database: databaseName }),
          });
        },
      },
      { parent: this, dependsOn: [args.migrated, ...bus.ready] },
    );
    invokeBySchedule(this, name, {
      description: "Looks for events left in an outbox",
      rate: args.sweep,
      lambda: this.lambda,
      event: { sweep: true } satisfies RelayEvent,
    });
    this.registerOutputs({});
  }
}

/** Without a broker: who is handed the events. */
const invokeLink = (consumers: Lambda[]): Link => ({
  environment: { CONSUMERS: pulumi.all(consumers.map(({ name }) => name)).apply((names) => names.join(",")) },
  statements:
    consumers.length === 0
      ? []
      : [
          {
            Sid: "HandOver",
            Effect: "Allow",
            Action: ["lambda:InvokeFunction"],
            Resource: consumers.map(({ arn }) => arn),
          },
        ],
});
