import assert from "node:assert/strict";
import { type Graph, resourcesOf } from "../../local/program/graph";
import { dependenciesOf, graphOf, LOAD_TIMEOUT, resource, STACKS } from "./graphs";

const FUNCTION = "aws:lambda/function:Function";
const SUBNETS = ["subnet-isolated-network-1", "subnet-isolated-network-2"];

const arnOf = (stack: string) =>
  `arn:aws:kafka:eu-west-1:123456789012:cluster/ahorro-${stack}-events/00000000-0000-4000-8000-000000000000-1`;

/** The inputs of all resources of a type, by name. */
const inputsOf = (graph: Graph, type: string) =>
  Object.fromEntries(resourcesOf(graph, type).map(({ name, inputs }) => [name, inputs]));

describe("the event bus", function () {
  this.timeout(LOAD_TIMEOUT);

  it("is a serverless cluster in prod, private and open to IAM roles only", async () => {
    const graph = await graphOf("prod");
    assert.deepEqual(inputsOf(graph, "aws:msk/serverlessCluster:ServerlessCluster"), {
      events: {
        clusterName: "ahorro-prod-events",
        vpcConfigs: [{ subnetIds: SUBNETS, securityGroupIds: ["events-brokers-id"] }],
        clientAuthentication: { sasl: { iam: { enabled: true } } },
      },
    });
    assert.deepEqual(inputsOf(graph, "aws:msk/cluster:Cluster"), {});
  });

  it("is a cluster of two small brokers in staging, encrypted, private and open to IAM roles only", async () => {
    const graph = await graphOf("staging");
    assert.deepEqual(inputsOf(graph, "aws:msk/cluster:Cluster"), {
      events: {
        clusterName: "ahorro-staging-events",
        kafkaVersion: "3.9.x",
        numberOfBrokerNodes: 2,
        brokerNodeGroupInfo: {
          instanceType: "kafka.t3.small",
          clientSubnets: SUBNETS,
          securityGroups: ["events-brokers-id"],
          storageInfo: { ebsStorageInfo: { volumeSize: 10 } },
        },
        clientAuthentication: { sasl: { iam: true }, unauthenticated: false },
        encryptionInfo: { encryptionInTransit: { clientBroker: "TLS", inCluster: true } },
      },
    });
    assert.deepEqual(inputsOf(graph, "aws:msk/serverlessCluster:ServerlessCluster"), {});
  });

  for (const stack of ["staging", "prod"] as const) {
    it(`in ${stack} has its topics, and one for the dead letters of each, before anybody publishes or consumes`, async () => {
      const graph = await graphOf(stack);
      const invocation = resource(graph, "aws:lambda/invocation:Invocation", "events-topics");
      // Two weeks; and room for a record of the largest size with its reason.
      const deadLetters = { partitions: 1, config: { "retention.ms": "1209600000", "max.message.bytes": "2097152" } };
      assert.deepEqual(
        { ...invocation.inputs, input: JSON.parse(invocation.inputs.input) },
        {
          functionName: `ahorro-${stack}-events-topics`,
          input: {
            topics: {
              "ahorro.users": { partitions: 6 },
              "ahorro.transactions": { partitions: 12 },
              "ahorro.users.dlq": deadLetters,
              "ahorro.transactions.dlq": deadLetters,
            },
          },
          // A new cluster has none of them.
          triggers: { cluster: arnOf(stack) },
        },
      );
      const created = "aws:lambda/invocation:Invocation events-topics";
      assert.ok(dependenciesOf(graph, invocation).includes(`${FUNCTION} events-topics`));
      for (const later of [
        ...["users-relay", "transactions-relay", "dead-letters", "dead-letters-replay"].map((name) =>
          resource(graph, FUNCTION, name),
        ),
        ...resourcesOf(graph, "aws:lambda/eventSourceMapping:EventSourceMapping"),
      ]) {
        assert.ok(dependenciesOf(graph, later).includes(created), `${later.type} ${later.name}`);
      }
    });

    it(`in ${stack} hands topics to their consumers, from the beginning, each as a consumer group of its own`, async () => {
      const graph = await graphOf(stack);
      const mapping = (group: string, topic: string) => ({
        eventSourceArn: arnOf(stack),
        functionName: `ahorro-${stack}-${group}-consumer`,
        topics: [topic],
        startingPosition: "TRIM_HORIZON",
        batchSize: 100,
        maximumBatchingWindowInSeconds: 0,
        amazonManagedKafkaEventSourceConfig: { consumerGroupId: `${group}.${topic}` },
      });
      assert.deepEqual(inputsOf(graph, "aws:lambda/eventSourceMapping:EventSourceMapping"), {
        "analytics-ahorro-users": mapping("analytics", "ahorro.users"),
        "analytics-ahorro-transactions": mapping("analytics", "ahorro.transactions"),
        "categories-ahorro-users": mapping("categories", "ahorro.users"),
        "categories-ahorro-transactions": mapping("categories", "ahorro.transactions"),
        "exports-ahorro-users": mapping("exports", "ahorro.users"),
        "identity-ahorro-users": mapping("identity", "ahorro.users"),
        "lake-ahorro-users": mapping("lake", "ahorro.users"),
        "lake-ahorro-transactions": mapping("lake", "ahorro.transactions"),
        "notifications-ahorro-users": mapping("notifications", "ahorro.users"),
        "transactions-ahorro-users": mapping("transactions", "ahorro.users"),
      });
    });
  }

  it("is reached by functions that publish through a security group of theirs", async () => {
    const groups = inputsOf(await graphOf("prod"), "aws:ec2/securityGroup:SecurityGroup");
    assert.deepEqual(Object.fromEntries(Object.entries(groups).filter(([name]) => name.startsWith("events-"))), {
      "events-brokers": { vpcId: "vpc-network", description: "Kafka brokers, and Lambda's pollers" },
      "events-clients": { vpcId: "vpc-network", description: "Functions that publish events" },
    });
  });

  for (const stack of ["staging", "prod"] as const) {
    it(`in ${stack} can be published to by its relays, at the brokers that sign in by IAM`, async () => {
      const graph = await graphOf(stack);
      for (const name of [
        "users-relay",
        "transactions-relay",
        "events-topics",
        "dead-letters",
        "dead-letters-replay",
      ]) {
        const { KAFKA_BROKERS, KAFKA_SECURITY, CONSUMERS } = resource(graph, FUNCTION, name).inputs.environment
          .variables;
        assert.deepEqual(
          [KAFKA_BROKERS, KAFKA_SECURITY, CONSUMERS],
          ["boot-events.kafka-serverless.eu-west-1.amazonaws.com:9098", "iam", undefined],
          name,
        );
      }
    });
  }

  it("in dev is no broker: relays hand events to the functions that consume them, and may do just that", async () => {
    const graph = await graphOf("dev");
    for (const [database, consumers] of Object.entries({
      users: [
        "transactions-consumer",
        "categories-consumer",
        "analytics-consumer",
        "exports-consumer",
        "identity-consumer",
        "notifications-consumer",
        "lake-consumer",
      ],
      transactions: ["categories-consumer", "analytics-consumer", "lake-consumer"],
    })) {
      const { variables } = resource(graph, FUNCTION, `${database}-relay`).inputs.environment;
      assert.deepEqual(variables, {
        DATABASE_HOST: "ahorro-dev-database.cluster-example.eu-west-1.rds.amazonaws.com",
        DATABASE_PORT: "5432",
        DATABASE_NAME: database,
        DATABASE_USER: `${database}_relay`,
        NODE_EXTRA_CA_CERTS: "/var/runtime/ca-cert.pem",
        // How it gets to the Lambda API: see dual-stack.test.ts.
        AWS_ENDPOINT_URL_LAMBDA: "https://lambda.eu-west-1.api.aws",
        NODE_OPTIONS: "--dns-result-order=ipv6first",
        CONSUMERS: consumers.map((name) => `ahorro-dev-${name}`).join(","),
      });
      const { policy } = resource(graph, "aws:iam/rolePolicy:RolePolicy", `${database}-relay`).inputs;
      const statements: { Sid: string }[] = JSON.parse(policy).Statement;
      const common = ["WriteOwnLogs", "WriteTraces", "ManageNetworkInterfaces", "NotByFunctionCode"];
      assert.deepEqual(
        statements.filter(({ Sid }) => !common.includes(Sid)),
        [
          {
            Sid: "ConnectToDatabase",
            Effect: "Allow",
            Action: ["rds-db:connect"],
            Resource: `arn:aws:rds-db:eu-west-1:123456789012:dbuser:cluster-DATABASE/${database}_relay`,
          },
          {
            Sid: "HandOver",
            Effect: "Allow",
            Action: ["lambda:InvokeFunction"],
            Resource: consumers.map((name) => `arn:aws:lambda:eu-west-1:123456789012:function:ahorro-dev-${name}`),
          },
        ],
      );
      assert.deepEqual(resource(graph, FUNCTION, `${database}-relay`).inputs.vpcConfig, {
        subnetIds: ["network-functions-1-id", "network-functions-2-id"],
        securityGroupIds: ["network-lambda-id"],
        ipv6AllowedForDualStack: true,
      });
    }
    const { policy } = resource(graph, "aws:iam/rolePolicy:RolePolicy", "categories-consumer").inputs;
    assert.doesNotMatch(policy, /kafka|ec2:/);
  });
});

