import { allowing, called, isEverybody, list } from "../documents";
import { madeFrom, type Rule, unless } from "../rule";

/** Routes that take no token, each with the reason. */
export const PUBLIC_ROUTES: Record<string, string> = {
  "GET /health": "Asked by monitors; tells nothing but that the API is up",
  "GET /openapi.json": "The API's documentation",
};

const ANYWHERE = ["0.0.0.0/0", "::/0"];

/** The header by which the API knows its distribution, as a source of an authorizer. */
const ORIGIN_SOURCE = /^\$request\.header\.x-ahorro-origin$/i;

/** AWS's groups of rules that each firewall has at least. */
const MANAGED_GROUPS = [
  "AWSManagedRulesAmazonIpReputationList",
  "AWSManagedRulesKnownBadInputsRuleSet",
  "AWSManagedRulesCommonRuleSet",
];

// biome-ignore lint/suspicious/noExplicitAny: inputs of any provider's resource
function unblocked(rules: any[]): string | undefined {
  if (!rules.some(({ action, statement }) => action?.block !== undefined && statement?.rateBasedStatement?.limit > 0)) {
    return "blocks no floods";
  }
  const missing = MANAGED_GROUPS.find(
    (group) =>
      !rules.some(
        ({ overrideAction, statement }) =>
          statement?.managedRuleGroupStatement?.name === group && overrideAction?.none !== undefined,
      ),
  );
  return missing && `does not block what ${missing} knows`;
}

/** Nothing is open to everybody but what is meant to be. */
export const exposureRules: Rule[] = [
  {
    name: "buckets-closed",
    description: "Buckets are closed to the public, whatever their policies and ACLs say.",
    types: ["aws:s3/bucket:Bucket"],
    violationWithin: (bucket, all) => {
      const [block] = madeFrom("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", bucket, all);
      const settings = ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"];
      const missing = settings.find((setting) => block?.inputs[setting] !== true);
      return unless(missing === undefined, `has no BucketPublicAccessBlock with ${missing}`);
    },
  },
  {
    name: "buckets-without-acls",
    description: "Whose objects are and who may read them is told by policies alone.",
    types: ["aws:s3/bucket:Bucket"],
    violationWithin: (bucket, all) => {
      const [controls] = madeFrom("aws:s3/bucketOwnershipControls:BucketOwnershipControls", bucket, all);
      return unless(
        controls?.inputs.rule?.objectOwnership === "BucketOwnerEnforced",
        "has no BucketOwnershipControls with BucketOwnerEnforced",
      );
    },
  },
  {
    name: "resource-policies-private",
    description: "Policies of buckets and queues allow nothing to everybody.",
    types: ["aws:s3/bucketPolicy:BucketPolicy", "aws:sqs/queuePolicy:QueuePolicy"],
    violation: ({ inputs }) => {
      const open = allowing(inputs.policy).find(isEverybody);
      return open && `${called(open)} allows ${list(open.Action).join(", ")} to everybody`;
    },
  },
  {
    name: "databases-private",
    description: "Databases have no address outside the network.",
    types: ["aws:rds/clusterInstance:ClusterInstance"],
    violation: ({ inputs }) => unless(inputs.publiclyAccessible === false, "does not set publiclyAccessible to false"),
  },
  {
    name: "nothing-let-in-from-anywhere",
    description: "Security groups let nobody in from just anywhere.",
    types: ["aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"],
    violation: ({ inputs }) =>
      unless(
        ![inputs.cidrIpv4, inputs.cidrIpv6].some((range) => ANYWHERE.includes(range)),
        `lets in ${inputs.cidrIpv4 ?? inputs.cidrIpv6}`,
      ),
  },
  {
    name: "security-groups-by-rules",
    description: "What security groups let through is declared as rules, where it can be read and checked one by one.",
    types: ["aws:ec2/securityGroup:SecurityGroup"],
    violation: ({ inputs }) =>
      unless(
        inputs.ingress === undefined && inputs.egress === undefined,
        "has rules inside: declare them as resources",
      ),
  },
  {
    name: "endpoints-narrowed",
    description:
      "Through a VPC endpoint goes what its policy lets go, not whatever somebody inside wishes to send elsewhere.",
    types: ["aws:ec2/vpcEndpoint:VpcEndpoint"],
    violation: ({ inputs }) => {
      if (inputs.policy === undefined) return "has no policy, so it allows everything";
      const open = allowing(inputs.policy).find(
        (statement) => isEverybody(statement) && statement.Condition === undefined,
      );
      return open && `${called(open)} lets everybody through`;
    },
  },
  {
    name: "routes-authorized",
    description: "Every route asks for a token, but for the PUBLIC_ROUTES.",
    types: ["aws:apigatewayv2/route:Route"],
    violation: ({ inputs }) =>
      unless(
        PUBLIC_ROUTES[inputs.routeKey] !== undefined ||
          (["CUSTOM", "JWT"].includes(inputs.authorizationType) && inputs.authorizerId !== undefined),
        `takes requests of ${inputs.routeKey} without a token`,
      ),
  },
  {
    name: "api-through-the-edge-only",
    description:
      "Production's API asks each request for the key that only its distribution knows: who came another way would be past the firewall.",
    types: ["aws:apigatewayv2/route:Route", "aws:apigatewayv2/authorizer:Authorizer"],
    productionOnly: true,
    violation: ({ type, inputs }) =>
      type === "aws:apigatewayv2/route:Route"
        ? unless(inputs.authorizationType === "CUSTOM", `takes requests of ${inputs.routeKey} from anywhere`)
        : unless(
            list<string>(inputs.identitySources).some((source) => ORIGIN_SOURCE.test(source)),
            "does not ask for the distribution's key",
          ),
  },
  {
    name: "distributions-behind-firewalls",
    description: "A firewall stands in front of what production serves.",
    types: ["aws:cloudfront/distribution:Distribution"],
    productionOnly: true,
    violation: ({ inputs }) => unless(inputs.webAclId !== undefined, "has no webAclId"),
  },
  {
    name: "firewalls-block",
    description: "Firewalls stop floods, and what AWS knows as bad; they do not just count it.",
    types: ["aws:wafv2/webAcl:WebAcl"],
    violation: ({ inputs }) => unblocked(inputs.rules ?? []),
  },
  {
    name: "cors-names-origins",
    description: "Pages of named origins may call the API from a browser, not those of any.",
    types: ["aws:apigatewayv2/api:Api"],
    violation: ({ inputs }) =>
      unless(!list(inputs.corsConfiguration?.allowOrigins).includes("*"), "lets pages of every origin call it"),
  },
];
