import type { Locator } from "playwright-core";
import { en, type TextKey } from "../../../web/src/i18n/en";
import { es } from "../../../web/src/i18n/es";
import type { Visitor } from "./chromium";
import { go } from "./steps";

/** Every screen of the app, and how to get there, in either language. For looking at them: by axe, and by people. */
export interface Scene {
  name: string;
  /** Where it is. Names of the household's things stand in braces. */
  path: string;
  /** Who looks: somebody who is signed in, unless it says otherwise. */
  who?: "nobody" | "newcomer";
  /** Whose money; the own one unless it says otherwise. */
  scope?: "group";
  /** What to do there. */
  show?: (scene: Stage) => Promise<void>;
  /** Undoes what the next scene would stumble over. */
  leave?: (scene: Stage) => Promise<void>;
}

/** Somebody before a screen. */
export interface Stage {
  one: Visitor;
  say: (key: TextKey, values?: Record<string, string>) => string;
  tap: (key: TextKey) => Promise<void>;
  /** Taps what opens a sheet. */
  open: (opener: TextKey | Locator) => Promise<void>;
}

/** What the scenes need to be there: ids by name. */
export type Props = Record<"group" | "plain" | "split" | "exchange", string>;

export const stageOf = (one: Visitor, locale: string): Stage => {
  const say: Stage["say"] = (key, values = {}) => {
    const text = (locale.startsWith("es") ? es : en)[key];
    const form = typeof text === "string" ? text : text.other;
    return form.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? "");
  };
  const tap: Stage["tap"] = (key) =>
    one.page
      .getByRole("button", { name: say(key), exact: true })
      .first()
      .click();
  const open: Stage["open"] = async (opener) => {
    await (typeof opener === "string" ? tap(opener) : opener.click());
    await one.page.getByRole("dialog").waitFor();
  };
  return { one, say, tap, open };
};

/** Waits until all is there that was on its way: answers, pictures, letters. */
export const settled = async ({ page }: Pick<Visitor, "page">): Promise<void> => {
  await page.locator(":is(.skeleton, [aria-busy=true]):not(.more-rows *)").first().waitFor({ state: "detached" });
  await page.locator("html").evaluate((root: Root) => root.ownerDocument.fonts.ready);
};

/** As much of the DOM as is needed here. */
interface Root {
  ownerDocument: { fonts: { ready: Promise<unknown> } };
}

/** Brings a scene before somebody's eyes. */
export async function enter(stage: Stage, scene: Scene, props: Partial<Props> = {}): Promise<void> {
  const { one } = stage;
  const path = scene.path.replace(/\{(\w+)\}/g, (_, name: keyof Props) => props[name] ?? "");
  await one.page.keyboard.press("Escape");
  await one.page
    .locator(":focus, html")
    .last()
    .evaluate((focused: { blur?(): void }) => focused.blur?.());
  await go(one, path);
  await one.page.locator("h1").filter({ visible: true }).first().waitFor();
  await choose(stage, scene, props);
  await settled(one);
  await scene.show?.(stage);
  await settled(one);
}

/** Whose money is looked at, where one can choose. */
async function choose({ one, say }: Stage, scene: Scene, props: Partial<Props>): Promise<void> {
  if (scene.who !== undefined || props.group === undefined || !SCOPED.test(scene.path)) return;
  await one.page.getByLabel(say("scope.label")).selectOption(scene.scope === "group" ? props.group : "");
}

const SCOPED = /^\/(transactions|balances|reports\b.*|)(\?.*)?$/;

const typed = async ({ one }: Stage, keys: string): Promise<void> => {
  for (const key of keys) await one.page.keyboard.press(key);
};