describe("dead letters", function () {
  this.timeout(LOAD_TIMEOUT);
  const QUEUE = "arn:aws:sqs:eu-west-1:123456789012:events-failed";
  const CONSUMERS = ["transactions", "categories", "analytics", "exports", "identity", "notifications", "lake"];

  for (const stack of ["staging", "prod"] as const) {
    it(`in ${stack} are kept by a function that every consumer knows, and no queue`, async () => {
      const graph = await graphOf(stack);
      for (const group of CONSUMERS) {
        const { DEAD_LETTERS_FUNCTION, CONSUMER_GROUP } = resource(graph, FUNCTION, `${group}-consumer`).inputs
          .environment.variables;
        assert.deepEqual([DEAD_LETTERS_FUNCTION, CONSUMER_GROUP], [`ahorro-${stack}-dead-letters`, group]);
      }
      for (const type of ["sqs/queue:Queue", "lambda/functionEventInvokeConfig:FunctionEventInvokeConfig"]) {
        assert.deepEqual(resourcesOf(graph, `aws:${type}`), []);
      }
    });

    it(`in ${stack} are counted once a day`, async () => {
      const graph = await graphOf(stack);
      const name = "dead-letters-replay";
      assert.deepEqual(resource(graph, "aws:cloudwatch/eventRule:EventRule", name).inputs, {
        description: "Counts the records that were set aside and wait",
        scheduleExpression: "rate(1 day)",
      });
      assert.deepEqual(resource(graph, "aws:cloudwatch/eventTarget:EventTarget", name).inputs, {
        rule: name,
        arn: `arn:aws:lambda:eu-west-1:123456789012:function:ahorro-${stack}-${name}`,
        input: '{"count":true}',
      });
      assert.deepEqual(resource(graph, "aws:lambda/permission:Permission", name).inputs, {
        function: `ahorro-${stack}-${name}`,
        action: "lambda:InvokeFunction",
        principal: "events.amazonaws.com",
        sourceArn: `arn:aws:events:eu-west-1:123456789012:rule/${name}`,
      });
    });
  }

  it("in dev, without a broker, are events that Lambda keeps in an encrypted queue, for two weeks", async () => {
    const graph = await graphOf("dev");
    assert.deepEqual(inputsOf(graph, "aws:sqs/queue:Queue"), {
      "events-failed": { messageRetentionSeconds: 1_209_600, maxMessageSize: 1_048_576, sqsManagedSseEnabled: true },
    });
    assert.deepEqual(
      inputsOf(graph, "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig"),
      Object.fromEntries(
        CONSUMERS.map((group) => [
          `events-failed-${group}`,
          {
            functionName: `ahorro-dev-${group}-consumer`,
            maximumRetryAttempts: 2,
            maximumEventAgeInSeconds: 21_600,
            destinationConfig: { onFailure: { destination: QUEUE } },
          },
        ]),
      ),
    );
    for (const group of CONSUMERS) {
      const { policy } = resource(graph, "aws:iam/rolePolicy:RolePolicy", `${group}-consumer`).inputs;
      const statements: { Sid: string }[] = JSON.parse(policy).Statement;
      assert.deepEqual(statements.at(-1), {
        Sid: "KeepFailed",
        Effect: "Allow",
        Action: ["sqs:SendMessage"],
        Resource: QUEUE,
      });
      const { environment } = resource(graph, FUNCTION, `${group}-consumer`).inputs;
      assert.equal(environment.variables?.DEAD_LETTERS_FUNCTION, undefined);
      const config = resource(
        graph,
        "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
        `events-failed-${group}`,
      );
      assert.ok(dependenciesOf(graph, config).includes(`${FUNCTION} ${group}-consumer`));
    }
    assert.ok(!resourcesOf(graph, FUNCTION).some(({ name }) => name.startsWith("dead-letters")));
  });
});

