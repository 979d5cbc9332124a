import * as pulumi from "@pulumi/pulumi";
import type { EventBus } from "../../components/event-bus";
import { kafkaSettings } from "../../components/event-bus/connection";
import { DEAD_LETTERS, deadLetterTopic, REPLAY } from "../../components/event-bus/names";
import { Lambda } from "../../components/lambda";
import { metricsLink } from "../../components/metrics";
import { invokeBySchedule } from "../../components/schedule";
import { kafkaPublisher } from "../runtime/kafka";
import { meter } from "../runtime/metrics";
import { type ReplayEvent, replayer } from "./replay";
import { setAside } from "./set-aside";

export interface DeadLettersArgs {
  bus: EventBus;
  logRetentionDays: pulumi.Input<number>;
}

/**
 * Keeps records that consumers cannot handle: a function that sets them aside, which consumers call from wherever they are, and one that
 * lists them and gives them back, for people. Two, so that who may add a dead letter can neither read nor replay those of others.
 * Without a broker there is neither: see `EventBus`.
 *
 * Costs nothing when idle but an invocation a day.
 */
export class DeadLetters extends pulumi.ComponentResource {
  constructor(args: DeadLettersArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("ahorro:dead-letters:DeadLetters", DEAD_LETTERS, {}, opts);
    const { bus, logRetentionDays } = args;
    if (bus.broker !== undefined) {
      new Lambda(
        DEAD_LETTERS,
        {
          description: "Sets aside records that a consumer could not handle",
          links: [bus.publish(...bus.topics.map(deadLetterTopic)), metricsLink()],
          timeout: 30,
          logRetentionDays,
          handler: () => setAside(kafkaPublisher(DEAD_LETTERS), meter()),
        },
        { parent: this, dependsOn: bus.ready },
      );
      this.createReplay(bus, logRetentionDays);
    }
    this.registerOutputs({});
  }

  private createReplay(bus: EventBus, logRetentionDays: pulumi.Input<number>): void {
    const { topics } = bus;
    const lambda = new Lambda(
      REPLAY,
      {
        description: "Lists records that were set aside, and publishes them again",
        links: [bus.replay(), metricsLink()],
        timeout: 120,
        // The next one would share the partitions with it.
        reservedConcurrency: 1,
        logRetentionDays,
        handler: () => {
          const { Kafka, logLevel }: typeof import("kafkajs") = require("kafkajs");
          const measure = meter();
          const kafka = new Kafka({ clientId: REPLAY, logLevel: logLevel.ERROR, ...kafkaSettings() });
          return replayer({
            kafka,
            publisher: kafkaPublisher(REPLAY),
            topics,
            // A dimension may not be empty; what people have put there by hand has no group.
            waiting: (topic, group, count) =>
              measure("DeadLettersWaiting", count, { topic, consumer_group: group || "unknown" }),
          });
        },
      },
      { parent: this, dependsOn: bus.ready },
    );
    invokeBySchedule(this, REPLAY, {
      description: "Counts the records that were set aside and wait",
      rate: "rate(1 day)",
      lambda,
      event: { count: true } satisfies ReplayEvent,
    });
  }
}
