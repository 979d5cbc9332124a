import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { Script } from "node:vm";
import { type Graph, resourcesOf } from "../../local/program/graph";
import { graphOf, LOAD_TIMEOUT, PLANTED_SECRET, resource, STACKS } from "./graphs";

const FUNCTION = "aws:lambda/function:Function";

/** What is configured to exist more than once, or not everywhere. */
const CONFIGURED = /^aws:(rds\/clusterInstance:ClusterInstance|kms\/key:Key) /;

/** What there is only where functions reach AWS by interface endpoints, or only where they do so by IPv6; see dual-stack.test.ts. */
const OF_ACCESS =
  /^aws:ec2\/(egressOnly|route|routeTable|subnet)|\S+ network-(endpoints|endpoints-from-network|lambda|lambda-to-endpoints|lambda-to-internet)$/i;

/** What there is only where there is a broker, or where there is none; what it is exactly, events.test.ts tells. */
const OF_BROKER =
  /^aws:(msk|lambda\/eventSourceMapping:)|^(?!ahorro:dead-letters:)\S+ (events-.*|dead-letters.*|network-sts)$/;

/** What there is only where an edge guards the API; what it is exactly, edge.test.ts tells. */
const OF_EDGE = /^(aws:wafv2\/|ahorro:edge:|random:|\S+ (firewall|api-origin)$)/;

/** What there is only where there are names of one's own; what it is exactly, domain.test.ts tells. */
const OF_DOMAIN = /^(aws:(acm|route53)\/|aws:apigatewayv2\/(domainName|apiMapping):)/;

for (const stack of STACKS) {
  describe(`the stack ${stack}`, () => {
    let graph: Graph;
    before(async function () {
      this.timeout(LOAD_TIMEOUT);
      graph = await graphOf(stack);
    });

    const declared = ({ resources }: Graph) =>
      resources
        .filter(({ type }) => type !== "pulumi:pulumi:Stack")
        .map(({ type, name }) => `${type} ${name}`)
        .filter((identity) => ![CONFIGURED, OF_DOMAIN, OF_EDGE].some((pattern) => pattern.test(identity)))
        .sort();

    it("declares the same resources as every other, but for those of its broker, its way to AWS, its names and its edge", async function () {
      this.timeout(LOAD_TIMEOUT);
      const withoutBroker = (identities: string[]) =>
        identities.filter((identity) => !OF_BROKER.test(identity) && !OF_ACCESS.test(identity));
      assert.deepEqual(withoutBroker(declared(graph)), withoutBroker(declared(await graphOf("prod"))));
    });

    it("has the broker that is configured, and all that goes with one", async function () {
      this.timeout(LOAD_TIMEOUT);
      const ofBroker = (identities: string[]) => identities.filter((identity) => OF_BROKER.test(identity));
      const [serverless, provisioned] = [
        "aws:msk/serverlessCluster:ServerlessCluster events",
        "aws:msk/cluster:Cluster events",
      ];
      const inProd = ofBroker(declared(await graphOf("prod")));
      assert.ok(inProd.includes(serverless));
      const inStaging = inProd.map((identity) => (identity === serverless ? provisioned : identity)).sort();
      const queue = ["aws:sqs/queue:Queue events-failed", "aws:sqs/queuePolicy:QueuePolicy events-failed"];
      for (const group of ["analytics", "categories", "exports", "identity", "lake", "notifications", "transactions"]) {
        queue.push(`aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig events-failed-${group}`);
      }
      const expected = { dev: queue.sort(), staging: inStaging, prod: inProd, local: inProd };
      assert.deepEqual(ofBroker(declared(graph)), expected[stack]);
    });

    it("has as many database instances as configured", () => {
      const instances = resourcesOf(graph, "aws:rds/clusterInstance:ClusterInstance");
      assert.equal(instances.length, stack === "prod" ? 2 : 1);
    });

    it("puts everything through one provider, in eu-west-1, tagged", () => {
      const [provider, ...others] = resourcesOf(graph, "pulumi:providers:aws");
      assert.equal(others.length, 0);
      assert.equal(provider?.inputs.region, "eu-west-1");
      assert.deepEqual(JSON.parse(provider?.inputs.defaultTags), {
        tags: { project: "ahorro", stack, "managed-by": "pulumi" },
      });
      for (const { type, name, provider: used } of graph.resources) {
        if (type.startsWith("aws:")) assert.ok(used?.startsWith(`${provider?.urn}::`), `${type} ${name}: ${used}`);
      }
    });

    it("contains the planted secret nowhere", () => {
      assert.ok(!JSON.stringify(graph).includes(PLANTED_SECRET));
      for (const [name, code] of bundles(graph)) assert.ok(!code.includes(PLANTED_SECRET), name);
    });

    it("captures no configuration in any bundle", () => {
      for (const [name, code] of bundles(graph)) {
        for (const trace of ["ahorro:database", "ahorro:network", "planted:secret", "@pulumi/"]) {
          assert.ok(!code.includes(trace), `${name} contains "${trace}"`);
        }
      }
    });

    it("has bundles that parse and export a handler", () => {
      for (const [name, code] of bundles(graph)) {
        assert.doesNotThrow(() => new Script(`(function (exports, require, module) {${code}\n})`), name);
        assert.match(code, /exports\.handler\s*=/, name);
      }
    });

    it("exports what clients need", () => {
      assert.deepEqual(graph.outputs, {
        // Which ones, domain.test.ts tells.
        webUrl: graph.outputs.webUrl,
        apiUrl: graph.outputs.apiUrl,
        region: "eu-west-1",
        userPoolId: "eu-west-1_identity",
        userPoolClientId: "identity-web-client",
      });
    });
  });
}

