import { type Grant, words } from "./grant";

/** Where CloudFront's firewalls, certificates and logs are kept, wherever the stack is. */
const GLOBAL = "us-east-1";

/** What deploying takes of what stands before the app: names, certificates, the firewall and its logs; see grants.ts. */
export const EDGE_GRANTS: Grant[] = [
  {
    types: ["aws:acm/"],
    service: "acm",
    read: words("DescribeCertificate ListTagsForCertificate"),
    write: words("AddTagsToCertificate DeleteCertificate RemoveTagsFromCertificate"),
    on: ["arn:aws:acm:{region}:{account}:certificate/*", `arn:aws:acm:${GLOBAL}:{account}:certificate/*`],
  },
  { types: ["aws:acm/"], service: "acm", write: ["RequestCertificate"], on: ["*"] },
  {
    types: ["aws:route53/"],
    service: "route53",
    read: words("GetHostedZone ListResourceRecordSets ListTagsForResource"),
    write: ["ChangeResourceRecordSets"],
    on: ["arn:aws:route53:::hostedzone/*"],
  },
  { types: ["aws:route53/"], service: "route53", read: ["ListHostedZones"], on: ["*"] },
  { types: ["aws:route53/"], service: "route53", read: ["GetChange"], on: ["arn:aws:route53:::change/*"] },
  {
    types: ["aws:wafv2/"],
    service: "wafv2",
    read: words("GetLoggingConfiguration GetWebACL ListTagsForResource"),
    write: words(
      "CreateWebACL DeleteLoggingConfiguration DeleteWebACL PutLoggingConfiguration TagResource UntagResource UpdateWebACL",
    ),
    on: [
      `arn:aws:wafv2:${GLOBAL}:{account}:global/webacl/{prefix}*/*`,
      `arn:aws:wafv2:${GLOBAL}:{account}:global/managedruleset/*/*`,
    ],
  },
  {
    types: ["aws:cloudwatch/logDelivery"],
    service: "logs",
    read: words("GetDelivery GetDeliveryDestination GetDeliverySource ListTagsForResource"),
    write: words(
      "CreateDelivery DeleteDelivery DeleteDeliveryDestination DeleteDeliverySource PutDeliveryDestination PutDeliverySource TagResource UntagResource UpdateDeliveryConfiguration",
    ),
    on: ["delivery", "delivery-destination", "delivery-source"].map(
      (kind) => `arn:aws:logs:${GLOBAL}:{account}:${kind}:*`,
    ),
  },
  {
    types: ["aws:cloudwatch/logGroup"],
    service: "logs",
    read: ["ListTagsForResource"],
    write: words("CreateLogGroup DeleteLogGroup PutRetentionPolicy TagResource UntagResource"),
    on: [
      `arn:aws:logs:${GLOBAL}:{account}:log-group:/aws/*`,
      `arn:aws:logs:${GLOBAL}:{account}:log-group:aws-waf-logs-{prefix}-*`,
    ],
  },
  { types: ["aws:cloudwatch/logResourcePolicy"], service: "logs", read: ["DescribeResourcePolicies"], on: ["*"] },
  {
    types: ["aws:cloudwatch/logResourcePolicy"],
    service: "logs",
    write: words("DeleteResourcePolicy PutResourcePolicy"),
    on: ["*"],
  },
];
