import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { stack } from "../../support/stack";

/** Chromium, where it usually is. */
const EXECUTABLE = [
  process.env.CHROMIUM ?? "",
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
].find((path) => path !== "" && existsSync(path));

export const SIZES = { phone: { width: 390, height: 844 }, desktop: { width: 1280, height: 800 } };

export interface Device {
  size?: keyof typeof SIZES;
  theme?: "light" | "dark";
  locale?: string;
}

/** Somebody in front of a browser of their own: nothing of it is shared with the others. */
export interface Visitor {
  page: Page;
  context: BrowserContext;
  /** The app's address, without a slash at its end. */
  web: string;
}

let browser: Promise<Browser> | undefined;
let visitors: { context: BrowserContext; complaints: string[] }[] = [];

/** What Chromium runs with: as root it has no sandbox; and nothing of it goes to the network by itself. */
export const launch = (): Promise<Browser> => {
  assert.ok(EXECUTABLE, "Chromium is needed (Debian: apt-get install chromium), or CHROMIUM must say where it is.");
  return chromium.launch({
    executablePath: EXECUTABLE,
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"],
  });
};

/** Opens a browser with nothing in it. What the page complains of fails the test. */
export async function visitor({ size = "phone", theme = "light", locale = "en-GB" }: Device = {}): Promise<Visitor> {
  browser ??= launch();
  const { web } = (await stack()).endpoints;
  assert.ok(web, "The program deploys no web app.");
  const context = await (await browser).newContext({
    viewport: SIZES[size],
    isMobile: size === "phone",
    hasTouch: size === "phone",
    colorScheme: theme,
    reducedMotion: "reduce",
    locale,
    timezoneId: "Europe/Madrid",
  });
  context.setDefaultTimeout(10_000);
  const complaints: string[] = [];
  context.on("weberror", (error) => complaints.push(String(error.error())));
  context.on("console", (message) => {
    if (message.type() === "error" && !isAnswer(message.text())) complaints.push(message.text());
  });
  visitors.push({ context, complaints });
  return { page: await context.newPage(), context, web: web.replace(/\/$/, "") };
}

export async function closeBrowser(): Promise<void> {
  await (await browser)?.close();
  browser = undefined;
}

/** Chromium's own note of an answer that is not 2xx, or of none: the app deals with those. */
const isAnswer = (text: string): boolean => text.startsWith("Failed to load resource");

/**
 * Tests in a browser, with events that travel. They are there where Chromium is; in continuous integration it has to be.
 */
export function inBrowser(title: string, define: () => void): void {
  if (EXECUTABLE === undefined && process.env.CI !== "true") {
    console.warn(`Not run, for want of Chromium: ${title}`);
    return;
  }
  describe(title, () => {
    before(async () => (await stack()).releaseEvents());
    define();
    afterEach(async () => {
      const complaints = visitors.flatMap((one) => one.complaints);
      const contexts = visitors.map(({ context }) => context);
      visitors = [];
      await Promise.all(contexts.map((context) => context.close()));
      assert.deepEqual(complaints, [], "The pages complained.");
    });
    after(async () => {
      await closeBrowser();
      await (await stack()).holdEvents();
    });
  });
}
