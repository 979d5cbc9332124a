import assert from "node:assert/strict";
import { cronMatcher } from "../../local/cron";

/** From the examples in "Cron expressions", EventBridge user guide, and around them. 2026-11-25 is a Wednesday. */
const MATCHES: [expression: string, time: string, matches: boolean][] = [
  ["cron(0 10 * * ? *)", "2026-11-25T10:00:00Z", true],
  ["cron(0 10 * * ? *)", "2026-11-25T10:01:00Z", false],
  ["cron(15 12 * * ? *)", "2026-11-25T12:15:59Z", true],
  ["cron(0 18 ? * MON-FRI *)", "2026-11-25T18:00:00Z", true],
  ["cron(0 18 ? * MON-FRI *)", "2026-11-28T18:00:00Z", false],
  ["cron(0 18 ? * 2-6 *)", "2026-11-29T18:00:00Z", false],
  ["cron(0 18 ? * sun,wed *)", "2026-11-25T18:00:00Z", true],
  ["cron(0 8 1 * ? *)", "2026-12-01T08:00:00Z", true],
  ["cron(0 8 1 * ? *)", "2026-12-02T08:00:00Z", false],
  ["cron(0/15 * * * ? *)", "2026-11-25T03:45:00Z", true],
  ["cron(0/15 * * * ? *)", "2026-11-25T03:50:00Z", false],
  ["cron(5/20 * * * ? *)", "2026-11-25T03:25:00Z", true],
  ["cron(0 8-10,20 * * ? *)", "2026-11-25T20:00:00Z", true],
  ["cron(0 0 ? JAN-MAR * 2027)", "2027-02-14T00:00:00Z", true],
  ["cron(0 0 ? JAN-MAR * 2027)", "2026-02-14T00:00:00Z", false],
];

const UNKNOWN = [
  "cron(0 10 * * * *)",
  "cron(0 10 ? * ? *)",
  "cron(60 10 * * ? *)",
  "cron(0 24 * * ? *)",
  "cron(0 10 L * ? *)",
  "cron(0 10 ? * 6#3 *)",
  "cron(0 10 ? * MON-FRI-SUN *)",
  "cron(0 10-8 * * ? *)",
  "cron(0/0 10 * * ? *)",
  "cron(? 10 * * ? *)",
  "cron(0 10 * ? ? *)",
  "cron(0 10 * *)",
  "cron(, 10 * * ? *)",
  "rate(1 minute)",
];

describe("Cron expressions", () => {
  for (const [expression, time, matches] of MATCHES) {
    it(`${expression} ${matches ? "means" : "does not mean"} ${time}`, () => {
      assert.equal(cronMatcher(expression)?.(new Date(time)), matches);
    });
  }
  for (const expression of UNKNOWN) {
    it(`${expression} is not known`, () => {
      assert.equal(cronMatcher(expression), undefined);
    });
  }
});
