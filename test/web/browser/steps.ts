import assert from "node:assert/strict";
import type { Mail } from "../../../local/mail";
import { password, type User } from "../../support/api";
import { eventually } from "../../support/eventually";
import { stack } from "../../support/stack";
import type { Visitor } from "./chromium";

/** What people do in the app, step by step, in English. */

export const button = ({ page }: Visitor, name: string | RegExp) =>
  page.getByRole("button", { name, ...(typeof name === "string" && { exact: true }) });

/** Goes to an address of the app; within it, as its links do, where it is open already. */
export const go = async ({ page, web }: Visitor, path: string): Promise<void> => {
  if (!page.url().startsWith(`${web}/`)) {
    await page.goto(web + path);
    return;
  }
  await page.evaluate((to) => {
    const { history } = globalThis as unknown as { history: { pushState(state: null, unused: "", to: string): void } };
    history.pushState(null, "", to);
  }, path);
};

/** What the newest mail to an address holds. */
export async function mailed(address: string, pattern: RegExp): Promise<string> {
  const { endpoints } = await stack();
  return eventually(`a mail to ${address}`, async () => {
    const mails = (await (await fetch(endpoints.mail, { headers: { accept: "application/json" } })).json()) as Mail[];
    return mails
      .filter(({ to }) => to === address)
      .map(({ text }) => pattern.exec(text)?.[0])
      .find((found) => found !== undefined);
  });
}

/** From the way in to a signed-in app that asks for the name. */
export async function signUp(one: Visitor, email: string): Promise<void> {
  const { page } = one;
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill(password);
  await button(one, "Create account").click();
  await page.getByLabel("Code from the mail").fill(await mailed(email, /\b\d{6}\b/));
  await button(one, "Confirm").click();
}

/** Name, currency and first balance, up to the amount pad. */
export async function takeFirstSteps(one: Visitor, { name, balance, opening }: Record<string, string>): Promise<void> {
  const { page } = one;
  await page.getByLabel("Name").fill(name ?? "");
  await button(one, "Continue").click();
  await page.getByLabel("Currency").selectOption("EUR");
  await button(one, "Continue").click();
  await page.getByLabel("Name").fill(balance ?? "");
  await page.getByLabel("What is in it (EUR)").fill(opening ?? "");
  await button(one, "Continue").click();
  await page.getByRole("heading", { name: "New transaction" }).waitFor();
}

/** Signs in somebody who has been registered by the API, and waits for their home. */
export async function signIn(one: Visitor, { email }: Pick<User, "email">, secret = password): Promise<void> {
  await go(one, "/sign-in");
  await one.page.getByLabel(/E-mail|Correo/).fill(email);
  await one.page.getByLabel(/Password|Contraseña/).fill(secret);
  await one.page.locator("button[type=submit]").click();
  await one.page.locator(".nav").waitFor();
}

const KEYS: Record<string, string> = {
  "+": "Plus",
  "-": "Minus",
  "*": "Times",
  "/": "Divided by",
  ".": "Decimal mark",
};

/** Taps an amount, or a sum, on the pad. */
export async function tap(one: Visitor, keys: string): Promise<void> {
  for (const key of keys) await button(one, KEYS[key] ?? key).click();
}

/** Saves what is on the pad and waits until the API has it. */
export async function save(one: Visitor): Promise<void> {
  const answered = one.page.waitForResponse(
    (response) => /\/api\/transactions(\/|$)/.test(response.url()) && response.request().method() !== "GET",
  );
  await button(one, /^Save/).click();
  const answer = await answered;
  assert.ok(answer.ok(), `${answer.status()} ${await answer.text()}`);
}

/** The text of an element as people read it: in one line, with plain spaces. */
export const read = async (one: Visitor, selector: string): Promise<string> =>
  (await one.page.locator(selector).first().innerText()).replace(/\s+/g, " ").trim();

/** Waits for a text to be there, and seen. */
export const sees = async ({ page }: Visitor, text: string | RegExp): Promise<void> => {
  await page.locator("body").getByText(text).filter({ visible: true }).first().waitFor();
};

/** Waits for a text to be gone. */
export const seesNoMore = async ({ page }: Visitor, text: string | RegExp): Promise<void> => {
  await page.getByText(text).filter({ visible: true }).first().waitFor({ state: "detached" });
};
