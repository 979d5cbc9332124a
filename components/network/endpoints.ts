import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { functionArn } from "../lambda";

export interface EndpointsArgs {
  region: string;
  vpcId: pulumi.Output<string>;
}

/** Endpoints that cost nothing, which routes lead to; for whoever is of this account, to what belongs to this account. */
export function createGatewayEndpoints(
  parent: pulumi.Resource,
  name: string,
  { region, vpcId, routeTableIds }: EndpointsArgs & { routeTableIds: pulumi.Output<string[]> },
) {
  const policy = pulumi.jsonStringify(documentOf([withinAccount(parent, { Action: "*", Resource: "*" })]));
  const create = (service: string) =>
    new aws.ec2.VpcEndpoint(
      `${name}-${service}`,
      {
        vpcId,
        serviceName: `com.amazonaws.${region}.${service}`,
        vpcEndpointType: "Gateway",
        routeTableIds,
        policy,
      },
      { parent },
    );
  return { s3: create("s3"), dynamodb: create("dynamodb") };
}

/**
 * Who may do what through an interface endpoint. Lambda's pollers of Kafka come as the service itself ("Configuring Amazon MSK cluster and
 * Amazon VPC network for Lambda", Lambda developer guide, VPC endpoint policies).
 */
const INTERFACE_POLICIES = {
  lambda: (parent: pulumi.Resource) => [
    withinAccount(parent, {
      Action: "lambda:InvokeFunction",
      Resource: functionArn(parent, `${pulumi.getProject()}-${pulumi.getStack()}-*`),
    }),
    byPollers("lambda:InvokeFunction"),
  ],
  sts: () => [byPollers("sts:AssumeRole")],
};

/** AWS services that can be reached through interface endpoints. */
export type InterfaceService = keyof typeof INTERFACE_POLICIES;

/** Endpoints with addresses in the subnets. */
export function createInterfaceEndpoints(
  parent: pulumi.Resource,
  name: string,
  services: InterfaceService[],
  {
    region,
    vpcId,
    subnetIds,
    securityGroupId,
  }: EndpointsArgs & { subnetIds: pulumi.Output<string[]>; securityGroupId: pulumi.Output<string> },
): void {
  for (const service of services) {
    new aws.ec2.VpcEndpoint(
      `${name}-${service}`,
      {
        vpcId,
        serviceName: `com.amazonaws.${region}.${service}`,
        vpcEndpointType: "Interface",
        subnetIds,
        securityGroupIds: [securityGroupId],
        privateDnsEnabled: true,
        policy: pulumi.jsonStringify(documentOf(INTERFACE_POLICIES[service](parent))),
      },
      { parent },
    );
  }
}

const documentOf = (statements: unknown[]) => ({ Version: "2012-10-17", Statement: statements });

/** Whoever has taken over a function can neither use foreign credentials here, nor carry data into a foreign account. */
function withinAccount(parent: pulumi.Resource, allowed: { Action: string; Resource: pulumi.Input<string> }) {
  const { accountId } = aws.getCallerIdentityOutput({}, { parent });
  return {
    Sid: "WithinAccount",
    Effect: "Allow",
    Principal: "*",
    ...allowed,
    Condition: { StringEquals: { "aws:PrincipalAccount": accountId, "aws:ResourceAccount": accountId } },
  };
}

const byPollers = (action: string) => ({
  Sid: "ByPollers",
  Effect: "Allow",
  Principal: { Service: "lambda.amazonaws.com" },
  Action: action,
  Resource: "*",
});
