import { type Graph, type Resource, resourcesOf } from "../program/graph";
import { headerRules } from "./headers";
import { bucketOrigin } from "./objects";
import type { Behaviour, BucketOrigin, DistributionDefinition, HttpOrigin } from "./types";

/** AWS's own policies that are known here ("Use managed cache policies", "Use managed origin request policies"). */
const CACHING_OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6";
const CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad";
const ALL_VIEWER_EXCEPT_HOST_HEADER = "b689b0a8-53d0-40ab-baf2-68738e2966ac";

// biome-ignore lint/suspicious/noExplicitAny: inputs of a provider's resource
type Inputs = Record<string, any>;

/**
 * The distribution that a program declares, with its origins: a bucket and its objects, or an HTTP API.
 *
 * @returns undefined when there is none.
 * @throws Error naming what is not declared, or not known here: what works on a laptop shall work in AWS.
 */
export function distributionOf(graph: Graph): DistributionDefinition | undefined {
  const [distribution, another] = resourcesOf(graph, "aws:cloudfront/distribution:Distribution");
  if (distribution === undefined) return undefined;
  if (another !== undefined) throw new Error("The program declares several distributions; the local host serves one.");
  const { inputs, outputs } = distribution;
  if (inputs.enabled !== true) throw new Error(`The distribution "${distribution.name}" is not enabled.`);
  const { orderedCacheBehaviors = [], customErrorResponses = [], defaultRootObject } = inputs;
  if (customErrorResponses.length > 0) throw new Error("The local host knows no custom error responses.");
  const origins = new Map<string, BucketOrigin | HttpOrigin>(
    inputs.origins.map((origin: Inputs) => [origin.originId, originOf(graph, distribution, origin)]),
  );
  const declared: Inputs[] = [...orderedCacheBehaviors, { ...inputs.defaultCacheBehavior, pathPattern: "*" }];
  return {
    id: String(outputs.id),
    ...(defaultRootObject !== undefined && { defaultRootObject }),
    behaviours: declared.map((behaviour) => behaviourOf(graph, behaviour, origins)),
  };
}

function originOf(graph: Graph, distribution: Resource, origin: Inputs): BucketOrigin | HttpOrigin {
  const { domainName, originId, originPath, customOriginConfig } = origin;
  if (originPath) throw new Error(`The origin "${originId}" has a path, which the local host does not know.`);
  const bucket = resourcesOf(graph, "aws:s3/bucket:Bucket").find(
    ({ outputs }) => outputs.bucketRegionalDomainName === domainName,
  );
  if (bucket !== undefined) return bucketOrigin(graph, bucket, distribution, origin.originAccessControlId);
  const api = resourcesOf(graph, "aws:apigatewayv2/api:Api").find(
    ({ outputs }) => new URL(outputs.apiEndpoint).host === domainName,
  );
  if (api === undefined || customOriginConfig === undefined) {
    throw new Error(`The origin "${originId}" is ${domainName}: neither a bucket nor an HTTP API of this program.`);
  }
  const { originReadTimeout = 30 } = customOriginConfig;
  const headers = (origin.customHeaders ?? []).map(({ name, value }: Inputs) => [name.toLowerCase(), value]);
  return {
    kind: "http",
    url: api.outputs.apiEndpoint,
    readTimeoutMs: originReadTimeout * 1000,
    headers: Object.fromEntries(headers),
  };
}

function behaviourOf(graph: Graph, inputs: Inputs, origins: Map<string, BucketOrigin | HttpOrigin>): Behaviour {
  const { pathPattern, targetOriginId, cachePolicyId, originRequestPolicyId } = inputs;
  const owner = `The behaviour "${pathPattern}"`;
  const origin = origins.get(targetOriginId);
  if (origin === undefined) throw new Error(`${owner} has the origin "${targetOriginId}", which is not declared.`);
  if (cachePolicyId !== CACHING_OPTIMIZED && cachePolicyId !== CACHING_DISABLED) {
    throw new Error(`${owner} has a cache policy that the local host does not know: ${cachePolicyId}.`);
  }
  if (originRequestPolicyId !== (origin.kind === "http" ? ALL_VIEWER_EXCEPT_HOST_HEADER : undefined)) {
    throw new Error(
      `${owner} has an origin request policy that the local host does not know: ${originRequestPolicyId}.`,
    );
  }
  if (origin.kind === "http" && cachePolicyId !== CACHING_DISABLED) {
    throw new Error(`${owner} keeps what an HTTP API answers; the local host keeps nothing.`);
  }
  const viewerRequest = viewerRequestOf(graph, owner, inputs);
  return {
    pattern: pathPattern,
    allowedMethods: inputs.allowedMethods,
    origin,
    ...(viewerRequest && { viewerRequest }),
    headers: headersOf(graph, owner, inputs.responseHeadersPolicyId),
    // CloudFront compresses what it could keep in both forms only.
    compress: inputs.compress === true && cachePolicyId === CACHING_OPTIMIZED,
  };
}

function viewerRequestOf(graph: Graph, owner: string, inputs: Inputs): Behaviour["viewerRequest"] {
  const [association, another] = inputs.functionAssociations ?? [];
  if (association === undefined) return undefined;
  if (another !== undefined || association.eventType !== "viewer-request") {
    throw new Error(`${owner} has functions for other events than viewer-request, which the local host does not know.`);
  }
  const declared = resourcesOf(graph, "aws:cloudfront/function:Function").find(
    ({ outputs }) => outputs.arn === association.functionArn,
  );
  if (declared === undefined)
    throw new Error(`${owner} names a function that is not declared: ${association.functionArn}.`);
  return { name: declared.name, code: declared.inputs.code };
}

function headersOf(graph: Graph, owner: string, policyId: unknown): Behaviour["headers"] {
  if (policyId === undefined) return [];
  const policy = resourcesOf(graph, "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy").find(
    ({ outputs }) => outputs.id === policyId,
  );
  if (policy === undefined)
    throw new Error(`${owner} names a response headers policy that is not declared: ${policyId}.`);
  return headerRules(policy.inputs);
}
