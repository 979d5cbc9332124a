/** How content that does not fit its schema is told to clients. */
import * as v from "valibot";
import { type Problem, problem } from "./problem";

/** The problem of a body that does not fit its schema. */
export const bodyProblem = (issues: v.BaseIssue<unknown>[]) => invalidBody(issues.map(errorOf));

/** 422 with what is wrong, and where. */
export const invalidBody = (errors: NonNullable<Problem["errors"]>) =>
  problem(422, "invalid_body", "The body has invalid content.", { errors });

/** One validation error: dotted path, and what is wrong there. */
export const errorOf = (issue: v.BaseIssue<unknown>): { path: string; message: string } => ({
  path: v.getDotPath(issue) ?? "",
  message: messageOf(issue),
});

const messageOf = (issue: v.BaseIssue<unknown>): string => {
  if (issue.type === "strict_object" && issue.expected === "never") return "is not a known field";
  if (issue.input === undefined && issue.kind === "schema") return "is required";
  if (issue.kind === "schema") return `must be ${issue.expected ?? "something else"}`;
  return issue.message;
};
