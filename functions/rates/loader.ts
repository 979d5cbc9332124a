import { parseFeed, type Rates } from "./feed";
import type { WriteRates } from "./writer";

/** What the loader works with. */
export interface LoaderDeps {
  /** Where the ECB's documents are, without the last part of the path. */
  url: string;
  write: WriteRates;
  /** The present moment, in ms since 1970. */
  now: () => number;
}

/** The smallest of the ECB's documents that has so many working days; that of 90 days has some 62. */
const documentWith = (days: number): string =>
  days === 1 ? "eurofxref-daily.xml" : days <= 60 ? "eurofxref-hist-90d.xml" : "eurofxref-hist.xml";

/** No document is larger: the whole history has about 8 MB. */
const LARGEST_BYTES = 32 * 2 ** 20;
const TIMEOUT_MS = 30_000;

/** Days that are written at once: some 30 kB a month, where an invocation takes 6 MB. */
const DAYS_AT_ONCE = 1_000;

/**
 * Fetches the rates that are missing since the last day that is known, from the smallest document that has them: usually that of one
 * day; after days that were missed that of 90; at first, and after a long time, the whole history. It may run as often as one likes.
 *
 * @throws Error when the ECB does not answer, or with something that cannot be used; nothing is written of it then
 */
export const ratesLoader =
  ({ url, write, now }: LoaderDeps) =>
  async () => {
    const today = dayIn("Europe/Berlin", now());
    const { last_day } = await write({});
    const missing = workingDaysAfter(last_day, today);
    if (missing === 0) return { written: 0, last_day };
    const rates = parseFeed(await fetchText(`${url}/${documentWith(missing)}`), { today });
    let result = { written: 0, last_day };
    for (const part of inParts(rates)) {
      const { written, last_day } = await write({ rates: part });
      result = { written: result.written + written, last_day };
    }
    return result;
  };

/** The calendar day somewhere. */
const dayIn = (timeZone: string, time: number): string => new Intl.DateTimeFormat("sv-SE", { timeZone }).format(time);

/** Mondays to Fridays after a day, up to another; `Infinity` after none. The ECB's few holidays count too, which costs nothing but a look. */
const workingDaysAfter = (day: string | null, today: string): number => {
  if (day === null) return Number.POSITIVE_INFINITY;
  let count = 0;
  for (let time = Date.parse(day) + 86_400_000; time <= Date.parse(today); time += 86_400_000) {
    if (![0, 6].includes(new Date(time).getUTCDay())) count += 1;
  }
  return count;
};

const fetchText = async (url: string): Promise<string> => {
  const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS), redirect: "error" });
  if (!response.ok) throw new Error(`${url} was answered ${response.status}.`);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > LARGEST_BYTES) throw new Error(`${url} is larger than ${LARGEST_BYTES} bytes.`);
    chunks.push(chunk);
  }
  return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(chunks));
};

/** From the first day to the last: should it break off, the next run finds what is missing. */
const inParts = (rates: Rates): Rates[] => {
  const days = Object.entries(rates).sort(([a], [b]) => (a < b ? -1 : 1));
  return Array.from({ length: Math.ceil(days.length / DAYS_AT_ONCE) }, (_, part) =>
    Object.fromEntries(days.slice(part * DAYS_AT_ONCE, (part + 1) * DAYS_AT_ONCE)),
  );
};
