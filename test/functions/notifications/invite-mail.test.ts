import assert from "node:assert/strict";
import { inviteMail } from "../../../functions/notifications/invite-mail";

const invite = {
  name: "Familia García",
  inviter_name: "Ana",
  email: "luis@example.com",
  code: "Zm9vYmFyLWJhel9xdXV4eA",
  expires_at: "2026-11-29T20:31:00.000Z",
  locale: "en",
};
const LINK = "https://app.example.com/join/Zm9vYmFyLWJhel9xdXV4eA";

const mail = (more: Partial<typeof invite> = {}) => inviteMail({ ...invite, ...more }, "https://app.example.com");

/** The words of a page, as a reader sees them. */
const words = (html: string): string =>
  html
    .replace(/[\s\S]*<body[^>]*>/, "")
    .replace(/<[^>]*>/g, " ")
    .replace(/&#(\d+);/g, (_, code) => String.fromCharCode(code))
    .replace(/\s+/g, " ")
    .trim();

describe("The mail that invites", () => {
  it("speaks English, with link, code and expiry in both forms", () => {
    const { to, subject, text, html } = mail();
    assert.equal(to, "luis@example.com");
    assert.equal(subject, "Ana invites you to “Familia García” on Ahorro");
    assert.equal(
      text,
      [
        "Ana would like to keep money in view together with you on Ahorro, in the group “Familia García”.",
        `Join the group: ${LINK}`,
        "Or enter this code in the app: Zm9vYmFyLWJhel9xdXV4eA",
        "The invitation is for you alone, and valid until November 29, 2026 at 8:31 PM UTC.",
        "You did not expect this? Ignore this mail, and nothing happens.\n",
      ].join("\n\n"),
    );
    assert.match(html, /<html lang="en">/);
    assert.deepEqual(html.match(/href="[^"]*"/g), [`href="${LINK}"`]);
    const lead = "Ana would like to keep money in view together with you on Ahorro, in the group “Familia García”.";
    assert.equal(
      words(html),
      `${lead} Ahorro Join “Familia García” ${lead} Join the group Or enter this code in the app: ${invite.code} ` +
        "The invitation is for you alone, and valid until November 29, 2026 at 8:31 PM UTC. " +
        "You did not expect this? Ignore this mail, and nothing happens.",
    );
  });

  it("speaks Spanish with those who do, wherever they are", () => {
    for (const [locale, date] of [
      ["es", "29 de noviembre de 2026 a las 20:31 UTC"],
      ["es-ES", "29 de noviembre de 2026 a las 20:31 UTC"],
      ["es-MX", "29 de noviembre de 2026 a las 8:31 p.m. UTC"],
    ] as const) {
      const { subject, text, html } = mail({ locale });
      assert.equal(subject, "Ana te invita a «Familia García» en Ahorro");
      assert.ok(text.startsWith("Ana quiere llevar las cuentas contigo en Ahorro, en el grupo «Familia García».\n\n"));
      assert.ok(text.includes(`\n\nUnirme al grupo: ${LINK}\n\n`));
      const plain = text.replace(/[\u00a0\u202f]/g, " ");
      assert.ok(plain.includes(`La invitación es solo para ti y vale hasta el ${date}.`), plain);
      assert.match(html, /<html lang="es">/);
      assert.match(words(html), /Únete a «Familia García»/);
    }
  });

  it("speaks English with everybody else, and tells time as they are used to where it can", () => {
    for (const locale of ["de", "fr-CA", "est"]) {
      assert.deepEqual(mail({ locale }), mail());
    }
    assert.match(mail({ locale: "en-GB" }).text, /29 November 2026 at 20:31 UTC/);
  });

  it("shows names as they are, whatever is in them", () => {
    const name = `<script>alert("x")</script> & 'Söhne'`;
    const inviter_name = `"><img src=x onerror=alert(1)>`;
    const plain = mail();
    const { subject, text, html } = mail({ name, inviter_name });
    assert.equal(subject, `${inviter_name} invites you to “${name}” on Ahorro`);
    assert.ok(text.includes(`in the group “${name}”.`));
    assert.ok(words(html).includes(`${inviter_name} would like`));
    assert.ok(words(html).includes(`Join “${name}”`));
    const tags = (page: string) => page.match(/<\/?[a-z!][^>]*>/gi)?.map((tag) => tag.split(" ")[0]);
    assert.deepEqual(tags(html), tags(plain.html));
  });

  it("needs nothing from elsewhere: no images, scripts, fonts or trackers", () => {
    assert.doesNotMatch(mail().html, /<(img|script|link|iframe)|url\(|@import/i);
  });
});
