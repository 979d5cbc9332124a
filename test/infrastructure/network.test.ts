import assert from "node:assert/strict";
import { type Graph, resourcesOf } from "../../local/program/graph";
import { dependenciesOf, graphOf, LOAD_TIMEOUT, resource, STACKS } from "./graphs";

describe("network and database as declared for prod", () => {
  let graph: Graph;
  before(async function () {
    this.timeout(LOAD_TIMEOUT);
    graph = await graphOf("prod");
  });

  const INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
  const EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule";
  const tcp = (port: number) => ({ ipProtocol: "tcp", fromPort: port, toPort: port });
  const rules = (type: string) =>
    Object.fromEntries(
      resourcesOf(graph, type).map(({ name, inputs: { description, ...rule } }) => {
        assert.ok(description.length >= 5, name);
        return [name, rule];
      }),
    );

  it("the only ways in: functions to PostgreSQL, clients and pollers to Kafka, everybody to the endpoints", () => {
    assert.deepEqual(rules(INGRESS), {
      "network-database-from-lambda": {
        securityGroupId: "network-database-id",
        referencedSecurityGroupId: "network-lambda-id",
        ...tcp(5432),
      },
      "network-endpoints-from-network": {
        securityGroupId: "network-endpoints-id",
        cidrIpv4: "10.0.0.0/16",
        ...tcp(443),
      },
      "events-brokers-from-clients": {
        securityGroupId: "events-brokers-id",
        referencedSecurityGroupId: "events-clients-id",
        ...tcp(9098),
      },
      "events-brokers-from-brokers": {
        securityGroupId: "events-brokers-id",
        referencedSecurityGroupId: "events-brokers-id",
        ...tcp(9098),
      },
    });
    for (const group of resourcesOf(graph, "aws:ec2/securityGroup:SecurityGroup")) {
      assert.equal(group.inputs.vpcId, "vpc-network", group.name);
      assert.equal(group.inputs.ingress, undefined, group.name);
      assert.equal(group.inputs.egress, undefined, group.name);
    }
  });

  it("functions get out to PostgreSQL, Kafka and AWS's endpoints only; the database to nowhere", () => {
    const lambda = { securityGroupId: "network-lambda-id" };
    const brokers = { securityGroupId: "events-brokers-id" };
    assert.deepEqual(rules(EGRESS), {
      "network-lambda-to-database": { ...lambda, referencedSecurityGroupId: "network-database-id", ...tcp(5432) },
      "network-lambda-to-dynamodb": { ...lambda, prefixListId: "pl-network-dynamodb", ...tcp(443) },
      "network-lambda-to-s3": { ...lambda, prefixListId: "pl-network-s3", ...tcp(443) },
      "network-lambda-to-endpoints": { ...lambda, referencedSecurityGroupId: "network-endpoints-id", ...tcp(443) },
      "events-clients-to-brokers": {
        securityGroupId: "events-clients-id",
        referencedSecurityGroupId: "events-brokers-id",
        ...tcp(9098),
      },
      "events-brokers-to-brokers": { ...brokers, referencedSecurityGroupId: "events-brokers-id", ...tcp(9098) },
      "events-brokers-to-endpoints": { ...brokers, referencedSecurityGroupId: "network-endpoints-id", ...tcp(443) },
    });
  });

  it("has the interface endpoints that functions and pollers call, and no others", async function () {
    this.timeout(LOAD_TIMEOUT);
    for (const stack of STACKS) {
      // Only Lambda's pollers of Kafka ask STS. In dev, functions call Lambda by IPv6: see dual-stack.test.ts.
      const services = stack === "dev" ? [] : ["lambda", "sts"];
      const declared = resourcesOf(await graphOf(stack), "aws:ec2/vpcEndpoint:VpcEndpoint")
        .filter(({ inputs }) => inputs.vpcEndpointType === "Interface")
        .map(({ name, inputs }) => [name, inputs]);
      assert.deepEqual(
        Object.fromEntries(declared),
        Object.fromEntries(
          services.map((service) => [
            `network-${service}`,
            {
              vpcId: "vpc-network",
              serviceName: `com.amazonaws.eu-west-1.${service}`,
              vpcEndpointType: "Interface",
              subnetIds: ["subnet-isolated-network-1", "subnet-isolated-network-2"],
              securityGroupIds: ["network-endpoints-id"],
              privateDnsEnabled: true,
              policy: policyOf(
                ...(service === "lambda" ? [invoke(stack), pollers(INVOKE)] : [pollers("sts:AssumeRole")]),
              ),
            },
          ]),
        ),
        stack,
      );
    }
  });

  it("has isolated subnets, no NAT, and the free gateway endpoints", () => {
    const { inputs } = resource(graph, "awsx:ec2:Vpc", "network");
    assert.deepEqual(inputs.natGateways, { strategy: "None" });
    assert.deepEqual(inputs.subnetSpecs, [{ type: "Isolated", name: "isolated", cidrMask: 20 }]);
    assert.equal(inputs.numberOfAvailabilityZones, 2);
    for (const service of ["s3", "dynamodb"]) {
      assert.deepEqual(resource(graph, "aws:ec2/vpcEndpoint:VpcEndpoint", `network-${service}`).inputs, {
        vpcId: "vpc-network",
        serviceName: `com.amazonaws.eu-west-1.${service}`,
        vpcEndpointType: "Gateway",
        routeTableIds: ["rtb-network-1", "rtb-network-2"],
        policy: policyOf(withinAccount("*", "*")),
      });
    }
  });

  const policyOf = (...Statement: unknown[]) => JSON.stringify({ Version: "2012-10-17", Statement });
  const withinAccount = (Action: string, Resource: string) => ({
    Sid: "WithinAccount",
    Effect: "Allow",
    Principal: "*",
    Action,
    Resource,
    Condition: {
      StringEquals: { "aws:PrincipalAccount": "123456789012", "aws:ResourceAccount": "123456789012" },
    },
  });
  const INVOKE = "lambda:InvokeFunction";
  const invoke = (stack: string) =>
    withinAccount(INVOKE, `arn:aws:lambda:eu-west-1:123456789012:function:ahorro-${stack}-*`);
  const pollers = (Action: string) => ({
    Sid: "ByPollers",
    Effect: "Allow",
    Principal: { Service: "lambda.amazonaws.com" },
    Action,
    Resource: "*",
  });

  it("the cluster is encrypted, private, pinned, and guarded", () => {
    const cluster = resource(graph, "aws:rds/cluster:Cluster", "database");
    assert.deepEqual(cluster.inputs, {
      clusterIdentifier: "ahorro-prod-database",
      kmsKeyId: "arn:aws:kms:eu-west-1:123456789012:database",
      engine: "aurora-postgresql",
      engineVersion: "17.7",
      engineMode: "provisioned",
      serverlessv2ScalingConfiguration: { minCapacity: 0.5, maxCapacity: 16 },
      dbSubnetGroupName: "database",
      dbClusterParameterGroupName: "database",
      vpcSecurityGroupIds: ["network-database-id"],
      storageEncrypted: true,
      iamDatabaseAuthenticationEnabled: true,
      masterUsername: "ahorro",
      manageMasterUserPassword: true,
      enableHttpEndpoint: true,
      backupRetentionPeriod: 35,
      copyTagsToSnapshot: true,
      deletionProtection: true,
      skipFinalSnapshot: false,
      finalSnapshotIdentifier: "ahorro-prod-database-final",
      enabledCloudwatchLogsExports: ["postgresql"],
    });
    assert.deepEqual([cluster.protect, cluster.retainOnDelete], [true, true]);
    assert.deepEqual(resource(graph, "aws:kms/key:Key", "database").inputs, {
      description: "What the cluster database stores, and its snapshots",
      enableKeyRotation: true,
      deletionWindowInDays: 30,
    });
    // Its logs go where they end, from the start.
    const logGroup = resource(graph, "aws:cloudwatch/logGroup:LogGroup", "database");
    assert.deepEqual(logGroup.inputs, {
      name: "/aws/rds/cluster/ahorro-prod-database/postgresql",
      retentionInDays: 365,
    });
    assert.ok(dependenciesOf(graph, cluster).includes("aws:cloudwatch/logGroup:LogGroup database"));
    assert.deepEqual(
      resource(graph, "aws:rds/clusterParameterGroup:ClusterParameterGroup", "database").inputs.parameters,
      [{ name: "rds.force_ssl", value: "1" }],
    );
    assert.deepEqual(resource(graph, "aws:rds/subnetGroup:SubnetGroup", "database").inputs.subnetIds, [
      "subnet-isolated-network-1",
      "subnet-isolated-network-2",
    ]);
  });

  it("has two instances, none of them reachable from outside", () => {
    const instances = resourcesOf(graph, "aws:rds/clusterInstance:ClusterInstance");
    assert.deepEqual(instances.map(({ name }) => name).sort(), ["database-1", "database-2"]);
    for (const { inputs } of instances) {
      assert.deepEqual(inputs, {
        clusterIdentifier: "ahorro-prod-database",
        engine: "aurora-postgresql",
        engineVersion: "17.7",
        instanceClass: "db.serverless",
        publiclyAccessible: false,
        autoMinorVersionUpgrade: false,
        copyTagsToSnapshot: true,
        performanceInsightsEnabled: true,
      });
    }
  });
});
