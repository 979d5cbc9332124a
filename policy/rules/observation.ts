import { madeFrom, type Rule, unless } from "../rule";

const LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup";
const FUNCTION = "aws:lambda/function:Function";

/** What happens is written down, where it belongs, and for so long as is wanted. */
export const observationRules: Rule[] = [
  {
    name: "logs-end",
    description: "Log groups say for how long they keep what is logged: CloudWatch's own answer is for ever.",
    types: [LOG_GROUP],
    violation: ({ inputs }) => unless(inputs.retentionInDays >= 1, "does not set retentionInDays"),
  },
  {
    name: "production-logs-kept",
    description: "Production's logs are there for three months at least, when somebody asks what happened.",
    types: [LOG_GROUP],
    productionOnly: true,
    violation: ({ inputs }) =>
      unless(inputs.retentionInDays >= 90, `keeps logs for ${inputs.retentionInDays} days only`),
  },
  {
    name: "functions-have-logs-of-their-own",
    description:
      "Each function logs JSON into a group of its own, which is declared: Lambda's own would be kept for ever.",
    types: [FUNCTION],
    violationWithin: ({ urn, inputs: { loggingConfig } }, all) => {
      const name = loggingConfig?.logGroup;
      if (!all.some(({ type, inputs }) => type === LOG_GROUP && inputs.name === name))
        return "has no declared log group";
      const other = all.find(
        (candidate) =>
          candidate.type === FUNCTION && candidate.urn !== urn && candidate.inputs.loggingConfig?.logGroup === name,
      );
      if (other !== undefined) return `shares its log group with ${other.name}`;
      return unless(loggingConfig.logFormat === "JSON", "does not log JSON");
    },
  },
  {
    name: "database-logs-end",
    description: "The log group that a database's logs go to is declared: RDS's own would be kept for ever.",
    types: ["aws:rds/cluster:Cluster"],
    violationWithin: ({ inputs }, all) => {
      const missing = (inputs.enabledCloudwatchLogsExports ?? [])
        .map((log: string) => `/aws/rds/cluster/${inputs.clusterIdentifier}/${log}`)
        .find((name: string) => !all.some(({ type, inputs: group }) => type === LOG_GROUP && group.name === name));
      return unless(missing === undefined, `logs into ${missing}, which is not declared`);
    },
  },
  {
    name: "database-insights",
    description: "What the database was busy with last week can be looked at.",
    types: ["aws:rds/clusterInstance:ClusterInstance"],
    violation: ({ inputs }) =>
      unless(inputs.performanceInsightsEnabled === true, "does not set performanceInsightsEnabled"),
  },
  {
    name: "firewalls-logged",
    description:
      "What a firewall stops is written down, but for the headers by which others could act in people's names.",
    types: ["aws:wafv2/webAcl:WebAcl"],
    violationWithin: (acl, all) => {
      const [logs] = madeFrom("aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration", acl, all);
      if (logs === undefined) return "writes no logs";
      const redacted = (logs.inputs.redactedFields ?? []).map(
        (field: { singleHeader?: { name: string } }) => field.singleHeader?.name,
      );
      const shown = ["authorization", "cookie"].find((header) => !redacted.includes(header));
      return shown && `writes down the header ${shown}`;
    },
  },
  {
    name: "distributions-logged",
    description: "Each request to a distribution leaves a line, without query and cookies.",
    types: ["aws:cloudfront/distribution:Distribution"],
    violationWithin: (distribution, all) => {
      const [source] = madeFrom("aws:cloudwatch/logDeliverySource:LogDeliverySource", distribution, all);
      const delivery = all.find(
        ({ type, inputs }) =>
          type === "aws:cloudwatch/logDelivery:LogDelivery" && inputs.deliverySourceName === source?.inputs.name,
      );
      if (source === undefined || delivery === undefined) return "has no access logs";
      const told = (delivery.inputs.recordFields ?? ["cs-uri-query"]).find((field: string) =>
        /query|cookie/i.test(field),
      );
      return told && `writes down ${told}`;
    },
  },
  {
    name: "api-requests-logged-and-limited",
    description: "Each request to the API leaves a line of JSON, and no more come through than the API is made for.",
    types: ["aws:apigatewayv2/stage:Stage"],
    violation: ({ inputs: { accessLogSettings: logs, defaultRouteSettings: limits } }) =>
      unless(
        logs?.destinationArn !== undefined &&
          logs.format?.includes("$context.requestId") &&
          limits?.throttlingRateLimit > 0 &&
          limits.throttlingBurstLimit > 0,
        "writes no access logs, or sets no limits",
      ),
  },
];
