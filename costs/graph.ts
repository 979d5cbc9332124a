/** What has to be known of a stack's resources, beyond each by itself, to tell what they cost. */
import { type Graph, type Resource, resourcesOf } from "../local/program/graph";
import { assumed } from "./usage";

const FUNCTION = "aws:lambda/function:Function";
const RULE = "aws:cloudwatch/eventRule:EventRule";

/** A function that a schedule calls, so many times a month. */
export interface Scheduled {
  lambda: Resource;
  times: number;
}

/** The functions that schedules call, whether somebody uses the stack or not. */
export function scheduledOf(graph: Graph): Scheduled[] {
  const byRules = resourcesOf(graph, "aws:cloudwatch/eventTarget:EventTarget").map(({ inputs: { rule, arn } }) => ({
    arn,
    schedule: resourcesOf(graph, RULE).find(({ outputs }) => outputs.name === rule)?.inputs,
  }));
  const byScheduler = resourcesOf(graph, "aws:scheduler/schedule:Schedule").map(({ inputs }) => ({
    arn: inputs.target?.arn,
    schedule: inputs,
  }));
  return [...byRules, ...byScheduler].flatMap(({ arn, schedule }) => {
    const lambda = resourcesOf(graph, FUNCTION).find(({ outputs }) => outputs.arn === arn);
    const { scheduleExpression, state } = schedule ?? {};
    if (lambda === undefined || scheduleExpression === undefined || state === "DISABLED") return [];
    return [{ lambda, times: timesAMonth(scheduleExpression) }];
  });
}

const DAYS = 730 / 24;
const MINUTES = { minute: 1, hour: 60, day: 1_440 };

/**
 * How often a schedule comes in a month.
 * @throws Error naming a schedule that is neither a rate nor a time of day on some or all days of the week.
 */
export function timesAMonth(expression: string): number {
  const [, count, unit] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression) ?? [];
  if (unit !== undefined) return (DAYS * 1_440) / (Number(count) * MINUTES[unit as keyof typeof MINUTES]);
  const [, minute, hour, day, month, weekday] = /^cron\((\S+) (\S+) (\S+) (\S+) (\S+) \S+\)$/.exec(expression) ?? [];
  const daily = /^\d+$/.test(minute ?? "") && /^\d+(,\d+)*$/.test(hour ?? "") && /^[*?]$/.test(day ?? "");
  const days = weekday === "MON-FRI" ? 5 : /^[*?]$/.test(weekday ?? "") ? 7 : undefined;
  if (!daily || month !== "*" || days === undefined) {
    throw new Error(`How often "${expression}" comes is not known: teach timesAMonth.`);
  }
  return (hour?.split(",").length ?? 1) * DAYS * (days / 7);
}

/**
 * Hours a month that a cluster which may pause is awake though nobody uses it, since scheduled functions connect to it, themselves or through
 * a function that they call. Counted as if no two ever came together.
 */
export function awakeHours(graph: Graph, cluster: Resource): number {
  const pause = cluster.inputs.serverlessv2ScalingConfiguration?.secondsUntilAutoPause ?? 300;
  const seconds = scheduledOf(graph)
    .filter(({ lambda }) => connects(graph, lambda, cluster))
    .map(({ lambda, times }) => times * (pause + assumed("resumeSeconds") + heldBy(lambda)));
  return Math.min(assumed("hours"), seconds.reduce((sum, each) => sum + each, 0) / 3_600);
}

/** Relays end their connection before they answer (functions/outbox/relay.ts); others keep it for the next invocation. */
const heldBy = ({ name }: Resource): number => (name.endsWith("-relay") ? 0 : assumed("heldSeconds"));

function connects(graph: Graph, lambda: Resource, cluster: Resource, asked: string[] = []): boolean {
  const variables: Record<string, unknown> = lambda.inputs.environment?.variables ?? {};
  const values = Object.values(variables).flatMap((value) => String(value).split(","));
  if (values.includes(cluster.outputs.endpoint) || values.includes(cluster.outputs.readerEndpoint)) return true;
  return resourcesOf(graph, FUNCTION)
    .filter(({ name, outputs }) => values.includes(outputs.name) && !asked.includes(name) && name !== lambda.name)
    .some((called) => connects(graph, called, cluster, [...asked, lambda.name]));
}

/** Kafka's partitions, as the program has them made. */
export function partitionsOf(graph: Graph): number {
  return resourcesOf(graph, "aws:lambda/invocation:Invocation")
    .flatMap(({ inputs }) => {
      const { topics = {} }: { topics?: Record<string, { partitions?: number }> } = JSON.parse(inputs.input);
      return Object.values(topics).map(({ partitions = 1 }) => partitions);
    })
    .reduce((sum, partitions) => sum + partitions, 0);
}

/** Functions that are handed events: each has one mapping for each topic, or is handed them by the relays. */
export const consumersOf = (graph: Graph): Resource[] =>
  resourcesOf(graph, FUNCTION).filter(({ name }) => name.endsWith("-consumer"));