describe("bundles", () => {
  let graph: Graph;
  before(async function () {
    this.timeout(LOAD_TIMEOUT);
    graph = await graphOf("local");
  });

  it("of APIs are at most 260 kB, and free of the AWS SDK", () => {
    for (const name of ["users-api", "transactions-api", "analytics-api", "platform-api", "api-authorizer"]) {
      const directory = resource(graph, FUNCTION, name).inputs.code.directory;
      assert.ok(statSync(join(directory, "__index.js")).size <= 260_000, name);
      assert.ok(!readFileSync(join(directory, "__index.js"), "utf8").includes("client-rds-data"), name);
    }
  });

  it("of functions that use DynamoDB are at most 700 kB, and free of the rest of the SDK", () => {
    for (const name of ["categories-api", "categories-consumer"]) {
      const directory = resource(graph, FUNCTION, name).inputs.code.directory;
      assert.ok(statSync(join(directory, "__index.js")).size <= 700_000, name);
      assert.ok(!readFileSync(join(directory, "__index.js"), "utf8").includes("client-rds-data"), name);
    }
  });

  it("of other consumers are at most 750 kB, each with the one client it needs", () => {
    for (const [name, client] of [
      ["transactions-consumer", undefined],
      ["analytics-consumer", undefined],
      ["analytics-rebuild", undefined],
      ["notifications-consumer", "SESv2"],
      ["identity-consumer", "CognitoIdentityProvider"],
      ["lake-consumer", "Firehose"],
    ] as const) {
      const directory = resource(graph, FUNCTION, name).inputs.code.directory;
      assert.ok(statSync(join(directory, "__index.js")).size <= 750_000, name);
      const code = readFileSync(join(directory, "__index.js"), "utf8");
      for (const other of ["SESv2", "CognitoIdentityProvider", "Firehose"]) {
        assert.equal(code.includes(`"${other}Client"`), other === client, `${other} in ${name}`);
      }
    }
  });

  it("of the function that invalidates is at most 700 kB, and free of the rest of the SDK", () => {
    const directory = resource(graph, FUNCTION, "web-invalidation").inputs.code.directory;
    assert.ok(statSync(join(directory, "__index.js")).size <= 700_000);
    assert.ok(!readFileSync(join(directory, "__index.js"), "utf8").includes("client-rds-data"));
  });

  it("of functions that speak Kafka are at most 850 kB, and free of the SDK but for signatures", () => {
    // Kafka's client is a third of it; half is what aws-msk-iam-sasl-signer-js brings of the SDK, to find credentials.
    for (const name of ["users-relay", "transactions-relay", "events-topics", "dead-letters", "dead-letters-replay"]) {
      const directory = resource(graph, FUNCTION, name).inputs.code.directory;
      assert.ok(statSync(join(directory, "__index.js")).size <= 850_000, name);
      for (const client of ["client-rds-data", "client-dynamodb", "client-lambda"]) {
        assert.ok(!readFileSync(join(directory, "__index.js"), "utf8").includes(client), `${name} contains ${client}`);
      }
    }
  });

  it("of everything else are free of Kafka's client", () => {
    const speakers = bundles(graph).filter(([, code]) => code.includes("KafkaJS"));
    assert.deepEqual(speakers.map(([name]) => name).sort(), [
      "dead-letters",
      "dead-letters-replay",
      "events-topics",
      "transactions-relay",
      "users-relay",
    ]);
  });

  it("of migrators carry every migration file as it is", () => {
    for (const database of ["users", "transactions", "analytics"]) {
      const packed = join(resource(graph, FUNCTION, `${database}-migrations`).inputs.code.directory, "migrations");
      const source = join(__dirname, "..", "..", "migrations", database);
      assert.deepEqual(readdirSync(packed), readdirSync(source));
      for (const file of readdirSync(source)) {
        assert.equal(readFileSync(join(packed, file), "utf8"), readFileSync(join(source, file), "utf8"));
      }
    }
  });

  it("lie where the graph says", () => {
    for (const { inputs } of resourcesOf(graph, FUNCTION)) assert.ok(existsSync(inputs.code.directory));
  });
});

const bundles = (graph: Graph): [string, string][] =>
  resourcesOf(graph, FUNCTION).map(({ name, inputs }) => [
    name,
    readFileSync(join(inputs.code.directory, "__index.js"), "utf8"),
  ]);
