/**
 * What a probe answers as soon as it is not undefined: for what becomes true by itself, without a promise to wait for.
 *
 * @throws Error saying what is missing when the time (ms) is over.
 */
export async function eventually<Value>(
  what: string,
  probe: () => Promise<Value | undefined> | Value | undefined,
  deadline = 10_000,
): Promise<Value> {
  const end = performance.now() + deadline;
  for (;;) {
    const value = await probe();
    if (value !== undefined) return value;
    if (performance.now() > end) throw new Error(`After ${deadline} ms still not: ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
