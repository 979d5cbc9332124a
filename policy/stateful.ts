import type { PolicyResource } from "./rule";

/**
 * Types of resources that hold what cannot be made again, or that those stand on, with the inputs whose change has Pulumi make another one in
 * their place ("Forces new resource" in the provider's documentation of each).
 */
export const STATEFUL: Record<string, string[]> = {
  "aws:cognito/userPool:UserPool": ["aliasAttributes", "name", "usernameAttributes", "usernameConfiguration"],
  "aws:cognito/userPoolClient:UserPoolClient": ["generateSecret", "userPoolId"],
  "aws:dynamodb/table:Table": ["hashKey", "localSecondaryIndexes", "name", "rangeKey"],
  "aws:kms/key:Key": ["customerMasterKeySpec", "keyUsage", "multiRegion"],
  "aws:msk/cluster:Cluster": ["brokerNodeGroupInfo.clientSubnets", "clusterName", "encryptionInfo"],
  "aws:msk/serverlessCluster:ServerlessCluster": ["clientAuthentication", "clusterName", "vpcConfigs"],
  "aws:rds/cluster:Cluster": [
    "clusterIdentifier",
    "databaseName",
    "dbSubnetGroupName",
    "engine",
    "engineMode",
    "kmsKeyId",
    "masterUsername",
    "storageEncrypted",
  ],
  "aws:rds/clusterInstance:ClusterInstance": ["clusterIdentifier", "engine", "identifier", "publiclyAccessible"],
  "aws:rds/subnetGroup:SubnetGroup": ["name"],
  "aws:s3/bucket:Bucket": ["bucket", "bucketPrefix"],
  "aws:sesv2/emailIdentity:EmailIdentity": ["emailIdentity"],
  "aws:sqs/queue:Queue": ["fifoQueue", "name"],
  "awsx:ec2:Vpc": ["cidrBlock", "numberOfAvailabilityZones", "subnetSpecs", "subnetStrategy"],
};

/** What a resource is to Pulumi, and what it would be replaced for. */
export type Identities = Record<string, Record<string, unknown>>;

type Declared = Pick<PolicyResource, "urn" | "type" | "name" | "inputs"> & { parent?: string };

/**
 * The stateful resources of a stack by what Pulumi knows them by: the types of all that they are part of, their own, and their name. When that
 * changes, Pulumi deletes what is there and makes another.
 */
export const statefulOf = (resources: Declared[]): Identities =>
  Object.fromEntries(
    resources
      .flatMap((resource) => {
        const paths = STATEFUL[resource.type];
        if (paths === undefined) return [];
        const values = paths.map((path) => [path, valueAt(resource.inputs, path)] as const);
        const known = Object.fromEntries(values.filter(([, value]) => value !== undefined));
        return [[`${typePath(resource, resources)}::${resource.name}`, known] as const];
      })
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );

const STACK = "pulumi:pulumi:Stack";

/** As in its URN: `outermost component$…$its own type`. Made from the parents, since recorded URNs have the last of them only. */
function typePath({ type, parent }: Declared, resources: Declared[]): string {
  const found = resources.find(({ urn }) => urn === parent);
  return found === undefined || found.type === STACK ? type : `${typePath(found, resources)}$${type}`;
}

// biome-ignore lint/suspicious/noExplicitAny: inputs of any provider's resource
const valueAt = (inputs: any, path: string): unknown => path.split(".").reduce((value, key) => value?.[key], inputs);
