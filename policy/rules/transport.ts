import { refusesPlainText } from "../documents";
import { madeFrom, originsOf, type PolicyResource, type Rule, unless } from "../rule";

/** CloudFront's policies that refuse what is older than TLS 1.2 ("Supported protocols and ciphers", CloudFront developer guide). */
const MODERN_TLS = /^TLSv1\.(2_2021|2_2025|3_2025)$/;

/** A year, in seconds. */
const YEAR = 31_536_000;

/** What travels is encrypted. */
export const transportRules: Rule[] = [
  {
    name: "databases-force-tls",
    description: "Databases refuse connections without TLS.",
    types: ["aws:rds/cluster:Cluster"],
    violationWithin: (cluster, all) => {
      const parameters = originsOf("aws:rds/clusterParameterGroup:ClusterParameterGroup", cluster, all).flatMap(
        ({ inputs }) => inputs.parameters ?? [],
      );
      return unless(
        parameters.some(({ name, value }) => name === "rds.force_ssl" && value === "1"),
        "has no parameter group with rds.force_ssl = 1",
      );
    },
  },
  {
    name: "buckets-refuse-plain-text",
    description: "Buckets refuse requests without TLS.",
    types: ["aws:s3/bucket:Bucket"],
    violationWithin: (bucket, all) => refusesPlainTextWithin("aws:s3/bucketPolicy:BucketPolicy", bucket, all),
  },
  {
    name: "queues-refuse-plain-text",
    description: "Queues refuse requests without TLS.",
    types: ["aws:sqs/queue:Queue"],
    violationWithin: (queue, all) => refusesPlainTextWithin("aws:sqs/queuePolicy:QueuePolicy", queue, all),
  },
  {
    name: "brokers-speak-tls-to-iam-roles",
    description:
      "Kafka is spoken over TLS, between brokers too, by clients that sign in with IAM roles; by nobody else.",
    types: ["aws:msk/cluster:Cluster", "aws:msk/serverlessCluster:ServerlessCluster"],
    violation: ({ type, inputs: { clientAuthentication, encryptionInfo } }) => {
      // Serverless clusters know nothing but TLS and IAM.
      if (type === "aws:msk/serverlessCluster:ServerlessCluster") {
        return unless(clientAuthentication?.sasl?.iam?.enabled === true, "does not sign clients in with IAM");
      }
      const { clientBroker, inCluster } = encryptionInfo?.encryptionInTransit ?? {};
      if (clientBroker !== "TLS" || inCluster !== true) return "does not demand TLS of clients and brokers";
      return unless(
        clientAuthentication?.sasl?.iam === true && clientAuthentication.unauthenticated === false,
        "does not sign clients in with IAM only",
      );
    },
  },
  {
    name: "distributions-https-only",
    description: "CloudFront serves HTTPS, TLS 1.2 at least under a name of ours, and fetches by HTTPS.",
    types: ["aws:cloudfront/distribution:Distribution"],
    violation: ({ inputs }) => plainTextServed(inputs) ?? plainTextFetched(inputs) ?? oldTls(inputs),
  },
  {
    name: "api-names-force-tls",
    description: "Under a name of ours, API Gateway refuses what is older than TLS 1.2.",
    types: ["aws:apigatewayv2/domainName:DomainName"],
    violation: ({ inputs: { domainNameConfiguration: configuration } }) =>
      unless(
        configuration?.securityPolicy === "TLS_1_2",
        `takes ${configuration?.securityPolicy ?? "any TLS"} under its own name`,
      ),
  },
  {
    name: "certificates-renewed-by-themselves",
    description:
      "Certificates are proven by DNS records, which ACM finds again at renewal; a mail would wait for somebody.",
    types: ["aws:acm/certificate:Certificate"],
    violation: ({ inputs }) => unless(inputs.validationMethod === "DNS", "does not set validationMethod to DNS"),
  },
  {
    name: "browsers-held-to-https",
    description: "Browsers are told for a year at least to come back by HTTPS only, and not to guess types of content.",
    types: ["aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy"],
    violation: ({ inputs: { securityHeadersConfig: headers } }) =>
      unless(
        headers?.strictTransportSecurity?.accessControlMaxAgeSec >= YEAR &&
          headers.contentTypeOptions?.override === true,
        "does not set strictTransportSecurity for a year, or contentTypeOptions",
      ),
  },
  {
    name: "mail-encrypted",
    description: "Mails travel encrypted or not at all: they carry codes that let people in.",
    types: ["aws:sesv2/configurationSet:ConfigurationSet"],
    violation: ({ inputs }) =>
      unless(inputs.deliveryOptions?.tlsPolicy === "REQUIRE", "does not set deliveryOptions.tlsPolicy to REQUIRE"),
  },
];

const refusesPlainTextWithin = (type: string, resource: PolicyResource, all: PolicyResource[]) =>
  unless(
    madeFrom(type, resource, all).some(({ inputs }) => refusesPlainText(inputs.policy)),
    "has no policy that denies everything when aws:SecureTransport is false",
  );

type Inputs = PolicyResource["inputs"];

function plainTextServed({ defaultCacheBehavior, orderedCacheBehaviors = [] }: Inputs): string | undefined {
  const open = [defaultCacheBehavior, ...orderedCacheBehaviors].find(
    ({ viewerProtocolPolicy }) => !["https-only", "redirect-to-https"].includes(viewerProtocolPolicy),
  );
  return open && `serves ${open.pathPattern ?? "*"} without HTTPS`;
}

function plainTextFetched({ origins }: Inputs): string | undefined {
  // biome-ignore lint/suspicious/noExplicitAny: inputs of any provider's resource
  const plain = origins.find(({ customOriginConfig: config }: any) => {
    if (config === undefined) return false;
    return config.originProtocolPolicy !== "https-only" || config.originSslProtocols.join() !== "TLSv1.2";
  });
  return plain && `fetches from ${plain.originId} by something else than HTTPS with TLS 1.2`;
}

function oldTls({ viewerCertificate: certificate }: Inputs): string | undefined {
  // Under cloudfront.net's own certificate, CloudFront lets nobody choose.
  if (certificate?.cloudfrontDefaultCertificate === true) return undefined;
  return unless(
    MODERN_TLS.test(certificate?.minimumProtocolVersion ?? ""),
    `takes ${certificate?.minimumProtocolVersion ?? "any TLS"} under its own name`,
  );
}
