import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { SERVE_APP, STRIP_API_PREFIX } from "./edge";
import { createApiHeaders, createAppHeaders } from "./headers";

export interface DistributionArgs {
  bucket: aws.s3.Bucket;
  /** Base URL of the API that answers below /api. */
  apiUrl: pulumi.Input<string>;
  /** Further origins that the app calls. */
  connectTo: pulumi.Input<string>[];
  priceClass: string;
  /** By which the API knows the distribution: put into each request, whatever a client sent. */
  apiHeader?: { name: string; value: pulumi.Input<string> } | undefined;
  /** ARN of the firewall in front of it. @default none */
  firewallArn?: pulumi.Input<string> | undefined;
  /** A host name of one's own, and its certificate in ACM in us-east-1. */
  domain?: { name: string; certificateArn: pulumi.Input<string> } | undefined;
}

/** AWS's own policies, by the ids that they have everywhere ("Use managed cache policies", "… origin request policies"). */
const CACHING_OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6";
const CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad";
const ALL_VIEWER_EXCEPT_HOST_HEADER = "b689b0a8-53d0-40ab-baf2-68738e2966ac";

const APP_ORIGIN = "app";
const API_ORIGIN = "api";

/**
 * One origin for browsers: the app's files from the bucket, and the API below /api, which is never cached and gets requests
 * as they are. It gets all headers but Host, by which API Gateway tells its APIs apart.
 */
export function createDistribution(
  parent: pulumi.Resource,
  name: string,
  args: DistributionArgs,
): aws.cloudfront.Distribution {
  return new aws.cloudfront.Distribution(
    name,
    {
      comment: `${pulumi.getProject()}-${pulumi.getStack()}-${name}`,
      enabled: true,
      httpVersion: "http2and3",
      isIpv6Enabled: true,
      priceClass: args.priceClass,
      // The edge function sees to it already; should it be taken away some day, the bucket still lists nothing.
      defaultRootObject: "index.html",
      origins: [createBucketOrigin(parent, name, args.bucket), apiOrigin(args)],
      orderedCacheBehaviors: [createApiBehaviour(parent, name)],
      defaultCacheBehavior: createAppBehaviour(parent, name, args.connectTo),
      ...(args.firewallArn && { webAclId: args.firewallArn }),
      restrictions: { geoRestriction: { restrictionType: "none" } },
      ...certificateOf(args.domain),
    },
    { parent },
  );
}

function createBucketOrigin(parent: pulumi.Resource, name: string, bucket: aws.s3.Bucket) {
  const accessControl = new aws.cloudfront.OriginAccessControl(
    name,
    {
      name: physicalName(name),
      description: "Reads the web app's bucket",
      originAccessControlOriginType: "s3",
      signingBehavior: "always",
      signingProtocol: "sigv4",
    },
    { parent },
  );
  return {
    originId: APP_ORIGIN,
    // The name with the region: the other one redirects until a new bucket is known everywhere.
    domainName: bucket.bucketRegionalDomainName,
    originAccessControlId: accessControl.id,
  };
}

const apiOrigin = ({ apiUrl, apiHeader }: DistributionArgs) => ({
  originId: API_ORIGIN,
  domainName: pulumi.output(apiUrl).apply((url) => new URL(url).host),
  customOriginConfig: {
    httpPort: 80,
    httpsPort: 443,
    originProtocolPolicy: "https-only",
    originSslProtocols: ["TLSv1.2"],
    // A little longer than API Gateway waits for a function: its own 503 is what clients understand.
    originReadTimeout: 35,
    originKeepaliveTimeout: 60,
  },
  ...(apiHeader && { customHeaders: [apiHeader] }),
});

const createAppBehaviour = (parent: pulumi.Resource, name: string, connectTo: pulumi.Input<string>[]) => ({
  targetOriginId: APP_ORIGIN,
  viewerProtocolPolicy: "redirect-to-https",
  allowedMethods: ["GET", "HEAD"],
  cachedMethods: ["GET", "HEAD"],
  compress: true,
  cachePolicyId: CACHING_OPTIMIZED,
  responseHeadersPolicyId: createAppHeaders(parent, name, connectTo).id,
  functionAssociations: [
    createEdgeFunction(parent, `${name}-serve-app`, "Serves the app at every place within it", SERVE_APP),
  ],
});

const createApiBehaviour = (parent: pulumi.Resource, name: string) => ({
  pathPattern: "/api/*",
  targetOriginId: API_ORIGIN,
  // Not redirected: by then a client would have sent its token in the clear.
  viewerProtocolPolicy: "https-only",
  allowedMethods: ["GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"],
  cachedMethods: ["GET", "HEAD"],
  compress: false,
  cachePolicyId: CACHING_DISABLED,
  originRequestPolicyId: ALL_VIEWER_EXCEPT_HOST_HEADER,
  responseHeadersPolicyId: createApiHeaders(parent, name).id,
  functionAssociations: [
    createEdgeFunction(parent, `${name}-strip-api-prefix`, "Takes /api off the path", STRIP_API_PREFIX),
  ],
});

function createEdgeFunction(parent: pulumi.Resource, name: string, comment: string, code: string) {
  const edgeFunction = new aws.cloudfront.Function(
    name,
    { name: physicalName(name), comment, runtime: "cloudfront-js-2.0", code, publish: true },
    { parent },
  );
  return { eventType: "viewer-request", functionArn: edgeFunction.arn };
}

/**
 * TLS 1.2 at least, where there is a certificate of one's own. With the one of cloudfront.net, CloudFront takes TLS 1.0 as well
 * and lets nobody change that ("ViewerCertificate", CloudFront API reference).
 */
const certificateOf = (domain: DistributionArgs["domain"]) =>
  domain === undefined
    ? { viewerCertificate: { cloudfrontDefaultCertificate: true } }
    : {
        aliases: [domain.name],
        viewerCertificate: {
          acmCertificateArn: domain.certificateArn,
          sslSupportMethod: "sni-only",
          minimumProtocolVersion: "TLSv1.2_2021",
        },
      };

/** Names that are taken once in an account. */
const physicalName = (name: string): string => `${pulumi.getProject()}-${pulumi.getStack()}-${name}`;
