/**
 * Exchange rates for the demo: made up, for all currencies that the European Central Bank has rates of, since a local stack does not
 * reach out into the internet by itself. Each walks at random around the value in walks.json, always the same way: a day's rate does not
 * depend on the day on which it is asked for.
 */
import type { Rates } from "../rates/feed";
import walks from "./walks.json";

/** Where all walks begin. */
const BEGINNING = Date.UTC(2024, 0, 1);
const DAY = 86_400_000;

/** So far back, in days: longer than the demo's history. */
const COVERED = 500;

/** By how much a walk is drawn back to its middle every day. */
const PULL = 0.01;

/** Days on which the ECB has no rates, whatever the year. */
const HOLIDAYS = ["01-01", "05-01", "12-25", "12-26"];

/** The rates of the working days up to today, in UTC. */
export function demoRates(today: Date): Rates {
  const rates: Rates = {};
  const last = Math.floor(today.getTime() / DAY) * DAY;
  for (const [currency, [middle = 1, spread = 0, decimals = 4]] of Object.entries(walks.currencies)) {
    const random = randomOf(currency);
    let distance = 0;
    for (let time = BEGINNING; time <= last; time += DAY) {
      const day = new Date(time).toISOString().slice(0, 10);
      if ([0, 6].includes(new Date(time).getUTCDay()) || HOLIDAYS.includes(day.slice(5))) continue;
      distance += spread * gaussian(random) - PULL * distance;
      if (time <= last - COVERED * DAY) continue;
      rates[day] = { ...rates[day], [currency]: (middle * Math.exp(distance)).toFixed(decimals) };
    }
  }
  return rates;
}

/** Numbers from 0 to 1, the same for the same name (mulberry32, seeded by FNV-1a). */
function randomOf(name: string): () => number {
  let state = 0x811c9dc5;
  for (const char of name) state = Math.imul(state ^ char.charCodeAt(0), 0x01000193);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Normally distributed (Box and Muller). */
const gaussian = (random: () => number): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

/** What the demo needs of a stack at every start: to call a function by its name in the program. */
export interface RefreshedStack {
  invoke(name: string, event: unknown): Promise<unknown>;
}

/** Brings the rates up to today, as the writer would have them; with ECB_URL set, the real ones, as far as they can be had. */
export async function refresh({ invoke }: RefreshedStack, today = new Date()): Promise<void> {
  if (!process.env.ECB_URL) {
    await invoke("rates-writer", { rates: demoRates(today) });
    return;
  }
  await invoke("rates-loader", {}).catch((error: unknown) => console.warn(`No exchange rates were loaded: ${error}`));
}
