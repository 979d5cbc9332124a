/**
 * What is watched: each alarm as plain data, of which the alarm itself and its chart are made. How to mend what they tell of stands in
 * docs/runbook.md, by kind.
 */
import type * as pulumi from "@pulumi/pulumi";
import type { AlarmDefinition, MetricSource } from "../../components/alarms/definition";
import { metricsNamespace } from "../../components/metrics";
import type { Dimensions, MetricName } from "../runtime/metrics";

/** Beyond what something is wrong. What is left out is not watched. */
export interface Thresholds {
  apiErrorPercent?: number;
  apiLatencyMs?: number;
  relayLagSeconds?: number;
  consumerLagEvents?: number;
  databaseCapacityPercent?: number;
  deadLetters: boolean;
  ledger: boolean;
}

/** What there is to watch. */
export interface Watched {
  apiId: pulumi.Input<string>;
  /** Clusters of databases; with a name, where there are several. */
  clusters: { name?: string; identifier: pulumi.Input<string> }[];
  /** Databases that have an outbox. */
  outboxes: string[];
  /** Consumer groups, their functions and topics. */
  consumers: { group: string; topics: string[]; functionName: pulumi.Input<string> }[];
  /** Where events are kept that consumers have failed with, where there is no broker. */
  failedQueue: pulumi.Input<string> | undefined;
  /** Seconds between two checks of the ledger. */
  ledgerCheckSeconds: number;
  /** Seconds between two sweeps of an outbox. */
  sweepSeconds: number;
}

const MINUTE = 60;
const DAY = 86_400;

/** Alarms for what is watched. */
export function alarmsFor(watched: Watched, thresholds: Thresholds): AlarmDefinition[] {
  return [
    ...(thresholds.ledger ? ledger(watched) : []),
    ...api(watched, thresholds),
    ...relays(watched, thresholds),
    ...consumers(watched, thresholds),
    ...database(watched, thresholds),
  ];
}

/** A metric that our functions write. */
const own = <Name extends MetricName>(
  name: Name,
  dimensions: Dimensions<Name>,
  statistic: "Maximum" | "Sum",
): MetricSource => ({ namespace: metricsNamespace(), name, dimensions, statistic });

const ledger = ({ ledgerCheckSeconds }: Watched): AlarmDefinition[] => [
  {
    kind: "ledger-difference",
    description: "A balance is not what its transactions add up to.",
    metrics: { differences: own("LedgerDifferences", { database: "transactions" }, "Maximum") },
    above: 0,
    period: 5 * MINUTE,
    periods: 1,
    // It goes on ringing until a check finds nothing.
    missing: "ignore",
    label: "Balances that differ",
  },
  {
    kind: "ledger-unchecked",
    description: "The ledger has not been checked twice when it should have been.",
    metrics: { checks: own("LedgerChecks", { database: "transactions" }, "Sum") },
    below: 1,
    // No value may be made of more than a day.
    period: Math.min(ledgerCheckSeconds, DAY),
    periods: Math.ceil((2 * ledgerCheckSeconds) / Math.min(ledgerCheckSeconds, DAY)),
    missing: "breaching",
    label: "Checks of the ledger",
  },
];

const api = ({ apiId }: Watched, { apiErrorPercent, apiLatencyMs }: Thresholds): AlarmDefinition[] => {
  const metric = (name: string, statistic: string): MetricSource => ({
    namespace: "AWS/ApiGateway",
    name,
    dimensions: { ApiId: apiId },
    statistic,
  });
  return [
    ...when(apiErrorPercent, (above) => ({
      kind: "api-errors",
      description: `More than ${above} % of the API's requests fail on our side.`,
      metrics: { errors: metric("5xx", "Sum"), requests: metric("Count", "Sum") },
      // One failure among a few requests is not a rate.
      expression: "IF(requests >= 20, 100 * FILL(errors, 0) / requests, 0)",
      above,
      period: 5 * MINUTE,
      periods: 1,
      missing: "notBreaching",
      label: "Requests failed, %",
    })),
    ...when(apiLatencyMs, (above) => ({
      kind: "api-latency",
      description: `One in a hundred of the API's requests takes longer than ${above} ms.`,
      metrics: { latency: metric("Latency", "p99") },
      above,
      period: 5 * MINUTE,
      periods: 3,
      missing: "notBreaching",
      label: "99th percentile, ms",
    })),
  ];
};

