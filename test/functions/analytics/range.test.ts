import assert from "node:assert/strict";
import fc from "fast-check";
import {
  daysIn,
  type Grain,
  type Interval,
  mostDays,
  periodsOf,
  plusDays,
  rangeOf,
  segmentsOf,
  startOf,
} from "../../../functions/analytics/range";

const NOON = new Date("2026-11-25T12:00:00Z");
const day = fc.integer({ min: 0, max: 365 * 40 }).map((days) => plusDays("1999-12-25", days));
const range = fc.tuple(day, fc.nat(mostDays - 1)).map(([from, days]) => ({ from, to: plusDays(from, days) }));
const intervals: Interval[] = ["day", "week", "month", "quarter", "year"];

describe("The periods of a report", () => {
  for (const [interval, within, start] of [
    ["day", "2026-11-25", "2026-11-25"],
    ["week", "2026-11-25", "2026-11-23"],
    ["week", "2026-11-23", "2026-11-23"],
    ["week", "2026-11-29", "2026-11-23"],
    // ISO 8601: a week belongs to the year that has its Thursday.
    ["week", "2027-01-01", "2026-12-28"],
    ["week", "2025-12-31", "2025-12-29"],
    ["week", "2026-01-04", "2025-12-29"],
    ["week", "2021-01-03", "2020-12-28"],
    ["week", "2024-02-29", "2024-02-26"],
    ["week", "1969-12-31", "1969-12-29"],
    ["week", "1900-01-01", "1900-01-01"],
    ["month", "2024-02-29", "2024-02-01"],
    ["quarter", "2026-11-25", "2026-10-01"],
    ["quarter", "2026-03-31", "2026-01-01"],
    ["year", "2026-12-31", "2026-01-01"],
  ] as const) {
    it(`the ${interval} of ${within} begins on ${start}`, () => assert.equal(startOf(interval, within), start));
  }

  for (const [interval, from, to, starts] of [
    ["day", "2024-02-28", "2024-03-01", ["2024-02-28", "2024-02-29", "2024-03-01"]],
    ["day", "2023-02-28", "2023-03-01", ["2023-02-28", "2023-03-01"]],
    // Days are days: clocks that are put forward or back take or add none.
    ["day", "2026-03-28", "2026-03-30", ["2026-03-28", "2026-03-29", "2026-03-30"]],
    ["day", "2026-10-24", "2026-10-26", ["2026-10-24", "2026-10-25", "2026-10-26"]],
    ["day", "2026-11-25", "2026-11-25", ["2026-11-25"]],
    ["week", "2026-12-31", "2027-01-04", ["2026-12-28", "2027-01-04"]],
    ["month", "2026-01-31", "2026-03-01", ["2026-01-01", "2026-02-01", "2026-03-01"]],
    ["quarter", "2026-12-31", "2027-01-01", ["2026-10-01", "2027-01-01"]],
    ["year", "2025-12-31", "2027-01-01", ["2025-01-01", "2026-01-01", "2027-01-01"]],
  ] as const) {
    it(`from ${from} to ${to} by ${interval}`, () => assert.deepEqual(periodsOf(interval, { from, to }), starts));
  }

  it("are whole, in order, and cover the range", () => {
    fc.assert(
      fc.property(range, fc.constantFrom(...intervals), ({ from, to }, interval) => {
        const starts = periodsOf(interval, { from, to });
        assert.equal(starts[0], startOf(interval, from));
        assert.equal(starts.at(-1), startOf(interval, to));
        for (const [index, start] of starts.entries()) {
          assert.equal(startOf(interval, start), start);
          const next = starts[index + 1];
          if (next !== undefined) assert.equal(startOf(interval, plusDays(next, -1)), start);
        }
      }),
    );
  });
});

describe("The pieces that a range is added up from", () => {
  const grains: Grain[] = ["year", "month", "week", "day"];

  for (const [from, to, pieces] of [
    ["2026-01-01", "2026-12-31", ["year 2026-01-01 2026-01-01"]],
    ["2026-11-25", "2026-11-25", ["day 2026-11-25 2026-11-25"]],
    ["2024-02-01", "2024-02-29", ["month 2024-02-01 2024-02-01"]],
    [
      "2024-02-01",
      "2024-02-28",
      ["day 2024-02-01 2024-02-04", "week 2024-02-05 2024-02-19", "day 2024-02-26 2024-02-28"],
    ],
    [
      "2024-12-30",
      "2026-02-02",
      [
        "day 2024-12-30 2024-12-31",
        "year 2025-01-01 2025-01-01",
        "month 2026-01-01 2026-01-01",
        "day 2026-02-01 2026-02-02",
      ],
    ],
  ] as const) {
    it(`from ${from} to ${to}`, () => {
      const found = segmentsOf({ from, to }, grains).map((piece) => `${piece.grain} ${piece.from} ${piece.to}`);
      assert.deepEqual(found, pieces);
    });
  }

  it("are whole periods, and have each day of the range once; few, however long it is", () => {
    fc.assert(
      fc.property(range, fc.constantFrom(grains, grains.slice(1), grains.slice(2), grains.slice(3)), (asked, some) => {
        const segments = segmentsOf(asked, some);
        let next = asked.from;
        for (const { grain, from, to } of segments) {
          assert.equal(from, next);
          assert.equal(startOf(grain, from), from);
          assert.equal(startOf(grain, to), to);
          next = plusDays(to, 1);
          while (startOf(grain, next) === to) next = plusDays(next, 1);
        }
        assert.equal(next, plusDays(asked.to, 1));
        const periods = segments.flatMap((piece) => periodsOf(piece.grain, piece));
        if (some === grains) assert.ok(periods.length <= 11 + 22 + 2 * (5 + 12), `${periods.length} periods`);
      }),
      { numRuns: 300 },
    );
  });
});

describe("The range of a report", () => {
  const refused = (query: { from?: string; to?: string }) => {
    try {
      rangeOf(query, NOON);
    } catch (error) {
      return (error as { problem: { status: number; errors: { path: string; message: string }[] } }).problem;
    }
    return undefined;
  };

  it("is the last twelve months up to today, unless told", () => {
    assert.deepEqual(rangeOf({}, NOON), { from: "2025-12-01", to: "2026-11-25" });
    assert.deepEqual(rangeOf({ to: "2024-02-29" }, NOON), { from: "2023-03-01", to: "2024-02-29" });
    assert.deepEqual(rangeOf({ from: "2026-11-25" }, NOON), { from: "2026-11-25", to: "2026-11-25" });
  });

  it("does not end before it begins", () => {
    assert.deepEqual(refused({ from: "2026-11-02", to: "2026-11-01" })?.errors, [
      { path: "to", message: "must not be before from" },
    ]);
    assert.equal(refused({ from: "2026-11-26" })?.status, 400);
  });

  it("is at most ten years of days, leap days included", () => {
    const ten = { from: "2016-01-01", to: "2025-12-31" };
    assert.equal(daysIn(ten), mostDays);
    assert.deepEqual(rangeOf(ten, NOON), ten);
    const { status, errors } = refused({ ...ten, to: "2026-01-01" }) ?? {};
    assert.equal(status, 400);
    assert.match(errors?.[0]?.message ?? "", /3653 days/);
  });
});
