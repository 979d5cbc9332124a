import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type AlarmDefinition, type MetricSource, nameOf } from "./alarms/definition";
import { createTopic } from "./alarms/topic";

export interface AlarmsArgs {
  definitions: AlarmDefinition[];
  /** Who is written to; each has to confirm a mail of AWS first. */
  mails: string[];
  /** US dollars a month that the account is meant to cost at most. @default no limit */
  monthlyBudget?: number;
  /** Has Pulumi refuse to delete the topic's key. */
  deletionProtection: boolean;
}

/**
 * CloudWatch alarms, the account's budget, and the topic that they tell of both, when they begin to ring and when it is over.
 *
 * Costs $1 a month for the topic's key, and $0.10 for each metric of an alarm after the first ten of an account.
 */
export class Alarms extends pulumi.ComponentResource {
  readonly topicArn: pulumi.Output<string>;

  constructor(name: string, args: AlarmsArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("ahorro:observability:Alarms", name, {}, opts);
    const topic = createTopic(this, name, args);
    this.topicArn = topic.arn;
    for (const definition of args.definitions) createAlarm(this, definition, topic);
    if (args.monthlyBudget !== undefined) createBudget(this, args.monthlyBudget, topic);
    this.registerOutputs({ topicArn: this.topicArn });
  }
}

function createAlarm(parent: Alarms, definition: AlarmDefinition, topic: aws.sns.Topic): void {
  const name = nameOf(definition);
  const { above, below, kind } = definition;
  new aws.cloudwatch.MetricAlarm(
    name,
    {
      name: `${pulumi.getProject()}-${pulumi.getStack()}-${name}`,
      alarmDescription: `${definition.description} See docs/runbook.md#${kind}.`,
      ...watched(definition),
      comparisonOperator: above === undefined ? "LessThanThreshold" : "GreaterThanThreshold",
      threshold: above ?? below ?? 0,
      evaluationPeriods: definition.periods,
      datapointsToAlarm: definition.periods,
      treatMissingData: definition.missing,
      alarmActions: [topic.arn],
      okActions: [topic.arn],
    },
    { parent },
  );
}

/** One metric, or metric math over several. */
function watched({ metrics, expression, period, label }: AlarmDefinition): Partial<aws.cloudwatch.MetricAlarmArgs> {
  const [only] = Object.values(metrics);
  if (expression === undefined && only !== undefined) {
    const { namespace, name, dimensions } = only;
    return { namespace, metricName: name, dimensions, period, ...statistic(only) };
  }
  const queries = Object.entries(metrics).map(([id, { namespace, name, dimensions, statistic }]) => ({
    id,
    metric: { namespace, metricName: name, dimensions, stat: statistic, period },
  }));
  return { metricQueries: [...queries, { id: "value", label, returnData: true, expression: expression ?? "" }] };
}

const statistic = ({ statistic }: MetricSource): Partial<aws.cloudwatch.MetricAlarmArgs> =>
  statistic.startsWith("p")
    ? // One slow request among a few says nothing of the hundredth slowest.
      { extendedStatistic: statistic, evaluateLowSampleCountPercentiles: "ignore" }
    : { statistic };

/** Of the whole account: tags could tell stacks apart only after someone has activated them for billing. */
function createBudget(parent: Alarms, dollars: number, topic: aws.sns.Topic): void {
  const notification = (notificationType: string, threshold: number) => ({
    notificationType,
    threshold,
    thresholdType: "PERCENTAGE",
    comparisonOperator: "GREATER_THAN",
    subscriberSnsTopicArns: [topic.arn],
  });
  new aws.budgets.Budget(
    "monthly-budget",
    {
      name: `${pulumi.getProject()}-${pulumi.getStack()}-monthly-budget`,
      budgetType: "COST",
      limitAmount: String(dollars),
      limitUnit: "USD",
      timeUnit: "MONTHLY",
      notifications: [notification("FORECASTED", 100), notification("ACTUAL", 80), notification("ACTUAL", 100)],
    },
    { parent },
  );
}