const relays = (
  { outboxes, failedQueue, sweepSeconds }: Watched,
  { relayLagSeconds, deadLetters }: Thresholds,
): AlarmDefinition[] =>
  outboxes.flatMap((name): AlarmDefinition[] => [
    ...when(relayLagSeconds, (above) => ({
      kind: "relay-lag",
      of: name,
      description: `Events of the database ${name} wait for their publication for more than ${above} s, or nobody looks.`,
      metrics: { age: own("OutboxAge", { database: name }, "Maximum") },
      above,
      // Long enough that a sweep which is late is not taken for one that does not come.
      period: Math.min(Math.max(5 * MINUTE, 2 * sweepSeconds), DAY),
      periods: 1,
      missing: "breaching",
      label: "Oldest event, s",
    })),
    // Only a broker refuses events.
    ...(deadLetters && failedQueue === undefined
      ? [
          {
            kind: "relay-dead-letters",
            of: name,
            description: `An event of the database ${name} was refused by the broker.`,
            metrics: { letters: own("OutboxDeadLetters", { database: name }, "Sum") },
            ...anyAtAll,
          },
        ]
      : []),
  ]);

const consumers = (
  { consumers, failedQueue }: Watched,
  { consumerLagEvents, deadLetters }: Thresholds,
): AlarmDefinition[] => [
  ...consumers.flatMap(({ group, functionName }) =>
    when(consumerLagEvents, (above) => ({
      kind: "consumer-lag",
      of: group,
      description: `More than ${above} events wait for the consumer ${group}.`,
      metrics: {
        lag: {
          namespace: "AWS/Lambda",
          name: "OffsetLag",
          dimensions: { FunctionName: functionName },
          statistic: "Maximum",
        },
      },
      above,
      period: 5 * MINUTE,
      periods: 2,
      missing: "notBreaching" as const,
      label: "Events behind",
    })),
  ),
  ...(deadLetters ? consumerDeadLetters(consumers, failedQueue) : []),
];

const consumerDeadLetters = (
  consumers: Watched["consumers"],
  failedQueue: Watched["failedQueue"],
): AlarmDefinition[] => {
  if (failedQueue !== undefined) {
    const waiting = {
      namespace: "AWS/SQS",
      name: "ApproximateNumberOfMessagesVisible",
      dimensions: { QueueName: failedQueue },
      statistic: "Maximum",
    };
    const description = "A consumer has failed with an event three times.";
    return [{ kind: "consumer-dead-letters", description, metrics: { waiting }, ...anyAtAll }];
  }
  return consumers.flatMap(({ group, topics }) =>
    topics.map((topic) => ({
      kind: "consumer-dead-letters",
      of: `${group}-${topic.replaceAll(".", "-")}`,
      description: `The consumer ${group} could not handle an event of ${topic}.`,
      metrics: { letters: own("DeadLetters", { topic, consumer_group: group }, "Sum") },
      ...anyAtAll,
    })),
  );
};

const database = ({ clusters }: Watched, { databaseCapacityPercent }: Thresholds): AlarmDefinition[] =>
  clusters.flatMap(({ name, identifier }) =>
    when(databaseCapacityPercent, (above) => ({
      kind: "database-capacity",
      ...(name !== undefined && { of: name }),
      description: `The database uses more than ${above} % of the capacity that it may have.`,
      metrics: {
        utilization: {
          namespace: "AWS/RDS",
          name: "ACUUtilization",
          dimensions: { DBClusterIdentifier: identifier },
          statistic: "Maximum",
        },
      },
      above,
      period: 5 * MINUTE,
      periods: 3,
      missing: "notBreaching",
      label: "Capacity used, %",
    })),
  );

/** One is enough; that there are none is well. */
const anyAtAll = { above: 0, period: 5 * MINUTE, periods: 1, missing: "notBreaching", label: "Dead letters" } as const;

/** An alarm for a threshold that is given. */
const when = (threshold: number | undefined, define: (threshold: number) => AlarmDefinition): AlarmDefinition[] =>
  threshold === undefined ? [] : [define(threshold)];
