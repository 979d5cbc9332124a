import { type Grant, words } from "./grant";

const ec2 = (...kinds: string[]): string[] => kinds.map((kind) => `arn:aws:ec2:{region}:{account}:${kind}/*`);

/** What deploying takes of EC2, which the network is made of; see grants.ts. */
export const NETWORK_GRANTS: Grant[] = [
  {
    // Describing is not held to resources by EC2.
    types: ["aws:ec2/", "aws:vpc/", "awsx:ec2"],
    service: "ec2",
    read: words(
      "DescribeAvailabilityZones DescribeEgressOnlyInternetGateways DescribeNetworkAcls DescribeNetworkInterfaces DescribePrefixLists DescribeRouteTables DescribeSecurityGroupRules DescribeSecurityGroups DescribeSubnets DescribeTags DescribeVpcEndpoints DescribeVpcs",
    ),
    on: ["*"],
  },
  {
    types: ["aws:ec2/securityGroup", "aws:vpc/securityGroup"],
    service: "ec2",
    write: words(
      "AuthorizeSecurityGroupEgress AuthorizeSecurityGroupIngress CreateSecurityGroup DeleteSecurityGroup ModifySecurityGroupRules RevokeSecurityGroupEgress RevokeSecurityGroupIngress",
    ),
    on: ec2("security-group", "security-group-rule", "vpc"),
  },
  {
    types: ["aws:ec2/vpcEndpoint"],
    service: "ec2",
    write: words("CreateVpcEndpoint DeleteVpcEndpoints ModifyVpcEndpoint"),
    on: ec2("route-table", "security-group", "subnet", "vpc", "vpc-endpoint"),
  },
  {
    types: ["aws:ec2/egressOnlyInternetGateway"],
    service: "ec2",
    write: words("CreateEgressOnlyInternetGateway DeleteEgressOnlyInternetGateway"),
    on: ec2("egress-only-internet-gateway", "vpc"),
  },
  {
    types: ["awsx:ec2:Vpc", "aws:ec2/route", "aws:ec2/subnet"],
    service: "ec2",
    read: ["DescribeVpcAttribute"],
    write: words(
      "AssociateRouteTable AssociateSubnetCidrBlock AssociateVpcCidrBlock CreateRoute CreateRouteTable CreateSubnet CreateVpc DeleteRoute DeleteRouteTable DeleteSubnet DeleteVpc DisassociateRouteTable ModifySubnetAttribute ModifyVpcAttribute",
    ),
    on: ec2("route-table", "subnet", "vpc"),
  },
  {
    types: ["aws:ec2/", "aws:vpc/", "awsx:ec2"],
    service: "ec2",
    write: words("CreateTags DeleteTags"),
    on: ec2(
      "egress-only-internet-gateway",
      "route-table",
      "security-group",
      "security-group-rule",
      "subnet",
      "vpc",
      "vpc-endpoint",
    ),
  },
];
