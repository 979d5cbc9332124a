import { cronMatcher } from "./cron";
import type { LambdaHost } from "./lambda";
import { type Graph, resourcesOf } from "./program/graph";

const MINUTE = 60_000;
const UNITS: Record<string, number> = { minute: MINUTE, hour: 60 * MINUTE, day: 24 * 60 * MINUTE };

/** When a rule is due: after every period of so many ms, or in the minutes that match. */
type Schedule = { period: number } | { matches: (time: Date) => boolean };

/**
 * Invokes functions as EventBridge rules say, by rate or by cron ("Creating a rule that runs on a schedule", EventBridge user guide); rates
 * the first time when a period is over. Rules that are disabled are not run.
 *
 * @returns what ends it.
 * @throws Error naming the rule whose schedule is neither.
 */
export function startSchedules(graph: Graph, lambda: LambdaHost): () => void {
  const targets = resourcesOf(graph, "aws:cloudwatch/eventTarget:EventTarget");
  // All are read before the first one runs: nothing runs on when one of them cannot be.
  const rules = resourcesOf(graph, "aws:cloudwatch/eventRule:EventRule")
    .filter(({ inputs }) => inputs.state !== "DISABLED")
    .map(({ name, inputs, outputs }) => ({
      rule: outputs.name,
      schedule: scheduleOf(name, String(inputs.scheduleExpression)),
    }));
  const timers = rules.flatMap(({ rule, schedule }) =>
    targets
      .filter(({ inputs }) => inputs.rule === rule)
      .map(({ inputs: { arn, input } }) =>
        startTimer(schedule, () => lambda.invokeAsync(String(arn), JSON.parse(String(input ?? "{}")))),
      ),
  );
  return () => {
    for (const timer of timers) clearInterval(timer);
  };
}

function startTimer(schedule: Schedule, run: () => void): NodeJS.Timeout {
  if ("period" in schedule) return setInterval(run, schedule.period);
  let last = minuteOf(Date.now());
  // More often than once a minute, so that none is left out when a timer is late; a machine that slept looks at the present only.
  return setInterval(() => {
    const now = minuteOf(Date.now());
    if (now === last) return;
    last = now;
    if (schedule.matches(new Date(now * MINUTE))) run();
  }, MINUTE / 4);
}

const minuteOf = (time: number): number => Math.floor(time / MINUTE);

function scheduleOf(rule: string, expression: string): Schedule {
  const [, count = "", unit = ""] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression) ?? [];
  const length = UNITS[unit];
  if (length !== undefined) return { period: Number(count) * length };
  const matches = cronMatcher(expression);
  if (matches === undefined) {
    throw new Error(`The rule "${rule}" has the schedule "${expression}", which the local stack does not know.`);
  }
  return { matches };
}
