import { gzipSync } from "node:zlib";
import type { Page } from "playwright-core";
import { settled } from "../../test/web/browser/scenes";
import { type Figure, figure } from "../figures";
import { open, type Tab, type WebUser } from "./user";

const ROUNDS = 5;
const SCRIPTS = { relation: "≤", value: 170 } as const;
const PAINT = { relation: "≤", value: 1000 } as const;

/** What one opening of the app took. */
interface Opening {
  /** All scripts that came until everything was there, in kB of gzip. */
  scripts: number;
  /** From the start of the navigation until something was painted, and until everything was there, in ms. */
  painted: number;
  complete: number;
}

/** The way in on the first visit; home on the first visit with a sign-in; and home when the app is opened once more. */
export async function benchStarting(user: WebUser): Promise<Figure[]> {
  const [first, home, again]: Opening[][] = [[], [], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    const stranger = await open(user, { somebody: false });
    first?.push(await openAt(stranger.page, `${user.web}/sign-in`, "form"));
    await stranger.context.close();
    const known = await open(user);
    home?.push(await openAt(known.page, `${user.web}/`, ".list-row.transaction"));
    again?.push(await openAgain(known, user));
    await known.context.close();
  }
  return [
    ...figuresOf("Web, first visit", first ?? [], true),
    ...figuresOf("Web, home", home ?? [], true),
    ...figuresOf("Web, home once more", again ?? [], false),
  ];
}

const figuresOf = (name: string, openings: Opening[], loads: boolean): Figure[] => [
  ...(loads
    ? [
        figure(
          `${name}: JavaScript, gzip`,
          "kB",
          openings.map(({ scripts }) => scripts),
          SCRIPTS,
        ),
      ]
    : []),
  figure(
    `${name}: first contentful paint`,
    "ms",
    openings.map(({ painted }) => painted),
    PAINT,
  ),
  figure(
    "  everything is there",
    "ms",
    openings.map(({ complete }) => complete),
  ),
];

/** A second tab, once the service worker has kept the app and the answers are kept, too. */
async function openAgain({ page }: Tab, user: WebUser): Promise<Opening> {
  await page.evaluate(async () => {
    const { navigator } = globalThis as unknown as { navigator: { serviceWorker: { ready: Promise<unknown> } } };
    await navigator.serviceWorker.ready;
  });
  await page.waitForTimeout(3000); // answers are kept a second after they came
  return openAt(page, `${user.web}/`, ".list-row.transaction");
}

async function openAt(page: Page, url: string, awaited: string): Promise<Opening> {
  const bodies: Promise<number>[] = [];
  page.on("response", (response) => {
    if (response.request().resourceType() === "script")
      bodies.push(response.body().then((body) => gzipSync(body).length / 1000));
  });
  await page.goto(url);
  await page.locator(awaited).first().waitFor();
  await settled({ page });
  const { painted, complete } = await page.evaluate(() => {
    const { performance } = globalThis;
    const paint = performance.getEntriesByName("first-contentful-paint")[0];
    return { painted: paint?.startTime ?? Number.NaN, complete: performance.now() };
  });
  page.removeAllListeners("response");
  const scripts = (await Promise.all(bodies)).reduce((sum, size) => sum + size, 0);
  return { scripts, painted, complete };
}
