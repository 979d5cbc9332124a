import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { DatabaseBootstrap } from "./database/bootstrap";
import { type DatabaseUse, roleName } from "./database/roles";
import { guarded } from "./guard";
import type { Link } from "./link";
import type { Network } from "./network";

export interface DatabaseArgs {
  network: Network;
  /** Logical databases on the cluster, each with its own roles. */
  databases: string[];
  /** Aurora capacity units (about 2 GiB of memory each) when idle; 0 lets the cluster pause. */
  minCapacity: number;
  maxCapacity: number;
  /** Idle seconds until a cluster with `minCapacity` 0 pauses, 300 to 86,400. */
  autoPauseSeconds?: number;
  /** Database instances: the writer, and readers to fail over to. */
  instances: number;
  backupRetentionDays: number;
  /** Encrypts with a key of our own, about $1 a month, so that snapshots can be shared with another account. Fixed once the cluster is there. */
  ownKey: boolean;
  /** Guards cluster and data against deletion, by AWS and by Pulumi, and takes a last snapshot. */
  deletionProtection: boolean;
  logRetentionDays: pulumi.Input<number>;
}

/** Aurora's releases are pinned: an upgrade is a change to review, not something that happens at night. */
const ENGINE = { engine: "aurora-postgresql", engineVersion: "17.7", parameterGroupFamily: "aurora-postgresql17" };

/**
 * Aurora PostgreSQL Serverless v2 in the private network, with a logical database per service. Encrypted, TLS only; functions log
 * in with IAM tokens, each use (migrator, api, relay) with a role of its own. The master password is made and rotated by
 * AWS and seen by nobody.
 *
 * Idle, it costs `minCapacity` × $0.14 an hour for every instance (nothing but storage when paused).
 */
export class Database extends pulumi.ComponentResource {
  readonly cluster: aws.rds.Cluster;
  /** Done when the databases and their roles exist. */
  readonly ready: pulumi.Resource;
  private readonly network: Network;
  private readonly databases: string[];

  constructor(name: string, args: DatabaseArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("ahorro:database:Database", name, {}, opts);
    this.network = args.network;
    this.databases = args.databases;
    this.cluster = createCluster(this, name, args);
    const instances = createInstances(this, name, args, this.cluster);
    this.ready = new DatabaseBootstrap(
      `${name}-bootstrap`,
      {
        clusterArn: this.cluster.arn,
        secretArn: masterSecretArn(this.cluster),
        databases: args.databases,
        logRetentionDays: args.logRetentionDays,
      },
      { parent: this, dependsOn: instances },
    ).done;
    this.registerOutputs({ endpoint: this.cluster.endpoint });
  }

  /**
   * What a function needs to use a logical database as one of its roles.
   *
   * @param prefix of the environment variables; another than `DATABASE` for a second database of the same function.
   * @throws Error when the database is not one of this cluster's.
   */
  link(databaseName: string, use: DatabaseUse, prefix = "DATABASE"): Link {
    if (!this.databases.includes(databaseName)) {
      throw new Error(`There is no database "${databaseName}" on this cluster, only: ${this.databases.join(", ")}.`);
    }
    const user = roleName(databaseName, use);
    return {
      environment: {
        [`${prefix}_HOST`]: this.cluster.endpoint,
        [`${prefix}_PORT`]: this.cluster.port.apply(String),
        [`${prefix}_NAME`]: databaseName,
        [`${prefix}_USER`]: user,
        // The Amazon root certificates; the Node.js runtimes since 20 no longer load them by themselves.
        NODE_EXTRA_CA_CERTS: "/var/runtime/ca-cert.pem",
      },
      statements: [
        {
          Sid: `ConnectTo${prefix.charAt(0)}${prefix.slice(1).toLowerCase()}`,
          Effect: "Allow",
          Action: ["rds-db:connect"],
          Resource: databaseUserArn(this.cluster, user),
        },
      ],
      vpc: this.network.lambdaPlacement,
    };
  }
}

/** `arn:aws:rds-db:<region>:<account>:dbuser:<cluster resource id>/<user>`, from the cluster's own ARN. */
function databaseUserArn(cluster: aws.rds.Cluster, user: string): pulumi.Output<string> {
  return pulumi.all([cluster.arn, cluster.clusterResourceId]).apply(([arn, resourceId]) => {
    const [, partition, , region, account] = arn.split(":");
    return `arn:${partition}:rds-db:${region}:${account}:dbuser:${resourceId}/${user}`;
  });
}

