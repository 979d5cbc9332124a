/** Numbers that follow from a seed: the same seed, the same numbers. */
export interface Random {
  /** A whole number from `least` to `most`, both included. */
  between(least: number, most: number): number;
  /** True with this probability. */
  chance(probability: number): boolean;
  one<T>(items: readonly T[]): T;
  /** So many different ones, or all there are, in random order. */
  some<T>(items: readonly T[], count: number): T[];
  /** A generator of its own for somebody else, so that neither disturbs the other's numbers. */
  fork(): Random;
}

/** Generator: mulberry32 by Tommy Ettinger (public domain), 32 bits of state. Good enough to choose faults. */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const between = (least: number, most: number): number => least + Math.floor(next() * (most - least + 1));
  const some = <T>(items: readonly T[], count: number): T[] => {
    const left = [...items];
    return Array.from({ length: Math.min(count, left.length) }, () =>
      left.splice(between(0, left.length - 1), 1),
    ).flat();
  };
  return {
    between,
    chance: (probability) => next() < probability,
    one: (items) => {
      const [item] = some(items, 1);
      if (item === undefined) throw new Error("There is nothing to choose from.");
      return item;
    },
    some,
    fork: () => randomFrom(between(0, 2 ** 32 - 1)),
  };
}
