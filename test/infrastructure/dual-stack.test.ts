import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { ipv6SubnetOf } from "../../components/network/dual-stack";
import { type Graph, resourcesOf } from "../../local/program/graph";
import { graphOf, LOAD_TIMEOUT, resource } from "./graphs";

const FUNCTION = "aws:lambda/function:Function";
const SUBNETS = ["network-functions-1-id", "network-functions-2-id"];
const ENVIRONMENT = {
  AWS_ENDPOINT_URL_LAMBDA: "https://lambda.eu-west-1.api.aws",
  NODE_OPTIONS: "--dns-result-order=ipv6first",
};

/** AWS services that a function in the network may be allowed, and how each is reached without a NAT gateway or interface endpoint. */
const REACHED: Record<string, string> = {
  dynamodb: "gateway endpoint",
  ec2: "called by the Lambda service; denied to the function's own code",
  lambda: "IPv6",
  logs: "written by the Lambda service",
  "rds-db": "the database itself, in the network",
  s3: "gateway endpoint",
  sqs: "written by the Lambda service: events that a function has failed with",
  xray: "written by the Lambda service",
};

describe("the network of dev, whose functions reach AWS by IPv6", () => {
  let graph: Graph;
  before(async function () {
    this.timeout(LOAD_TIMEOUT);
    graph = await graphOf("dev");
  });
  const inputsOf = (type: string) =>
    Object.fromEntries(resourcesOf(graph, type).map(({ name, inputs }) => [name, inputs]));

  it("has a block of IPv6 addresses, and functions' subnets in it, one in each zone", () => {
    assert.equal(resource(graph, "awsx:ec2:Vpc", "network").inputs.assignGeneratedIpv6CidrBlock, true);
    assert.deepEqual(inputsOf("aws:ec2/subnet:Subnet"), {
      "network-functions-1": {
        vpcId: "vpc-network",
        availabilityZone: "eu-west-1a",
        cidrBlock: "10.0.208.0/20",
        ipv6CidrBlock: "2a05:d018:123:4500::/64",
        assignIpv6AddressOnCreation: true,
      },
      "network-functions-2": {
        vpcId: "vpc-network",
        availabilityZone: "eu-west-1b",
        cidrBlock: "10.0.224.0/20",
        ipv6CidrBlock: "2a05:d018:123:4501::/64",
        assignIpv6AddressOnCreation: true,
      },
    });
  });

  it("leads out by IPv6 only, lets nobody in, and costs nothing by the hour", () => {
    assert.deepEqual(inputsOf("aws:ec2/egressOnlyInternetGateway:EgressOnlyInternetGateway"), {
      network: { vpcId: "vpc-network" },
    });
    assert.deepEqual(inputsOf("aws:ec2/route:Route"), {
      "network-functions-out": {
        routeTableId: "network-functions-id",
        destinationIpv6CidrBlock: "::/0",
        egressOnlyGatewayId: "network-id",
      },
    });
    assert.deepEqual(
      inputsOf("aws:ec2/routeTableAssociation:RouteTableAssociation"),
      Object.fromEntries(
        SUBNETS.map((id) => [id.replace(/-id$/, ""), { subnetId: id, routeTableId: "network-functions-id" }]),
      ),
    );
    assert.deepEqual(resource(graph, "awsx:ec2:Vpc", "network").inputs.natGateways, { strategy: "None" });
    const endpoints = resourcesOf(graph, "aws:ec2/vpcEndpoint:VpcEndpoint");
    assert.deepEqual(endpoints.map(({ inputs }) => inputs.vpcEndpointType).sort(), ["Gateway", "Gateway"]);
    for (const { name, inputs } of endpoints) {
      assert.deepEqual(inputs.routeTableIds, ["rtb-network-1", "rtb-network-2", "network-functions-id"], name);
    }
  });

  it("lets functions out to the database, S3, DynamoDB, and by HTTPS to IPv6; nobody in but they, to the database", () => {
    const from = { securityGroupId: "network-lambda-id", ipProtocol: "tcp" };
    const https = { ...from, fromPort: 443, toPort: 443 };
    const rules = resourcesOf(graph, "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule").map(
      ({ name, inputs: { description, ...rule } }) => [name, rule],
    );
    assert.deepEqual(Object.fromEntries(rules), {
      "network-lambda-to-database": {
        ...from,
        referencedSecurityGroupId: "network-database-id",
        fromPort: 5432,
        toPort: 5432,
      },
      "network-lambda-to-dynamodb": { ...https, prefixListId: "pl-network-dynamodb" },
      "network-lambda-to-s3": { ...https, prefixListId: "pl-network-s3" },
      "network-lambda-to-internet": { ...https, cidrIpv6: "::/0" },
    });
    assert.deepEqual(Object.keys(inputsOf("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")), [
      "network-database-from-lambda",
    ]);
  });

  it("keeps the database where there is no IPv6", () => {
    assert.deepEqual(resource(graph, "aws:rds/subnetGroup:SubnetGroup", "database").inputs.subnetIds, [
      "subnet-isolated-network-1",
      "subnet-isolated-network-2",
    ]);
  });

  it("tells functions within, and only those, how to get to the Lambda API", () => {
    const functions = resourcesOf(graph, FUNCTION);
    const within = functions.filter(({ inputs }) => inputs.vpcConfig !== undefined);
    assert.ok(within.length >= 14, `${within.length}`);
    for (const { name, inputs } of functions) {
      const { AWS_ENDPOINT_URL_LAMBDA, NODE_OPTIONS } = inputs.environment.variables;
      const told = { AWS_ENDPOINT_URL_LAMBDA, NODE_OPTIONS };
      if (inputs.vpcConfig === undefined) {
        assert.deepEqual(told, { AWS_ENDPOINT_URL_LAMBDA: undefined, NODE_OPTIONS: undefined }, name);
        continue;
      }
      assert.deepEqual(told, ENVIRONMENT, name);
      assert.deepEqual(
        inputs.vpcConfig,
        { subnetIds: SUBNETS, securityGroupIds: ["network-lambda-id"], ipv6AllowedForDualStack: true },
        name,
      );
    }
  });

  it("has no function within that may call a service which cannot be reached", () => {
    const used = new Set<string>();
    for (const { name, inputs } of resourcesOf(graph, FUNCTION)) {
      if (inputs.vpcConfig === undefined) continue;
      const { Statement } = JSON.parse(resource(graph, "aws:iam/rolePolicy:RolePolicy", name).inputs.policy);
      for (const action of Statement.flatMap(({ Action }: { Action: string[] }) => Action)) {
        const service = String(action).split(":")[0] ?? "";
        assert.ok(service in REACHED, `${name} may call ${action}`);
        used.add(service);
      }
    }
    assert.deepEqual([...used].sort(), Object.keys(REACHED).sort());
  });

  it("leaves other stacks without a way out", async function () {
    this.timeout(LOAD_TIMEOUT);
    for (const stack of ["staging", "prod", "local"] as const) {
      const other = await graphOf(stack);
      assert.deepEqual(resourcesOf(other, "aws:ec2/egressOnlyInternetGateway:EgressOnlyInternetGateway"), [], stack);
      assert.deepEqual(resourcesOf(other, "aws:ec2/subnet:Subnet"), [], stack);
      assert.ok(!JSON.stringify(other.resources).includes("ipv6AllowedForDualStack"), stack);
    }
  });

  it("is told to Node.js in a way that it understands", () => {
    const order = execFileSync(process.execPath, ["-p", 'require("node:dns").getDefaultResultOrder()'], {
      env: { ...process.env, NODE_OPTIONS: ENVIRONMENT.NODE_OPTIONS },
    });
    assert.equal(String(order).trim(), "ipv6first");
  });
});

