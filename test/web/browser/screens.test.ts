import assert from "node:assert/strict";
import { newUser } from "../../support/api";
import { type Device, inBrowser, visitor } from "./chromium";
import { englishOn, flawsOf, prepare } from "./inspect";
import { lived, propsOf } from "./lived";
import { answerAs, enter, enterState, type Props, SCENES, type Scene, STATEFUL, STATES, stageOf } from "./scenes";
import { signIn } from "./steps";

/** Each screen is looked at twice, so that both themes, both sizes and both languages are. */
const LOOKS: Required<Device>[] = [
  { size: "phone", theme: "light", locale: "en-GB" },
  { size: "desktop", theme: "dark", locale: "es-ES" },
];

const scenesOf = (who: Scene["who"]): Scene[] => SCENES.filter((scene) => scene.who === who);

/** Goes through scenes, and tells what is wrong with each. */
async function look(device: Required<Device>, scenes: Scene[], who?: { email: string }, props?: Props) {
  const one = await visitor(device);
  await prepare(one);
  if (who !== undefined) await signIn(one, who);
  const stage = stageOf(one, device.locale);
  const flaws: Record<string, string[]> = {};
  for (const scene of scenes) {
    await enter(stage, scene, props);
    const found = [...(await flawsOf(one)), ...(device.locale.startsWith("es") ? await englishOn(one) : [])];
    if (found.length > 0) flaws[scene.name] = found;
    await scene.leave?.(stage);
  }
  assert.deepEqual(flaws, {});
}

/** Goes through the screens while there is nothing to show. */
async function lookAtNothing(device: Required<Device>, who: { email: string }) {
  const flaws: Record<string, string[]> = {};
  for (const state of STATES) {
    const one = await visitor(device);
    await prepare(one);
    await answerAs(one, state);
    await signIn(one, who);
    for (const [name, path] of Object.entries(STATEFUL)) {
      await enterState(stageOf(one, device.locale), path, state);
      const found = await flawsOf(one);
      if (found.length > 0) flaws[`${name}, ${state}`] = found;
    }
    await one.context.close();
  }
  assert.deepEqual(flaws, {});
}

/** In both looks at once. */
const inEachLook = (run: (device: Required<Device>) => Promise<void>) => async () => {
  const results = await Promise.allSettled(LOOKS.map(run));
  for (const result of results) if (result.status === "rejected") throw result.reason;
};

inBrowser("Every screen of the web app, in each theme, size and language", () => {
  it(
    "is accessible to who is not signed in",
    inEachLook((device) => look(device, scenesOf("nobody"))),
  );

  it(
    "is accessible to who has just come",
    inEachLook(async (device) => {
      const newcomer = await newUser("Nueva");
      await newcomer.put("/users/me", { name: "Nueva", locale: device.locale });
      await look(device, scenesOf("newcomer"), newcomer);
    }),
  );

  it(
    "is accessible to who has lived here for a while",
    inEachLook(async (device) => {
      const me = await lived(device.locale);
      await look(device, scenesOf(undefined), me, await propsOf(me));
    }),
  );

  it(
    "is accessible while answers are on their way, fail, or do not come",
    inEachLook(async (device) => lookAtNothing(device, await newUser("Marta"))),
  );
});
