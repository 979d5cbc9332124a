import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { cognitoClient } from "../../../local/services/cognito-client";
import { type Client, client, password } from "../../support/api";
import { eventually } from "../../support/eventually";
import { stack } from "../../support/stack";
import { inBrowser, type Visitor, visitor } from "./chromium";
import { button, go, mailed, read, save, sees, seesNoMore, signUp, takeFirstSteps, tap } from "./steps";

/** The API, as the person knows it who has signed up in the browser. */
async function apiOf(email: string): Promise<Client> {
  const { endpoints } = await stack();
  const { endpoint, client_id } = endpoints.cognito;
  const { idToken } = await cognitoClient({ endpoint, clientId: client_id }).signIn({ email, password });
  return client(`Bearer ${idToken}`);
}

const newAddress = () => `${randomUUID()}@example.com`;

/** Signs up from the first page on, to the amount pad. */
async function arrive(one: Visitor, name: string, opening: string): Promise<string> {
  const email = newAddress();
  await go(one, "/");
  await one.page.getByRole("link", { name: "Create an account" }).click();
  await signUp(one, email);
  await takeFirstSteps(one, { name, balance: "Purse", opening });
  return email;
}

/** Adds a balance on the screen of balances. */
async function addBalance(one: Visitor, name: string, opening: string, currency: string, seenBy?: string) {
  await go(one, "/balances?new");
  const sheet = one.page.getByRole("dialog");
  await sheet.getByLabel("Name").fill(name);
  await sheet.getByLabel(/What is in it/).fill(opening);
  await sheet.getByLabel("Currency").selectOption(currency);
  if (seenBy !== undefined) await sheet.getByLabel("Who sees it").selectOption({ label: seenBy });
  await sheet.getByRole("button", { name: "Save" }).click();
  await sheet.waitFor({ state: "detached" });
}

/** Luis shares what he spends; Ana sees it, with what he changes, takes back and deletes. */
async function shareAndChange(luis: Visitor, ana: Visitor): Promise<void> {
  const row = ({ page }: Visitor, text: string) => page.locator(".transaction", { hasText: text });
  await addBalance(luis, "Market", "60", "EUR", "The Olives");
  await go(luis, "/add");
  await luis.page.getByRole("combobox", { name: "Balance" }).selectOption({ label: "Market · €60.00" });
  await tap(luis, "8");
  await luis.page.getByLabel("Note").fill("Oranges");
  await save(luis);
  await go(ana, "/transactions");
  await ana.page.getByLabel("Whose money").selectOption({ label: "The Olives" });
  await row(ana, "Oranges").getByRole("img", { name: "Luis" }).waitFor();
  await row(ana, "Oranges").getByText("€8.00").waitFor();

  await go(luis, "/transactions");
  await row(luis, "Oranges").click();
  await button(luis, "Edit").click();
  await tap(luis, "9.50");
  await save(luis);
  await ana.page.reload();
  await row(ana, "Oranges").getByText("€9.50").waitFor();

  await button(luis, "Delete").click();
  await sees(luis, "Deleted");
  await ana.page.reload();
  await row(ana, "Firewood").waitFor();
  await row(ana, "Oranges").waitFor({ state: "detached" });
  await button(luis, "Undo").last().click();
  await row(luis, "Oranges").waitFor();
  await ana.page.reload();
  await row(ana, "Oranges").getByText("€9.50").waitFor();
}

interface Part {
  amount: string;
  category_id: string | null;
}

/** What the ledger says went out, in cents, by category. */
function spentByCategory(transactions: (Part & { type: string; entries: Part[] })[]): Map<string | null, number> {
  const spent = new Map<string | null, number>();
  for (const { entries, ...whole } of transactions.filter(({ type }) => type === "expense")) {
    for (const { amount, category_id } of entries.length > 0 ? entries : [whole]) {
      spent.set(category_id, (spent.get(category_id) ?? 0) + Math.round(Number(amount) * 100));
    }
  }
  return spent;
}

