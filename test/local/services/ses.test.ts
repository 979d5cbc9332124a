import assert from "node:assert/strict";
import { SESv2Client, SendEmailCommand, type SendEmailCommandInput } from "@aws-sdk/client-sesv2";
import { startAwsEndpoint } from "../../../local/services/aws-endpoint";
import type { HttpServer } from "../../../local/services/http-server";
import { ses } from "../../../local/services/ses";

describe("ses", () => {
  let api: HttpServer;
  let client: SESv2Client;
  const delivered: unknown[] = [];
  before(async () => {
    const service = ses({
      identities: ["ahorro.example", "one@other.example"],
      configurationSets: ["mail"],
      deliver: (mail) => delivered.push(mail),
    });
    api = await startAwsEndpoint({ port: 0, services: { ses: service } });
    client = new SESv2Client({
      endpoint: api.endpoint,
      region: "eu-west-1",
      credentials: { accessKeyId: "local", secretAccessKey: "local" },
      maxAttempts: 1,
    });
  });
  after(async () => {
    client.destroy();
    await api.close();
  });
  beforeEach(() => {
    delivered.length = 0;
  });

  const send = (more: Partial<SendEmailCommandInput> = {}) =>
    client.send(
      new SendEmailCommand({
        FromEmailAddress: "Ahorro <no-reply@ahorro.example>",
        Destination: { ToAddresses: ["ana@example.com"] },
        Content: { Simple: { Subject: { Data: "Hola ñ" }, Body: { Text: { Data: "text" }, Html: { Data: "<p>" } } } },
        ConfigurationSetName: "mail",
        ...more,
      }),
    );

  it("hands over mails, one for each recipient, and answers an id", async () => {
    const { MessageId } = await send({
      Destination: { ToAddresses: ["ana@example.com", "Luis <luis@EXAMPLE.com>"], BccAddresses: ["emma@example.com"] },
    });
    assert.match(MessageId ?? "", /^[\da-f-]{36}$/);
    const mail = { subject: "Hola ñ", text: "text", html: "<p>" };
    assert.deepEqual(
      delivered,
      ["ana@example.com", "luis@example.com", "emma@example.com"].map((to) => ({ to, ...mail })),
    );
  });

  it("takes a mail of text alone, and one from a single verified address", async () => {
    const Content = { Simple: { Subject: { Data: "s" }, Body: { Text: { Data: "t" } } } };
    await send({ FromEmailAddress: "one@other.example", Content });
    assert.deepEqual(delivered, [{ to: "ana@example.com", subject: "s", text: "t", html: null }]);
  });

  const simple = (Body: object) => ({ Simple: { Subject: { Data: "s" }, Body } });
  const REFUSED: [string, Partial<SendEmailCommandInput>, string, RegExp][] = [
    ["an unverified sender", { FromEmailAddress: "x@evil.example" }, "MessageRejected", /not verified.*EU-WEST-1: x@/],
    ["another's address", { FromEmailAddress: "two@other.example" }, "MessageRejected", /not verified/],
    ["a subdomain's", { FromEmailAddress: "a@b.ahorro.example.evil.example" }, "MessageRejected", /not verified/],
    ["no sender's address", { FromEmailAddress: "Ahorro" }, "BadRequestException", /final '@domain'/],
    ["an unknown configuration set", { ConfigurationSetName: "other" }, "NotFoundException", /<other> does not exist/],
    ["nobody to send to", { Destination: {} }, "BadRequestException", /1 to 50 recipients, not 0/],
    ["a recipient without a domain", { Destination: { ToAddresses: ["ana@"] } }, "BadRequestException", /'@domain'/],
    [
      "too many recipients",
      { Destination: { ToAddresses: Array.from({ length: 51 }, (_, i) => `a${i}@example.com`) } },
      "BadRequestException",
      /not 51/,
    ],
    ["no body", { Content: simple({}) }, "BadRequestException", /has no body/],
    ["a template", { Content: { Template: { TemplateName: "t" } } }, "BadRequestException", /Content\.Simple/],
    ["what is not emulated", { EmailTags: [{ Name: "a", Value: "b" }] }, "BadRequestException", /EmailTags/],
  ];
  for (const [what, more, name, message] of REFUSED) {
    it(`refuses ${what}`, async () => {
      await assert.rejects(send(more), { name, message });
      assert.deepEqual(delivered, []);
    });
  }

  it("refuses other operations by name, and what is not JSON", async () => {
    const authorization = "AWS4-HMAC-SHA256 Credential=x/20260101/eu-west-1/ses/aws4_request, Signature=x";
    const call = async (path: string, body: string) => {
      const response = await fetch(`${api.endpoint}${path}`, { method: "POST", headers: { authorization }, body });
      return [response.status, response.headers.get("x-amzn-errortype"), await response.text()] as const;
    };
    const [status, error, text] = await call("/v2/email/templates", "{}");
    assert.deepEqual([status, error], [404, "UnknownOperationException"]);
    assert.match(text, /POST \/v2\/email\/templates of SES is not emulated/);
    assert.deepEqual((await call("/v2/email/outbound-emails", "{")).slice(0, 2), [400, "BadRequestException"]);
  });
});
