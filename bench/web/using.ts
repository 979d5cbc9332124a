import type { Page } from "playwright-core";
import { settled } from "../../test/web/browser/scenes";
import { type Figure, figure } from "../figures";
import { open, type WebUser } from "./user";

const ROUNDS = 5;
/** Event Timing tells of nothing that is quicker, and in steps of 8. */
const LEAST_MS = 16;

/** What is done, in this order; each leaves the app where the next goes on. Done by finger or key, as the engine tells people's input from scripts'. */
const STEPS: Record<string, (page: Page) => Promise<void>> = {
  "open the amount pad": async (page) => page.locator(".nav-add").tap(),
  "tap four digits": async (page) => {
    for (const digit of ["1", "2", "5", "0"]) await page.locator(".keypad button", { hasText: digit }).tap();
  },
  "pick a category": async (page) => page.locator(".category-choice").nth(2).tap(),
  save: async (page) => page.locator(".add-keys [type=submit]").tap(),
  "switch to the family": async (page) => {
    await page.locator(".scope select").focus();
    await page.keyboard.press("ArrowDown");
  },
  "go to the list": async (page) => page.locator(".nav a[href='/transactions']").tap(),
  "type into the search": async (page) => {
    await page.locator("input[type=search]").focus();
    for (const letter of "rec") await page.keyboard.press(letter);
  },
  "open a transaction": async (page) => page.locator(".list-row.transaction").nth(3).tap(),
  "go back to the list": async (page) => page.locator(".detail-pane a.icon-button").tap(),
};

/** Interaction to next paint (web.dev/inp): of fewer than fifty interactions the slowest one. */
export async function benchUsing(user: WebUser): Promise<Figure[]> {
  const times = new Map(Object.keys(STEPS).map((name) => [name, [] as number[]]));
  const worst: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const { context, page } = await open(user);
    await page.addInitScript(watchInteractions);
    await page.goto(user.web);
    await page.locator(".list-row.transaction").first().waitFor();
    await page.waitForTimeout(3000); // what is fetched ahead is there
    const each: number[] = [];
    for (const [name, step] of Object.entries(STEPS)) {
      await step(page);
      await page.waitForTimeout(400); // what follows from it, such as a search, comes a moment later
      await settled({ page });
      const time = Math.max(LEAST_MS, await page.evaluate(takeSlowest));
      times.get(name)?.push(time);
      each.push(time);
    }
    worst.push(Math.max(...each));
    await context.close();
  }
  return [
    figure("Web, interaction to next paint, slowest", "ms", worst, { relation: "≤", value: 100 }),
    ...[...times].map(([name, rounds]) => figure(`  ${name}`, "ms", rounds)),
  ];
}

/** As much of the page's own world as is used. */
interface World {
  slowest: number;
  PerformanceObserver: new (
    seen: (list: { getEntries(): { interactionId: number; duration: number }[] }) => void,
  ) => { observe(options: object): void };
}

/** In the page. Source: W3C Event Timing. */
function watchInteractions(): void {
  const world = globalThis as unknown as World;
  world.slowest = 0;
  new world.PerformanceObserver((list) => {
    for (const { interactionId, duration } of list.getEntries())
      if (interactionId > 0) world.slowest = Math.max(world.slowest, duration);
  }).observe({ type: "event", durationThreshold: 16, buffered: true });
}

/** In the page: the slowest interaction since this was asked last. */
function takeSlowest(): number {
  const world = globalThis as unknown as World;
  const { slowest } = world;
  world.slowest = 0;
  return slowest;
}
