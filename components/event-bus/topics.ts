import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { Lambda } from "../lambda";
import type { Link } from "../link";
import { kafkaSettings } from "./connection";

export interface TopicsArgs {
  link: Link;
  /** Partitions by topic. */
  topics: Record<string, number>;
  logRetentionDays: pulumi.Input<number>;
}

/** Creates what is missing of the topics on deployment, whenever their list changes. MSK has no resource for topics. */
export function createTopics(parent: pulumi.Resource, name: string, args: TopicsArgs): aws.lambda.Invocation {
  const lambda = new Lambda(
    `${name}-topics`,
    {
      description: "Creates the topics of events",
      handler: topicsHandler,
      links: [args.link],
      timeout: 120,
      logRetentionDays: args.logRetentionDays,
    },
    { parent },
  );
  return new aws.lambda.Invocation(
    `${name}-topics`,
    { functionName: lambda.name, input: JSON.stringify({ topics: args.topics }) },
    { parent, dependsOn: [lambda] },
  );
}

/** Answers which topics were missing. */
export const topicsHandler = () => {
  const { Kafka, logLevel }: typeof import("kafkajs") = require("kafkajs");
  return async (event: { topics: Record<string, number> }) => {
    const kafka = new Kafka({ clientId: "topics", logLevel: logLevel.WARN, ...kafkaSettings() });
    const admin = kafka.admin();
    await admin.connect();
    try {
      const there = new Set(await admin.listTopics());
      const missing = Object.entries(event.topics).filter(([topic]) => !there.has(topic));
      if (missing.length > 0) {
        await admin.createTopics({
          topics: missing.map(([topic, numPartitions]) => ({ topic, numPartitions })),
          waitForLeaders: true,
        });
      }
      return { created: missing.map(([topic]) => topic) };
    } finally {
      await admin.disconnect();
    }
  };
};