describe("outboxes", function () {
  this.timeout(LOAD_TIMEOUT);

  /** Each look wakes a database that has paused: where it may, looks are rare. */
  const SWEEPS = { dev: "rate(1 day)", staging: "rate(1 minute)", prod: "rate(1 minute)", local: "rate(1 minute)" };

  for (const stack of STACKS) {
    it(`in ${stack} are looked into unasked, as often as configured`, async () => {
      const graph = await graphOf(stack);
      const relays = ["users-relay", "transactions-relay"];
      const ofRelays = <Value>(declared: Record<string, Value>) =>
        Object.fromEntries(Object.entries(declared).filter(([name]) => relays.includes(name)));
      const each = <Value>(value: (name: string) => Value) =>
        Object.fromEntries(relays.map((name) => [name, value(name)]));
      assert.deepEqual(
        ofRelays(inputsOf(graph, "aws:cloudwatch/eventRule:EventRule")),
        each(() => ({ description: "Looks for events left in an outbox", scheduleExpression: SWEEPS[stack] })),
      );
      assert.deepEqual(
        ofRelays(inputsOf(graph, "aws:cloudwatch/eventTarget:EventTarget")),
        each((name) => ({
          rule: name,
          arn: `arn:aws:lambda:eu-west-1:123456789012:function:ahorro-${stack}-${name}`,
          input: "{}",
        })),
      );
      for (const name of relays) {
        assert.deepEqual(resource(graph, "aws:lambda/permission:Permission", name).inputs, {
          function: `ahorro-${stack}-${name}`,
          action: "lambda:InvokeFunction",
          principal: "events.amazonaws.com",
          sourceArn: `arn:aws:events:eu-west-1:123456789012:rule/${name}`,
        });
      }
    });
  }
});
