/** A mail to one person, in both forms. */
export interface Message {
  to: string;
  subject: string;
  text: string;
  html: string;
}

/** Sends a mail, or throws. */
export type SendMail = (message: Message) => Promise<void>;

/**
 * Sends through SES as `from`, shown by `name`, with the settings of a configuration set. Makes the SDK's client, which connects when
 * it is first used.
 */
export const connectMail = (sender: { from: string; name: string; configurationSet: string }): SendMail => {
  // Imported here, not captured: the program itself has no use for the SDK and loads faster without it.
  const { SESv2Client, SendEmailCommand }: typeof import("@aws-sdk/client-sesv2") = require("@aws-sdk/client-sesv2");
  const client = new SESv2Client({});
  const content = (Data: string) => ({ Data, Charset: "UTF-8" });

  return async ({ to, subject, text, html }) => {
    await client.send(
      new SendEmailCommand({
        FromEmailAddress: `${sender.name} <${sender.from}>`,
        Destination: { ToAddresses: [to] },
        Content: { Simple: { Subject: content(subject), Body: { Text: content(text), Html: content(html) } } },
        ConfigurationSetName: sender.configurationSet,
      }),
    );
  };
};
