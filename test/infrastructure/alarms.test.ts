import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Graph, resourcesOf } from "../../local/program/graph";
import { graphOf, LOAD_TIMEOUT, resource, STACKS, type StackName } from "./graphs";

const ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm";

interface Watched {
  namespace: string;
  name: string;
  dimensions: Record<string, string>;
}

// biome-ignore lint/suspicious/noExplicitAny: inputs of a recorded resource
const watchedBy = (inputs: any): Watched[] =>
  inputs.metricQueries === undefined
    ? [{ namespace: inputs.namespace, name: inputs.metricName, dimensions: inputs.dimensions }]
    : inputs.metricQueries.flatMap(({ metric }: { metric?: Record<string, never> }) =>
        metric === undefined
          ? []
          : [{ namespace: metric.namespace, name: metric.metricName, dimensions: metric.dimensions }],
      );

/** Metrics that AWS writes by itself, and whose they are: namespace/name, the one dimension, and the resource that it names. */
const OF_AWS: Record<string, [dimension: string, named: (graph: Graph) => unknown[]]> = {
  // "Monitoring metrics for HTTP APIs", API Gateway developer guide
  "AWS/ApiGateway/5xx": ["ApiId", apis],
  "AWS/ApiGateway/Count": ["ApiId", apis],
  "AWS/ApiGateway/Latency": ["ApiId", apis],
  // "Types of metrics for Lambda functions": of functions that an event source mapping of Kafka invokes
  "AWS/Lambda/OffsetLag": [
    "FunctionName",
    (graph) =>
      resourcesOf(graph, "aws:lambda/eventSourceMapping:EventSourceMapping").map(({ inputs }) => inputs.functionName),
  ],
  // "Available CloudWatch metrics for Amazon SQS"
  "AWS/SQS/ApproximateNumberOfMessagesVisible": [
    "QueueName",
    (graph) => resourcesOf(graph, "aws:sqs/queue:Queue").map(({ outputs }) => outputs.name),
  ],
  // "Performance and scaling for Aurora Serverless v2": of a cluster with serverless instances
  "AWS/RDS/ACUUtilization": [
    "DBClusterIdentifier",
    (graph) => resourcesOf(graph, "aws:rds/cluster:Cluster").map(({ inputs }) => inputs.clusterIdentifier),
  ],
};

function apis(graph: Graph): unknown[] {
  return resourcesOf(graph, "aws:apigatewayv2/api:Api").map(({ outputs }) => outputs.id);
}

const GROUPS = ["analytics", "categories", "exports", "identity", "lake", "notifications", "transactions"];
const SUBSCRIBED = [
  ...GROUPS.map((group) => `${group}-ahorro-users`),
  ...["analytics", "categories", "lake"].map((group) => `${group}-ahorro-transactions`),
];
const LEDGER = ["ledger-difference", "ledger-unchecked"];
const ALL = [
  "api-errors",
  "api-latency",
  ...SUBSCRIBED.map((name) => `consumer-dead-letters-${name}`),
  ...GROUPS.map((name) => `consumer-lag-${name}`),
  "database-capacity",
  ...LEDGER,
  ...["transactions", "users"].flatMap((name) => [`relay-dead-letters-${name}`, `relay-lag-${name}`]),
].sort();
const DECLARED: Record<StackName, string[]> = {
  dev: ["consumer-dead-letters", ...LEDGER],
  staging: ALL,
  prod: ALL,
  local: ALL,
};

