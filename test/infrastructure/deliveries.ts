import type { Graph } from "../../local/program/graph";
import { configuredOf, resource } from "./graphs";

export const ROLE = "aws:iam/role:Role";
export const POLICY = "aws:iam/policy:Policy";
export const ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy";
export const ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment";

export const state = {
  bucket: "ahorro-state",
  keyArn: "arn:aws:kms:eu-west-1:123456789012:key/0a1b2c3d-0a1b-2c3d-4e5f-0a1b2c3d4e5f",
};
export const repository = "ahorro-app/ahorro";
export const connectionArn =
  "arn:aws:codeconnections:eu-west-1:123456789012:connection/0a1b2c3d-0a1b-2c3d-4e5f-0a1b2c3d4e5f";
export const oidcProviderArn = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com";

const WAYS = {
  "GitHub's workflows": { github: { repository }, state },
  "a pipeline": { pipeline: { repository, branch: "main", connectionArn }, state },
};

const configured = (way: keyof typeof WAYS) => ({ "ahorro:delivery": JSON.stringify(WAYS[way]) });

/** Prod, deployed by GitHub's workflows. */
export const byGithub = (): Promise<Graph> => configuredOf("prod", "github", configured("GitHub's workflows"));

/** A stack, deployed by a pipeline. */
export const byPipeline = (stack: "staging" | "prod"): Promise<Graph> =>
  configuredOf(stack, "pipeline", configured("a pipeline"));

/** Prod as previewed before anything of it is there. */
export const previewsOf = (way: keyof typeof WAYS): Promise<Graph> =>
  configuredOf("prod", way.replace(/\W+/g, "-"), configured(way), true);

/** Who may take on a role. */
export const trustOf = (graph: Graph, name: string) =>
  JSON.parse(resource(graph, ROLE, name).inputs.assumeRolePolicy).Statement;
