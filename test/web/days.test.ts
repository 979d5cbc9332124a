import assert from "node:assert/strict";
import { addDays, addMonths, groupByDay, lastOfMonth, momentOf, momentOn } from "../../web/src/dates/days";
import { periodOf, slotOf, slotsOf, stepPeriod } from "../../web/src/dates/periods";

describe("web: days", () => {
  it("go over the ends of months and years", () => {
    assert.equal(addDays("2026-12-31", 1), "2027-01-01");
    assert.equal(addMonths("2026-01-31", 1), "2026-02-28");
    assert.equal(addMonths("2026-01-15", -1), "2025-12-15");
    assert.equal(lastOfMonth("2028-02-03"), "2028-02-29");
  });

  it("are written with the offset of the place", () => {
    const now = new Date(2026, 10, 25, 9, 30, 5);
    const text = momentOf(now);
    assert.match(text, /^2026-11-25T09:30:05[+-]\d\d:\d\d$/);
    assert.equal(new Date(text).getTime(), now.getTime());
    assert.ok(momentOn("2026-11-24", now).startsWith("2026-11-24T12:00:00"));
    assert.equal(momentOn("2026-11-25", now), text);
  });

  it("group what follows one another", () => {
    const at = (day: number, hour: number) => ({ transacted_at: new Date(2026, 10, day, hour).toISOString() });
    const groups = groupByDay([at(25, 20), at(25, 1), at(24, 23)]);
    assert.deepEqual(
      groups.map(({ day, items }) => [day, items.length]),
      [
        ["2026-11-25", 2],
        ["2026-11-24", 1],
      ],
    );
  });
});

describe("web: periods of reports", () => {
  const periods: [kind: Parameters<typeof periodOf>[0], from: string, to: string][] = [
    ["month", "2026-11-01", "2026-11-30"],
    ["quarter", "2026-10-01", "2026-12-31"],
    ["year", "2026-01-01", "2026-12-31"],
    ["twelve_months", "2025-12-01", "2026-11-30"],
  ];
  for (const [kind, from, to] of periods) {
    it(`finds the ${kind} of a day`, () => assert.deepEqual(periodOf(kind, "2026-11-25"), { kind, from, to }));
  }

  it("step back and forth", () => {
    const month = periodOf("month", "2026-01-31");
    assert.deepEqual(stepPeriod(month, -1), { kind: "month", from: "2025-12-01", to: "2025-12-31" });
    assert.deepEqual(stepPeriod(stepPeriod(month, 1), -1), month);
  });

  it("are cut into weeks that start on Monday, and stay within", () => {
    const period = periodOf("month", "2026-11-25");
    assert.deepEqual(slotsOf(period, "week"), [
      "2026-10-26",
      "2026-11-02",
      "2026-11-09",
      "2026-11-16",
      "2026-11-23",
      "2026-11-30",
    ]);
    assert.deepEqual(slotOf("2026-10-26", "week", period), { from: "2026-11-01", to: "2026-11-01" });
    assert.deepEqual(slotOf("2026-11-30", "week", period), { from: "2026-11-30", to: "2026-11-30" });
  });

  it("are cut into months, quarters and years", () => {
    const period = periodOf("twelve_months", "2026-11-25");
    assert.equal(slotsOf(period, "month").length, 12);
    assert.deepEqual(slotsOf(period, "quarter"), [
      "2025-10-01",
      "2026-01-01",
      "2026-04-01",
      "2026-07-01",
      "2026-10-01",
    ]);
    assert.deepEqual(slotsOf(period, "year"), ["2025-01-01", "2026-01-01"]);
  });
});
