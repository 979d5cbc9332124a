import type * as pulumi from "@pulumi/pulumi";
import { Database, type DatabaseArgs } from "../database";

export interface DatabasesArgs<Name extends string> extends Omit<DatabaseArgs, "databases"> {
  /** Logical databases, one for each service that has one. */
  databases: readonly Name[];
  /** All on one cluster, or each on a cluster of its own, all alike. */
  clusters: "shared" | "perService";
}

/**
 * The cluster of each logical database: the same for all, or one for each. Which it is is nobody's business but the program's: a service is
 * given the cluster of its database either way.
 *
 * A cluster for each keeps what one service does to its database from all others, lets each grow up to `maxCapacity`, and costs as many times
 * as much when idle.
 */
export function createDatabases<Name extends string>(
  name: string,
  { clusters, databases, ...args }: DatabasesArgs<Name>,
  opts: pulumi.ComponentResourceOptions,
): Record<Name, Database> {
  const create = (clusterName: string, held: readonly Name[]) =>
    new Database(clusterName, { ...args, databases: [...held] }, opts);
  const shared = clusters === "shared" ? create(name, databases) : undefined;
  const entries = databases.map((database) => [database, shared ?? create(`${name}-${database}`, [database])]);
  return Object.fromEntries(entries) as Record<Name, Database>;
}
