import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { unzip } from "../../functions/exports/zip";
import { newUser, password, type User } from "../../support/api";
import { eventually } from "../../support/eventually";
import { inBrowser, type Visitor, visitor } from "./chromium";
import { household } from "./household";
import { button, go, mailed, sees, signIn } from "./steps";
import { totp } from "./totp";

inBrowser("An account in the web app", () => {
  let me: User;
  let one: Visitor;
  beforeEach(async () => {
    me = await newUser("Marta");
    one = await visitor();
  });
  const enterPassword = async (secret: string) => {
    await one.page.getByLabel("E-mail").fill(me.email);
    await one.page.getByLabel("Password").fill(secret);
    await button(one, "Sign in").click();
  };

  it("takes another name, language and look, and keeps them", async () => {
    await signIn(one, me);
    await go(one, "/account");
    await one.page.getByLabel("Name").fill("Marta Ríos");
    await one.page.getByLabel("Language").selectOption("es-ES");
    await one.page.getByText("Dark", { exact: true }).click();
    await button(one, "Save").click();
    await one.page.getByRole("heading", { name: "Cuenta" }).waitFor();
    await one.page.reload();
    await one.page.getByRole("heading", { name: "Cuenta" }).waitFor();
    await one.page.locator('html[lang="es-ES"][data-theme="dark"]').waitFor();
    const { name, locale } = (await me.get("/users/me")).body;
    assert.deepEqual({ name, locale }, { name: "Marta Ríos", locale: "es-ES" });
  });

  it("asks for a code as well, once that is wanted", async () => {
    await signIn(one, me);
    await go(one, "/account");
    await button(one, "Sign in with codes, too").click();
    const secret = await one.page.locator(".totp code", { hasText: /^\w{16,}$/ }).innerText();
    await one.page.getByLabel("Code from your authenticator app").fill("000000");
    await button(one, "Confirm").click();
    await sees(one, "This code is not right.");
    await one.page.getByLabel("Code from your authenticator app").fill(totp(secret));
    await button(one, "Confirm").click();
    await button(one, "No more codes").waitFor();
    await button(one, "Sign out").click();
    await enterPassword(password);
    await one.page.getByLabel("Code from your authenticator app").fill(totp(secret));
    await button(one, "Sign in").click();
    await one.page.locator(".nav").waitFor();
  });

  it("lets in again who forgot the password", async () => {
    await go(one, "/sign-in");
    await enterPassword("wrong-Horse-1");
    await sees(one, "E-mail or password is not right.");
    await one.page.getByRole("link", { name: "Forgot your password?" }).click();
    await one.page.getByLabel("E-mail").fill(me.email);
    await button(one, "Send the code").click();
    await one.page.getByLabel("Code from the mail").fill(await mailed(me.email, /\b\d{6}\b/));
    await one.page.getByLabel("New password").fill("another-Horse-9");
    await button(one, "Set the password").click();
    await one.page.locator(".nav").waitFor();
  });

  it("gives out all that is kept, and is deleted for good", async () => {
    const home = await household(me, ["Bread", "Cheese"]);
    await signIn(one, me);
    await go(one, "/account");
    const saved = one.page.waitForEvent("download", { timeout: 60_000 });
    await button(one, "Export everything").click();
    const file = await saved;
    assert.equal(file.suggestedFilename(), "ahorro.zip");
    const files = await unzip(readFileSync(await file.path()));
    const lines = (files["transactions.csv"] ?? "").trim().split("\r\n");
    assert.equal(lines.length, 3);
    for (const [note, id] of home.ids) assert.ok(lines.some((line) => line.includes(note) && line.includes(id)));

    await button(one, "Delete my account").click();
    const sheet = one.page.getByRole("dialog");
    const confirm = sheet.getByRole("button", { name: "Delete my account" });
    assert.ok(await confirm.isDisabled());
    await sheet.getByLabel(`Type ${me.email} to go on`).fill(me.email);
    await confirm.click();
    await one.page.getByRole("heading", { name: "Sign in" }).waitFor();
    await enterPassword(password);
    await sees(one, "E-mail or password is not right.");
    await eventually("what was theirs is erased", async () =>
      (await me.get("/transactions")).body.items?.length === 0 ? true : undefined,
    );
  });
});
