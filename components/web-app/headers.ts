import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

/** Two years, in seconds. */
const HSTS_SECONDS = 63_072_000;

/**
 * What pages of the app may do, line by line. There is no `unsafe-inline` and no `unsafe-eval`: text that an attacker gets into a page
 * never runs, and cannot be sent anywhere but to the API and to where people sign in.
 *
 * @param connectTo further origins that the app calls.
 */
export const appPolicy = (connectTo: string[]): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    // data: is for images that are drawn by the app, such as codes to be scanned.
    "img-src 'self' data:",
    "font-src 'self'",
    ["connect-src 'self'", ...connectTo].join(" "),
    "manifest-src 'self'",
    "worker-src 'self'",
    // Injected markup shall neither redirect relative links nor take what people type.
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "upgrade-insecure-requests",
  ].join("; ");

/** What the API answers is data: should a browser show it as a page all the same, it may do nothing. */
const DATA_POLICY = "default-src 'none'; frame-ancestors 'none'";

/** What else the app's pages give up: they use none of it. */
const APP_HEADERS: Record<string, string> = {
  // Windows that open the app, or that it opens, cannot reach into it.
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
};

/** The headers of the app's files. */
export const createAppHeaders = (
  parent: pulumi.Resource,
  name: string,
  connectTo: pulumi.Input<string>[],
): aws.cloudfront.ResponseHeadersPolicy =>
  createPolicy(
    parent,
    `${name}-app`,
    "Pages that run their own scripts only",
    pulumi.all(connectTo).apply(appPolicy),
    APP_HEADERS,
  );

/** The headers of the API's answers. */
export const createApiHeaders = (parent: pulumi.Resource, name: string): aws.cloudfront.ResponseHeadersPolicy =>
  createPolicy(parent, `${name}-api`, "Data that never run as a page", DATA_POLICY, {});

/** Whatever the origin says of these headers does not count. */
function createPolicy(
  parent: pulumi.Resource,
  name: string,
  comment: string,
  contentSecurityPolicy: pulumi.Input<string>,
  others: Record<string, string>,
): aws.cloudfront.ResponseHeadersPolicy {
  const items = Object.entries(others).map(([header, value]) => ({ header, value, override: true }));
  return new aws.cloudfront.ResponseHeadersPolicy(
    name,
    {
      name: `${pulumi.getProject()}-${pulumi.getStack()}-${name}`,
      comment,
      securityHeadersConfig: {
        contentSecurityPolicy: { contentSecurityPolicy, override: true },
        contentTypeOptions: { override: true },
        // Says what frame-ancestors says, to browsers that do not know that.
        frameOptions: { frameOption: "DENY", override: true },
        // The address of a page can hold the code of an invite.
        referrerPolicy: { referrerPolicy: "no-referrer", override: true },
        // Not `preload`: that is for the owner of the domain above to decide, and hard to take back.
        strictTransportSecurity: { accessControlMaxAgeSec: HSTS_SECONDS, includeSubdomains: true, override: true },
      },
      ...(items.length > 0 && { customHeadersConfig: { items } }),
    },
    { parent },
  );
}
