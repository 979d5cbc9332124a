import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Context } from "aws-lambda";
import { Lambda } from "../lambda";
import { assertDatabaseName, DATABASE_USES, roleName } from "./roles";

export interface DatabaseBootstrapArgs {
  clusterArn: pulumi.Output<string>;
  /** The cluster's managed master secret. */
  secretArn: pulumi.Output<string>;
  databases: string[];
  logRetentionDays: pulumi.Input<number>;
}

/** One statement, and the database it is run in. `unless` is a query that finds what the statement would create. */
export interface BootstrapStep {
  database: string;
  unless?: string;
  sql: string;
}

/**
 * Creates the logical databases and their login roles, once for every change of their list. It goes through the RDS Data API
 * from outside the network: the network needs neither NAT nor an endpoint for Secrets Manager, and the master password
 * never reaches a function.
 */
export class DatabaseBootstrap extends pulumi.ComponentResource {
  /** Databases and roles exist. */
  readonly done: aws.lambda.Invocation;

  constructor(name: string, args: DatabaseBootstrapArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("ahorro:database:Bootstrap", name, {}, opts);
    const steps = bootstrapSteps(args.databases);
    const lambda = new Lambda(
      name,
      {
        description: "Creates the databases and their roles through the RDS Data API",
        handler: bootstrapHandler,
        environment: { CLUSTER_ARN: args.clusterArn, SECRET_ARN: args.secretArn },
        statements: [
          { Sid: "RunStatements", Effect: "Allow", Action: ["rds-data:ExecuteStatement"], Resource: args.clusterArn },
          {
            Sid: "UseMasterSecret",
            Effect: "Allow",
            Action: ["secretsmanager:GetSecretValue"],
            Resource: args.secretArn,
          },
        ],
        timeout: 120,
        logRetentionDays: args.logRetentionDays,
      },
      { parent: this },
    );
    this.done = new aws.lambda.Invocation(
      name,
      // Runs again when the input changes, or when the cluster is another one.
      { functionName: lambda.name, input: JSON.stringify({ steps }), triggers: { cluster: args.clusterArn } },
      { parent: this, ...(opts.dependsOn && { dependsOn: opts.dependsOn }) },
    );
    this.registerOutputs({});
  }
}

/**
 * What makes the databases and roles exist; each step can be repeated.
 *
 * The master keeps the databases and gives the migrator all it needs on them. Making the migrator their owner would make the
 * master a member of that role, hence of rds_iam, and lock it out: rds_iam's members can no longer use passwords, and
 * neither can members of members (cyrilgdn/terraform-provider-postgresql#289).
 * @throws Error when a name cannot be used.
 */
export function bootstrapSteps(databases: string[]): BootstrapStep[] {
  return databases.flatMap((name) => {
    assertDatabaseName(name);
    const roles = DATABASE_USES.map((use) => roleName(name, use));
    const migrator = roleName(name, "migrator");
    const others = roles.filter((role) => role !== migrator).join(", ");
    const server = (sql: string, unless?: string) => ({ database: "postgres", sql, ...(unless && { unless }) });
    const inside = (sql: string) => ({ database: name, sql });
    return [
      ...roles.map((role) => server(`create role ${role} login`, `select 1 from pg_roles where rolname = '${role}'`)),
      ...roles.map((role) => server(`grant rds_iam to ${role}`)),
      server(`create database ${name}`, `select 1 from pg_database where datname = '${name}'`),
      server(`revoke all on database ${name} from public`),
      server(`grant connect on database ${name} to ${roles.join(", ")}`),
      server(`grant create, temporary on database ${name} to ${migrator}`),
      inside("revoke all on schema public from public"),
      inside(`grant all on schema public to ${migrator}`),
      inside(`grant usage on schema public to ${others}`),
    ];
  });
}

/**
 * Runs the steps of its event, in order. A paused cluster answers `DatabaseResumingException` for the seconds it takes to
 * wake up ("Scaling to zero ACUs", Aurora user guide): those are waited out.
 */
export const bootstrapHandler = () => {
  // Imported here, not captured: the program itself has no use for the SDK and loads faster without it.
  const { ExecuteStatementCommand, RDSDataClient }: typeof import("@aws-sdk/client-rds-data") =
    require("@aws-sdk/client-rds-data");
  const client = new RDSDataClient({});
  const target = { resourceArn: process.env.CLUSTER_ARN, secretArn: process.env.SECRET_ARN };

  const execute = async (database: string, sql: string, context: Context) => {
    for (;;) {
      try {
        return await client.send(new ExecuteStatementCommand({ ...target, database, sql }));
      } catch (error) {
        const resuming = error instanceof Error && error.name === "DatabaseResumingException";
        if (!resuming || context.getRemainingTimeInMillis() < 10_000) throw error;
        console.log("The database cluster is resuming; trying again in 2 s.");
        await new Promise((resolve) => setTimeout(resolve, 2_000));
      }
    }
  };

  return async (event: { steps: BootstrapStep[] }, context: Context) => {
    const executed: string[] = [];
    for (const { database, unless, sql } of event.steps) {
      if (unless) {
        const found = await execute(database, unless, context);
        if (found.records && found.records.length > 0) continue;
      }
      await execute(database, sql, context);
      executed.push(sql);
    }
    return { executed };
  };
};
