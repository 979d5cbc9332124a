import * as aws from "@pulumi/aws";
import * as awsxEc2 from "@pulumi/awsx/ec2";
import * as pulumi from "@pulumi/pulumi";
import type { VpcPlacement } from "./link";
import { createDualStackSubnets } from "./network/dual-stack";
import { createGatewayEndpoints, createInterfaceEndpoints, type InterfaceService } from "./network/endpoints";

export interface NetworkArgs {
  region: string;
  /** Availability zones to spread over; Aurora needs at least two. */
  availabilityZones: number;
  /** Whether functions inside the network may reach the internet. `None` costs nothing. @default "None" */
  natGateways?: "None" | "Single" | "OnePerAz";
  /** AWS services that are called from inside. */
  calledInside: InterfaceService[];
  /**
   * How these are reached: by interface endpoints, about $8 a month each and zone; or, without cost, by IPv6, which also opens
   * the way from functions to everywhere else that has IPv6.
   */
  awsAccess: "endpoints" | "ipv6";
}

/**
 * The private network: the database and the functions that use it. Nothing in it can be reached from outside. S3 and
 * DynamoDB are reached through free gateway endpoints.
 *
 * Idle, it costs its interface endpoints (about $8 a month each and zone) and NAT gateways (about $35 a month each); with `awsAccess`
 * "ipv6" and no NAT gateways, nothing.
 */
export class Network extends pulumi.ComponentResource {
  readonly vpcId: pulumi.Output<string>;
  /** Subnets without a way in from the internet; the database lives in these, and functions that have none of their own. */
  readonly subnetIds: pulumi.Output<string[]>;
  readonly databaseSecurityGroup: aws.ec2.SecurityGroup;
  readonly lambdaSecurityGroup: aws.ec2.SecurityGroup;
  /** Of the interface endpoints, where there are any. */
  readonly endpointSecurityGroup: aws.ec2.SecurityGroup | undefined;
  /** Where functions that use the database are put. */
  readonly lambdaPlacement: VpcPlacement;

  constructor(name: string, args: NetworkArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("ahorro:network:Network", name, {}, opts);
    const natGateways = args.natGateways ?? "None";
    const vpc = createVpc(this, name, args, natGateways);
    this.vpcId = vpc.vpcId;
    this.subnetIds = natGateways === "None" ? vpc.isolatedSubnetIds : vpc.privateSubnetIds;

    const at = { region: args.region, vpcId: vpc.vpcId };
    const byIpv6 = args.awsAccess === "ipv6" ? createDualStackSubnets(this, name, vpc, args) : undefined;
    const routeTableIds = pulumi
      .all([vpc.routeTables.apply((tables) => pulumi.all(tables.map((table) => table.id))), byIpv6?.routeTableId])
      .apply(([ids, own]) => [...ids, ...(own ? [own] : [])]);
    const endpoints = createGatewayEndpoints(this, name, { ...at, routeTableIds });
    this.lambdaSecurityGroup = createSecurityGroup(
      this,
      `${name}-lambda`,
      vpc.vpcId,
      "Functions that use the database",
    );
    this.databaseSecurityGroup = createSecurityGroup(this, `${name}-database`, vpc.vpcId, "The database cluster");
    createDatabaseRules(this, name);
    for (const [service, endpoint] of Object.entries(endpoints)) {
      new aws.vpc.SecurityGroupEgressRule(
        `${name}-lambda-to-${service}`,
        {
          securityGroupId: this.lambdaSecurityGroup.id,
          description: `HTTPS to ${service} through its gateway endpoint`,
          prefixListId: endpoint.prefixListId,
          ...tcp(443),
        },
        { parent: this },
      );
    }
    if (byIpv6 === undefined) {
      this.endpointSecurityGroup = createEndpointSecurityGroup(this, name);
      const securityGroupId = this.endpointSecurityGroup.id;
      createInterfaceEndpoints(this, name, args.calledInside, { ...at, subnetIds: this.subnetIds, securityGroupId });
    } else {
      allowInternet(this, name, "by IPv6", { cidrIpv6: "::/0" });
    }
    if (natGateways !== "None") allowInternet(this, name, "through the NAT gateways", { cidrIpv4: "0.0.0.0/0" });

    const securityGroupIds = [this.lambdaSecurityGroup.id];
    this.lambdaPlacement = { subnetIds: this.subnetIds, ...byIpv6?.placement, securityGroupIds };
    this.registerOutputs({ vpcId: this.vpcId, subnetIds: this.subnetIds });
  }
}

