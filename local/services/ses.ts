import { randomUUID } from "node:crypto";
import * as v from "valibot";
import type { AwsResponse, AwsService } from "./aws-endpoint";

export interface SesOptions {
  /** Verified domains and addresses: only from these may be sent. */
  identities: string[];
  configurationSets: string[];
  /** Takes a mail, once for every recipient. */
  deliver(mail: { to: string; subject: string; text: string; html: string | null }): void;
}

/**
 * The part of SES (API v2) that sends: `SendEmail` with simple content (Amazon SES API v2 Reference). Mails are handed over instead of
 * sent. Whoever sends from an address that is not an identity's is refused, as in AWS.
 */
export const ses =
  (options: SesOptions): AwsService =>
  async ({ method, url, body, region }) => {
    if (method !== "POST" || url.pathname !== "/v2/email/outbound-emails") {
      const message = `${method} ${url.pathname} of SES is not emulated on this machine; SendEmail is.`;
      return { status: 404, error: "UnknownOperationException", message };
    }
    const request = parse(body);
    if (typeof request === "string") return refusal("BadRequestException", request);
    return send(request, region, options);
  };

const Content = v.strictObject({ Data: v.string(), Charset: v.optional(v.picklist(["UTF-8"])) });
const Addresses = v.optional(v.array(v.string()), []);

/** Strict: what would be ignored here but not by AWS, such as a template, is refused. */
const SendEmail = v.strictObject({
  FromEmailAddress: v.string(),
  Destination: v.strictObject({ ToAddresses: Addresses, CcAddresses: Addresses, BccAddresses: Addresses }),
  Content: v.strictObject({
    Simple: v.strictObject({
      Subject: Content,
      Body: v.strictObject({ Text: v.optional(Content), Html: v.optional(Content) }),
    }),
  }),
  ConfigurationSetName: v.optional(v.string()),
});
type SendEmail = v.InferOutput<typeof SendEmail>;

/** The request, or what is wrong with it. */
function parse(body: Buffer): SendEmail | string {
  let input: unknown;
  try {
    input = JSON.parse(body.toString("utf8"));
  } catch {
    return "The body is not JSON.";
  }
  const result = v.safeParse(SendEmail, input);
  if (result.success) return result.output;
  return result.issues.map((issue) => `${v.getDotPath(issue) ?? "body"}: ${issue.message}`).join("; ");
}

/** Most recipients of one mail. */
const MAX_RECIPIENTS = 50;

function send(request: SendEmail, region: string, options: SesOptions): AwsResponse {
  const { FromEmailAddress, ConfigurationSetName: set, Content } = request;
  if (set !== undefined && !options.configurationSets.includes(set)) {
    return { status: 404, error: "NotFoundException", message: `Configuration set <${set}> does not exist.` };
  }
  const { ToAddresses, CcAddresses, BccAddresses } = request.Destination;
  const recipients = [...ToAddresses, ...CcAddresses, ...BccAddresses].map(addressOf);
  if (recipients.length === 0 || recipients.length > MAX_RECIPIENTS) {
    return refusal("BadRequestException", `A mail has 1 to ${MAX_RECIPIENTS} recipients, not ${recipients.length}.`);
  }
  const from = addressOf(FromEmailAddress);
  if (from === undefined || recipients.includes(undefined)) {
    return refusal("BadRequestException", "Missing final '@domain'");
  }
  const [, domain = ""] = from.split("@");
  if (![from, domain].some((identity) => options.identities.includes(identity))) {
    const message = `Email address is not verified. The following identities failed the check in region ${region.toUpperCase()}: ${from}`;
    return refusal("MessageRejected", message);
  }
  const { Subject, Body } = Content.Simple;
  if (Body.Text === undefined && Body.Html === undefined)
    return refusal("BadRequestException", "The mail has no body.");
  const mail = { subject: Subject.Data, text: Body.Text?.Data ?? "", html: Body.Html?.Data ?? null };
  for (const to of recipients) if (to !== undefined) options.deliver({ to, ...mail });
  return { status: 200, body: { MessageId: randomUUID() } };
}

/** The address in `address` or `Name <address>` (RFC 5322, 3.4), its domain in lower case; undefined where there is none. */
function addressOf(mailbox: string): string | undefined {
  const [, bracketed, bare = bracketed] = /^(?:[^<>\r\n]*<([^<>\s]+)>|([^<>\s]+))$/.exec(mailbox.trim()) ?? [];
  const [local, domain, ...rest] = bare?.split("@") ?? [];
  return local && domain && rest.length === 0 ? `${local}@${domain.toLowerCase()}` : undefined;
}

const refusal = (error: string, message: string): AwsResponse => ({ status: 400, error, message });