for (const stack of STACKS) {
  describe(`the alarms of ${stack}`, () => {
    let graph: Graph;
    before(async function () {
      this.timeout(LOAD_TIMEOUT);
      graph = await graphOf(stack);
    });

    it("are those that are configured", () => {
      assert.deepEqual(
        resourcesOf(graph, ALARM)
          .map(({ name }) => name)
          .sort(),
        DECLARED[stack],
      );
    });

    it("watch our own metrics, or what AWS writes of a resource that is declared", () => {
      for (const { name, inputs } of resourcesOf(graph, ALARM)) {
        const watched = watchedBy(inputs);
        assert.ok(watched.length > 0, name);
        for (const { namespace, name: metric, dimensions } of watched) {
          // Of these test/functions/observability/metrics.test.ts shows that they are written.
          if (namespace === `ahorro-${stack}`) continue;
          const known = OF_AWS[`${namespace}/${metric}`];
          assert.ok(known, `${name} watches ${namespace}/${metric}`);
          const [dimension, named] = known;
          assert.deepEqual(Object.keys(dimensions), [dimension], name);
          assert.ok(named(graph).includes(dimensions[dimension]), `${name} watches ${dimensions[dimension]}`);
        }
      }
    });

    it("tell the topic when they begin and when they end, and lead to the runbook", () => {
      const { outputs } = resource(graph, "aws:sns/topic:Topic", "alarms");
      for (const { name, inputs } of resourcesOf(graph, ALARM)) {
        assert.deepEqual([inputs.alarmActions, inputs.okActions], [[outputs.arn], [outputs.arn]], name);
        assert.equal(inputs.name, `ahorro-${stack}-${name}`);
        assert.match(inputs.alarmDescription, /\. See docs\/runbook\.md#[a-z-]+\.$/);
        const { evaluationPeriods = 0, period = inputs.metricQueries?.[0].metric.period } = inputs;
        // "PutMetricAlarm", CloudWatch API reference.
        assert.ok(period <= 86_400, name);
        assert.ok(period * evaluationPeriods <= (period < 3_600 ? 86_400 : 604_800), name);
      }
      const budget = resource(graph, "aws:budgets/budget:Budget", "monthly-budget").inputs;
      for (const { subscriberSnsTopicArns } of budget.notifications) {
        assert.deepEqual(subscriberSnsTopicArns, [outputs.arn]);
      }
    });

    it("are shown by the dashboard, where there is one, and nothing else is", () => {
      const [dashboard] = resourcesOf(graph, "aws:cloudwatch/dashboard:Dashboard");
      assert.equal(dashboard === undefined, stack === "dev");
      if (dashboard === undefined) return;
      const { widgets } = JSON.parse(dashboard.inputs.dashboardBody);
      const shown = widgets.flatMap(({ properties }: { properties: { metrics: unknown[][] } }) =>
        properties.metrics.flatMap((line) => {
          const [namespace, metric, ...dimensions] = line.filter((part) => typeof part === "string");
          if (namespace === undefined) return [];
          const pairs = dimensions.flatMap((key, at) => (at % 2 === 0 ? [`${key}=${dimensions[at + 1]}`] : []));
          return [[namespace, metric, ...pairs.sort()].join(" ")];
        }),
      );
      const watched = resourcesOf(graph, ALARM).flatMap(({ inputs }) =>
        watchedBy(inputs).map(({ namespace, name, dimensions }) =>
          [
            namespace,
            name,
            ...Object.entries(dimensions)
              .map((pair) => pair.join("="))
              .sort(),
          ].join(" "),
        ),
      );
      assert.deepEqual(shown.sort(), watched.sort());
    });
  });
}

describe("the alarms of prod, one by one", () => {
  let prod: Graph;
  before(async function () {
    this.timeout(LOAD_TIMEOUT);
    prod = await graphOf("prod");
  });

  const settings = (name: string) => {
    const { alarmActions, okActions, alarmDescription, name: _, ...inputs } = resource(prod, ALARM, name).inputs;
    return inputs;
  };
  const beyond = (above: number, periods = 1, missing = "notBreaching") => ({
    comparisonOperator: "GreaterThanThreshold",
    threshold: above,
    evaluationPeriods: periods,
    datapointsToAlarm: periods,
    treatMissingData: missing,
  });

  it("ring for the first difference in the ledger, until a check finds none", () => {
    assert.deepEqual(settings("ledger-difference"), {
      namespace: "ahorro-prod",
      metricName: "LedgerDifferences",
      dimensions: { database: "transactions" },
      statistic: "Maximum",
      period: 300,
      ...beyond(0, 1, "ignore"),
    });
  });

  it("ring when the ledger is not checked", () => {
    assert.deepEqual(settings("ledger-unchecked"), {
      namespace: "ahorro-prod",
      metricName: "LedgerChecks",
      dimensions: { database: "transactions" },
      statistic: "Sum",
      period: 21_600,
      comparisonOperator: "LessThanThreshold",
      threshold: 1,
      evaluationPeriods: 2,
      datapointsToAlarm: 2,
      treatMissingData: "breaching",
    });
    const rule = resource(prod, "aws:cloudwatch/eventRule:EventRule", "ledger-check");
    assert.equal(rule.inputs.scheduleExpression, "rate(6 hours)");
    const target = resource(prod, "aws:cloudwatch/eventTarget:EventTarget", "ledger-check").inputs;
    assert.deepEqual(target, {
      rule: rule.outputs.name,
      arn: resource(prod, "aws:lambda/function:Function", "ledger-check").outputs.arn,
      input: "{}",
    });
  });

  it("ring when a ledger that is checked every three days is not", async function () {
    this.timeout(LOAD_TIMEOUT);
    const { period, evaluationPeriods } = resource(await graphOf("dev"), ALARM, "ledger-unchecked").inputs;
    assert.deepEqual([period, evaluationPeriods], [86_400, 6]);
  });

  it("ring for requests that fail or are slow", () => {
    const { metricQueries, ...errors } = settings("api-errors");
    assert.deepEqual(errors, beyond(1));
    assert.deepEqual(
      metricQueries.map(({ id, expression, metric, returnData }: Record<string, never>) => [
        id,
        expression ?? `${Object(metric).stat} of ${Object(metric).metricName}`,
        returnData,
      ]),
      [
        ["errors", "Sum of 5xx", undefined],
        ["requests", "Sum of Count", undefined],
        ["value", "IF(requests >= 20, 100 * FILL(errors, 0) / requests, 0)", true],
      ],
    );
    assert.deepEqual(settings("api-latency"), {
      namespace: "AWS/ApiGateway",
      metricName: "Latency",
      dimensions: { ApiId: "apiid" },
      extendedStatistic: "p99",
      evaluateLowSampleCountPercentiles: "ignore",
      period: 300,
      ...beyond(2000, 3),
    });
  });

  it("ring for events that wait, and for those that nobody can handle", () => {
    assert.deepEqual(settings("relay-lag-users"), {
      namespace: "ahorro-prod",
      metricName: "OutboxAge",
      dimensions: { database: "users" },
      statistic: "Maximum",
      period: 300,
      ...beyond(120, 1, "breaching"),
    });
    assert.deepEqual(settings("consumer-lag-lake"), {
      namespace: "AWS/Lambda",
      metricName: "OffsetLag",
      dimensions: { FunctionName: "ahorro-prod-lake-consumer" },
      statistic: "Maximum",
      period: 300,
      ...beyond(1000, 2),
    });
    const deadLetters = { statistic: "Sum", period: 300, ...beyond(0) };
    assert.deepEqual(settings("relay-dead-letters-transactions"), {
      namespace: "ahorro-prod",
      metricName: "OutboxDeadLetters",
      dimensions: { database: "transactions" },
      ...deadLetters,
    });
    assert.deepEqual(settings("consumer-dead-letters-lake-ahorro-users"), {
      namespace: "ahorro-prod",
      metricName: "DeadLetters",
      dimensions: { topic: "ahorro.users", consumer_group: "lake" },
      ...deadLetters,
    });
  });

  it("ring for a database that is about to be too small, and for money", () => {
    assert.deepEqual(settings("database-capacity"), {
      namespace: "AWS/RDS",
      metricName: "ACUUtilization",
      dimensions: { DBClusterIdentifier: "ahorro-prod-database" },
      statistic: "Maximum",
      period: 300,
      ...beyond(80, 3),
    });
    const { notifications, ...budget } = resource(prod, "aws:budgets/budget:Budget", "monthly-budget").inputs;
    assert.deepEqual(budget, {
      name: "ahorro-prod-monthly-budget",
      budgetType: "COST",
      limitAmount: "1500",
      limitUnit: "USD",
      timeUnit: "MONTHLY",
    });
    assert.deepEqual(
      notifications.map((about: Record<string, unknown>) => [about.notificationType, about.threshold]),
      [
        ["FORECASTED", 100],
        ["ACTUAL", 80],
        ["ACTUAL", 100],
      ],
    );
  });

  it("are told to people who are configured, by an encrypted topic that CloudWatch and Budgets alone may use", () => {
    const topic = resource(prod, "aws:sns/topic:Topic", "alarms");
    const key = resource(prod, "aws:kms/key:Key", "alarms");
    assert.deepEqual(topic.inputs, { name: "ahorro-prod-alarms", kmsMasterKeyId: key.outputs.arn });
    const services = { Service: ["cloudwatch.amazonaws.com", "budgets.amazonaws.com"] };
    const Condition = { StringEquals: { "aws:SourceAccount": "123456789012" } };
    const [administer, encrypt] = JSON.parse(key.inputs.policy).Statement;
    assert.deepEqual(administer.Principal, { AWS: "arn:aws:iam::123456789012:root" });
    assert.deepEqual(
      [encrypt.Principal, encrypt.Action, encrypt.Condition],
      [services, ["kms:Decrypt", "kms:GenerateDataKey*"], Condition],
    );
    const [publish, refuse] = JSON.parse(
      resource(prod, "aws:sns/topicPolicy:TopicPolicy", "alarms").inputs.policy,
    ).Statement;
    assert.deepEqual(
      [publish.Principal, publish.Action, publish.Resource, publish.Condition],
      [services, "sns:Publish", topic.outputs.arn, Condition],
    );
    assert.deepEqual([refuse.Effect, refuse.Condition], ["Deny", { Bool: { "aws:SecureTransport": "false" } }]);
    assert.deepEqual(
      resourcesOf(prod, "aws:sns/topicSubscription:TopicSubscription").map(({ inputs }) => inputs),
      [{ topic: topic.outputs.arn, protocol: "email", endpoint: "operations@ahorro.example" }],
    );
  });
});

describe("the runbook", () => {
  const runbook = readFileSync(join(__dirname, "../../docs/runbook.md"), "utf8");
  const entries = runbook.split(/^## /m).slice(1);
  const kindOf = (entry: string) => entry.slice(0, entry.indexOf("\n")).trim();

  it("has an entry for each alarm, and none for others", async function () {
    this.timeout(LOAD_TIMEOUT);
    const kinds = new Set(["monthly-budget"]);
    for (const stack of STACKS) {
      for (const { inputs } of resourcesOf(await graphOf(stack), ALARM)) {
        kinds.add(/runbook\.md#([a-z-]+)\.$/.exec(inputs.alarmDescription)?.[1] ?? "");
      }
    }
    assert.deepEqual(
      entries
        .map(kindOf)
        .filter((kind) => /^[a-z-]+$/.test(kind))
        .sort(),
      [...kinds].sort(),
    );
  });

  it("says of each what it means, where to look, how to mend it, and when it is over", () => {
    for (const entry of entries.filter((text) => /^[a-z-]+$/.test(kindOf(text)))) {
      const parts = [...entry.matchAll(/^\*\*(.+?)\.?\*\*/gm)].map(([, part]) => part);
      assert.deepEqual(parts, ["What it means", "Look at", "Mend it", "It is over when"], kindOf(entry));
    }
  });

  it("names functions, log groups and metrics that there are", async function () {
    this.timeout(LOAD_TIMEOUT);
    const prod = await graphOf("prod");
    const functions = resourcesOf(prod, "aws:lambda/function:Function").map(({ inputs }) => String(inputs.name));
    const named = [...runbook.matchAll(/ahorro-\$STACK-([a-z-]+[a-z])/g)].map(([, name]) => `ahorro-prod-${name}`);
    assert.ok(named.length > 5);
    const others = ["ahorro-prod-database", "ahorro-prod-alarms", "ahorro-prod-events"];
    for (const name of named) assert.ok([...functions, ...others].includes(name), name);
  });
});