const CIDR = "10.0.0.0/16";

const tcp = (port: number) => ({ ipProtocol: "tcp", fromPort: port, toPort: port });

function createVpc(
  parent: Network,
  name: string,
  args: NetworkArgs,
  natGateways: NonNullable<NetworkArgs["natGateways"]>,
) {
  const withInternet = natGateways !== "None";
  return new awsxEc2.Vpc(
    name,
    {
      cidrBlock: CIDR,
      numberOfAvailabilityZones: args.availabilityZones,
      enableDnsHostnames: true,
      enableDnsSupport: true,
      ...(args.awsAccess === "ipv6" && { assignGeneratedIpv6CidrBlock: true }),
      natGateways: { strategy: natGateways },
      subnetStrategy: "Auto",
      subnetSpecs: withInternet
        ? [
            { type: "Private", name: "private", cidrMask: 20 },
            { type: "Public", name: "public", cidrMask: 24 },
          ]
        : [{ type: "Isolated", name: "isolated", cidrMask: 20 }],
    },
    { parent },
  );
}

function createEndpointSecurityGroup(network: Network, name: string): aws.ec2.SecurityGroup {
  const group = createSecurityGroup(network, `${name}-endpoints`, network.vpcId, "AWS services, from inside");
  new aws.vpc.SecurityGroupIngressRule(
    `${name}-endpoints-from-network`,
    {
      securityGroupId: group.id,
      description: "HTTPS from inside the network",
      cidrIpv4: CIDR,
      ...tcp(443),
    },
    { parent: network },
  );
  new aws.vpc.SecurityGroupEgressRule(
    `${name}-lambda-to-endpoints`,
    {
      securityGroupId: network.lambdaSecurityGroup.id,
      description: "HTTPS to AWS services",
      referencedSecurityGroupId: group.id,
      ...tcp(443),
    },
    { parent: network },
  );
  return group;
}

/** Rules are resources of their own: two groups that name each other could not be created otherwise. */
function createSecurityGroup(parent: Network, name: string, vpcId: pulumi.Output<string>, description: string) {
  return new aws.ec2.SecurityGroup(name, { description, vpcId, revokeRulesOnDelete: true }, { parent });
}

function createDatabaseRules(network: Network, name: string): void {
  new aws.vpc.SecurityGroupIngressRule(
    `${name}-database-from-lambda`,
    {
      securityGroupId: network.databaseSecurityGroup.id,
      description: "PostgreSQL from the functions",
      referencedSecurityGroupId: network.lambdaSecurityGroup.id,
      ...tcp(5432),
    },
    { parent: network },
  );
  new aws.vpc.SecurityGroupEgressRule(
    `${name}-lambda-to-database`,
    {
      securityGroupId: network.lambdaSecurityGroup.id,
      description: "PostgreSQL to the database",
      referencedSecurityGroupId: network.databaseSecurityGroup.id,
      ...tcp(5432),
    },
    { parent: network },
  );
}

function allowInternet(
  network: Network,
  name: string,
  how: string,
  to: { cidrIpv4: string } | { cidrIpv6: string },
): void {
  new aws.vpc.SecurityGroupEgressRule(
    `${name}-lambda-to-internet`,
    {
      securityGroupId: network.lambdaSecurityGroup.id,
      description: `HTTPS ${how}`,
      ...to,
      ...tcp(443),
    },
    { parent: network },
  );
}
