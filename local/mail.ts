import { type HttpRequest, type HttpResponse, type HttpServer, serveHttp } from "./services/http-server";

/** A mail that was captured instead of sent. */
export interface Mail {
  to: string;
  subject: string;
  text: string;
  html: string | null;
  /** RFC 3339, UTC. */
  sent_at: string;
}

/** The mailbox of all addresses: takes every mail that the platform sends, and shows them. */
export interface Mailbox {
  deliver(mail: Omit<Mail, "sent_at">): void;
  server: HttpServer;
}

/** More than anyone reads; the oldest are forgotten. */
const CAPACITY = 1_000;

/** Serves the captured mails on 127.0.0.1, the newest first: a page for people, a JSON list with `Accept: application/json`. */
export async function startMailbox(port: number, log: (line: string) => void): Promise<Mailbox> {
  const mails: Mail[] = [];
  const server = await serveHttp("mail", port, async (request) => answer(request, mails), log);
  return {
    deliver: (mail) => {
      mails.unshift({ ...mail, sent_at: new Date().toISOString() });
      mails.length = Math.min(mails.length, CAPACITY);
    },
    server,
  };
}

function answer({ method, headers }: HttpRequest, mails: Mail[]): HttpResponse {
  if (method !== "GET") return { status: 405, headers: { "content-type": "text/plain" }, body: "Only GET.\n" };
  if (headers.accept?.includes("application/json")) {
    return { status: 200, headers: { "content-type": "application/json" }, body: JSON.stringify(mails) };
  }
  return { status: 200, headers: { "content-type": "text/html; charset=utf-8" }, body: page(mails) };
}

const page = (mails: Mail[]): string => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="5">
<title>Mail (${mails.length})</title>
<style>
  body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 44rem; padding: 0 1rem;
         color: #1d1b18; background: #faf8f4; }
  h1 { font-size: 1.4rem; }
  article { background: #fff; border-radius: 14px; padding: 1rem 1.25rem; margin: 1rem 0; }
  header { display: flex; justify-content: space-between; gap: 1rem; color: #6b665e; font-size: 13px; }
  h2 { font-size: 1.05rem; margin: .25rem 0; }
  iframe { width: 100%; height: 34rem; margin: .5rem 0; border: 0; border-radius: 10px; background: #fff; }
  summary { cursor: pointer; color: #6b665e; font-size: 13px; }
  pre { white-space: pre-wrap; font: inherit; margin: .5rem 0 0; }
  @media (prefers-color-scheme: dark) { body { color: #ece8e1; background: #151412; } article { background: #201e1b; } }
</style>
<h1>Mail</h1>
${mails.length === 0 ? "<p>No mail yet. Whatever the platform sends shows up here.</p>" : mails.map(article).join("\n")}
</html>
`;

const article = ({ to, subject, text, html, sent_at }: Mail): string => `<article>
<header><span>to ${escapeHtml(to)}</span><time datetime="${sent_at}">${sent_at.slice(0, 19).replace("T", " ")}</time></header>
<h2>${escapeHtml(subject)}</h2>
${html === null ? "" : `${frame(html)}\n<details open><summary>Text</summary>`}
<pre>${linked(escapeHtml(text))}</pre>
${html === null ? "" : "</details>"}
</article>`;

/** A mail's own page, as a mail program shows it: without scripts, without access to this one; links open elsewhere. */
const frame = (html: string): string =>
  `<iframe sandbox="allow-popups allow-popups-to-escape-sandbox" loading="lazy" title="Mail" srcdoc="${escapeHtml(
    html.replace(/<head>/i, '<head><base target="_blank">'),
  )}"></iframe>`;

const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

const linked = (html: string): string => html.replace(/https?:\/\/[^\s<]+/g, (url) => `<a href="${url}">${url}</a>`);
