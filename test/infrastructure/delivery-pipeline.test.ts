import assert from "node:assert/strict";
import { type Graph, resourcesOf } from "../../local/program/graph";
import { ATTACHMENT, byPipeline, connectionArn, ROLE, repository, trustOf } from "./deliveries";
import { LOAD_TIMEOUT, resource } from "./graphs";

const PROJECT = "aws:codebuild/project:Project";

describe("delivery by a pipeline", function () {
  this.timeout(LOAD_TIMEOUT);
  let graph: Graph;
  before(async () => {
    graph = await byPipeline("prod");
  });

  const stages = (one: Graph) =>
    resource(one, "aws:codepipeline/pipeline:Pipeline", "delivery").inputs.stages.map(
      ({
        name,
        actions,
      }: {
        name: string;
        actions: { provider: string; configuration?: { ProjectName?: string } }[];
      }) => [name, actions[0]?.provider, actions[0]?.configuration?.ProjectName],
    );

  it("goes from the source over build, test and preview, in prod over somebody's yes, to the update", async () => {
    const own = (step: string) => `ahorro-prod-${step}`;
    assert.deepEqual(stages(graph), [
      ["Source", "CodeStarSourceConnection", undefined],
      ["Build", "CodeBuild", own("build")],
      ["Test", "CodeBuild", own("test")],
      ["Preview", "CodeBuild", own("preview")],
      ["Approve", "Manual", undefined],
      ["Up", "CodeBuild", own("up")],
    ]);
    const inStaging = stages(await byPipeline("staging")).map(([name]: string[]) => name);
    assert.deepEqual(inStaging, ["Source", "Build", "Test", "Preview", "Up"]);
  });

  it("runs one after the other, from the branch of the repository through the connection", () => {
    const { stages: declared, ...inputs } = resource(graph, "aws:codepipeline/pipeline:Pipeline", "delivery").inputs;
    assert.deepEqual(inputs, {
      name: "ahorro-prod",
      pipelineType: "V2",
      executionMode: "QUEUED",
      roleArn: resource(graph, ROLE, "delivery-pipeline").outputs.arn,
      artifactStores: [{ type: "S3", location: "ahorro-prod-delivery-artifacts-1" }],
    });
    assert.deepEqual(declared[0].actions[0].configuration, {
      ConnectionArn: connectionArn,
      FullRepositoryId: repository,
      BranchName: "main",
      DetectChanges: "true",
    });
  });

  it("runs what people run", () => {
    const commands = (step: string) =>
      JSON.parse(resource(graph, PROJECT, `delivery-${step}`).inputs.source.buildspec).phases.build.commands.join("\n");
    assert.match(commands("build"), /npm run build:web$/);
    assert.match(commands("test"), /^set -eu\n\.ci\/run$/);
    assert.match(commands("preview"), /pulumi preview .*--policy-pack policy$/);
    assert.match(commands("up"), /pulumi up .*--yes .*--policy-pack policy$/);
  });

  it("gives each step what it needs: only the last one changes anything", () => {
    const policies = (step: string) =>
      resourcesOf(graph, ATTACHMENT)
        .filter(({ inputs }) => inputs.role === resource(graph, ROLE, `delivery-build-${step}`).outputs.name)
        .map(({ inputs }) => inputs.policyArn.replace(/^.*[:/]ahorro-prod-/, "").replace(/-\d+$/, ""));
    assert.deepEqual(policies("build"), []);
    assert.deepEqual(policies("test"), []);
    assert.deepEqual([...new Set(policies("preview"))], ["preview"]);
    assert.deepEqual([...new Set(policies("up"))].sort(), ["preview", "update"]);
  });

  it("has logs that end, and artifacts that are private, encrypted and gone after a week", () => {
    for (const step of ["build", "test", "preview", "up"]) {
      assert.deepEqual(resource(graph, "aws:cloudwatch/logGroup:LogGroup", `delivery-${step}`).inputs, {
        name: `/aws/codebuild/ahorro-prod-${step}`,
        retentionInDays: 365,
      });
    }
    const encryption = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration";
    assert.ok(resource(graph, encryption, "delivery-artifacts"));
    const lifecycle = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration";
    const { rules } = resource(graph, lifecycle, "delivery-artifacts").inputs;
    assert.equal(rules.find(({ id }: { id: string }) => id === "built").expiration.days, 7);
  });

  it("acts for this account only", () => {
    for (const [role, service] of [
      ["pipeline", "codepipeline"],
      ...["build", "test", "preview", "up"].map((step) => [`build-${step}`, "codebuild"]),
    ]) {
      const [statement, ...more] = trustOf(graph, `delivery-${role}`);
      assert.deepEqual(more, []);
      assert.deepEqual(statement.Principal, { Service: `${service}.amazonaws.com` });
      assert.deepEqual(statement.Condition, { StringEquals: { "aws:SourceAccount": "123456789012" } });
    }
  });
});
