import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Graph, type Resource, resourcesOf, UNKNOWN } from "../../local/program/graph";
import { STATEFUL } from "../../policy/stateful";
import { DEPLOYED, graphOf, LOAD_TIMEOUT, previewOf, resource } from "./graphs";

const FUNCTION = "aws:lambda/function:Function";

/** What a stateful resource would be replaced for and is yet not known when nothing is there: the id of another resource. */
const UNKNOWN_IDENTITY = [
  "aws:cognito/userPoolClient:UserPoolClient userPoolId",
  "aws:msk/cluster:Cluster brokerNodeGroupInfo.clientSubnets",
  "aws:msk/serverlessCluster:ServerlessCluster vpcConfigs",
  "aws:rds/cluster:Cluster dbSubnetGroupName",
  "aws:rds/cluster:Cluster kmsKeyId",
  "aws:rds/clusterInstance:ClusterInstance clusterIdentifier",
  "aws:rds/clusterInstance:ClusterInstance engine",
];

for (const stack of DEPLOYED) {
  describe(`the preview of ${stack}, before anything of it is there`, function () {
    this.timeout(LOAD_TIMEOUT);
    let preview: Graph;
    let update: Graph;
    before(async () => {
      [preview, update] = [await previewOf(stack), await graphOf(stack)];
    });

    it("has the resources that the update has, below the same parents, guarded alike", () => {
      const declared = ({ resources }: Graph) =>
        resources
          .map(({ urn, parent, protect, retainOnDelete }) => ({ urn, parent, protect, retainOnDelete }))
          .sort(byUrn);
      assert.deepEqual(declared(preview), declared(update));
    });

    it("has them in the same order of dependencies", () => {
      const ordered = ({ resources }: Graph) =>
        resources.map(({ urn, dependencies = [] }) => ({ urn, after: [...new Set(dependencies)].sort() })).sort(byUrn);
      assert.deepEqual(ordered(preview), ordered(update));
    });

    it("tells nothing that the update does otherwise", () => {
      const differing = preview.resources.flatMap((early) => {
        const late = update.resources.find(({ urn }) => urn === early.urn);
        return knownPaths(early.inputs, late?.inputs, "").map((path) => `${early.type} ${early.name} ${path}`);
      });
      assert.deepEqual(
        differing.filter((path) => !path.endsWith(" code.directory")),
        [],
      );
    });

    it("has the very code of the update", () => {
      const [early, late] = [preview, update].map((graph) =>
        Object.fromEntries(
          resourcesOf(graph, FUNCTION).map(({ name, inputs }) => [name, filesOf(inputs.code.directory)]),
        ),
      );
      assert.ok(Object.keys(early ?? {}).length > 20);
      assert.deepEqual(early, late);
    });

    it("knows what stateful resources would be replaced for, but for ids of others", () => {
      const unknown = preview.resources.flatMap((early) =>
        (STATEFUL[early.type] ?? [])
          .filter((path) => JSON.stringify(valueAt(early, path) ?? null).includes(UNKNOWN))
          .map((path) => `${early.type} ${path}`),
      );
      for (const path of new Set(unknown)) assert.ok(UNKNOWN_IDENTITY.includes(path), path);
    });

    it("knows which rights do not hang on what is made, and leaves others to the update", () => {
      const policies = resourcesOf(preview, "aws:iam/rolePolicy:RolePolicy");
      assert.ok(policies.length > 20);
      for (const { name, inputs } of policies) assert.ok(inputs.policy === UNKNOWN || JSON.parse(inputs.policy), name);
      const { inputs } = resource(preview, "aws:iam/role:Role", "users-api");
      assert.equal(JSON.parse(inputs.assumeRolePolicy).Statement[0].Principal.Service, "lambda.amazonaws.com");
    });
  });
}

describe("previews", function () {
  this.timeout(LOAD_TIMEOUT);

  it("mark something as unknown, so that what is said of them says something", async () => {
    const { resources } = await previewOf("dev");
    const hanging = resources.filter(({ inputs }) => JSON.stringify(inputs).includes(UNKNOWN));
    assert.ok(hanging.length > 100, `${hanging.length}`);
    assert.equal(resource(await previewOf("dev"), FUNCTION, "users-api").inputs.role, UNKNOWN);
  });
});

const byUrn = (a: { urn: string }, b: { urn: string }) => (a.urn < b.urn ? -1 : 1);

/** Paths at which what is known early is something else late. */
function knownPaths(early: unknown, late: unknown, path: string): string[] {
  if (early === UNKNOWN) return [];
  if (typeof early !== "object" || early === null) return early === late ? [] : [path];
  if (typeof late !== "object" || late === null) return [path];
  const names = [...new Set([...Object.keys(early), ...Object.keys(late)])];
  return names.flatMap((name) =>
    knownPaths(entryOf(early, name), entryOf(late, name), path === "" ? name : `${path}.${name}`),
  );
}

const entryOf = (value: object, name: string): unknown => Object.entries(value).find(([key]) => key === name)?.[1];

const valueAt = ({ inputs }: Resource, path: string): unknown =>
  path
    .split(".")
    .reduce<unknown>((value, key) => (typeof value === "object" && value ? entryOf(value, key) : undefined), inputs);

const filesOf = (directory: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(directory, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((file) => [file.slice(directory.length + 1), readFileSync(file, "utf8")]),
  );
