import { parse } from "yaml";

/** The parts of a workflow that rules look at ("Workflow syntax for GitHub Actions"). */
export interface Workflow {
  on: string | string[] | Record<string, unknown>;
  permissions?: Permissions;
  concurrency?: unknown;
  jobs: Record<string, Job>;
}

type Permissions = string | Record<string, string>;

interface Job {
  if?: string;
  uses?: string;
  environment?: string;
  permissions?: Permissions;
  concurrency?: unknown;
  "timeout-minutes"?: number;
  steps?: { uses?: string; run?: string; with?: Record<string, unknown>; env?: Record<string, unknown> }[];
}

type Rule = (workflow: Workflow, text: string) => string[];

/** What must hold of each workflow: messages of what does not. Beside what actionlint knows. */
export const RULES: Record<string, Rule> = {
  "actions are pinned by their commit, with the version beside": (_workflow, text) =>
    text
      .split("\n")
      .filter((line) => /^\s*(- )?uses:/.test(line) && !/uses: \.\//.test(line))
      .filter((line) => !/uses: [\w.-]+\/[\w./-]+@[\da-f]{40} # v\d+\.\d+\.\d+$/.test(line)),

  "permissions are given one by one, none to begin with or reading only": ({ permissions, jobs }) => [
    ...(isFrugal(permissions, ["read"]) ? [] : ["workflow"]),
    ...Object.entries(jobs)
      .filter(([, job]) => job.permissions !== undefined && !isFrugal(job.permissions, ["read", "write"]))
      .map(([name]) => name),
  ],

  "nobody but a job that takes on a role in AWS is given a token for it": ({ jobs }) =>
    Object.entries(jobs)
      .filter(([, { permissions }]) => typeof permissions === "object" && permissions["id-token"] === "write")
      .filter(([, { uses, steps = [] }]) => uses === undefined && !steps.some(isSignIn))
      .map(([name]) => name),

  "code of strangers is not run with rights of ours": ({ on }) =>
    namesOf(on).filter((event) => ["pull_request_target", "workflow_run", "issue_comment"].includes(event)),

  "pull requests of forks are given no role in AWS": ({ on, jobs }) =>
    namesOf(on).includes("pull_request")
      ? Object.entries(jobs)
          .filter(([, { steps = [] }]) => steps.some(isSignIn))
          .filter(([, job]) => !job.if?.includes("github.event.pull_request.head.repo.full_name == github.repository"))
          .map(([name]) => name)
      : [],

  "what deploys is asked for by an environment": ({ jobs }) =>
    Object.entries(jobs)
      .filter(([, { steps = [] }]) =>
        steps.some(({ with: given }) => /-deploy$/.test(String(given?.["role-to-assume"]))),
      )
      .filter(([, { environment }]) => environment === undefined)
      .map(([name]) => name),

  "commands take nothing in by expressions": ({ jobs }) =>
    Object.values(jobs)
      .flatMap(({ steps = [] }) => steps)
      .flatMap(({ run }) => (run?.includes("${{") ? [run] : [])),

  "there are no lasting keys": (_workflow, text) =>
    text.match(/\bsecrets\.\w+|secrets: inherit|aws-(secret-)?access-key\S*/gi) ?? [],

  "jobs end": ({ jobs }) =>
    Object.entries(jobs)
      .filter(([, job]) => job.uses === undefined && job["timeout-minutes"] === undefined)
      .map(([name]) => name),

  "runs do not get in each other's way": ({ concurrency, jobs }) =>
    concurrency === undefined && !Object.values(jobs).every((job) => job.concurrency !== undefined) ? ["workflow"] : [],

  "updates and previews are not stopped halfway": ({ concurrency, jobs }) =>
    Object.values(jobs).some(({ steps = [] }) => steps.some(isSignIn))
      ? [concurrency, ...Object.values(jobs).map((job) => job.concurrency)].flatMap((one) =>
          one === undefined ||
          (typeof one === "object" && one && "cancel-in-progress" in one && one["cancel-in-progress"] === false)
            ? []
            : [JSON.stringify(one)],
        )
      : [],

  "the token that code is fetched with is not left behind": ({ jobs }) =>
    Object.entries(jobs)
      .filter(([, { steps = [] }]) =>
        steps.some(
          ({ uses, with: given }) => uses?.startsWith("actions/checkout@") && given?.["persist-credentials"] !== false,
        ),
      )
      .map(([name]) => name),
};

export const parsed = (text: string): Workflow => parse(text);

const isSignIn = ({ uses }: { uses?: string }): boolean =>
  uses?.startsWith("aws-actions/configure-aws-credentials@") ?? false;

const namesOf = (on: Workflow["on"]): string[] =>
  typeof on === "string" ? [on] : Array.isArray(on) ? on : Object.keys(on);

const isFrugal = (permissions: Permissions | undefined, allowed: string[]): boolean =>
  typeof permissions === "object" && Object.values(permissions).every((value) => allowed.includes(value));
