import type { LambdaHost } from "./lambda";
import { type Graph, resourcesOf } from "./program/graph";

const UNITS: Record<string, number> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/**
 * Invokes functions as EventBridge rules with a rate say ("Rate expressions", EventBridge user guide): the first time when a
 * period is over.
 *
 * @returns what ends it.
 * @throws Error naming the rule whose schedule is no rate.
 */
export function startSchedules(graph: Graph, lambda: LambdaHost): () => void {
  const targets = resourcesOf(graph, "aws:cloudwatch/eventTarget:EventTarget");
  // All are read before the first one runs: nothing runs on when one of them cannot be.
  const rules = resourcesOf(graph, "aws:cloudwatch/eventRule:EventRule").map(({ name, inputs, outputs }) => ({
    rule: outputs.name,
    period: periodOf(name, String(inputs.scheduleExpression)),
  }));
  const timers = rules.flatMap(({ rule, period }) =>
    targets
      .filter(({ inputs }) => inputs.rule === rule)
      .map(({ inputs: { arn, input } }) =>
        setInterval(() => lambda.invokeAsync(String(arn), JSON.parse(String(input ?? "{}"))), period),
      ),
  );
  return () => {
    for (const timer of timers) clearInterval(timer);
  };
}

/** Milliseconds. */
function periodOf(rule: string, expression: string): number {
  const [, count = "", unit = ""] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression) ?? [];
  const length = UNITS[unit];
  if (length === undefined)
    throw new Error(`The rule "${rule}" has the schedule "${expression}"; the local stack knows rates only.`);
  return Number(count) * length;
}