describe("a /64 within a /56", () => {
  const of: Record<string, [block: string, index: number]> = {
    "2a05:d018:123:4500:0:0:0:0/64": ["2a05:d018:123:4500::/56", 0],
    "2a05:d018:123:4502:0:0:0:0/64": ["2a05:d018:123:4500::/56", 2],
    "2a05:d018:123:45ff:0:0:0:0/64": ["2a05:d018:123:4500::/56", 255],
    "2a05:d018:123:1:0:0:0:0/64": ["2a05:d018:123::/56", 1],
    "2a05:d018:0:1:0:0:0:0/64": ["2a05:d018::/56", 1],
  };
  for (const [expected, [block, index]] of Object.entries(of)) {
    it(`${index} of ${block}`, () => {
      const [address = "", length] = ipv6SubnetOf(block, index).split("/");
      // As the URL parser of Node.js understands the address.
      const same = (text: string) => new URL(`http://[${text}]`).hostname;
      assert.equal(same(address), same(expected.split("/")[0] ?? ""));
      assert.equal(length, "64");
    });
  }

  for (const block of ["", "10.0.0.0/16", "2a05:d018:123:4500::/64", "2a05:d018:123:4500:1::/56", "::/56"]) {
    it(`is refused of "${block}"`, () => assert.throws(() => ipv6SubnetOf(block, 0), /is not a block/));
  }
});
