import type { Page } from "playwright-core";
import { type Figure, figure } from "../figures";
import { MANY, open, slowDown, type Tab, type WebUser } from "./user";

const ROUNDS = 5;
/** Each round scrolls so far, in px, at so many px a second: a quick turn of the wheel, held. */
const FAR = 12_000;
const SPEED = 3000;
/** One frame at 60 a second, and two; with a millisecond for the clock. */
const [ONE_FRAME, TWO_FRAMES] = [17.7, 34.3];

/** A list of 10,000 transactions, all of them loaded, turned by the wheel in front of a laptop. */
export async function benchScrolling(user: WebUser): Promise<Figure[]> {
  const tab = await open(user, { size: "desktop", slow: false });
  const { page, cdp, context } = tab;
  await page.goto(`${user.web}/transactions`);
  await loadAll(page);
  await slowDown(cdp);
  const rounds: Scrolled[] = [];
  const empty: Scrolled[] = [];
  for (let round = 0; round < ROUNDS; round += 1) rounds.push(await scroll(tab, -FAR));
  await page.goto("about:blank");
  await page.setContent(`<div style="height: ${2 * ROUNDS * FAR}px"></div>`);
  for (let round = 0; round < ROUNDS; round += 1) empty.push(await scroll(tab, -FAR));
  await context.close();
  const of = (all: Scrolled[], name: keyof Scrolled) => all.map((one) => one[name]);
  return [
    figure(`Web, scrolling ${MANY} transactions: frames dropped`, "%", of(rounds, "dropped"), {
      relation: "≤",
      value: 5,
    }),
    figure("  on an empty page", "%", of(empty, "dropped")),
    figure("  frames over 16.7 ms", "%", of(rounds, "overOne")),
    figure("  frames over 33.3 ms", "%", of(rounds, "overTwo"), { relation: "≤", value: 2 }),
    figure("  slowest frame", "ms", of(rounds, "slowest")),
    figure("  elements in the page", "", of(rounds, "elements"), { relation: "≤", value: 1500 }),
  ];
}

/** Goes to the end of the list until it does not grow any more. */
async function loadAll(page: Page): Promise<void> {
  await page.locator(".list-row.transaction").first().waitFor();
  while ((await page.locator(".more-rows").count()) > 0) {
    await page.mouse.wheel(0, 100_000);
    await page.waitForTimeout(50);
  }
  await page.mouse.move(700, 400);
  await page.waitForTimeout(3000);
}

/** Of the frames while it scrolled: shares in percent, and most elements at once. */
interface Scrolled {
  dropped: number;
  overOne: number;
  overTwo: number;
  slowest: number;
  elements: number;
}

async function scroll({ page, cdp }: Tab, distance: number): Promise<Scrolled> {
  await page.evaluate(() => (globalThis as unknown as World).scrollTo(0, 0));
  await page.waitForTimeout(500);
  await page.evaluate(watchFrames);
  await cdp.send("Input.synthesizeScrollGesture", {
    x: 400,
    y: 500,
    yDistance: distance,
    speed: SPEED,
    gestureSourceType: "mouse",
    preventFling: true,
  });
  const { times, elements } = await page.evaluate(takeFrames);
  const gaps = times.slice(1).map((time, index) => time - (times[index] ?? time));
  const share = (limit: number) => (gaps.filter((gap) => gap > limit).length / gaps.length) * 100;
  const due = gaps.reduce((sum, gap) => sum + Math.max(1, Math.round(gap / (1000 / 60))), 0);
  return {
    dropped: (1 - gaps.length / due) * 100,
    overOne: share(ONE_FRAME),
    overTwo: share(TWO_FRAMES),
    slowest: Math.max(...gaps),
    elements,
  };
}

/** As much of the page's own world as is used. */
interface World {
  frames: number[] | undefined;
  elements: number;
  document: { querySelectorAll(selector: string): { length: number } };
  requestAnimationFrame(run: (time: number) => void): void;
  scrollTo(x: number, y: number): void;
}

/** In the page: keeps the time of every frame. */
function watchFrames(): void {
  const world = globalThis as unknown as World;
  world.frames = [];
  world.elements = 0;
  const next = (time: number): void => {
    if (world.frames === undefined) return;
    world.frames.push(time);
    if (world.frames.length % 20 === 0)
      world.elements = Math.max(world.elements, world.document.querySelectorAll("*").length);
    world.requestAnimationFrame(next);
  };
  world.requestAnimationFrame(next);
}

function takeFrames(): { times: number[]; elements: number } {
  const world = globalThis as unknown as World;
  const times = world.frames ?? [];
  world.frames = undefined;
  return { times, elements: world.elements };
}
