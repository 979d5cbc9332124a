import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

export interface FirewallArgs {
  /** Requests that one address may send within five minutes. */
  requestsPerAddress: number;
  logRetentionDays: pulumi.Input<number>;
}

/** Firewalls of CloudFront are kept here, and so are their logs. */
const REGION = aws.Region.USEast1;

/** In seconds: over which requests of an address are counted. */
const WINDOW = 300;

/**
 * AWS's own groups of rules ("AWS Managed Rules rule groups list", WAF developer guide), in the order in which they are asked. What is counted only,
 * each for its reason, is not blocked.
 */
const MANAGED_GROUPS: Record<string, { counted: Record<string, string> }> = {
  AWSManagedRulesAmazonIpReputationList: { counted: {} },
  AWSManagedRulesKnownBadInputsRuleSet: { counted: {} },
  AWSManagedRulesCommonRuleSet: {
    counted: {
      SizeRestrictions_BODY: "1,000 transactions in one import are more than its 8 kB; the API has limits of its own",
    },
  },
};

/** What is not written down of requests that were stopped: by it, others could act in people's names. */
const REDACTED_HEADERS = ["authorization", "cookie"];

/**
 * Stops, at CloudFront's edge, what looks like an attack, comes from where attacks come from, or is too much for one address. Requests that were
 * stopped, or would have been, are logged; all others are in the distribution's logs.
 *
 * Costs $9 a month when idle ($5, and $1 for each of four rules), then $0.60 for a million requests.
 */
export class Firewall extends pulumi.ComponentResource {
  readonly arn: pulumi.Output<string>;

  constructor(name: string, args: FirewallArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("ahorro:edge:Firewall", name, {}, opts);
    const acl = createAcl(this, name, args);
    createLogs(this, name, args, acl);
    this.arn = acl.arn;
    this.registerOutputs({ arn: this.arn });
  }
}

function createAcl(parent: Firewall, name: string, { requestsPerAddress }: FirewallArgs): aws.wafv2.WebAcl {
  const physicalName = `${pulumi.getProject()}-${pulumi.getStack()}-${name}`;
  const managed = Object.entries(MANAGED_GROUPS).map(([group, { counted }], index) => ({
    name: group,
    priority: index + 1,
    overrideAction: { none: {} },
    statement: {
      managedRuleGroupStatement: {
        vendorName: "AWS",
        name: group,
        ruleActionOverrides: Object.keys(counted).map((rule) => ({ name: rule, actionToUse: { count: {} } })),
      },
    },
    visibilityConfig: visibility(group),
  }));
  return new aws.wafv2.WebAcl(
    name,
    {
      name: physicalName,
      description: "Stops attacks and floods",
      scope: "CLOUDFRONT",
      region: REGION,
      defaultAction: { allow: {} },
      rules: [createRateRule(requestsPerAddress), ...managed],
      visibilityConfig: visibility(physicalName),
    },
    { parent },
  );
}

/** First, as it is the cheapest to decide: a flood shall not have all of its requests looked through. Clients understand 429. */
const createRateRule = (limit: number) => ({
  name: "RequestsPerAddress",
  priority: 0,
  action: { block: { customResponse: { responseCode: 429 } } },
  statement: { rateBasedStatement: { limit, evaluationWindowSec: WINDOW, aggregateKeyType: "IP" } },
  visibilityConfig: visibility("RequestsPerAddress"),
});

/** Samples would have headers, tokens among them, in the console for all who may look there. */
const visibility = (metricName: string) => ({
  cloudwatchMetricsEnabled: true,
  metricName,
  sampledRequestsEnabled: false,
});

function createLogs(parent: Firewall, name: string, { logRetentionDays }: FirewallArgs, acl: aws.wafv2.WebAcl): void {
  const logGroup = new aws.cloudwatch.LogGroup(
    name,
    {
      // WAF writes to groups with this prefix only.
      name: `aws-waf-logs-${pulumi.getProject()}-${pulumi.getStack()}-${name}`,
      retentionInDays: logRetentionDays,
      region: REGION,
    },
    { parent },
  );
  const policy = new aws.cloudwatch.LogResourcePolicy(
    name,
    {
      policyName: `${pulumi.getProject()}-${pulumi.getStack()}-${name}`,
      policyDocument: pulumi.jsonStringify(deliveryPolicy(parent, logGroup)),
      region: REGION,
    },
    { parent },
  );
  new aws.wafv2.WebAclLoggingConfiguration(
    name,
    {
      resourceArn: acl.arn,
      logDestinationConfigs: [logGroup.arn],
      redactedFields: REDACTED_HEADERS.map((header) => ({ singleHeader: { name: header } })),
      loggingFilter: {
        defaultBehavior: "DROP",
        filters: [
          {
            behavior: "KEEP",
            requirement: "MEETS_ANY",
            conditions: ["BLOCK", "COUNT", "EXCLUDED_AS_COUNT"].map((action) => ({ actionCondition: { action } })),
          },
        ],
      },
      region: REGION,
    },
    { parent, dependsOn: [policy] },
  );
}

/** "Sending web ACL traffic logs to a CloudWatch Logs log group", WAF developer guide. */
function deliveryPolicy(parent: Firewall, logGroup: aws.cloudwatch.LogGroup) {
  const { accountId } = aws.getCallerIdentityOutput({}, { parent });
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "DeliverFirewallLogs",
        Effect: "Allow",
        Principal: { Service: "delivery.logs.amazonaws.com" },
        Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
        Resource: pulumi.interpolate`${logGroup.arn}:*`,
        Condition: {
          StringEquals: { "aws:SourceAccount": accountId },
          ArnLike: { "aws:SourceArn": pulumi.interpolate`arn:aws:logs:${REGION}:${accountId}:*` },
        },
      },
    ],
  };
}
