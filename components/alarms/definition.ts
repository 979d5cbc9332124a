import type * as pulumi from "@pulumi/pulumi";

/** A metric as CloudWatch knows it: namespace, name and all of its dimensions. */
export interface MetricSource {
  namespace: string;
  name: string;
  dimensions: Record<string, pulumi.Input<string>>;
  /** `Sum`, `Maximum`, or a percentile such as `p99`. */
  statistic: string;
}

/** An alarm, and the chart of the dashboard that shows what it watches: both are made of this. */
export interface AlarmDefinition {
  /** What it is about; the runbook has an entry of this name. */
  kind: string;
  /** Which of several of its kind. */
  of?: string;
  /** What is wrong when it rings, in a sentence. */
  description: string;
  /** What it looks at, by the names that `expression` knows them by. */
  metrics: Record<string, MetricSource>;
  /** Metric math; left out where there is one metric only. */
  expression?: string;
  /** It rings when the value is above, or below. */
  above?: number;
  below?: number;
  /** Seconds that one value is made of. */
  period: number;
  /** So many values in a row must be beyond the threshold. */
  periods: number;
  /** What it means when there is no value: that something is wrong, that nothing is, or that all is as it was before. */
  missing: "breaching" | "notBreaching" | "ignore";
  /** Of the chart, e.g. `Events behind`. */
  label: string;
}

/** The name of an alarm, unique within its stack. */
export const nameOf = ({ kind, of }: AlarmDefinition): string => (of === undefined ? kind : `${kind}-${of}`);
