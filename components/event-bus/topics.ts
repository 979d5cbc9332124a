import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { Lambda } from "../lambda";
import type { Link } from "../link";
import { kafkaSettings } from "./connection";

/** How a topic is made. */
export interface TopicSettings {
  partitions: number;
  /** Topic configs by Kafka's names ("Topic Configs", Kafka documentation; MSK Serverless takes some of them only). */
  config?: Record<string, string>;
}

export interface TopicsArgs {
  link: Link;
  topics: Record<string, TopicSettings>;
  /** A new cluster has no topics. */
  clusterArn: pulumi.Input<string>;
  logRetentionDays: pulumi.Input<number>;
}

/**
 * Creates what is missing of the topics on deployment, whenever their list or the cluster changes. MSK has no resource for topics. Those
 * that are there stay as they are.
 */
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
    {
      functionName: lambda.name,
      input: JSON.stringify({ topics: args.topics }),
      triggers: { cluster: args.clusterArn },
    },
    { parent, dependsOn: [lambda] },
  );
}

/** Answers which topics were missing. */
export const topicsHandler = () => {
  const { Kafka, logLevel }: typeof import("kafkajs") = require("kafkajs");
  return async (event: { topics: Record<string, TopicSettings> }) => {
    const kafka = new Kafka({ clientId: "topics", logLevel: logLevel.WARN, ...kafkaSettings() });
    const admin = kafka.admin();
    await admin.connect();
    try {
      const there = new Set(await admin.listTopics());
      const missing = Object.entries(event.topics).filter(([topic]) => !there.has(topic));
      if (missing.length > 0) {
        await admin.createTopics({
          topics: missing.map(([topic, { partitions, config = {} }]) => ({
            topic,
            numPartitions: partitions,
            configEntries: Object.entries(config).map(([name, value]) => ({ name, value })),
          })),
          waitForLeaders: true,
        });
      }
      return { created: missing.map(([topic]) => topic) };
    } finally {
      await admin.disconnect();
    }
  };
};
