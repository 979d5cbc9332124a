import { readFile } from "node:fs/promises";
import type {
  PolicyResource as EngineResource,
  Policies,
  ResourceValidationArgs,
  StackValidationArgs,
} from "@pulumi/policy";
import * as pulumi from "@pulumi/pulumi";
import { appliesTo, type PolicyResource, type Rule } from "./rule";

/**
 * A rule in the form of CrossGuard. Of what a preview does not know yet, `@pulumi/policy` says so by an error when it is looked at, and
 * turns that into a note; the update that follows knows.
 */
export function policyOf(rule: Rule): Policies[number] {
  const { name, description } = rule;
  if ("violation" in rule) {
    return {
      name,
      description,
      validateResource: async (args, report) => {
        const resource = await asResource(args, []);
        const message = appliesTo(rule, resource) ? rule.violation(resource) : undefined;
        if (message !== undefined) report(`${resource.name} ${message}.`);
      },
    };
  }
  return {
    name,
    description,
    validateStack: async ({ resources }: StackValidationArgs, report) => {
      const all = await Promise.all(
        resources.map((resource) =>
          asResource(
            resource,
            resource.dependencies.map(({ urn }) => urn),
          ),
        ),
      );
      for (const resource of all.filter((candidate) => appliesTo(rule, candidate))) {
        const message = rule.violationWithin(resource, all);
        if (message !== undefined) report(`${resource.name} ${message}.`, resource.urn);
      }
    },
  };
}

async function asResource(
  { urn, type, name, props, opts }: ResourceValidationArgs | EngineResource,
  dependencies: string[],
): Promise<PolicyResource> {
  const inputs =
    type.startsWith("aws:lambda/function:") || type.startsWith("aws:s3/bucketObject") ? await withTexts(props) : props;
  return { urn, type, name, inputs, dependencies, protect: opts.protect };
}

/** Archives and files as their texts. What is not known yet is left as it is, and not touched. */
async function withTexts(props: EngineResource["props"]): Promise<PolicyResource["inputs"]> {
  const inputs: PolicyResource["inputs"] = Object.create(props);
  const { code, source } = props;
  if (code instanceof pulumi.asset.AssetArchive) inputs.code = await textsOf(bare(code));
  if (pulumi.asset.Asset.isInstance(source)) inputs.content = await textOf(bare(source));
  return inputs;
}

/** Without the proxy that `@pulumi/policy` puts around everything: promises do not work through proxies. */
const bare = <T>(value: T & { __getSpecialProxyTarget?: T }): T => value.__getSpecialProxyTarget ?? value;

async function textsOf(archive: pulumi.asset.AssetArchive): Promise<Record<string, string>> {
  const entries = Object.entries(await archive.assets);
  const texts = await Promise.all(entries.map(async ([path, entry]) => [path, await textOf(entry)] as const));
  return Object.fromEntries(texts);
}

/** The text of a file or a string; nothing of what is elsewhere. */
async function textOf(asset: unknown): Promise<string> {
  if (asset instanceof pulumi.asset.StringAsset) return asset.text;
  if (asset instanceof pulumi.asset.FileAsset) return readFile(await asset.path, "utf8");
  return "";
}
