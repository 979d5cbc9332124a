import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { Lambda } from "./lambda";

export interface ScheduleArgs {
  description: string;
  /** E.g. `rate(1 minute)`. */
  rate: string;
  lambda: Lambda;
  /** The event that the function is given. @default {} */
  event?: unknown;
}

/** Has a function invoked again and again, by EventBridge. The rule costs nothing. */
export function invokeBySchedule(parent: pulumi.Resource, name: string, args: ScheduleArgs): void {
  const { lambda, event = {} } = args;
  const rule = new aws.cloudwatch.EventRule(
    name,
    { description: args.description, scheduleExpression: args.rate },
    { parent },
  );
  new aws.cloudwatch.EventTarget(name, { rule: rule.name, arn: lambda.arn, input: JSON.stringify(event) }, { parent });
  new aws.lambda.Permission(
    name,
    { function: lambda.name, action: "lambda:InvokeFunction", principal: "events.amazonaws.com", sourceArn: rule.arn },
    { parent },
  );
}
