/** Rates of schedules, such as `rate(5 minutes)`; free of Pulumi. */

const SECONDS = { minute: 60, hour: 3_600, day: 86_400 };

/** `rate(5 minutes)` → 300. */
export function secondsOf(rate: string): number {
  const [, count = "0", unit] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(rate) ?? [];
  return Number(count) * SECONDS[unit as keyof typeof SECONDS];
}
