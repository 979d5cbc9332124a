import type { AxeResults, RunOptions } from "axe-core";
import { source } from "axe-core";
import { en } from "../../../web/src/i18n/en";
import { es } from "../../../web/src/i18n/es";
import type { Visitor } from "./chromium";

/** All of WCAG 2.2 AA that can be told by a machine, and what axe holds to be good besides. */
const OPTIONS: RunOptions = {
  runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
  rules: { "target-size": { enabled: true } },
  resultTypes: ["violations"],
};

/** As much of a page as is looked at from within. */
interface Page {
  axe: { run(options: RunOptions): Promise<AxeResults> };
  document: { documentElement: { scrollWidth: number; clientWidth: number }; body: { innerText: string } };
}

/** Has axe at hand in all pages to come; past the app's policy, which lets nobody else's scripts in. */
export const prepare = ({ context }: Visitor): Promise<unknown> => context.addInitScript(source);

/** What is wrong with the screen as it is now; nothing, if all is well. */
export async function flawsOf({ page }: Visitor, options: RunOptions = OPTIONS): Promise<string[]> {
  const { violations, overflow } = await page.evaluate(async (how) => {
    const { axe, document } = globalThis as unknown as Page;
    const results = await axe.run(how);
    const { scrollWidth, clientWidth } = document.documentElement;
    return { violations: results.violations, overflow: scrollWidth - clientWidth };
  }, options);
  return [
    ...violations.flatMap(({ id, nodes }) => nodes.map(({ target, html }) => `${id}: ${target.join(" ")} ${html}`)),
    ...(overflow > 0 ? [`it is ${overflow} px wider than the screen`] : []),
  ];
}

const SPANISH = new Set(Object.values(es).flatMap(formsOf));
const ENGLISH_ONLY = new Set(
  Object.values(en)
    .flatMap(formsOf)
    .filter((text) => !SPANISH.has(text)),
);

function formsOf(text: string | { one: string; other: string }): string[] {
  return typeof text === "string" ? [text] : Object.values(text);
}

/** Lines of the screen that are texts of the English catalogue, and none of the Spanish one. */
export async function englishOn({ page }: Visitor): Promise<string[]> {
  const text = await page.evaluate(() => (globalThis as unknown as Page).document.body.innerText);
  return text.split("\n").filter((line) => ENGLISH_ONLY.has(line.trim()));
}
