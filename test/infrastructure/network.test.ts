import assert from "node:assert/strict";
import { type Graph, resourcesOf } from "../../local/program/graph";
import { graphOf, LOAD_TIMEOUT, resource } from "./graphs";

describe("network and database as declared for prod", () => {
  let graph: Graph;
  before(async function () {
    this.timeout(LOAD_TIMEOUT);
    graph = await graphOf("prod");
  });

  it("the only way in is from the functions to PostgreSQL", () => {
    assert.deepEqual(
      resourcesOf(graph, "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule").map(({ inputs }) => inputs),
      [
        {
          securityGroupId: "network-database-id",
          referencedSecurityGroupId: "network-lambda-id",
          description: "PostgreSQL from the functions",
          ipProtocol: "tcp",
          fromPort: 5432,
          toPort: 5432,
        },
      ],
    );
    for (const group of resourcesOf(graph, "aws:ec2/securityGroup:SecurityGroup")) {
      assert.equal(group.inputs.ingress, undefined, group.name);
      assert.equal(group.inputs.egress, undefined, group.name);
    }
  });

  it("functions get out to PostgreSQL and the gateway endpoints only; the database to nowhere", () => {
    const rules = resourcesOf(graph, "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule").map(
      ({ inputs: { description, ...rule } }) => rule,
    );
    const from = { securityGroupId: "network-lambda-id", ipProtocol: "tcp" };
    const byTarget = (rule: Record<string, unknown>) => String(rule.prefixListId ?? rule.referencedSecurityGroupId);
    assert.deepEqual(
      rules.sort((a, b) => byTarget(a).localeCompare(byTarget(b))),
      [
        { ...from, referencedSecurityGroupId: "network-database-id", fromPort: 5432, toPort: 5432 },
        { ...from, prefixListId: "pl-network-dynamodb", fromPort: 443, toPort: 443 },
        { ...from, prefixListId: "pl-network-s3", fromPort: 443, toPort: 443 },
      ],
    );
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
      });
    }
  });

  it("the cluster is encrypted, private, pinned, and guarded", () => {
    const cluster = resource(graph, "aws:rds/cluster:Cluster", "database");
    assert.deepEqual(cluster.inputs, {
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
    assert.equal(cluster.protect, true);
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
        clusterIdentifier: "database",
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
