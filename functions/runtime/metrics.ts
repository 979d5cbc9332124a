/**
 * What functions count and measure for alarms and dashboards, in CloudWatch's embedded metric format: a line of the log that CloudWatch
 * makes metrics of. Here are all of them, so that no alarm watches one that nobody writes.
 */

interface Metric {
  unit: "Count" | "Seconds";
  /** An alarm has to name all dimensions of what it watches. At least one: the format wants it. */
  dimensions: readonly [string, ...string[]];
}

export const METRICS = {
  /** Records that a consumer could not handle, as they are set aside. */
  DeadLetters: { unit: "Count", dimensions: ["topic", "consumer_group"] },
  /** Records that were set aside and wait for people; looked at once a day. */
  DeadLettersWaiting: { unit: "Count", dimensions: ["topic", "consumer_group"] },
  /** Events that the broker refuses for good. */
  OutboxDeadLetters: { unit: "Count", dimensions: ["database"] },
  /** Since when the oldest event waits that was not published; none, 0. Looked at by each sweep. */
  OutboxAge: { unit: "Seconds", dimensions: ["database"] },
  /** Checks of the whole ledger that came to their end. */
  LedgerChecks: { unit: "Count", dimensions: ["database"] },
  /** Balances that such a check has looked at. */
  LedgerBalances: { unit: "Count", dimensions: ["database"] },
  /** Those of them that their transactions do not add up to, so far. */
  LedgerDifferences: { unit: "Count", dimensions: ["database"] },
} as const satisfies Record<string, Metric>;

export type MetricName = keyof typeof METRICS;

/** A value for each dimension of a metric. */
export type Dimensions<Name extends MetricName> = Record<(typeof METRICS)[Name]["dimensions"][number], string>;

/**
 * Writes metrics into the namespace that the function is given (`METRICS_NAMESPACE`, components/metrics.ts). One value a line, at once:
 * an invocation that fails later has written it. `more` stands beside it in the log, and is no dimension.
 */
export const meter = () => {
  const { Metrics }: typeof import("@aws-lambda-powertools/metrics") = require("@aws-lambda-powertools/metrics");
  const metrics = new Metrics({ namespace: process.env.METRICS_NAMESPACE ?? "" });
  // No dimension `service`, which would have to be named like all others.
  metrics.clearDefaultDimensions();
  return <Name extends MetricName>(
    name: Name,
    value: number,
    dimensions: Dimensions<Name>,
    more: Record<string, string> = {},
  ): void => {
    metrics.addDimensions(dimensions).addMetric(name, METRICS[name].unit, value);
    for (const [key, text] of Object.entries(more)) metrics.addMetadata(key, text);
    metrics.publishStoredMetrics();
  };
};

export type Meter = ReturnType<typeof meter>;
