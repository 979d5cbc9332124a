import * as pulumi from "@pulumi/pulumi";
import type { EventBus } from "../../components/event-bus";
import { DataLake } from "../../components/lake";
import { Lambda } from "../../components/lambda";
import { categoriesTable, categoryLines } from "./categories";
import { lakeConsumer } from "./consumer";
import { readQueries } from "./queries";
import { connectStreams } from "./stream";
import { lakeTables } from "./tables";

export interface LakeServiceArgs {
  /** Where all events come from. */
  bus: EventBus;
  /** The categories that everybody starts with, as JSON (`{ items: [{ category_id, type, name }] }`). */
  catalogue: string;
  /** Rows about transactions are deleted after so many days. */
  keepDays: number;
  /** A query that would read more is cancelled. In GB. */
  scanLimitGb: number;
  /** Guards the lake against deletion. */
  deletionProtection: boolean;
  logRetentionDays: pulumi.Input<number>;
}

/**
 * What the platform's makers ask of all of its history: a lake of all events without what is personal in them, the questions asked
 * first as saved queries, and a function that takes events in. Costs nothing when idle but storage.
 */
export class LakeService extends pulumi.ComponentResource {
  /** Takes all events. */
  readonly consumer: Lambda;

  constructor(name: string, args: LakeServiceArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("ahorro:lake:LakeService", name, {}, opts);
    const { bus, keepDays, scanLimitGb, deletionProtection, logRetentionDays } = args;
    const { user_events, transaction_events } = lakeTables;
    const lake = new DataLake(
      name,
      {
        // Without money in it: kept, or nobody would know any more since when somebody is with us.
        tables: { user_events, transaction_events: { ...transaction_events, keepDays } },
        references: { categories: { ...categoriesTable, content: categoryLines(args.catalogue) } },
        queries: readQueries(),
        ...{ scanLimitGb, deletionProtection, logRetentionDays },
      },
      { parent: this },
    );
    const topics = [user_events.topic, transaction_events.topic];
    this.consumer = new Lambda(
      `${name}-consumer`,
      {
        description: "Takes all events into the lake, without what is personal in them",
        links: [lake.link(), bus.consume("lake", topics)],
        timeout: 60,
        logRetentionDays,
        handler: () => lakeConsumer(connectStreams()),
      },
      { parent: this },
    );
    bus.subscribe({ group: "lake", topics, lambda: this.consumer });
    this.registerOutputs();
  }
}
