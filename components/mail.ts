import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Link } from "./link";

export interface MailArgs {
  /** Domain, or single address, that SES may send from. Whoever owns it verifies it once: by DNS records, or by a mail. */
  identity: string;
  /** Address of the sender, which belongs to the identity. */
  from: string;
}

/**
 * Outgoing mail through SES: who we are there, and how mail is sent: encrypted on its way, or not at all; no more to
 * addresses that bounced or complained.
 *
 * Costs nothing when idle; $0.10 for a thousand mails.
 */
export class Mail extends pulumi.ComponentResource {
  private readonly identity: aws.sesv2.EmailIdentity;
  private readonly configurationSet: aws.sesv2.ConfigurationSet;
  private readonly from: string;

  constructor(name: string, args: MailArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("ahorro:mail:Mail", name, {}, opts);
    this.from = args.from;
    this.configurationSet = new aws.sesv2.ConfigurationSet(
      name,
      {
        configurationSetName: `${pulumi.getProject()}-${pulumi.getStack()}-${name}`,
        // Mails carry codes that let people in.
        deliveryOptions: { tlsPolicy: "REQUIRE" },
        reputationOptions: { reputationMetricsEnabled: true },
        sendingOptions: { sendingEnabled: true },
        suppressionOptions: { suppressedReasons: ["BOUNCE", "COMPLAINT"] },
      },
      { parent: this },
    );
    this.identity = new aws.sesv2.EmailIdentity(
      name,
      { emailIdentity: args.identity, configurationSetName: this.configurationSet.configurationSetName },
      { parent: this },
    );
    this.registerOutputs({ identity: this.identity.arn });
  }

  /** What a function needs to send mail as our one sender (MAIL_FROM), with our settings (MAIL_CONFIGURATION_SET). */
  link(): Link {
    return {
      environment: { MAIL_FROM: this.from, MAIL_CONFIGURATION_SET: this.configurationSet.configurationSetName },
      statements: [
        {
          Sid: "SendMail",
          Effect: "Allow",
          Action: ["ses:SendEmail"],
          Resource: [this.identity.arn, this.configurationSet.arn],
          Condition: { StringEquals: { "ses:FromAddress": this.from } },
        },
      ],
    };
  }
}
