import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { Lambda } from "../lambda";

/** Lets API Gateway invoke a function, for what `sourceArn` names: routes or an authorizer. */
export function allowInvocation(
  parent: pulumi.Resource,
  name: string,
  lambda: Lambda,
  sourceArn: pulumi.Input<string>,
): void {
  new aws.lambda.Permission(
    name,
    { function: lambda.name, action: "lambda:InvokeFunction", principal: "apigateway.amazonaws.com", sourceArn },
    { parent },
  );
}
