import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type Broker, createBroker } from "./event-bus/broker";
import { createQueue, deadLetterSettings, keepFailures } from "./event-bus/dead-letters";
import { DEAD_LETTERS, deadLetterTopic, REPLAY_GROUP } from "./event-bus/names";
import { createTopics, type TopicSettings } from "./event-bus/topics";
import { callLink, type Lambda } from "./lambda";
import type { Link, PolicyStatement } from "./link";
import type { Network } from "./network";

export interface EventBusArgs {
  network: Network;
  /** `none` has no broker: relays hand events straight to the functions that consume them. */
  broker: "serverless" | "provisioned" | "none";
  /** Partitions by topic. Dead letters of each go to `<topic>.dlq`. */
  topics: Record<string, number>;
  /** Has Pulumi refuse to delete the broker, and what it holds with it. */
  deletionProtection: boolean;
  logRetentionDays: pulumi.Input<number>;
}

/** A function that consumes topics. */
export interface Subscription {
  /** What its consumer groups are named after: `<group>.<topic>`. Lambda wants one of its own for each topic. */
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
  /** Without a broker: where the events are kept that consumers have failed with. */
  readonly failures: aws.sqs.Queue | undefined;
  private readonly name: string;
  private readonly network: Network;

  constructor(name: string, args: EventBusArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("ahorro:events:EventBus", name, {}, opts);
    this.name = name;
    this.network = args.network;
    this.topics = Object.keys(args.topics);
    this.broker = args.broker === "none" ? undefined : createBroker(this, name, args.broker, args);
    this.failures = this.broker === undefined ? createQueue(this, name) : undefined;
    this.ready = this.broker === undefined ? [] : [this.createTopics(this.broker, args)];
    this.registerOutputs({});
  }

  private createTopics({ clusterArn }: Broker, { topics, logRetentionDays }: EventBusArgs): pulumi.Resource {
    const all = withDeadLetters(topics);
    return createTopics(this, this.name, {
      link: this.client([], useTopics(["CreateTopic", "DescribeTopic"], Object.keys(all))),
      topics: all,
      clusterArn,
      logRetentionDays,
    });
  }

  /** What a function needs to publish to topics ("Common use cases", MSK IAM access control: produce data idempotently). */
  publish(...topics: string[]): Link {
    return this.client(["WriteDataIdempotently"], useTopics(["DescribeTopic", "WriteData"], topics));
  }

  /** What a function needs that reads all dead letters, as the group `REPLAY_GROUP`, and publishes them to where they come from. */
  replay(): Link {
    return this.client(
      ["WriteDataIdempotently"],
      useTopics(["DescribeTopic", "WriteData"], this.topics),
      { sid: "ReadDeadLetters", actions: ["DescribeTopic", "ReadData"], topics: this.topics.map(deadLetterTopic) },
      { sid: "KeepOffsets", actions: ["AlterGroup", "DescribeGroup"], groups: [REPLAY_GROUP] },
    );
  }

  /** What a client needs that may do this with the cluster, and that within. It runs in the network, where the brokers are. */
  private client(withCluster: string[], ...grants: Grant[]): Link {
    const { broker } = this;
    if (broker === undefined) return { environment: {}, statements: [] };
    return {
      environment: { KAFKA_BROKERS: broker.bootstrap, KAFKA_SECURITY: "iam" },
      statements: [
        {
          Sid: "ConnectToBrokers",
          Effect: "Allow",
          Action: ["Connect", ...withCluster].map(kafkaAction),
          Resource: broker.clusterArn,
        },
        ...grants.map((grant) => statementOf(broker, grant)),
      ],
      vpc: { subnetIds: this.network.subnetIds, securityGroupIds: [broker.clientSecurityGroup.id] },
    };
  }

  /**
   * What a function needs to consume topics: what its role must allow so that Lambda can read them for it ("Configuring
   * permissions for Amazon MSK event sources", Lambda developer guide; the network actions know no resources), and to set aside what
   * it cannot handle.
   */
  consume(group: string, topics: string[]): Link {
    if (this.broker === undefined) return { environment: {}, statements: this.keepFailed() };
    const keeper = callLink(this, DEAD_LETTERS, { variable: "DEAD_LETTERS_FUNCTION", sid: "SetAside" });
    return {
      environment: { CONSUMER_GROUP: group, ...keeper.environment },
      statements: [
        {
          Sid: "ReachBrokers",
          Effect: "Allow",
          Action: [
            "kafka-cluster:Connect",
            "kafka-cluster:DescribeClusterDynamicConfiguration",
            "kafka:DescribeClusterV2",
          ],
          Resource: this.broker.clusterArn,
        },
        // Knows no resource: on the cluster it would allow nothing.
        { Sid: "FindBrokers", Effect: "Allow", Action: ["kafka:GetBootstrapBrokers"], Resource: "*" },
        statementOf(this.broker, { sid: "ReadTopics", actions: ["DescribeTopic", "ReadData"], topics }),
        statementOf(this.broker, {
          sid: "KeepOffsets",
          actions: ["AlterGroup", "DescribeGroup"],
          groups: topics.map((topic) => consumerGroup(group, topic)),
        }),
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
        ...keeper.statements,
      ],
    };
  }

  private keepFailed(): PolicyStatement[] {
    if (this.failures === undefined) return [];
    return [{ Sid: "KeepFailed", Effect: "Allow", Action: ["sqs:SendMessage"], Resource: this.failures.arn }];
  }

  /** Has a function consume topics from their beginning. Its links must have had `consume(group, topics)`. */
  subscribe({ group, topics, lambda, batchSize = 100 }: Subscription): void {
    this.subscriptions.push({ group, topics, lambda, batchSize });
    if (this.failures !== undefined) keepFailures(this, `${this.name}-failed-${group}`, this.failures, lambda);
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
          amazonManagedKafkaEventSourceConfig: { consumerGroupId: consumerGroup(group, topic) },
        },
        { parent: this, dependsOn: [...this.ready, lambda] },
      );
    }
  }
}

/** Rights within the cluster: on topics, or on consumer groups. */
type Grant = { sid: string; actions: string[] } & ({ topics: string[] } | { groups: string[] });

/** Each mapping of Lambda has one topic, and a group that no other has ("Customizable consumer group ID", Lambda developer guide). */
const consumerGroup = (group: string, topic: string): string => `${group}.${topic}`;

const useTopics = (actions: string[], topics: string[]): Grant => ({ sid: "UseTopics", actions, topics });

const statementOf = (broker: Broker, grant: Grant): PolicyStatement => ({
  Sid: grant.sid,
  Effect: "Allow",
  Action: grant.actions.map(kafkaAction),
  Resource: "groups" in grant ? grant.groups.map(broker.groupArn) : grant.topics.map(broker.topicArn),
});

const kafkaAction = (action: string): string => `kafka-cluster:${action}`;

const withDeadLetters = (topics: Record<string, number>): Record<string, TopicSettings> =>
  Object.fromEntries([
    ...Object.entries(topics).map(([topic, partitions]) => [topic, { partitions }]),
    ...Object.keys(topics).map((topic) => [deadLetterTopic(topic), deadLetterSettings]),
  ]);
