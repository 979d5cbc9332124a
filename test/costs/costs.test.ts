import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { billOf, unknownTypes } from "../../costs/bill";
import { BILLED } from "../../costs/billing";
import { FREE } from "../../costs/free";
import { awakeHours, partitionsOf, scheduledOf, timesAMonth } from "../../costs/graph";
import { capacityHours } from "../../costs/load";
import { PRICES, PRICES_AS_OF, type Price, type PriceName, SOURCES } from "../../costs/prices";
import { DEV_LIMIT, reportOf } from "../../costs/report";
import { IDLE, usageOf } from "../../costs/usage";
import type { Graph, Resource } from "../../local/program/graph";
import { graphOf, LOAD_TIMEOUT, resource } from "../infrastructure/graphs";

const STACKS = ["dev", "staging", "prod"] as const;
const CLUSTER = "aws:rds/cluster:Cluster";

describe("costs", () => {
  let graphs: Record<(typeof STACKS)[number], Graph>;
  before(async function () {
    this.timeout(LOAD_TIMEOUT);
    const [dev, staging, prod] = [await graphOf("dev"), await graphOf("staging"), await graphOf("prod")];
    graphs = { dev, staging, prod };
  });

  const bare = (type: string, inputs: object): Resource => ({ urn: type, type, name: "new", inputs, outputs: {} });
  const withNew = (graph: Graph, type: string, inputs: object): Graph => ({
    ...graph,
    resources: [...graph.resources, bare(type, inputs)],
  });
  /** The graph with other inputs of one resource. */
  const changed = (graph: Graph, type: string, name: string, inputs: object): Graph => {
    const found = resource(graph, type, name);
    const other = { ...found, inputs: { ...found.inputs, ...inputs } };
    return { ...graph, resources: graph.resources.map((each) => (each === found ? other : each)) };
  };
  const idle = (graph: Graph): number => billOf(graph, IDLE).usd;
  const quantity = (graph: Graph, price: PriceName, people = 0): number =>
    billOf(graph, usageOf(people)).lines.find((line) => line.price === price)?.quantity ?? 0;

  it("are as docs/costs.md says; otherwise: npm run costs", () => {
    const document = readFileSync(join(__dirname, "..", "..", "docs", "costs.md"), "utf8");
    assert.equal(document, reportOf(Object.values(graphs)));
  });

  it("are known of every type of resource of every stack", () => {
    for (const stack of STACKS) assert.deepEqual(unknownTypes(graphs[stack]), [], stack);
  });

  it("are not made up for a type that is not known", () => {
    const graph = withNew(graphs.dev, "aws:redshift/cluster:Cluster", {});
    assert.throws(() => billOf(graph, IDLE), /not known: aws:redshift\/cluster:Cluster\. Add them to costs\/billing/);
  });

  it("are of one kind for each type: paid, or free for a reason", () => {
    for (const type of Object.keys(BILLED)) assert.ok(!(type in FREE), type);
    for (const [type, reason] of Object.entries(FREE)) assert.ok(reason.length > 10, type);
  });

  it("are made from prices that have a source, a unit, and a date", () => {
    assert.match(PRICES_AS_OF, /^20\d\d-\d\d-\d\d$/);
    for (const [name, price] of Object.entries<Price>(PRICES)) {
      assert.ok(price.usd > 0 && price.usd < 20, name);
      assert.match(SOURCES[price.source], /^https:\/\/aws\.amazon\.com\//, name);
      assert.ok(price.unit.length > 1, name);
    }
  });

  describe("of dev, idle,", () => {
    it(`are at most $${DEV_LIMIT} a month`, () => {
      assert.ok(idle(graphs.dev) <= DEV_LIMIT, `$${idle(graphs.dev).toFixed(2)}`);
    });

    it("are those of storage, the master password, and a database that is woken now and then", () => {
      const paid = billOf(graphs.dev, IDLE).lines.filter(({ usd }) => usd >= 0.005);
      assert.deepEqual(paid.map(({ price }) => price).sort(), ["Aurora capacity", "Aurora storage", "Secret"]);
    });

    const TOO_MUCH: Record<string, (dev: Graph) => Graph> = {
      "an interface endpoint": (dev) =>
        withNew(dev, "aws:ec2/vpcEndpoint:VpcEndpoint", { vpcEndpointType: "Interface", subnetIds: ["a", "b"] }),
      "a NAT gateway": (dev) => changed(dev, "awsx:ec2:Vpc", "network", { natGateways: { strategy: "Single" } }),
      "a NAT gateway beside the component": (dev) => withNew(dev, "aws:ec2/natGateway:NatGateway", {}),
      "a database that does not pause": (dev) =>
        changed(dev, CLUSTER, "database", { serverlessv2ScalingConfiguration: { minCapacity: 0.5, maxCapacity: 2 } }),
      "a sweep that wakes the database every half an hour": (dev) =>
        changed(dev, "aws:cloudwatch/eventRule:EventRule", "users-relay", { scheduleExpression: "rate(30 minutes)" }),
      "a broker": (dev) =>
        withNew(dev, "aws:msk/cluster:Cluster", {
          numberOfBrokerNodes: 2,
          brokerNodeGroupInfo: { instanceType: "kafka.t3.small", storageInfo: { ebsStorageInfo: { volumeSize: 10 } } },
        }),
      "a web ACL": (dev) => withNew(dev, "aws:wafv2/webAcl:WebAcl", { rules: [] }),
    };
    for (const [what, change] of Object.entries(TOO_MUCH)) {
      it(`would be above the limit with ${what}`, () => assert.ok(idle(change(graphs.dev)) > DEV_LIMIT));
    }

    it("stay below it with ten alarms and three dashboards, which each account has for nothing", () => {
      let graph = graphs.dev;
      for (let alarm = 0; alarm < 10; alarm++) graph = withNew(graph, "aws:cloudwatch/metricAlarm:MetricAlarm", {});
      for (let board = 0; board < 3; board++) graph = withNew(graph, "aws:cloudwatch/dashboard:Dashboard", {});
      assert.equal(idle(graph), idle(graphs.dev));
      const eleven = withNew(graph, "aws:cloudwatch/metricAlarm:MetricAlarm", {});
      assert.equal((idle(eleven) - idle(graph)).toFixed(2), "0.10");
    });
  });

  it("count what is running by the hour", () => {
    assert.equal(quantity(graphs.prod, "MSK Serverless"), 730);
    assert.equal(quantity(graphs.prod, "Aurora capacity"), 2 * 0.5 * 730);
    assert.equal(quantity(graphs.prod, "Key"), 1);
    assert.equal(quantity(graphs.prod, "Secret"), 1);
    // Lambda and STS, in two zones each.
    assert.equal(quantity(graphs.prod, "Interface endpoint"), 4 * 730);
    assert.equal(quantity(graphs.staging, "MSK kafka.t3.small"), 2 * 730);
    assert.equal(quantity(graphs.staging, "MSK storage"), 2 * 10);
    // 6 and 12 partitions, and one of dead letters for each topic.
    assert.equal(partitionsOf(graphs.prod), 20);
    assert.equal(quantity(graphs.prod, "MSK Serverless partition"), 20 * 730);
  });

  it("grow with the people, and are no less than idle for anybody", () => {
    for (const stack of STACKS) {
      const usds = [0, 3, 1_000, 100_000, 1_000_000].map((people) => billOf(graphs[stack], usageOf(people)).usd);
      assert.deepEqual(
        usds,
        [...usds].sort((a, b) => a - b),
        stack,
      );
      assert.ok((usds.at(-1) ?? 0) > 10_000, stack);
    }
  });

  it("count a request once, by the people who make it", () => {
    assert.equal(quantity(graphs.prod, "HTTP API requests", 1_000), (1_000 * 460) / 1_000_000);
    assert.equal(quantity(graphs.prod, "Cognito users", 20_000), 20_000);
    const users = billOf(graphs.prod, usageOf(20_000)).lines.find(({ price }) => price === "Cognito users");
    assert.equal(users?.paid, 10_000);
    assert.equal(users?.usd.toFixed(2), "150.00");
  });

  it("have a database scale with its demand, up to its limit", () => {
    const hours = (people: number) =>
      capacityHours(graphs.prod, resource(graphs.prod, CLUSTER, "database"), usageOf(people));
    assert.equal(hours(1_000), 0.5 * 730);
    assert.ok(hours(10_000_000) > 1.5 * hours(5_000_000) && hours(5_000_000) > 0.5 * 730);
    assert.equal(hours(1_000_000_000), 16 * 730);
  });

  it("share what is stored and done among clusters, each with a volume and a secret of its own", () => {
    const { prod } = graphs;
    const other = { ...resource(prod, CLUSTER, "database"), name: "other", outputs: { id: "other" } };
    const two = { ...prod, resources: [...prod.resources, other] };
    assert.equal(quantity(two, "Aurora I/O", 1_000), quantity(prod, "Aurora I/O", 1_000));
    assert.equal(quantity(two, "Aurora storage", 1_000_000), quantity(prod, "Aurora storage", 1_000_000));
    assert.deepEqual([quantity(two, "Aurora storage"), quantity(two, "Secret")], [20, 2]);
  });

  it("know which schedules wake the database of dev: relays, and what writes exchange rates", () => {
    const { dev } = graphs;
    const times = Object.fromEntries(scheduledOf(dev).map((each) => [each.lambda.name, each.times.toFixed(1)]));
    assert.equal(times["users-relay"], "30.4");
    assert.equal(times["transactions-relay"], "30.4");
    assert.equal(times["rates-loader"], "21.7");
    const cluster = resource(dev, CLUSTER, "database");
    const hours = (2 * 30.4167 * (300 + 60) + 21.7262 * (300 + 60 + 900)) / 3_600;
    const known = ["users-relay", "transactions-relay", "rates-loader"];
    const others = scheduledOf(dev).filter(({ lambda }) => !known.includes(lambda.name));
    assert.ok(awakeHours(dev, cluster) >= hours - 0.01, `${awakeHours(dev, cluster)}`);
    if (others.length === 0) assert.equal(awakeHours(dev, cluster).toFixed(2), hours.toFixed(2));
    const scheduler = withNew(dev, "aws:scheduler/schedule:Schedule", {
      scheduleExpression: "rate(1 day)",
      target: { arn: resource(dev, "aws:lambda/function:Function", "users-relay").outputs.arn },
    });
    const more = awakeHours(scheduler, cluster) - awakeHours(dev, cluster);
    assert.equal(more.toFixed(2), ((30.4167 * 360) / 3_600).toFixed(2));
    // The loader connects to nothing; the function that it calls does.
    assert.equal(resource(dev, "aws:lambda/function:Function", "rates-loader").inputs.vpcConfig, undefined);
    const without = changed(dev, "aws:cloudwatch/eventRule:EventRule", "rates", { state: "DISABLED" });
    assert.ok(awakeHours(without, cluster) < awakeHours(dev, cluster));
  });

  for (const [expression, times] of [
    ["rate(1 minute)", 43_800],
    ["rate(12 hours)", 60.8],
    ["rate(1 day)", 30.4],
    ["cron(30 15 ? * MON-FRI *)", 21.7],
    ["cron(0 3 * * ? *)", 30.4],
    ["cron(0 3,15 * * ? *)", 60.8],
  ] as const) {
    it(`have ${expression} come ${times} times`, () =>
      assert.equal(timesAMonth(expression).toFixed(1), times.toFixed(1)));
  }

  it("are refused for a schedule that is not understood", () => {
    for (const expression of ["cron(*/5 * * * ? *)", "cron(0 3 1 * ? *)", "at(2026-01-01T00:00:00)"]) {
      assert.throws(() => timesAMonth(expression), /teach timesAMonth/);
    }
  });

  it("are refused for machines of other kinds than those with a price", () => {
    const { staging } = graphs;
    const instance = changed(staging, "aws:rds/clusterInstance:ClusterInstance", "database-1", {
      instanceClass: "db.r8g.large",
    });
    assert.throws(() => billOf(instance, IDLE), /What a db\.r8g\.large costs is not known/);
    const broker = changed(staging, "aws:msk/cluster:Cluster", "events", {
      brokerNodeGroupInfo: { instanceType: "kafka.m7g.large" },
    });
    assert.throws(() => billOf(broker, IDLE), /What a kafka\.m7g\.large costs is not known/);
  });
});
