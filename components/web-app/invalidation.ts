import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Context } from "aws-lambda";
import { Lambda } from "../lambda";

export interface InvalidationArgs {
  distribution: aws.cloudfront.Distribution;
  /** Changes whenever something else is to be served. */
  trigger: pulumi.Input<string>;
  /** What has to be there before edges ask for it. */
  after: pulumi.Resource[];
  logRetentionDays: pulumi.Input<number>;
}

/**
 * Has edges forget what they keep, on deployment, whenever something else is to be served. There is no resource for that: a
 * function does it, as part of the deployment, which fails with it.
 *
 * Costs nothing but the logs: the first 1,000 paths a month are free, and this is one path each time.
 */
export class Invalidation extends pulumi.ComponentResource {
  constructor(name: string, args: InvalidationArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("ahorro:web:Invalidation", name, {}, opts);
    const { distribution } = args;
    const lambda = new Lambda(
      name,
      {
        description: "Has CloudFront's edges forget what they keep",
        handler: invalidationHandler,
        environment: { DISTRIBUTION_ID: distribution.id },
        statements: [
          {
            Sid: "Invalidate",
            Effect: "Allow",
            Action: ["cloudfront:CreateInvalidation"],
            Resource: distribution.arn,
          },
        ],
        timeout: 60,
        logRetentionDays: args.logRetentionDays,
      },
      { parent: this },
    );
    new aws.lambda.Invocation(
      name,
      {
        functionName: lambda.name,
        input: JSON.stringify({}),
        triggers: { distribution: distribution.arn, content: args.trigger },
      },
      { parent: this, dependsOn: [lambda, distribution, ...args.after] },
    );
    this.registerOutputs({});
  }
}

/** Answers the id of the invalidation. Edges everywhere follow within a minute or so; that is not waited for. */
export const invalidationHandler = () => {
  // Imported here, not captured: the program itself has no use for the SDK and loads faster without it.
  const { CloudFrontClient, CreateInvalidationCommand }: typeof import("@aws-sdk/client-cloudfront") =
    require("@aws-sdk/client-cloudfront");
  const client = new CloudFrontClient({});

  return async (_event: unknown, context: Context) => {
    const { Invalidation } = await client.send(
      new CreateInvalidationCommand({
        DistributionId: process.env.DISTRIBUTION_ID,
        InvalidationBatch: { CallerReference: context.awsRequestId, Paths: { Quantity: 1, Items: ["/*"] } },
      }),
    );
    return { invalidation: Invalidation?.Id };
  };
};
