/**
 * Which records of a partition are done with, where people choose them in any order. A consumer group commits one offset; what is done
 * beyond it stands in the metadata that Kafka keeps beside an offset. So nothing that was skipped is lost, or copied.
 */

/** All below `next` is done, and these ranges beyond: first and last offset, in order, apart from each other. */
export interface Progress {
  next: number;
  done: [first: number, last: number][];
}

/** Kafka's default for the longest metadata (`offset.metadata.max.bytes`). */
const LONGEST_METADATA = 4096;

export const isDone = ({ next, done }: Progress, offset: number): boolean =>
  offset < next || done.some(([first, last]) => first <= offset && offset <= last);

/** The progress when this one is done, too. */
export const withDone = (progress: Progress, offset: number): Progress => {
  if (isDone(progress, offset)) return progress;
  const ranges: Progress["done"] = [];
  const sorted = [...progress.done, [offset, offset] as const].sort(([a], [b]) => a - b);
  for (const [first, last] of sorted) {
    const before = ranges.at(-1);
    if (before?.[1] === first - 1) before[1] = last;
    else ranges.push([first, last]);
  }
  const [lowest, ...others] = ranges;
  return lowest?.[0] === progress.next ? { next: lowest[1] + 1, done: others } : { ...progress, done: ranges };
};

/** The progress in a log that begins here: what is before has expired. */
export const startingAt = ({ next, done }: Progress, low: number): Progress => {
  let from = Math.max(next, low);
  const left: Progress["done"] = [];
  for (const [first, last] of done) {
    if (first <= from) from = Math.max(from, last + 1);
    else left.push([first, last]);
  }
  return { next: from, done: left };
};

/**
 * As it is committed: the offset, and ranges such as `7-9,12`.
 *
 * @throws Error when there are too many for Kafka to keep.
 */
export const encode = ({ next, done }: Progress): { offset: string; metadata: string } => {
  const metadata = done.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(",");
  if (metadata.length > LONGEST_METADATA) {
    throw new Error("Too many dead letters would be left out in between. Replay by topic or group, or all of them.");
  }
  return { offset: String(next), metadata };
};

/** What a group has committed; nothing as yet when the offset is −1. */
export const decode = ({ offset, metadata }: { offset: string; metadata: string | null }): Progress => ({
  next: Math.max(0, Number(offset)),
  done: (metadata ?? "")
    .split(",")
    .filter(Boolean)
    .map((range): [number, number] => {
      const [first, last = first] = range.split("-").map(Number);
      return [first ?? 0, last ?? 0];
    }),
});
