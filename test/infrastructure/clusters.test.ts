import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Graph, type Resource, resourcesOf } from "../../local/program/graph";
import { loadProgram } from "../../local/program/load";
import { stackConfig } from "../../local/program/stack-config";
import { violationsOf } from "../../policy/rule";
import { RULES } from "../../policy/rules";
import { STATEFUL } from "../../policy/stateful";
import { recorded } from "../policy/recorded";
import { dependenciesOf, graphOf, LOAD_TIMEOUT, resource } from "./graphs";

const CLUSTER = "aws:rds/cluster:Cluster";
const INSTANCE = "aws:rds/clusterInstance:ClusterInstance";
const FUNCTION = "aws:lambda/function:Function";
const INVOCATION = "aws:lambda/invocation:Invocation";
const KEY = "aws:kms/key:Key";

const DATABASES = ["users", "transactions", "analytics"];
const hostOf = (identifier: string) => `${identifier}.cluster-example.eu-west-1.rds.amazonaws.com`;

/** Which functions use which databases, by the prefix of their variables. */
const USES: Record<string, Record<string, string>> = {
  "users-api": { DATABASE: "users" },
  "users-exporter": { DATABASE: "users" },
  "users-migrations": { DATABASE: "users" },
  "users-relay": { DATABASE: "users" },
  "transactions-api": { DATABASE: "transactions" },
  "transactions-consumer": { DATABASE: "transactions" },
  "transactions-exporter": { DATABASE: "transactions" },
  "transactions-migrations": { DATABASE: "transactions" },
  "transactions-relay": { DATABASE: "transactions" },
  "ledger-check": { DATABASE: "transactions" },
  "categories-api": { DATABASE: "transactions" },
  "analytics-api": { DATABASE: "analytics" },
  "analytics-consumer": { DATABASE: "analytics" },
  "analytics-migrations": { DATABASE: "analytics" },
  "analytics-rebuild": { DATABASE: "analytics", LEDGER: "transactions" },
  "rates-writer": { DATABASE: "analytics" },
};

/** What functions are told of databases, and what they may do there. */
function usesOf(graph: Graph, clusterOf: (database: string) => { host: string; id: string }) {
  for (const { name, inputs } of resourcesOf(graph, FUNCTION)) {
    const variables: Record<string, string> = inputs.environment?.variables ?? {};
    const uses = Object.fromEntries(
      Object.entries(variables).flatMap(([key, value]) =>
        /^[A-Z]+_NAME$/.test(key) ? [[key.slice(0, -5), value]] : [],
      ),
    );
    assert.deepEqual(uses, USES[name] ?? {}, name);
    const { policy } = resource(graph, "aws:iam/rolePolicy:RolePolicy", name).inputs;
    const statements: { Action: string[]; Resource: string }[] = JSON.parse(policy).Statement;
    const allowed = statements.filter(({ Action }) => Action.includes("rds-db:connect")).map((found) => found.Resource);
    const expected = Object.entries(uses).map(([prefix, database]) => {
      const { host, id } = clusterOf(database);
      assert.equal(variables[`${prefix}_HOST`], host, `${name} ${prefix}`);
      return `arn:aws:rds-db:eu-west-1:123456789012:dbuser:${id}/${variables[`${prefix}_USER`]}`;
    });
    assert.deepEqual(allowed, expected, name);
  }
}

describe("databases as declared for prod", function () {
  this.timeout(LOAD_TIMEOUT);
  let folder: string;
  let shared: Graph;
  let split: Graph;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "ahorro-clusters-"));
    shared = await graphOf("prod");
    const database = JSON.parse(stackConfig("prod")["ahorro:database"] ?? "{}");
    split = await loadProgram({
      stack: "prod",
      workFolder: folder,
      config: { "ahorro:database": JSON.stringify({ ...database, clusters: "perService" }) },
    });
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const clusters = (graph: Graph) => resourcesOf(graph, CLUSTER).map(({ name }) => name);

  it("are on one cluster, in every stack, as it is configured", async () => {
    for (const stack of ["dev", "staging", "prod", "local"] as const) {
      assert.deepEqual(clusters(await graphOf(stack)), ["database"]);
    }
    usesOf(shared, () => ({ host: hostOf("ahorro-prod-database"), id: "cluster-DATABASE" }));
  });

  it("are on a cluster for each service where that is configured, which nobody else is told of or may log in to", () => {
    assert.deepEqual(
      clusters(split),
      DATABASES.map((database) => `database-${database}`),
    );
    usesOf(split, (database) => ({
      host: hostOf(`ahorro-prod-database-${database}`),
      id: `cluster-DATABASE-${database.toUpperCase()}`,
    }));
  });

  it("are the same on either: encrypted, backed up, guarded, with two instances", () => {
    const common = ({ inputs }: Resource) => {
      const { clusterIdentifier, finalSnapshotIdentifier, kmsKeyId, dbSubnetGroupName, ...others } = inputs;
      const { dbClusterParameterGroupName, ...rest } = others;
      return rest;
    };
    const before = resource(shared, CLUSTER, "database");
    for (const database of DATABASES) {
      const name = `database-${database}`;
      const cluster = resource(split, CLUSTER, name);
      assert.deepEqual(common(cluster), common(before));
      assert.equal(cluster.inputs.clusterIdentifier, `ahorro-prod-${name}`);
      assert.equal(cluster.inputs.finalSnapshotIdentifier, `ahorro-prod-${name}-final`);
      assert.equal(cluster.inputs.kmsKeyId, resource(split, KEY, name).outputs.arn);
      const instances = resourcesOf(split, INSTANCE).filter(
        ({ inputs }) => inputs.clusterIdentifier === cluster.outputs.id,
      );
      assert.deepEqual(
        instances.map((instance) => instance.name),
        [`${name}-1`, `${name}-2`],
      );
      for (const held of [cluster, resource(split, KEY, name), ...instances]) {
        assert.deepEqual([held.protect, held.retainOnDelete], [true, true], held.name);
        assert.ok(STATEFUL[held.type] !== undefined);
      }
    }
  });

  it("are made, with their roles, on the cluster that they belong to, before they are migrated", () => {
    for (const database of DATABASES) {
      const { environment } = resource(split, FUNCTION, `database-${database}-bootstrap`).inputs;
      assert.deepEqual(environment.variables, {
        CLUSTER_ARN: resource(split, CLUSTER, `database-${database}`).outputs.arn,
        SECRET_ARN: `arn:aws:secretsmanager:eu-west-1:123456789012:secret:rds!cluster-database-${database}`,
      });
      const { input } = resource(split, INVOCATION, `database-${database}-bootstrap`).inputs;
      const made = [...String(input).matchAll(/create database (\w+)/g)].map(([, name]) => name);
      assert.deepEqual(made, [database]);
      const migrations = resource(split, INVOCATION, `${database}-migrations`);
      assert.ok(dependenciesOf(split, migrations).includes(`${INVOCATION} database-${database}-bootstrap`));
    }
  });

  it("keep all rules on either", () => {
    const told = violationsOf(RULES, recorded(split)).map(({ rule, resource: { name } }) => `${rule.name}: ${name}`);
    assert.deepEqual(told, []);
  });

  it("are all that the switch changes", () => {
    const others = ({ resources }: Graph) =>
      resources
        .map(({ type, name }) => `${type} ${name}`)
        .filter((identity) => !/ database(-\S+)?$/.test(identity))
        .sort();
    assert.deepEqual(others(split), others(shared));
  });
});
