/** The mail that invites somebody into a group, in the language of who invites. */
import type { Message } from "../runtime/mail";

export interface Invite {
  /** Of the group. */
  name: string;
  inviter_name: string;
  email: string;
  /** Lets one person in. */
  code: string;
  /** RFC 3339. */
  expires_at: string;
  /** BCP 47 language tag. */
  locale: string;
}

interface Words {
  subject(inviter: string, group: string): string;
  heading(group: string): string;
  lead(inviter: string, group: string): string;
  button: string;
  code: string;
  expiry(until: string): string;
  unexpected: string;
}

const words: Record<"en" | "es", Words> = {
  en: {
    subject: (inviter, group) => `${inviter} invites you to “${group}” on Ahorro`,
    heading: (group) => `Join “${group}”`,
    lead: (inviter, group) =>
      `${inviter} would like to keep money in view together with you on Ahorro, in the group “${group}”.`,
    button: "Join the group",
    code: "Or enter this code in the app:",
    expiry: (until) => `The invitation is for you alone, and valid until ${until}.`,
    unexpected: "You did not expect this? Ignore this mail, and nothing happens.",
  },
  es: {
    subject: (inviter, group) => `${inviter} te invita a «${group}» en Ahorro`,
    heading: (group) => `Únete a «${group}»`,
    lead: (inviter, group) => `${inviter} quiere llevar las cuentas contigo en Ahorro, en el grupo «${group}».`,
    button: "Unirme al grupo",
    code: "O introduce este código en la aplicación:",
    expiry: (until) => `La invitación es solo para ti y vale hasta el ${until}.`,
    unexpected: "¿No la esperabas? Ignora este correo y no pasará nada.",
  },
};

/** @param webUrl address of the web app, without a slash at its end; links lead there. */
export const inviteMail = (invite: Invite, webUrl: string): Message => {
  const language = /^es\b/i.test(invite.locale) ? "es" : "en";
  const { inviter_name: inviter, name: group, code } = invite;
  const say = words[language];
  const link = `${webUrl}/join/${encodeURIComponent(code)}`;
  const expiry = say.expiry(moment(invite.expires_at, /^(en|es)\b/i.test(invite.locale) ? invite.locale : "en"));
  const lines = [say.lead(inviter, group), `${say.button}: ${link}`, `${say.code} ${code}`, expiry, say.unexpected];
  return {
    to: invite.email,
    subject: say.subject(inviter, group),
    text: `${lines.join("\n\n")}\n`,
    html: page({
      language,
      title: say.heading(group),
      lead: say.lead(inviter, group),
      button: say.button,
      link,
      codeLabel: say.code,
      code,
      expiry,
      unexpected: say.unexpected,
    }),
  };
};

/** `November 29, 2026 at 8:31 PM UTC`: where the reader is, nobody knows yet. */
const moment = (instant: string, locale: string): string =>
  new Intl.DateTimeFormat(locale, {
    year: "numeric",
    month: "long",
    day: "numeric",
    hour: "numeric",
    minute: "2-digit",
    timeZone: "UTC",
    timeZoneName: "short",
  }).format(new Date(instant));

/** Everything in it is text; mail programs know tables and inline styles, and some of them nothing else. */
const page = (texts: {
  language: string;
  title: string;
  lead: string;
  button: string;
  link: string;
  codeLabel: string;
  code: string;
  expiry: string;
  unexpected: string;
}): string => {
  const { language, title, lead, button, link, codeLabel, code, expiry, unexpected } = escaped(texts);
  const font = "font-family:-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>${title}</title>
<style>
  @media (prefers-color-scheme: dark) {
    .paper { background: #151412 !important; }
    .card { background: #201e1b !important; }
    .ink, .code { color: #ece8e1 !important; }
    .soft { color: #a8a298 !important; }
    .brand { color: #4fc3ae !important; }
    .code { background: #2b2824 !important; }
    .button { background: #4fc3ae !important; color: #10201d !important; }
  }
  @media (max-width: 480px) { .card { padding: 28px 20px !important; } }
</style>
</head>
<body class="paper" style="margin:0;padding:0;background:#faf8f4">
<div style="display:none;max-height:0;overflow:hidden">${lead}</div>
<table class="paper" role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="background:#faf8f4">
<tr><td align="center" style="padding:32px 16px">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="max-width:520px;${font}">
<tr><td class="brand" style="padding:0 4px 16px;font-size:17px;font-weight:600;color:#0f6b5c">Ahorro</td></tr>
<tr><td class="card" style="padding:36px 32px;background:#ffffff;border-radius:14px">
<h1 class="ink" style="margin:0 0 12px;font-size:22px;line-height:1.3;font-weight:600;color:#1d1b18;overflow-wrap:anywhere">${title}</h1>
<p class="ink" style="margin:0 0 28px;font-size:17px;line-height:1.5;color:#1d1b18;overflow-wrap:anywhere">${lead}</p>
<table role="presentation" cellpadding="0" cellspacing="0" border="0"><tr><td>
<a class="button" href="${link}" style="display:inline-block;padding:14px 28px;font-size:17px;font-weight:600;color:#ffffff;background:#0f6b5c;border-radius:10px;text-decoration:none">${button}</a>
</td></tr></table>
<p class="soft" style="margin:28px 0 8px;font-size:15px;line-height:1.5;color:#6b665e">${codeLabel}</p>
<p class="code" style="margin:0 0 28px;padding:12px 16px;font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:17px;letter-spacing:.02em;color:#1d1b18;background:#f3efe8;border-radius:10px;overflow-wrap:anywhere">${code}</p>
<p class="soft" style="margin:0;font-size:15px;line-height:1.5;color:#6b665e">${expiry}</p>
</td></tr>
<tr><td class="soft" style="padding:16px 4px 0;font-size:13px;line-height:1.5;color:#6b665e">${unexpected}</td></tr>
</table>
</td></tr>
</table>
</body>
</html>
`;
};

/** The same texts, safe in HTML and in its quoted attributes. */
const escaped = <T extends Record<string, string>>(texts: T): T =>
  Object.fromEntries(
    Object.entries(texts).map(([name, text]) => [
      name,
      text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`),
    ]),
  ) as T;
