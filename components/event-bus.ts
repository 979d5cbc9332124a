import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type Broker, createBroker } from "./event-bus/broker";
import { createTopics } from "./event-bus/topics";
import type { Lambda } from "./lambda";
import type { Link } from "./link";
import type { Network } from "./network";

export interface EventBusArgs {
  network: Network;
  /** `none` has no broker: relays hand events straight to the functions that consume them. */
  broker: "serverless" | "provisioned" | "none";
  /** Partitions by topic. Dead letters of each go to `<topic>.dlq`, which has one. */
  topics: Record<string, number>;
  logRetentionDays: pulumi.Input<number>;
}

/** A function that consumes topics, under the name of its consumer group. */
export interface Subscription {
  group: string;
  topics: string[];
  lambda: Lambda;
  /** Most records of one invocation. @default 100 */
  batchSize?: number;
}

/**
 * Kafka: topics, the right to publish to them, and functions that consume them. The cluster is Amazon MSK, with IAM sign-in only.
 *
 * Idle, `serverless` costs about $560 a month, `provisioned` (two kafka.t3.small) about $75, `none` nothing.
 */
export class EventBus extends pulumi.ComponentResource {
  readonly broker: Broker | undefined;
  /** Topics exist; functions that publish or consume depend on it. */
  readonly ready: pulumi.Resource[];
  readonly topics: string[];
  /** What has been subscribed; in `none`, relays hand events to these. */
  readonly subscriptions: Subscription[] = [];
  private readonly network: Network;

  constructor(name: string, args: EventBusArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("ahorro:events:EventBus", name, {}, opts);
    this.network = args.network;
    this.topics = Object.keys(args.topics);
    this.broker = args.broker === "none" ? undefined : createBroker(this, name, args.broker, args.network);
    this.ready =
      this.broker === undefined
        ? []
        : [
            createTopics(this, name, {
              link: this.createTopics(),
              topics: withDeadLetters(args.topics),
              logRetentionDays: args.logRetentionDays,
            }),
          ];
    this.registerOutputs({});
  }

  /** What a function needs to publish ("Common use cases", MSK IAM access control: produce data idempotently). */
  publish(): Link {
    return this.client(
      ["kafka-cluster:WriteDataIdempotently"],
      ["kafka-cluster:DescribeTopic", "kafka-cluster:WriteData"],
    );
  }

  private createTopics(): Link {
    return this.client([], ["kafka-cluster:CreateTopic", "kafka-cluster:DescribeTopic"]);
  }

  /** What a client needs that may do this with the cluster and that with topics. It runs in the network, where the brokers are. */
  private client(withCluster: string[], withTopics: string[]): Link {
    if (this.broker === undefined) return { environment: {}, statements: [] };
    const { clusterArn, topicArns, bootstrap, clientSecurityGroup } = this.broker;
    return {
      environment: { KAFKA_BROKERS: bootstrap, KAFKA_SECURITY: "iam" },
      statements: [
        {
          Sid: "ConnectToBrokers",
          Effect: "Allow",
          Action: ["kafka-cluster:Connect", ...withCluster],
          Resource: clusterArn,
        },
        { Sid: "UseTopics", Effect: "Allow", Action: withTopics, Resource: topicArns("ahorro.*") },
      ],
      vpc: { subnetIds: this.network.subnetIds, securityGroupIds: [clientSecurityGroup.id] },
    };
  }

  /**
   * What a function's role must allow so that Lambda can read topics for it ("Configuring permissions for Amazon MSK event
   * sources", Lambda developer guide). The network actions know no resources.
   */
  consume(group: string): Link {
    if (this.broker === undefined) return { environment: {}, statements: [] };
    const { clusterArn, topicArns, groupArn } = this.broker;
    return {
      environment: {},
      statements: [
        {
          Sid: "ReachBrokers",
          Effect: "Allow",
          Action: [
            "kafka-cluster:Connect",
            "kafka-cluster:DescribeClusterDynamicConfiguration",
            "kafka:DescribeClusterV2",
            "kafka:GetBootstrapBrokers",
          ],
          Resource: clusterArn,
        },
        {
          Sid: "ReadTopics",
          Effect: "Allow",
          Action: ["kafka-cluster:DescribeTopic", "kafka-cluster:ReadData"],
          Resource: topicArns("ahorro.*"),
        },
        {
          Sid: "KeepOffsets",
          Effect: "Allow",
          Action: ["kafka-cluster:AlterGroup", "kafka-cluster:DescribeGroup"],
          Resource: groupArn(group),
        },
        {
          Sid: "PollFromNetwork",
          Effect: "Allow",
          Action: [
            "ec2:CreateNetworkInterface",
            "ec2:DeleteNetworkInterface",
            "ec2:DescribeNetworkInterfaces",
            "ec2:DescribeSecurityGroups",
            "ec2:DescribeSubnets",
            "ec2:DescribeVpcs",
          ],
          Resource: "*",
        },
      ],
    };
  }

  /** Has a function consume topics from their beginning. Its links must have had `consume(group)`. */
  subscribe({ group, topics, lambda, batchSize = 100 }: Subscription): void {
    this.subscriptions.push({ group, topics, lambda, batchSize });
    if (this.broker === undefined) return;
    for (const topic of topics) {
      new aws.lambda.EventSourceMapping(
        `${group}-${topic.replaceAll(".", "-")}`,
        {
          eventSourceArn: this.broker.clusterArn,
          functionName: lambda.name,
          topics: [topic],
          startingPosition: "TRIM_HORIZON",
          batchSize,
          maximumBatchingWindowInSeconds: 0,
          amazonManagedKafkaEventSourceConfig: { consumerGroupId: group },
        },
        { parent: this, dependsOn: [...this.ready, lambda] },
      );
    }
  }
}

const withDeadLetters = (topics: Record<string, number>): Record<string, number> => ({
  ...topics,
  ...Object.fromEntries(Object.keys(topics).map((topic) => [`${topic}.dlq`, 1])),
});
