import { setTimeout as sleep } from "node:timers/promises";
import type { Browser, BrowserContext, CDPSession, Page } from "playwright-core";
import { demoFamily, demoPassword } from "../../functions/demo/family";
import type { Endpoints } from "../../local/stack";
import { SIZES } from "../../test/web/browser/chromium";
import { signIn } from "../../test/web/browser/steps";
import { type Visitor, visitor } from "../http";

/** How much of its speed the processor keeps: a quarter, as a phone of the middle class has beside a laptop. */
const SLOWER = 4;
/** Transactions that are made, and how many a request. */
export const MANY = 10_000;
const BATCH = 1000;
const EACH_DAY = 4;
const DAY = 86_400_000;

/** Who uses the app in this part of the benchmark: nobody else does. */
const WHO = demoFamily[1];

/** Somebody with 10,000 transactions, and what their browser keeps of a sign-in. */
export interface WebUser {
  browser: Browser;
  /** The app's address, without a slash at its end. */
  web: string;
  signedIn: State;
}

type State = Awaited<ReturnType<BrowserContext["storageState"]>>;

/** Makes the transactions by the API, four a day, in view of the family, and signs in once. */
export async function settleUser(browser: Browser, endpoints: Endpoints): Promise<WebUser> {
  if (endpoints.web === null) throw new Error("The program deploys no web app.");
  await recordMany(endpoints);
  const user: WebUser = { browser, web: endpoints.web.replace(/\/$/, ""), signedIn: { cookies: [], origins: [] } };
  const { context, page } = await open(user, { size: "phone", slow: false });
  await signIn({ page, context, web: user.web }, WHO, demoPassword);
  user.signedIn = await context.storageState();
  await context.close();
  return user;
}

async function recordMany(endpoints: Endpoints): Promise<void> {
  const who = await visitor(endpoints, WHO.email);
  const { userId, request } = who;
  const { items: groups } = await request("GET", "/groups");
  const { balance_id } = await request("POST", `/balances/${userId}`, {
    name: "Bench",
    currency: "EUR",
    opening_amount: "1000000",
    group_id: groups.find(({ personal }: { personal: boolean }) => !personal).group_id,
  });
  const { items: categories } = await request("GET", `/categories/${userId}?type=expense&limit=200`);
  for (let start = 0; start < MANY; start += BATCH) {
    const items = Array.from({ length: BATCH }, (_, index) => {
      const n = start + index;
      return {
        type: "expense",
        amount: `${1 + ((n * 37) % 120)}.${10 + (n % 90)}`,
        from_balance_id: balance_id,
        category_id: categories[n % categories.length].category_id,
        description: n % 3 === 0 ? null : `Receipt ${n}`,
        transacted_at: new Date(Date.now() - (n * DAY) / EACH_DAY).toISOString(),
      };
    });
    const answer = await request("POST", "/transactions/batch", { items });
    const refused = answer.items.find(({ status }: { status: number }) => status !== 201);
    if (refused !== undefined) throw new Error(`A transaction was refused: ${JSON.stringify(refused)}`);
  }
  await untilReported(who, balance_id);
}

/** Until reports and scores know, which follow by events: they would take the processor from the browser. */
async function untilReported({ request }: Visitor, balanceId: string): Promise<void> {
  const until = new Date().toISOString().slice(0, 10);
  const since = new Date(Date.now() - (MANY / EACH_DAY + 2) * DAY).toISOString().slice(0, 10);
  for (const deadline = Date.now() + 60_000; Date.now() < deadline; await sleep(250)) {
    const { items } = await request("GET", `/analytics/spending?by=balance&from=${since}&to=${until}&limit=200`);
    if (items.find(({ key }: { key: string }) => key === balanceId)?.count === MANY) return;
  }
  throw new Error("After a minute reports do not know what was recorded.");
}

/** A tab of a new browser, and the line to its engine. */
export interface Tab {
  context: BrowserContext;
  page: Page;
  cdp: CDPSession;
}

/** Opens an empty tab of a browser that has never seen the app, but for the sign-in. */
export async function open(
  { browser, signedIn }: WebUser,
  {
    size = "phone",
    slow = true,
    somebody = true,
  }: { size?: keyof typeof SIZES; slow?: boolean; somebody?: boolean } = {},
): Promise<Tab> {
  const context = await browser.newContext({
    viewport: SIZES[size],
    isMobile: size === "phone",
    hasTouch: size === "phone",
    locale: "en-GB",
    timezoneId: "Europe/Madrid",
    ...(somebody && { storageState: signedIn }),
  });
  const page = await context.newPage();
  const cdp = await context.newCDPSession(page);
  if (slow) await slowDown(cdp);
  return { context, page, cdp };
}

export const slowDown = (cdp: CDPSession): Promise<unknown> =>
  cdp.send("Emulation.setCPUThrottlingRate", { rate: SLOWER });
