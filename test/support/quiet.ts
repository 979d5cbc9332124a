/** Runs with errors kept instead of printed: those that functions are expected to tell the log. */
export async function withoutErrors<Result>(
  run: (errors: Record<string, unknown>[]) => Promise<Result>,
): Promise<Result> {
  const { error } = console;
  const errors: Record<string, unknown>[] = [];
  console.error = (told) => errors.push(told);
  try {
    return await run(errors);
  } finally {
    console.error = error;
  }
}
