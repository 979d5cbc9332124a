import assert from "node:assert/strict";
import { newUser } from "../../support/api";
import { eventually } from "../../support/eventually";
import { inBrowser, type Visitor, visitor } from "./chromium";
import { type Household, household } from "./household";
import { flawsOf, prepare } from "./inspect";
import { button, go, sees, seesNoMore, signIn, tap } from "./steps";

const row = ({ page }: Visitor, name: string) => page.locator(".transaction", { hasText: name });

/** What is not deleted, newest first: note and amount. */
const recorded = async ({ user }: Household): Promise<[string | null, string][]> =>
  (await user.get("/transactions")).body.items.map(({ description, amount }: Record<string, string>) => [
    description,
    amount,
  ]);

/** Records an expense on the pad, without waiting for anybody. */
async function note(one: Visitor, amount: string, text: string): Promise<void> {
  await go(one, "/add");
  await tap(one, amount);
  await one.page.getByLabel("Note").fill(text);
  await button(one, /^Save/).click();
  await sees(one, /saved$/);
}

inBrowser("The web app without a network", () => {
  let home: Household;
  let one: Visitor;
  beforeEach(async () => {
    home = await household(await newUser("Marta"), ["Bread", "Cheese"]);
    one = await visitor();
    await prepare(one);
    await signIn(one, home.user);
    await go(one, "/transactions");
    await row(one, "Cheese").waitFor();
  });

  it("opens with what was seen last, keeps what is recorded, and sends it once when it is back", async () => {
    // All parts of the app are on the device by now.
    await one.page.evaluate(ready);
    await one.context.setOffline(true);
    await note(one, "7", "Apples");
    await go(one, "/transactions");
    await sees(one, "Offline. You can go on.");
    await sees(one, "1 waits to be sent");
    await row(one, "Apples").getByLabel("Waits to be sent").waitFor();
    assert.deepEqual(await flawsOf(one), []);

    await one.page.reload();
    await row(one, "Apples").getByLabel("Waits to be sent").waitFor();
    await row(one, "Bread").waitFor();
    await go(one, "/");
    await sees(one, "€90.00"); // 100 − 1 − 2 − 7
    assert.equal((await recorded(home)).length, 2);

    await one.context.setOffline(false);
    await go(one, "/transactions");
    await row(one, "Apples").getByLabel("Waits to be sent").waitFor({ state: "detached" });
    await seesNoMore(one, "Offline. You can go on.");
    assert.deepEqual(await recorded(home), [
      ["Apples", "7.00"],
      ["Cheese", "2.00"],
      ["Bread", "1.00"],
    ]);
  });

  it("can be installed", async () => {
    await one.page.evaluate(ready);
    const session = await one.context.newCDPSession(one.page);
    const { installabilityErrors } = await session.send("Page.getInstallabilityErrors");
    // Each test is in a window of its own, of which the browser keeps nothing.
    assert.deepEqual(
      installabilityErrors.filter(({ errorId }) => errorId !== "in-incognito"),
      [],
    );
  });

  it("sends again what was carried out without an answer, and has it recorded once", async () => {
    let sent = 0;
    await one.page.route("**/api/transactions", async (route) => {
      if (route.request().method() !== "POST" || ++sent > 1) return route.continue();
      assert.equal((await route.fetch()).status(), 201);
      return route.abort("connectionreset");
    });
    await note(one, "7", "Apples");
    await go(one, "/transactions");
    await row(one, "Apples").getByLabel("Waits to be sent").waitFor();
    await row(one, "Apples").getByLabel("Waits to be sent").waitFor({ state: "detached" });
    assert.equal(sent, 2);
    assert.equal(await row(one, "Apples").count(), 1);
    assert.equal((await recorded(home)).filter(([text]) => text === "Apples").length, 1);
  });

  it("shows what was changed on both sides, and does what is chosen", async () => {
    const conflict = async (mine: string, theirs: string, edit: string) => {
      await row(one, "Cheese").click();
      await one.page.getByRole("heading", { name: "Cheese" }).waitFor();
      await one.context.setOffline(true);
      await button(one, "Edit").click();
      await tap(one, edit);
      await button(one, /^Save/).click();
      await home.change("Cheese", { amount: theirs });
      await one.context.setOffline(false);
      await button(one, "1 change needs you").click();
      const sheet = one.page.getByRole("dialog");
      await sheet.getByText("It was changed somewhere else meanwhile.").waitFor();
      await sheet.getByText(mine).waitFor();
      await sheet.getByText(`€${theirs}`).waitFor();
      return sheet;
    };
    const amount = async () => (await recorded(home)).find(([text]) => text === "Cheese")?.[1];

    const first = await conflict("€3.00", "4.00", "3");
    assert.deepEqual(await flawsOf(one), []);
    assert.equal(await amount(), "4.00");
    await first.getByRole("button", { name: "Keep mine" }).click();
    await eventually("mine", async () => ((await amount()) === "3.00" ? true : undefined));

    await go(one, "/transactions");
    const second = await conflict("€5.00", "6.00", "5");
    await second.getByRole("button", { name: "Keep the other" }).click();
    await seesNoMore(one, "1 change needs you");
    assert.equal(await amount(), "6.00");
    await go(one, "/transactions");
    await row(one, "€6.00").waitFor();
  });
});

/** Runs in the page: until the service worker has all files. */
const ready = (): Promise<unknown> =>
  (globalThis as unknown as { navigator: { serviceWorker: { ready: Promise<unknown> } } }).navigator.serviceWorker
    .ready;
