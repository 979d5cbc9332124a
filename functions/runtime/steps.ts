import type { Fragment } from "./postgres";

/** Rows that one statement touches at most: none runs long, and each may have its own commit. */
const atOnce = 1_000;

/** Repeats a statement that touches some rows, until there is less for it than it may touch. */
export const inSteps = async (some: (most: number) => Fragment): Promise<void> => {
  let touched: number;
  do {
    touched = (await some(atOnce)).count;
  } while (touched === atOnce);
};
