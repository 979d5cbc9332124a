import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Lambda } from "../lambda";
import type { TopicSettings } from "./topics";

const RETENTION_DAYS = 14;

/**
 * Dead letters have one partition, so that they are in one order, and wait for two weeks. They are a bit larger than the records that
 * they hold: each of those fits, since topics take 1 MiB by default.
 */
export const deadLetterSettings: TopicSettings = {
  partitions: 1,
  config: { "retention.ms": String(RETENTION_DAYS * 86_400_000), "max.message.bytes": String(2 * 1024 * 1024) },
};

/**
 * Without a broker: where Lambda puts the events of invocations that have failed for the third time. Encrypted; costs nothing when idle.
 */
export function createQueue(parent: pulumi.Resource, name: string): aws.sqs.Queue {
  const queue = new aws.sqs.Queue(
    `${name}-failed`,
    {
      messageRetentionSeconds: RETENTION_DAYS * 86_400,
      // As much as an event of an asynchronous invocation can have.
      maxMessageSize: 1024 * 1024,
      sqsManagedSseEnabled: true,
    },
    { parent },
  );
  const tlsOnly = {
    Sid: "TlsOnly",
    Effect: "Deny",
    Principal: "*",
    Action: "sqs:*",
    Resource: queue.arn,
    Condition: { Bool: { "aws:SecureTransport": "false" } },
  };
  new aws.sqs.QueuePolicy(
    `${name}-failed`,
    { queueUrl: queue.url, policy: pulumi.jsonStringify({ Version: "2012-10-17", Statement: [tlsOnly] }) },
    { parent },
  );
  return queue;
}

/** Has Lambda keep in a queue what a function fails with for good. The function's role must allow to send there. */
export function keepFailures(parent: pulumi.Resource, name: string, queue: aws.sqs.Queue, lambda: Lambda): void {
  new aws.lambda.FunctionEventInvokeConfig(
    name,
    {
      functionName: lambda.name,
      maximumRetryAttempts: 2,
      maximumEventAgeInSeconds: 21_600,
      destinationConfig: { onFailure: { destination: queue.arn } },
    },
    // Lambda checks that right when the destination is set: after the function, which is made after its policy.
    { parent, dependsOn: [lambda.function] },
  );
}
