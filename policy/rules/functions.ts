import { madeFrom, originsOf, type Rule, unless } from "../rule";

const FUNCTION = "aws:lambda/function:Function";

/** Supported until April 2028 ("Lambda runtimes", Lambda developer guide). */
const RUNTIME = "nodejs24.x";

/** Functions are alike, apart, and do not run away. */
export const functionRules: Rule[] = [
  {
    name: "functions-supported",
    description: "Functions run on a supported runtime, on arm64, which costs a fifth less.",
    types: [FUNCTION],
    violation: ({ inputs }) =>
      unless(
        inputs.runtime === RUNTIME && inputs.architectures?.join() === "arm64",
        `runs on ${inputs.runtime}, ${inputs.architectures ?? "x86_64"}`,
      ),
  },
  {
    name: "functions-limited",
    description: "Functions say how much memory and time they take, and are traced.",
    types: [FUNCTION],
    violation: ({ inputs }) =>
      unless(
        inputs.memorySize >= 128 && inputs.timeout <= 900 && inputs.tracingConfig?.mode === "Active",
        "leaves memorySize or timeout open, or is not traced",
      ),
  },
  {
    name: "functions-have-roles-of-their-own",
    description: "No two functions share a role: what one may do, the other might not.",
    types: ["aws:iam/role:Role"],
    violationWithin: (role, all) => {
      const [, second] = madeFrom(FUNCTION, role, all);
      return unless(second === undefined, `is the role of several functions, ${second?.name} among them`);
    },
  },
  {
    name: "schedules-do-not-pile-up",
    description:
      "What runs every few minutes has a ceiling: slow runs must not take the account's concurrency away from requests.",
    types: ["aws:cloudwatch/eventTarget:EventTarget"],
    violationWithin: (target, all) => {
      const [rule] = originsOf("aws:cloudwatch/eventRule:EventRule", target, all);
      const minutes = /^rate\((\d+) minutes?\)$/.exec(rule?.inputs.scheduleExpression ?? "")?.[1];
      if (minutes === undefined || Number(minutes) > 5) return undefined;
      const [lambda] = originsOf(FUNCTION, target, all);
      return unless(
        lambda?.inputs.reservedConcurrentExecutions >= 1,
        `invokes ${lambda?.name} every ${minutes} min without reservedConcurrency`,
      );
    },
  },
  {
    name: "failed-events-kept",
    description: "An event that a function was handed and failed with for good is kept, not dropped.",
    types: ["aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig"],
    violation: ({ inputs }) =>
      unless(inputs.destinationConfig?.onFailure?.destination !== undefined, "has no destination for what fails"),
  },
];
