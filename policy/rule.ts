import { PRODUCTION } from "../components/production";

/** A resource as rules see it: from the recorded graph in tests, from Pulumi's engine in a preview. Plain data. */
export interface PolicyResource {
  /** `urn:pulumi:<stack>::<project>::<type>::<name>`. */
  urn: string;
  /** Type token, such as `aws:s3/bucket:Bucket`. */
  type: string;
  /** Logical name in the program. */
  name: string;
  /** Inputs. Of a function, `code` has the texts of its archive by path; of an object in a bucket, `content` its text. */
  // biome-ignore lint/suspicious/noExplicitAny: inputs of any provider's resource
  inputs: Record<string, any>;
  /** URNs of what its inputs come from and of what it waits for. */
  dependencies: string[];
  /** Whether Pulumi refuses to delete it. */
  protect: boolean;
}

interface RuleBasics {
  /** Unique, in words joined by hyphens: what Pulumi's output calls the rule. */
  name: string;
  /** What must hold, and why if that is not plain. */
  description: string;
  /** Which resources it looks at. */
  types: string[];
  /** Holds for production only. @default false */
  productionOnly?: boolean;
}

/** Decided by looking at one resource. */
export interface ResourceRule extends RuleBasics {
  /** What is wrong with it, as a sentence without its subject; undefined when nothing is. */
  violation: (resource: PolicyResource) => string | undefined;
}

/** Decided by looking at a resource among all others of its stack. */
export interface StackRule extends RuleBasics {
  violationWithin: (resource: PolicyResource, all: PolicyResource[]) => string | undefined;
}

export type Rule = ResourceRule | StackRule;

/** A rule that a resource breaks. */
export interface Violation {
  rule: Rule;
  resource: PolicyResource;
  message: string;
}

/** Whether a rule has anything to say of a resource. */
export const appliesTo = (rule: Rule, { type, urn }: PolicyResource): boolean =>
  rule.types.includes(type) && (!rule.productionOnly || stackOf(urn) === PRODUCTION);

/** All that is wrong with a stack. */
export const violationsOf = (rules: Rule[], all: PolicyResource[]): Violation[] =>
  rules.flatMap((rule) =>
    all
      .filter((resource) => appliesTo(rule, resource))
      .flatMap((resource) => {
        const message = "violation" in rule ? rule.violation(resource) : rule.violationWithin(resource, all);
        return message === undefined ? [] : [{ rule, resource, message }];
      }),
  );

/** `urn:pulumi:prod::ahorro::…` → `prod`. */
export const stackOf = (urn: string): string | undefined => /^urn:pulumi:([^:]+)::/.exec(urn)?.[1];

/** Those of a type that are made from a resource: such as the lifecycle of a bucket. */
export const madeFrom = (type: string, resource: PolicyResource, all: PolicyResource[]): PolicyResource[] =>
  all.filter((other) => other.type === type && other.dependencies.includes(resource.urn));

/** Those of a type that a resource is made from: such as the parameter group of a cluster. */
export const originsOf = (type: string, resource: PolicyResource, all: PolicyResource[]): PolicyResource[] =>
  all.filter((other) => other.type === type && resource.dependencies.includes(other.urn));

/** `undefined` when it holds, else what is wrong: lets rules read as conditions. */
export const unless = (holds: boolean, message: string): string | undefined => (holds ? undefined : message);
