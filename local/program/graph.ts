/**
 * The resource graph of a loaded Pulumi program: what the local stack runs and what the infrastructure tests look at.
 * Plain data: it crosses a process boundary as JSON.
 */
export interface Graph {
  /** Stack name the program was loaded for, e.g. `local`, `dev`, `prod`. */
  stack: string;
  /** Every registered resource in registration order, components included. */
  resources: Resource[];
  /** The program's stack outputs, resolved. Secrets are in the clear. */
  outputs: Record<string, unknown>;
}

export interface Resource {
  /** Pulumi URN. */
  urn: string;
  /** Type token, e.g. `aws:lambda/function:Function` or `ahorro:compute:Lambda`. */
  type: string;
  /** Logical name given in the program. */
  name: string;
  /**
   * Resolved inputs. Asset archives are replaced by `{ directory }`, the absolute folder that holds their files; files by `{ path }`,
   * their absolute paths.
   */
  // biome-ignore lint/suspicious/noExplicitAny: inputs of any provider's resource
  inputs: Record<string, any>;
  /** Outputs as the mocks answered them (inputs plus synthesised values such as `arn`). */
  // biome-ignore lint/suspicious/noExplicitAny: outputs of any provider's resource
  outputs: Record<string, any>;
  /** URN of the parent; absent for the stack itself. */
  parent?: string;
  /** URNs of the resources it is registered after: those named by `dependsOn` and those its inputs come from. */
  dependencies?: string[];
  /** URN and id of the provider it is managed with; absent for components and for providers. */
  provider?: string;
  /** Whether Pulumi refuses to delete it. */
  protect?: boolean;
  /** Left as it is when the program no longer declares it; absent when not. */
  retainOnDelete?: boolean;
}

/** What a preview does not know yet, as Pulumi's engine marks it (`unknownValue` of `@pulumi/pulumi/runtime`). */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** All resources of one type, e.g. `resourcesOf(graph, "aws:lambda/function:Function")`. */
export const resourcesOf = (graph: Graph, type: string): Resource[] =>
  graph.resources.filter((resource) => resource.type === type);