export const SCENES: Scene[] = [
  { name: "sign-in", path: "/sign-in", who: "nobody" },
  { name: "sign-up", path: "/sign-up", who: "nobody" },
  { name: "forgot", path: "/forgot", who: "nobody" },
  { name: "join-signed-out", path: "/join/any-code", who: "nobody" },
  { name: "empty-home", path: "/", who: "newcomer" },
  { name: "empty-transactions", path: "/transactions", who: "newcomer" },
  { name: "empty-add", path: "/add", who: "newcomer" },
  { name: "empty-balances", path: "/balances", who: "newcomer" },
  { name: "empty-groups", path: "/groups", who: "newcomer" },
  { name: "empty-reports", path: "/reports", who: "newcomer" },
  { name: "welcome-name", path: "/welcome", who: "newcomer", leave: ({ one }) => go(one, "/") },
  {
    name: "welcome-currency",
    path: "/welcome",
    who: "newcomer",
    show: ({ tap }) => tap("welcome.skip"),
    leave: ({ one }) => go(one, "/"),
  },
  {
    name: "welcome-balance",
    path: "/welcome",
    who: "newcomer",
    show: async ({ one, say, tap }) => {
      await tap("welcome.skip");
      await one.page.getByLabel(say("welcome.currency")).waitFor();
      await tap("welcome.skip");
      await one.page.getByLabel(say("balance.name")).waitFor();
    },
  },
  { name: "home", path: "/" },
  { name: "home-group", path: "/", scope: "group" },
  { name: "transactions", path: "/transactions" },
  { name: "transactions-group", path: "/transactions", scope: "group" },
  { name: "filters", path: "/transactions", show: ({ open }) => open("filter.title") },
  { name: "filtered", path: "/transactions?type=expense&min_amount=20&from=2026-01-01&sorted_by=amount" },
  { name: "nothing-matches", path: "/transactions?q=nothing-like-it" },
  { name: "detail", path: "/transactions/{plain}" },
  { name: "detail-items", path: "/transactions/{split}" },
  { name: "detail-movement", path: "/transactions/{exchange}" },
  { name: "add", path: "/add", show: (stage) => typed(stage, "12+3.50") },
  { name: "add-all-categories", path: "/add", show: ({ tap }) => tap("add.all_categories") },
  {
    name: "add-split",
    path: "/add",
    show: async (stage) => {
      await typed(stage, "30");
      await stage.tap("add.split");
      await stage.one.page.getByLabel(stage.say("add.entry_amount", { number: "1" })).fill("12");
    },
  },
  { name: "add-income", path: "/add?type=income" },
  { name: "add-movement", path: "/add?type=movement", show: (stage) => typed(stage, "250") },
  { name: "edit-split", path: "/transactions/{split}/edit" },
  { name: "edit-exchange", path: "/transactions/{exchange}/edit" },
  { name: "balances", path: "/balances" },
  { name: "balances-group", path: "/balances", scope: "group" },
  { name: "balance-new", path: "/balances?new" },
  {
    name: "balance-edit",
    path: "/balances",
    show: ({ one, open }) => open(one.page.locator("main .list-row").first()),
  },
  { name: "groups", path: "/groups" },
  { name: "group-new", path: "/groups", show: ({ open }) => open("groups.create") },
  { name: "group", path: "/groups/{group}" },
  {
    name: "group-member",
    path: "/groups/{group}",
    show: ({ one, open }) => open(one.page.locator("button.list-row").first()),
  },
  { name: "group-invite", path: "/groups/{group}", show: ({ open }) => open("group.invite") },
  {
    name: "group-invited",
    path: "/groups/{group}",
    show: async ({ one, tap, open, say }) => {
      await open("group.invite");
      await one.page.getByRole("dialog").getByLabel(say("auth.email")).fill("grandmother.of.all@example.com");
      await tap("group.send_invite");
      await one.page.locator(".qr svg").waitFor();
    },
    leave: async ({ one, tap }) => {
      await tap("common.close");
      await tap("group.revoke");
      await settled(one);
    },
  },
  { name: "join", path: "/join/any-code" },
  { name: "report-cash-flow", path: "/reports" },
  { name: "report-cash-flow-group", path: "/reports", scope: "group" },
  { name: "report-spending", path: "/reports/spending" },
  { name: "report-trends", path: "/reports/trends" },
  { name: "report-net-worth", path: "/reports/net-worth" },
  { name: "categories", path: "/categories" },
  { name: "category-new", path: "/categories", show: ({ open }) => open("categories.add") },
  {
    name: "category-edit",
    path: "/categories",
    show: ({ one, open }) => open(one.page.locator("main .list-row").first()),
  },
  { name: "account", path: "/account" },
  { name: "password", path: "/account", show: ({ open }) => open("account.change_password") },
  {
    name: "totp",
    path: "/account",
    show: async ({ one, open }) => {
      await open("account.totp_start");
      await one.page.locator(".qr svg").waitFor();
    },
  },
  { name: "delete-account", path: "/account", show: ({ open }) => open("account.delete") },
  { name: "more", path: "/more" },
  {
    name: "help",
    path: "/",
    show: async ({ one }) => {
      await one.page.keyboard.press("?");
      await one.page.getByRole("dialog").waitFor();
    },
  },
];

/** How the API answers where there is nothing to show: not yet, with an error, or not at all. */
export const STATES = ["loading", "failing", "offline"] as const;
export type State = (typeof STATES)[number];

/** Screens that show something of the API's. */
export const STATEFUL: Record<string, string> = {
  home: "/",
  transactions: "/transactions",
  detail: "/transactions/00000000-0000-4000-8000-000000000000",
  add: "/add",
  balances: "/balances",
  groups: "/groups",
  group: "/groups/00000000-0000-4000-8000-000000000000",
  "report-cash-flow": "/reports",
  "report-spending": "/reports/spending",
  "report-trends": "/reports/trends",
  "report-net-worth": "/reports/net-worth",
  categories: "/categories",
  account: "/account",
  more: "/more",
};

/** Has the API answer somebody like this from now on, but for who they are; before they sign in, so that nothing is known of it. */
export const answerAs = ({ context }: Visitor, state: State): Promise<unknown> =>
  context.route(/\/api\/(?!users\/me$)/, async (route) => {
    if (state === "failing") await route.fulfill({ status: 500, body: "" });
    if (state === "offline") await route.abort("internetdisconnected");
  });

/** Brings a screen before somebody's eyes that has nothing to show. */
export async function enterState({ one }: Stage, path: string, state: State): Promise<void> {
  await go(one, path);
  await one.page.locator("h1").filter({ visible: true }).first().waitFor();
  const sign = state === "loading" ? ".skeleton, main .card" : "[role=alert], main .card";
  await one.page.locator(sign).filter({ visible: true }).first().waitFor();
  if (state !== "loading") await settled(one);
}
