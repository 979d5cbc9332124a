import type { HeaderRule } from "./types";

/** A response headers policy as declared; what of it the platform uses. */
interface HeadersPolicy {
  securityHeadersConfig?: {
    contentSecurityPolicy?: { contentSecurityPolicy: string; override: boolean };
    contentTypeOptions?: { override: boolean };
    frameOptions?: { frameOption: string; override: boolean };
    referrerPolicy?: { referrerPolicy: string; override: boolean };
    strictTransportSecurity?: {
      accessControlMaxAgeSec: number;
      includeSubdomains?: boolean;
      preload?: boolean;
      override: boolean;
    };
  };
  customHeadersConfig?: { items: { header: string; value: string; override: boolean }[] };
}

/** Parts of a policy that are known here; another one is refused rather than left out. */
const KNOWN = ["name", "comment", "securityHeadersConfig", "customHeadersConfig"];

/** The headers of a response headers policy, in the form in which CloudFront sends them. */
export function headerRules(policy: HeadersPolicy): HeaderRule[] {
  const unknown = Object.keys(policy).find((part) => !KNOWN.includes(part));
  if (unknown !== undefined) throw new Error(`The local host does not know ${unknown} of a response headers policy.`);
  const { securityHeadersConfig: security = {}, customHeadersConfig: custom } = policy;
  const rules: (HeaderRule | false | undefined)[] = [
    security.contentSecurityPolicy && {
      name: "content-security-policy",
      value: security.contentSecurityPolicy.contentSecurityPolicy,
      override: security.contentSecurityPolicy.override,
    },
    security.contentTypeOptions && {
      name: "x-content-type-options",
      value: "nosniff",
      override: security.contentTypeOptions.override,
    },
    security.frameOptions && {
      name: "x-frame-options",
      value: security.frameOptions.frameOption,
      override: security.frameOptions.override,
    },
    security.referrerPolicy && {
      name: "referrer-policy",
      value: security.referrerPolicy.referrerPolicy,
      override: security.referrerPolicy.override,
    },
    security.strictTransportSecurity && {
      name: "strict-transport-security",
      value: transportSecurity(security.strictTransportSecurity),
      override: security.strictTransportSecurity.override,
    },
    ...(custom?.items ?? []).map(({ header, value, override }) => ({ name: header.toLowerCase(), value, override })),
  ];
  return rules.filter((rule) => typeof rule === "object");
}

const transportSecurity = (declared: {
  accessControlMaxAgeSec: number;
  includeSubdomains?: boolean;
  preload?: boolean;
}): string =>
  [
    `max-age=${declared.accessControlMaxAgeSec}`,
    ...(declared.includeSubdomains ? ["includeSubDomains"] : []),
    ...(declared.preload ? ["preload"] : []),
  ].join("; ");

/**
 * The same over plain HTTP, as this host is served: whoever speaks HTTP must not send Strict-Transport-Security (RFC 6797, 7.2), and
 * `upgrade-insecure-requests` would send browsers to an HTTPS that is not there.
 */
export const overHttp = (rules: HeaderRule[]): HeaderRule[] =>
  rules
    .filter(({ name }) => name !== "strict-transport-security")
    .map((rule) => (rule.name === "content-security-policy" ? { ...rule, value: withoutUpgrade(rule.value) } : rule));

const withoutUpgrade = (policy: string): string =>
  policy
    .split(";")
    .map((directive) => directive.trim())
    .filter((directive) => directive !== "" && directive !== "upgrade-insecure-requests")
    .join("; ");

export type Headers = Record<string, string | string[]>;

/** Header fields of an answer with a policy's added. Names are in lower case. */
export function applyRules(headers: Headers, rules: HeaderRule[]): Headers {
  const result = { ...headers };
  for (const { name, value, override } of rules) {
    if (override || result[name] === undefined) result[name] = value;
  }
  return result;
}