function masterSecretArn(cluster: aws.rds.Cluster): pulumi.Output<string> {
  return cluster.masterUserSecrets.apply((secrets) => {
    const arn = secrets[0]?.secretArn;
    if (!arn) throw new Error("The database cluster has no managed master secret.");
    return arn;
  });
}

function createCluster(parent: Database, name: string, args: DatabaseArgs): aws.rds.Cluster {
  const subnetGroup = new aws.rds.SubnetGroup(
    name,
    { description: "Private subnets of the database", subnetIds: args.network.subnetIds },
    { parent },
  );
  const parameterGroup = new aws.rds.ClusterParameterGroup(
    name,
    {
      description: "TLS is mandatory",
      family: ENGINE.parameterGroupFamily,
      parameters: [{ name: "rds.force_ssl", value: "1" }],
    },
    { parent },
  );
  const clusterIdentifier = `${pulumi.getProject()}-${pulumi.getStack()}-${name}`;
  // RDS would make it itself, and keep for ever what is in it.
  const logGroup = new aws.cloudwatch.LogGroup(
    name,
    { name: `/aws/rds/cluster/${clusterIdentifier}/postgresql`, retentionInDays: args.logRetentionDays },
    { parent },
  );
  return new aws.rds.Cluster(
    name,
    {
      clusterIdentifier,
      engine: ENGINE.engine,
      engineVersion: ENGINE.engineVersion,
      engineMode: "provisioned",
      serverlessv2ScalingConfiguration: {
        minCapacity: args.minCapacity,
        maxCapacity: args.maxCapacity,
        ...(args.autoPauseSeconds !== undefined && { secondsUntilAutoPause: args.autoPauseSeconds }),
      },
      dbSubnetGroupName: subnetGroup.name,
      dbClusterParameterGroupName: parameterGroup.name,
      vpcSecurityGroupIds: [args.network.databaseSecurityGroup.id],
      storageEncrypted: true,
      ...(args.ownKey && { kmsKeyId: createKey(parent, name, args.deletionProtection).arn }),
      iamDatabaseAuthenticationEnabled: true,
      masterUsername: "ahorro",
      manageMasterUserPassword: true,
      enableHttpEndpoint: true,
      backupRetentionPeriod: args.backupRetentionDays,
      copyTagsToSnapshot: true,
      deletionProtection: args.deletionProtection,
      skipFinalSnapshot: !args.deletionProtection,
      ...(args.deletionProtection && {
        finalSnapshotIdentifier: `${clusterIdentifier}-final`,
      }),
      enabledCloudwatchLogsExports: ["postgresql"],
    },
    { parent, dependsOn: [logGroup], ...guarded(args.deletionProtection) },
  );
}

/**
 * Snapshots that are encrypted with AWS's own key cannot be shared with another account ("Sharing a DB cluster snapshot", Aurora user guide),
 * and there they are safest from whoever has taken over this one.
 */
function createKey(parent: Database, name: string, deletionProtection: boolean): aws.kms.Key {
  return new aws.kms.Key(
    name,
    {
      description: `What the cluster ${name} stores, and its snapshots`,
      enableKeyRotation: true,
      deletionWindowInDays: 30,
    },
    { parent, ...guarded(deletionProtection) },
  );
}

function createInstances(
  parent: Database,
  name: string,
  args: DatabaseArgs,
  cluster: aws.rds.Cluster,
): aws.rds.ClusterInstance[] {
  return Array.from(
    { length: args.instances },
    (_, index) =>
      new aws.rds.ClusterInstance(
        `${name}-${index + 1}`,
        {
          clusterIdentifier: cluster.id,
          engine: aws.rds.EngineType.AuroraPostgresql,
          engineVersion: ENGINE.engineVersion,
          instanceClass: "db.serverless",
          publiclyAccessible: false,
          autoMinorVersionUpgrade: false,
          copyTagsToSnapshot: true,
          performanceInsightsEnabled: true,
        },
        { parent, ...guarded(args.deletionProtection) },
      ),
  );
}
