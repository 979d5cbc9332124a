import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { AlarmDefinition, MetricSource } from "./alarms/definition";

/** A chart is half as wide as the dashboard, which has 24 columns. */
const SIZE = { width: 12, height: 6 };

/**
 * A dashboard of what alarms watch, a chart for each kind, with the thresholds drawn in. It is made from the alarms' own definitions.
 * Costs $3 a month after the first three of an account.
 */
export function createDashboard(
  parent: pulumi.Resource,
  name: string,
  { definitions, region }: { definitions: AlarmDefinition[]; region: string },
): void {
  const kinds = [...new Set(definitions.map(({ kind }) => kind))];
  const widgets = kinds.map((kind, index) => ({
    type: "metric",
    x: (index % 2) * SIZE.width,
    y: Math.floor(index / 2) * SIZE.height,
    ...SIZE,
    properties: chart(
      definitions.filter((definition) => definition.kind === kind),
      region,
    ),
  }));
  new aws.cloudwatch.Dashboard(
    name,
    {
      dashboardName: `${pulumi.getProject()}-${pulumi.getStack()}`,
      dashboardBody: pulumi.jsonStringify({ widgets }),
    },
    { parent },
  );
}

/** "Dashboard body structure and syntax", CloudWatch API reference. */
function chart(definitions: AlarmDefinition[], region: string) {
  const [first] = definitions;
  const thresholds = new Set(definitions.map(({ above, below }) => above ?? below));
  return {
    title: first?.kind,
    region,
    view: "timeSeries",
    period: first?.period,
    metrics: definitions.flatMap(lines),
    annotations: { horizontal: [...thresholds].map((value) => ({ label: "alarm", value })) },
  };
}

function lines({ metrics, expression, of, label }: AlarmDefinition, index: number): unknown[] {
  const shown = of ?? label;
  if (expression === undefined) {
    return Object.values(metrics).map((metric) => [...line(metric), { stat: metric.statistic, label: shown }]);
  }
  // Ids are of the whole chart: those of one definition are told from those of another.
  const ids = Object.keys(metrics);
  const renamed = ids.reduce(
    (text, id) => text.replaceAll(new RegExp(`\\b${id}\\b`, "g"), `${id}${index}`),
    expression,
  );
  return [
    [{ expression: renamed, label: shown, id: `value${index}` }],
    ...Object.entries(metrics).map(([id, metric]) => [
      ...line(metric),
      { stat: metric.statistic, id: `${id}${index}`, visible: false },
    ]),
  ];
}

/** Namespace, name, and dimensions in turns. */
const line = ({ namespace, name, dimensions }: MetricSource): pulumi.Input<string>[] => [
  namespace,
  name,
  ...Object.entries(dimensions).flat(),
];
