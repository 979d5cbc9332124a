import * as aws from "@pulumi/aws";
import type * as awsxEc2 from "@pulumi/awsx/ec2";
import * as pulumi from "@pulumi/pulumi";
import type { VpcPlacement } from "../link";

/** Subnets for functions that have a way out by IPv6, and what else they need to take it. */
export interface DualStackSubnets {
  routeTableId: pulumi.Output<string>;
  placement: Omit<VpcPlacement, "securityGroupIds">;
}

/**
 * Subnets of which functions get out to AWS by IPv6, through an egress-only internet gateway: it lets nobody in, and costs nothing. There is no
 * way out by IPv4 ("Inbound and outbound IPv6", "Giving Lambda functions access to resources in an Amazon VPC", Lambda developer guide).
 *
 * They are beside those of the VPC component, which asks for IPv6 addresses of no subnet before there is a block to take them from.
 */
export function createDualStackSubnets(
  parent: pulumi.Resource,
  name: string,
  vpc: awsxEc2.Vpc,
  { region, availabilityZones }: { region: string; availabilityZones: number },
): DualStackSubnets {
  const { vpcId } = vpc;
  const opts = { parent };
  const gateway = new aws.ec2.EgressOnlyInternetGateway(name, { vpcId }, opts);
  const routes = new aws.ec2.RouteTable(`${name}-functions`, { vpcId }, opts);
  new aws.ec2.Route(
    `${name}-functions-out`,
    { routeTableId: routes.id, destinationIpv6CidrBlock: "::/0", egressOnlyGatewayId: gateway.id },
    opts,
  );
  const { names } = aws.getAvailabilityZonesOutput(
    { filters: [{ name: "opt-in-status", values: ["opt-in-not-required"] }] },
    opts,
  );
  const block = vpc.vpc.apply(({ ipv6CidrBlock }) => ipv6CidrBlock);
  const subnets = Array.from({ length: availabilityZones }, (_, index) => {
    const subnetName = `${name}-functions-${index + 1}`;
    const subnet = new aws.ec2.Subnet(
      subnetName,
      {
        vpcId,
        availabilityZone: names.apply((zones) => zones[index] ?? ""),
        cidrBlock: IPV4_BLOCKS[index] ?? "",
        ipv6CidrBlock: block.apply((whole) => ipv6SubnetOf(whole, index)),
        assignIpv6AddressOnCreation: true,
      },
      opts,
    );
    new aws.ec2.RouteTableAssociation(subnetName, { subnetId: subnet.id, routeTableId: routes.id }, opts);
    return subnet;
  });
  return {
    routeTableId: routes.id,
    placement: { subnetIds: pulumi.all(subnets.map(({ id }) => id)), ipv6: { environment: environmentIn(region) } },
  };
}

/**
 * Behind all subnets that the VPC component lays out, which gives each zone a half (of two) or a quarter (of three) of 10.0.0.0/16 and takes
 * less than a quarter of it.
 */
const IPV4_BLOCKS = ["10.0.208.0/20", "10.0.224.0/20", "10.0.240.0/20"];

/**
 * The Lambda API has another name for IPv6 ("AWS Lambda endpoints and quotas", AWS general reference), which has IPv4 addresses too: Node.js is
 * told not to try those first, since nothing would come back. Names that have none but IPv4 addresses, such as the cluster's, are not affected.
 */
const environmentIn = (region: string) => ({
  AWS_ENDPOINT_URL_LAMBDA: `https://lambda.${region}.api.aws`,
  NODE_OPTIONS: "--dns-result-order=ipv6first",
});

/**
 * The /64 of this number (0 to 255) within a /56, e.g. `2a05:d018:123:4500::/56`, 2 → `2a05:d018:123:4502::/64`.
 * @throws Error when it is not a /56 as AWS writes it.
 */
export function ipv6SubnetOf(block: string, index: number): string {
  const [, prefix] = /^([\da-f:]+)::\/56$/.exec(block) ?? [];
  const groups = prefix?.split(":").map((group) => Number.parseInt(group, 16)) ?? [];
  if (groups.length < 1 || groups.length > 4 || groups.some(Number.isNaN)) {
    throw new Error(`"${block}" is not a block of IPv6 addresses of the length 56.`);
  }
  // "::" stands for all that is zero, the fourth group included.
  const [first = 0, second = 0, third = 0, fourth = 0] = groups;
  return `${[first, second, third, fourth + index].map((group) => group.toString(16)).join(":")}::/64`;
}
