/**
 * `npm run web:screenshots`: pictures of every screen, of the demo family on a stack of its own: on a phone and a desktop, light and dark, into
 * `.local/screenshots/`, for people to look at; those of the README into `docs/screenshots/`. `npm run web:screenshots -- ^report` takes
 * some screens only, by a pattern of their names.
 */
import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import catalogue from "../../../functions/categories/catalogue.json";
import { demoFamily, demoPassword, seed } from "../../../functions/demo/family";
import { PROJECT_FOLDER } from "../../../local/program/stack-config";
import { cognitoClient } from "../../../local/services/cognito-client";
import { type Client, client, newUser, password } from "../../support/api";
import { stack, stopStack } from "../../support/stack";
import { closeBrowser, SIZES, type Visitor, visitor } from "./chromium";
import { propsOf } from "./lived";
import {
  answerAs,
  enter,
  enterState,
  type Props,
  SCENES,
  type Scene,
  STATEFUL,
  STATES,
  type State,
  stageOf,
} from "./scenes";
import { signIn } from "./steps";

/** `SCREENSHOTS_LOCALE=es-ES` takes them in Spanish. */
const LOCALE = process.env.SCREENSHOTS_LOCALE || "en-GB";
const THEMES = ["light", "dark"] as const;
const FOLDER = join(PROJECT_FOLDER, ".local", LOCALE === "en-GB" ? "screenshots" : `screenshots-${LOCALE}`);
/** For the README: names within `.local/screenshots/`, and what they are called in `docs/screenshots/`. */
const BEST = {
  "phone-light/home": "home",
  "phone-dark/add": "add",
  "desktop-light/detail-items": "transactions",
  "desktop-dark/report-cash-flow-group": "reports",
};

async function main(): Promise<void> {
  const wanted = new RegExp(process.argv[2] ?? "");
  const ana = await settle();
  const props = await propsOf(ana);
  for (const size of Object.keys(SIZES) as (keyof typeof SIZES)[]) {
    for (const who of ["nobody", "newcomer", undefined] as const) {
      const scenes = SCENES.filter((scene) => scene.who === who && wanted.test(scene.name));
      if (scenes.length > 0) await takeAll(size, scenes, await personOf(who), props);
    }
  }
  for (const state of STATES) await takeState(state, wanted);
  if (process.argv[2] === undefined && LOCALE === "en-GB") copyBest();
}

/** Screens that have nothing to show: on a phone in the light, on a desktop in the dark. */
async function takeState(state: State, wanted: RegExp): Promise<void> {
  const screens = Object.entries(STATEFUL).filter(([name]) => wanted.test(`${state}-${name}`));
  if (screens.length === 0) return;
  for (const [size, theme] of [["phone", "light"] as const, ["desktop", "dark"] as const]) {
    const one = await visitor({ size, theme, locale: LOCALE });
    await answerAs(one, state);
    await signIn(one, { email: demoFamily[0].email }, demoPassword);
    for (const [name, path] of screens) {
      await enterState(stageOf(one, LOCALE), path, state);
      await one.page.screenshot({ path: join(FOLDER, `${size}-${theme}`, `${state}-${name}.png`) });
      console.log(`${size} ${state}-${name}`);
    }
    await one.context.close();
  }
}

/** Makes the demo family, and has it speak the language of the pictures; answers Ana's API. */
async function settle(): Promise<Client> {
  const { endpoints, cognito, releaseEvents } = await stack();
  await releaseEvents();
  const { signIn: answer } = cognitoClient({
    endpoint: endpoints.cognito.endpoint,
    clientId: endpoints.cognito.client_id,
  });
  const tokenOf = async (email: string) => (await answer({ email, password: demoPassword })).idToken;
  await seed({
    api: endpoints.api,
    createUser: async (user) => {
      await cognito.createConfirmedUser({ ...user, poolId: endpoints.cognito.user_pool_id });
    },
    signIn: ({ email }) => tokenOf(email),
  });
  const people = await Promise.all(demoFamily.map(async ({ email }) => client(`Bearer ${await tokenOf(email)}`)));
  await Promise.all(people.map(speak));
  return people[0] as Client;
}

/** Categories have the language that an account began with. */
async function speak(person: Client): Promise<void> {
  const me = (await person.get("/users/me")).body;
  await person.put("/users/me", { name: me.name, locale: LOCALE });
  if (!LOCALE.startsWith("en")) return; // they began with Spanish
  const { items } = (await person.get(`/categories/${me.user_id}?limit=200`)).body;
  for (const { category_id, icon } of items as { category_id: string; icon: string }[]) {
    const name = catalogue.items.find((one) => one.category_id === category_id)?.name;
    if (name !== undefined) await person.put(`/categories/${me.user_id}/${category_id}`, { name, icon });
  }
}

async function personOf(who: Scene["who"]): Promise<{ email: string; secret: string } | undefined> {
  if (who === "nobody") return undefined;
  if (who === undefined) return { email: demoFamily[0].email, secret: demoPassword };
  const { email, put } = await newUser("Marta");
  await put("/users/me", { name: "Marta", locale: LOCALE });
  return { email, secret: password };
}

async function takeAll(
  size: keyof typeof SIZES,
  scenes: Scene[],
  who: { email: string; secret: string } | undefined,
  props: Props,
): Promise<void> {
  const one = await visitor({ size, locale: LOCALE });
  if (who !== undefined) await signIn(one, who, who.secret);
  const stage = stageOf(one, LOCALE);
  for (const scene of scenes) {
    await enter(stage, scene, props);
    for (const theme of THEMES) await take(one, theme, `${size}-${theme}/${scene.name}.png`);
    await scene.leave?.(stage);
    console.log(`${size} ${scene.name}`);
  }
  await one.context.close();
}

async function take({ page }: Visitor, theme: (typeof THEMES)[number], file: string): Promise<void> {
  await page.emulateMedia({ colorScheme: theme });
  await page.locator(`html[data-theme=${theme}]`).waitFor({ state: "attached" });
  await page.screenshot({ path: join(FOLDER, file), animations: "disabled" });
}

function copyBest(): void {
  const docs = join(PROJECT_FOLDER, "docs", "screenshots");
  mkdirSync(docs, { recursive: true });
  for (const [from, to] of Object.entries(BEST)) copyFileSync(join(FOLDER, `${from}.png`), join(docs, `${to}.png`));
}

main()
  .finally(closeBrowser)
  .finally(stopStack)
  .catch((error) => {
    console.error(error);
    process.exitCode = 1;
  });
