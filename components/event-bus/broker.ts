import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { guarded } from "../guard";
import type { Network } from "../network";

/** A Kafka cluster, as functions and policies name it. */
export interface Broker {
  cluster: pulumi.Resource;
  clusterArn: pulumi.Output<string>;
  /** Addresses of the brokers, separated by commas; for IAM sign-in. */
  bootstrap: pulumi.Output<string>;
  topicArn: (topic: string) => pulumi.Output<string>;
  groupArn: (group: string) => pulumi.Output<string>;
  /** Functions in it reach the brokers. */
  clientSecurityGroup: aws.ec2.SecurityGroup;
}

/** Where brokers listen for clients that sign in by IAM ("Port information", MSK developer guide). */
const PORT = 9098;

const KAFKA_VERSION = "3.9.x";

/** A cluster of Amazon MSK in the private subnets: encrypted, and open to nobody but IAM roles. */
export function createBroker(
  parent: pulumi.Resource,
  name: string,
  kind: "serverless" | "provisioned",
  { network, deletionProtection }: { network: Network; deletionProtection: boolean },
): Broker {
  const opts = { parent, ...guarded(deletionProtection) };
  const { brokers, clients } = createSecurityGroups(parent, name, network);
  const cluster =
    kind === "serverless"
      ? new aws.msk.ServerlessCluster(
          name,
          {
            clusterName: clusterName(name),
            vpcConfigs: [{ subnetIds: network.subnetIds, securityGroupIds: [brokers.id] }],
            clientAuthentication: { sasl: { iam: { enabled: true } } },
          },
          opts,
        )
      : new aws.msk.Cluster(
          name,
          {
            clusterName: clusterName(name),
            kafkaVersion: KAFKA_VERSION,
            numberOfBrokerNodes: 2,
            brokerNodeGroupInfo: {
              instanceType: "kafka.t3.small",
              clientSubnets: network.subnetIds,
              securityGroups: [brokers.id],
              storageInfo: { ebsStorageInfo: { volumeSize: 10 } },
            },
            clientAuthentication: { sasl: { iam: true }, unauthenticated: false },
            encryptionInfo: { encryptionInTransit: { clientBroker: "TLS", inCluster: true } },
          },
          opts,
        );
  /** `…:cluster/name/uuid` → `…:topic/name/uuid/<topic>` ("Resource types", MSK IAM access control). */
  const within = (type: string, resource: string) =>
    cluster.arn.apply((arn) => `${arn.replace(":cluster/", `:${type}/`)}/${resource}`);
  return {
    cluster,
    clusterArn: cluster.arn,
    bootstrap: cluster.bootstrapBrokersSaslIam,
    topicArn: (topic) => within("topic", topic),
    groupArn: (group) => within("group", group),
    clientSecurityGroup: clients,
  };
}

const clusterName = (name: string): string => `${pulumi.getProject()}-${pulumi.getStack()}-${name}`;

/** Brokers are reached by functions that publish, and by Lambda's pollers, which run in the brokers' own group. */
function createSecurityGroups(parent: pulumi.Resource, name: string, network: Network) {
  const group = (suffix: string, description: string) =>
    new aws.ec2.SecurityGroup(`${name}-${suffix}`, { vpcId: network.vpcId, description }, { parent });
  const brokers = group("brokers", "Kafka brokers, and Lambda's pollers");
  const clients = group("clients", "Functions that publish events");
  const port = { ipProtocol: "tcp", fromPort: PORT, toPort: PORT };
  for (const [from, source] of Object.entries({ clients, brokers })) {
    new aws.vpc.SecurityGroupIngressRule(
      `${name}-brokers-from-${from}`,
      { securityGroupId: brokers.id, referencedSecurityGroupId: source.id, description: `Kafka from ${from}`, ...port },
      { parent },
    );
    new aws.vpc.SecurityGroupEgressRule(
      `${name}-${from}-to-brokers`,
      { securityGroupId: source.id, referencedSecurityGroupId: brokers.id, description: "Kafka", ...port },
      { parent },
    );
  }
  if (network.endpointSecurityGroup === undefined) {
    throw new Error("Lambda's pollers of Kafka call Lambda and STS: the network needs endpoints for these.");
  }
  new aws.vpc.SecurityGroupEgressRule(
    `${name}-brokers-to-endpoints`,
    {
      securityGroupId: brokers.id,
      referencedSecurityGroupId: network.endpointSecurityGroup.id,
      description: "Lambda's pollers call Lambda and STS",
      ipProtocol: "tcp",
      fromPort: 443,
      toPort: 443,
    },
    { parent },
  );
  return { brokers, clients };
}
