import { type Figure, figure } from "./figures";

const MILLISECONDS = 2_000;

/**
 * How much of the time this machine runs nothing of ours: a loop that does nothing but look at the clock counts the gaps of more than
 * a millisecond. On a machine of one's own it is next to nothing; where it is not, times say more of the machine than of the project.
 */
export function benchMachine(): Figure[] {
  const shares = Array.from({ length: 5 }, () => {
    const end = performance.now() + MILLISECONDS;
    let lost = 0;
    for (let last = performance.now(); last < end; ) {
      const now = performance.now();
      if (now - last > 1) lost += now - last;
      last = now;
    }
    return (lost / MILLISECONDS) * 100;
  });
  return [figure("  time this machine stood still in a busy loop", "%", shares)];
}
