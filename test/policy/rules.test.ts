import assert from "node:assert/strict";
import { statementsOf } from "../../policy/documents";
import { appliesTo, type Rule, violationsOf } from "../../policy/rule";
import { RULES } from "../../policy/rules";
import { UNSCOPED_ACTIONS } from "../../policy/rules/access";
import { PUBLIC_ROUTES } from "../../policy/rules/exposure";
import { EXPENDABLE_TABLES } from "../../policy/rules/recovery";
import { graphOf, LOAD_TIMEOUT } from "../infrastructure/graphs";
import { EXAMPLES, type Example } from "./examples";
import { recorded } from "./recorded";
import { stage } from "./stage";

const DEPLOYED = ["dev", "staging", "prod"] as const;

const brokenBy = (rule: Rule, type: string, example: Example) =>
  violationsOf([rule], stage(type, example)).filter(({ resource }) => resource.name === "example");

describe("policy", () => {
  it("has rules with names and descriptions of their own, each with examples", () => {
    assert.ok(RULES.length >= 25);
    assert.deepEqual(RULES.map(({ name }) => name).sort(), Object.keys(EXAMPLES).sort());
    assert.equal(new Set(RULES.map(({ description }) => description)).size, RULES.length);
    for (const { name } of RULES) assert.match(name, /^[a-z]+(-[a-z]+)+$/);
  });

  for (const rule of RULES) {
    const { good, bad, type = rule.types[0] ?? "" } = EXAMPLES[rule.name] ?? { good: { inputs: {} }, bad: {} };

    it(`${rule.name} holds of what is right`, () => {
      assert.deepEqual(brokenBy(rule, type, good), []);
    });

    assert.ok(Object.keys(bad).length > 0, rule.name);
    for (const [what, example] of Object.entries(bad)) {
      it(`${rule.name} is broken by: ${what}`, () => {
        const [violation, ...more] = brokenBy(rule, type, example);
        assert.equal(more.length, 0);
        assert.ok(violation && violation.message.length > 10);
      });
    }
  }

  it("asks serverless brokers for IAM, too", () => {
    const [rule] = RULES.filter(({ name }) => name === "brokers-speak-tls-to-iam-roles");
    assert.ok(rule);
    const type = "aws:msk/serverlessCluster:ServerlessCluster";
    const iam = (enabled: boolean) => ({ inputs: { clientAuthentication: { sasl: { iam: { enabled } } } } });
    assert.equal(brokenBy(rule, type, iam(true)).length, 0);
    assert.equal(brokenBy(rule, type, iam(false)).length, 1);
  });

  it("lets GitHub's jobs of one repository be a role: its pull requests, or an environment", () => {
    const [rule] = RULES.filter(({ name }) => name === "roles-trusted-narrowly");
    assert.ok(rule);
    const Federated = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com";
    for (const job of ["pull_request", "environment:prod"]) {
      const Condition = { StringEquals: { "t:aud": "sts.amazonaws.com", "t:sub": `repo:a/b:${job}` } };
      const Statement = [{ Effect: "Allow", Principal: { Federated }, Condition }];
      assert.deepEqual(
        brokenBy(rule, "aws:iam/role:Role", { inputs: { assumeRolePolicy: JSON.stringify({ Statement }) } }),
        [],
      );
    }
  });

  it("asks production's routes for authorizers, those without a token too", () => {
    const [rule] = RULES.filter(({ name }) => name === "api-through-the-edge-only");
    assert.ok(rule);
    const type = "aws:apigatewayv2/route:Route";
    const route = (authorizationType: string) => ({ inputs: { routeKey: "GET /health", authorizationType } });
    assert.equal(brokenBy(rule, type, route("CUSTOM")).length, 0);
    assert.equal(brokenBy(rule, type, route("NONE")).length, 1);
  });

  it("lets stacks other than production do without guards", () => {
    const cluster = stage("aws:rds/cluster:Cluster", {
      inputs: { backupRetentionPeriod: 1, copyTagsToSnapshot: true },
    });
    const inDev = cluster.map((resource) => ({ ...resource, urn: resource.urn.replace(":prod:", ":dev:") }));
    const guards = RULES.filter(({ productionOnly }) => productionOnly);
    assert.ok(violationsOf(guards, cluster).length >= 3);
    assert.deepEqual(violationsOf(guards, inDev), []);
  });
});

describe("policy over the stacks as recorded", function () {
  this.timeout(LOAD_TIMEOUT);

  for (const name of DEPLOYED) {
    it(`finds nothing wrong with ${name}`, async () => {
      const violations = violationsOf(RULES, recorded(await graphOf(name)));
      const told = violations.map(
        ({ rule, resource, message }) => `${rule.name}: ${resource.type} ${resource.name} ${message}`,
      );
      assert.deepEqual(told, []);
    });
  }

  const everything = async () => (await Promise.all(DEPLOYED.map(graphOf))).flatMap(recorded);

  it("has no rule that looks at nothing", async () => {
    const all = await everything();
    const idle = RULES.filter((rule) => !all.some((resource) => appliesTo(rule, resource)));
    assert.deepEqual(
      idle.map(({ name }) => name),
      [],
    );
  });

  it("has no exception that nobody needs", async () => {
    const all = await everything();
    const inputs = (type: string) => all.filter((resource) => resource.type === type).map((found) => found.inputs);
    const actions = inputs("aws:iam/rolePolicy:RolePolicy").flatMap(({ policy }) =>
      statementsOf(policy).flatMap(({ Action = [] }) => Action),
    );
    const routes = inputs("aws:apigatewayv2/route:Route").filter(
      ({ authorizationType }) => authorizationType === "NONE",
    );
    const tables = all.filter(({ type }) => type === "aws:dynamodb/table:Table");
    assert.deepEqual(
      Object.keys(UNSCOPED_ACTIONS).filter((action) => !actions.includes(action)),
      [],
    );
    assert.deepEqual(Object.keys(PUBLIC_ROUTES).sort(), [...new Set(routes.map(({ routeKey }) => routeKey))].sort());
    for (const name of Object.keys(EXPENDABLE_TABLES))
      assert.ok(
        tables.some((table) => table.name === name),
        name,
      );
  });
});
