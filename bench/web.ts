import type { Endpoints } from "../local/stack";
import { launch } from "../test/web/browser/chromium";
import type { Figure } from "./figures";
import { benchScrolling } from "./web/scrolling";
import { benchStarting } from "./web/starting";
import { settleUser } from "./web/user";
import { benchUsing } from "./web/using";

/**
 * The web app in Chromium, as somebody with 10,000 transactions has it, on a processor that CDP slows down to a quarter: what it loads, when
 * something is seen, how soon it answers, how smoothly a long list scrolls. `npm run bench:web` measures this only.
 */
export async function benchWeb(endpoints: Endpoints): Promise<Figure[]> {
  const browser = await launch();
  try {
    const user = await settleUser(browser, endpoints);
    return [...(await benchStarting(user)), ...(await benchUsing(user)), ...(await benchScrolling(user))];
  } finally {
    await browser.close();
  }
}
