import assert from "node:assert/strict";
import type { Described } from "../../functions/dead-letters/letter";
import type { Listed, ReplayEvent, Replayed, Selection } from "../../functions/dead-letters/replay";
import { stack } from "./stack";

/** Asks the function of the stack that lists and replays. */
async function ask(event: ReplayEvent): Promise<unknown> {
  const { lambda } = await stack();
  const result = await lambda.invoke("ahorro-local-dead-letters-replay", event);
  assert.ok(result.ok, JSON.stringify(result));
  return result.payload;
}

/** The dead letters of the stack, values included, the oldest of each topic first; those whose error or record names this. */
export async function deadLetters(selection: Selection, about = ""): Promise<Described[]> {
  const listed = (await ask({ list: { ...selection, values: true } })) as Listed;
  assert.equal(listed.complete, true);
  return listed.dead_letters.filter(({ error, value }) => error.includes(about) || value?.includes(about));
}

export const replay = async (selection: Selection): Promise<Replayed> => (await ask({ replay: selection })) as Replayed;

/** As a schedule does. */
export const countDeadLetters = (): Promise<unknown> => ask({ count: true });
