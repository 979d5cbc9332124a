import assert from "node:assert/strict";
import { type Mailbox, startMailbox } from "../../local/mail";

describe("the mailbox", () => {
  let mailbox: Mailbox;
  beforeEach(async () => {
    mailbox = await startMailbox(0, assert.fail);
  });
  afterEach(() => mailbox.server.close());

  const get = async (accept: string) => (await fetch(mailbox.server.endpoint, { headers: { accept } })).text();

  it("lists mails as JSON, the newest first", async () => {
    const first = { to: "ana@example.com", subject: "One", text: "1", html: null };
    const second = { to: "luis@example.com", subject: "Two", text: "2", html: "<p>2</p>" };
    mailbox.deliver(first);
    mailbox.deliver(second);
    const mails = JSON.parse(await get("application/json"));
    assert.deepEqual(
      mails.map(({ sent_at: _, ...mail }: { sent_at: string }) => mail),
      [second, first],
    );
    for (const { sent_at } of mails) assert.equal(new Date(sent_at).toISOString(), sent_at);
  });

  it("shows them to people: the page of a mail locked away from ours, its links, and its text", async () => {
    const link = "http://127.0.0.1:8080/join/abc";
    mailbox.deliver({
      to: "ana@example.com",
      subject: "<Hi>",
      text: `Come: ${link}\n"yes"`,
      html: `<!doctype html><html><head><title>x</title></head><body><a href="${link}">Join</a>"'</body></html>`,
    });
    const page = await get("text/html");
    const [, sandbox, srcdoc = ""] = /<iframe sandbox="([^"]*)"[^>]* srcdoc="([^"]*)"><\/iframe>/.exec(page) ?? [];
    assert.equal(sandbox, "allow-popups allow-popups-to-escape-sandbox");
    assert.equal(
      srcdoc.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(code)),
      `<!doctype html><html><head><base target="_blank"><title>x</title></head><body><a href="${link}">Join</a>"'</body></html>`,
    );
    assert.ok(page.includes(`<a href="${link}">${link}</a>`));
    assert.ok(page.includes("<h2>&#60;Hi&#62;</h2>"));
  });

  it("shows a mail without a page as text only", async () => {
    mailbox.deliver({ to: "ana@example.com", subject: "Code", text: "123456", html: null });
    const page = await get("text/html");
    assert.match(page, /<pre>123456<\/pre>/);
    assert.doesNotMatch(page, /<iframe |<details/);
  });
});