inBrowser("A family in the web app", () => {
  it("signs up, records all kinds of transactions, and finds its reports to be what the ledger says", async () => {
    const marta = await visitor();
    const { page } = marta;
    const email = await arrive(marta, "Marta", "100");
    await tap(marta, "12+3.50");
    await page.locator(".category-choice").first().click();
    await save(marta);
    await sees(marta, "€15.50 saved");
    await sees(marta, "€84.50");

    await addBalance(marta, "Dollars", "20", "USD");
    await go(marta, "/add?type=income");
    await page.getByRole("combobox", { name: "Balance" }).selectOption({ label: "Purse · €84.50" });
    await tap(marta, "1000");
    await page.getByLabel("Note").fill("Wages");
    await save(marta);

    await go(marta, "/add?type=movement");
    await page.getByRole("combobox", { name: "From" }).selectOption({ label: "Purse · €1,084.50" });
    await page.getByRole("combobox", { name: "To" }).selectOption({ label: "Dollars · $20.00" });
    await tap(marta, "100");
    await button(marta, /^Received/).click();
    await tap(marta, "110");
    await sees(marta, "1 EUR = 1.1 USD");
    await save(marta);

    await go(marta, "/add");
    await tap(marta, "30");
    await button(marta, "Split").click();
    await page.getByLabel("Amount of item 1").fill("12.25");
    await page.getByLabel("Note of item 1").fill("Bread");
    await sees(marta, "€17.75");
    await button(marta, "Put the rest here").click();
    await page.getByLabel("Category of item 2").selectOption({ index: 2 });
    await save(marta);

    await go(marta, "/balances");
    await sees(marta, "€954.50");
    await sees(marta, "$130.00");
    const api = await apiOf(email);
    const { items } = (await api.get("/transactions")).body;
    assert.deepEqual(
      items.map(({ type, amount, to_amount, entries }: Record<string, unknown[]>) => [
        type,
        amount,
        to_amount,
        entries?.map((entry) => (entry as { amount: string }).amount),
      ]),
      [
        ["expense", "30.00", null, ["12.25", "17.75"]],
        ["movement", "100.00", "110.00", []],
        ["income", "1000.00", null, []],
        ["expense", "15.50", null, []],
      ],
    );

    // What the reports say follows by events; the ledger is there at once.
    await go(marta, "/reports");
    await sees(marta, "€954.50");
    const figures = await read(marta, ".read-off-figures");
    assert.equal(figures, "Left €954.50 In €1,000.00 Out €45.50");
    await go(marta, "/reports/net-worth");
    await sees(marta, "€1,072.68"); // 954.50 and 130 dollars at 110 for 100 euros
    await go(marta, "/reports/spending");
    await sees(marta, "€45.50");
    assert.deepEqual(
      (await page.locator(".share-row .amount").allInnerTexts()).sort(),
      [...spentByCategory(items).values()].map((cents) => `€${(cents / 100).toFixed(2)}`).sort(),
    );
    // A line leads to the transactions behind it.
    await page.locator("a.share-row", { hasText: "€15.50" }).click();
    await page.getByRole("heading", { name: "Transactions" }).waitFor();
    await page.locator(".transaction", { hasText: "€15.50" }).waitFor();
    await page.locator(".transaction", { hasText: "Wages" }).waitFor({ state: "detached" });
    assert.equal(await page.locator(".transaction").count(), 1);
  });

  it("invites by mail; who opens the link signs up, joins, and sees what is shared, and nothing else", async () => {
    const ana = await visitor({ size: "desktop" });
    const host = await arrive(ana, "Ana", "10");
    await go(ana, "/groups");
    await button(ana, "Create a group").last().click();
    const sheet = ana.page.getByRole("dialog");
    await sheet.getByLabel("Name of the group").fill("The Olives");
    await sheet.getByRole("button", { name: "Create a group" }).click();
    await ana.page.getByRole("heading", { name: "The Olives" }).waitFor();
    await addBalance(ana, "Household", "500", "EUR", "The Olives");
    await go(ana, "/add");
    await ana.page.getByRole("combobox", { name: "Balance" }).selectOption({ label: "Household · €500.00" });
    await tap(ana, "42");
    await ana.page.getByLabel("Note").fill("Firewood");
    await save(ana);

    await go(ana, "/groups");
    await ana.page.getByRole("link", { name: /The Olives/ }).click();
    await button(ana, "Invite").click();
    const guest = newAddress();
    await ana.page.getByRole("dialog").getByLabel("E-mail").fill(guest);
    await button(ana, "Send the invitation").click();
    await ana.page.getByRole("img", { name: "QR code of the invitation" }).waitFor();
    const shown = await ana.page.locator(".invite-link code").innerText();
    await button(ana, "Close").click();
    await sees(ana, guest);

    const luis = await visitor();
    const link = await mailed(guest, /https?:\S+\/join\/[\w-]+/);
    assert.equal(link, shown);
    await luis.page.goto(link);
    await luis.page.getByRole("link", { name: "Create an account" }).click();
    await signUp(luis, guest);
    await button(luis, "Join the group").click();
    await sees(luis, "Welcome to The Olives");
    await takeFirstSteps(luis, { name: "Luis", balance: "Secret", opening: "5" });
    await go(luis, "/transactions");
    await luis.page.getByRole("link", { name: /Firewood/ }).click();
    await sees(luis, "Household");
    assert.equal(await button(luis, "Delete").count(), 0, "It is Ana's.");
    await go(luis, "/balances");
    await sees(luis, "€458.00");
    await seesNoMore(luis, "Purse");
    await shareAndChange(luis, ana);

    await go(ana, "/groups");
    await ana.page.getByRole("link", { name: /The Olives/ }).click();
    const olives = new URL(ana.page.url()).pathname.split("/").at(-1);
    await button(ana, /Luis/).waitFor();
    await sees(ana, "Nobody is invited at the moment."); // Luis has come
    await button(ana, /Luis/).click();
    await button(ana, "Hand the group over").click();
    await button(ana, "Hand the group over").last().click();
    await button(ana, "Leave the group").click();
    await button(ana, "Leave the group").last().click();
    await sees(ana, "You have left The Olives");
    const own = await apiOf(host);
    await eventually("Ana's leaving has come to the ledger, by an event", async () =>
      (await own.get(`/transactions?group_id=${olives}&q=Oranges`)).body.items.length === 0 ? true : undefined,
    );
    await go(ana, "/transactions");
    await ana.page.locator(".transaction", { hasText: "Firewood" }).waitFor();
    await seesNoMore(ana, "Oranges");
  });
});
