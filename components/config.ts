import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import * as v from "valibot";
import { impossible } from "./config/combinations";
import { type Problem, problemsOf, unknownKey } from "./config/problems";
import { type Settings, schemas } from "./config/schemas";

/** What tells one stack from another. Everything else is the same in all of them. */
export interface StackConfig extends Settings {
  region: aws.Region;
}

/**
 * The stack's configuration (`Pulumi.<stack>.yaml`), checked: each value by itself, then all of them together. The only reader of
 * `pulumi.Config`: functions must never capture it, it would carry the whole configuration into their code.
 * @throws pulumi.RunError naming every key that is wrong, what is wrong with it and how to set it.
 */
export function readConfig(): StackConfig {
  const texts = Object.entries(pulumi.runtime.allConfig());
  const region = readRegion();
  const values = Object.keys(schemas).map((name) => readObject(name));
  const problems = [
    ...unknownKeys(texts.map(([key]) => key)),
    ...(typeof region === "string" ? [] : [region]),
    ...values.flatMap(({ problems }) => problems),
  ];
  if (problems.length > 0 || typeof region !== "string") throw refusal(problems);
  const settings = Object.fromEntries(values.map(({ name, value }) => [name, value])) as Settings;
  const wrong = impossible(pulumi.getStack(), settings).map((problem) => ({ ...problem, key: own(problem.key) }));
  if (wrong.length > 0) throw refusal(wrong);
  return { region, ...settings };
}

const own = (name: string): string => `${pulumi.getProject()}:${name}`;

function unknownKeys(keys: string[]): Problem[] {
  const known = Object.keys(schemas).map(own);
  return keys
    .filter((key) => key.startsWith(own("")) && !known.includes(key))
    .map((key) => unknownKey(key, key, known));
}

function readRegion(): aws.Region | Problem {
  const region = new pulumi.Config("aws").get("region");
  return (
    Object.values(aws.Region).find((known) => known === region) ?? {
      key: "aws:region",
      what: region === undefined ? "is missing" : `"${region}" is not an AWS region`,
    }
  );
}

/** Structured configuration reaches the program as JSON. */
function readObject(name: string): { name: string; value?: unknown; problems: Problem[] } {
  const schema: v.GenericSchema | undefined = Object.entries(schemas).find(([key]) => key === name)?.[1];
  const text = new pulumi.Config().get(name);
  const key = own(name);
  if (schema === undefined || text === undefined) return { name, problems: [{ key, what: "is missing" }] };
  const value = parseJson(text);
  if (typeof value !== "object" || value === null) {
    return { name, problems: [{ key, what: `is not an object but "${text}"` }] };
  }
  const problems = problemsOf(key, schema, value);
  return problems.length > 0 ? { name, problems } : { name, value: v.parse(schema, value), problems };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A line for each key that is wrong. */
function refusal(problems: Problem[]): pulumi.RunError {
  const file = `Pulumi.${pulumi.getStack()}.yaml`;
  const lines = problems.map(({ key, what, remedy }) => {
    const problem = `The configuration key "${key}" of the stack "${pulumi.getStack()}": ${what}.`;
    if (remedy !== undefined) return `${problem} ${remedy}, in ${file}.`;
    return `${problem} Set it in ${file}, or with: pulumi config set --path '${key}' ${key === "aws:region" ? "eu-west-1" : "<value>"}`;
  });
  return new pulumi.RunError(lines.join("\n"));
}
