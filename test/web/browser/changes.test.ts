import assert from "node:assert/strict";
import { newUser } from "../../support/api";
import { inBrowser, type Visitor, visitor } from "./chromium";
import { get, type Household, household } from "./household";
import { button, go, save, sees, seesNoMore, signIn, tap } from "./steps";

const row = ({ page }: Visitor, name: string) => page.locator(".transaction", { hasText: name });

/** Drags a row with a finger, as far as it takes. */
async function swipe(one: Visitor, name: string, by: number): Promise<void> {
  const box = await row(one, name).boundingBox();
  assert.ok(box);
  const session = await one.context.newCDPSession(one.page);
  const at = (x: number) => [{ x: box.x + box.width / 2 + x, y: box.y + box.height / 2 }];
  await session.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: at(0) });
  for (let step = 1; step <= 8; step++) {
    await session.send("Input.dispatchTouchEvent", { type: "touchMove", touchPoints: at((by * step) / 8) });
  }
  await session.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
}

inBrowser("Transactions in the web app", () => {
  let home: Household;
  let one: Visitor;
  const start = async (size: "phone" | "desktop") => {
    home = await household(await newUser("Marta"), ["Bread", "Cheese", "Olives"]);
    one = await visitor({ size });
    await signIn(one, home.user);
    await go(one, "/transactions");
    await row(one, "Olives").waitFor();
  };

  it("are edited, duplicated, deleted, and brought back", async () => {
    await start("phone");
    await row(one, "Cheese").click();
    await button(one, "Edit").click();
    await button(one, "Delete the last digit").click();
    await tap(one, "+7");
    await one.page.getByLabel("Note").fill("Old cheese");
    await save(one);
    await sees(one, "Changed");
    assert.deepEqual(await get(home, "Old cheese"), { amount: "7.00", deleted_at: null });

    await button(one, "Duplicate").click();
    await save(one);
    await go(one, "/transactions");
    await row(one, "Old cheese").nth(1).waitFor();

    await row(one, "Bread").click();
    await button(one, "Delete").click();
    await sees(one, "Deleted");
    await row(one, "Olives").waitFor();
    assert.equal(await row(one, "Bread").count(), 0);
    await button(one, "Undo").last().click();
    await row(one, "Bread").waitFor();
    await one.page.reload();
    await row(one, "Bread").waitFor();
    assert.deepEqual(await get(home, "Bread"), { amount: "1.00", deleted_at: null });
  });

  it("are deleted by a swipe to the left, approved and edited by one to the right", async () => {
    await start("phone");
    await swipe(one, "Olives", -60);
    await row(one, "Olives").waitFor();
    await swipe(one, "Olives", -170);
    await sees(one, "Deleted");
    assert.equal(await row(one, "Olives").count(), 0);
    await home.change("Cheese", { approved: false });
    await one.page.reload();
    await row(one, "Pending").waitFor();
    await swipe(one, "Cheese", 170);
    await sees(one, "Approved");
    await row(one, "Pending").waitFor({ state: "detached" });
    await swipe(one, "Bread", 170);
    await one.page.getByRole("heading", { name: "Edit transaction" }).waitFor();
  });

  it("are found by search and by filters, which a chip takes away", async () => {
    await start("phone");
    await one.page.getByLabel("Search notes").fill("chee");
    await row(one, "Bread").waitFor({ state: "detached" });
    await row(one, "Cheese").waitFor();
    await one.page.getByLabel("Search notes").fill("");
    await row(one, "Bread").waitFor();
    await button(one, "Filters").click();
    const sheet = one.page.getByRole("dialog");
    await sheet.getByLabel("At least").fill("2");
    await sheet.getByLabel("At most").fill("2.50");
    await sheet.getByRole("button", { name: "Show" }).click();
    await row(one, "Bread").waitFor({ state: "detached" });
    assert.deepEqual(await one.page.locator(".transaction .title").allInnerTexts(), ["Cheese"]);
    await button(one, "Remove filter: ≥ 2.00").click();
    await row(one, "Bread").waitFor();
    await button(one, "Remove filter: ≤ 2.50").click();
    await row(one, "Olives").waitFor();
    await go(one, "/transactions?q=nothing-like-it");
    await sees(one, "Nothing matches.");
    await button(one, "Clear filters").click();
    await row(one, "Olives").waitFor();
  });

  it("come a page at a time, and wait where they were while one of them is looked at", async () => {
    await start("phone");
    const items = Array.from({ length: 250 }, (_, index) => ({
      type: "expense",
      amount: "1",
      from_balance_id: home.balanceId,
      description: `Ticket ${index}`,
      transacted_at: new Date(Date.now() - (10 + index) * 86_400_000).toISOString(),
    }));
    assert.equal((await home.user.post("/transactions/batch", { items })).status, 207);
    let pages = 0;
    one.page.on("request", (request) => {
      if (/\/api\/transactions\?.*limit=100/.test(request.url())) pages += 1;
    });
    await one.page.reload();
    await row(one, "Olives").waitFor();
    await one.page.mouse.wheel(0, 3000);
    await row(one, "Ticket 30").click();
    await one.page.getByRole("heading", { name: "Ticket 30" }).waitFor();
    await one.page.getByRole("link", { name: "Close" }).click();
    await row(one, "Ticket 30").waitFor();
    assert.equal(await row(one, "Olives").count(), 0, "What is out of sight is not in the page.");
    assert.ok((await row(one, "").count()) < 40);
    assert.equal(pages, 1);
  });

  it("are reached by the keyboard alone", async () => {
    await start("desktop");
    const { keyboard } = one.page;
    await keyboard.press("?");
    await sees(one, "These keys");
    await keyboard.press("Escape");
    await seesNoMore(one, "These keys");
    for (const key of ["j", "j", "j", "k"]) await keyboard.press(key);
    await keyboard.press("Enter");
    await one.page.getByRole("heading", { name: "Cheese" }).waitFor();
    await button(one, "Duplicate").focus();
    await keyboard.press("Enter");
    await one.page.getByRole("heading", { name: "New transaction" }).waitFor();
    await keyboard.press("Escape");
    await one.page.getByRole("heading", { name: "Cheese" }).waitFor();
    await keyboard.press("e");
    await one.page.getByRole("heading", { name: "Edit transaction" }).waitFor();
    await keyboard.type("5");
    await keyboard.press("Enter");
    await sees(one, "€5.00");
    await keyboard.press("Escape");
    await keyboard.press("j");
    await keyboard.press("Backspace");
    await sees(one, "Deleted");
    await keyboard.press("/");
    await one.page.locator("input[type=search]:focus").waitFor();
    await keyboard.press("Escape");
    await keyboard.press("n");
    await one.page.getByRole("heading", { name: "New transaction" }).waitFor();
    await keyboard.type("12+3.5");
    await sees(one, "€15.50");
  });
});
