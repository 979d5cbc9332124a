import assert from "node:assert/strict";
import fc from "fast-check";
import {
  decayedScore,
  toDecimal,
  toUnits,
  type UseOfCategories,
  weightAt,
  weightsOf,
} from "../../../functions/categories/score";

const EPOCH = Date.UTC(2026, 0, 1);
const DAY = 86_400_000;
const UNIT = 10n ** 9n;

describe("Scores", () => {
  it("weigh a use double with every half-life", () => {
    assert.equal(weightAt(EPOCH, 30), UNIT);
    assert.equal(weightAt(EPOCH + 30 * DAY, 30), 2n * UNIT);
    assert.equal(weightAt(EPOCH + 300 * DAY, 30), 1024n * UNIT);
    assert.equal(weightAt(EPOCH - 30 * DAY, 30), UNIT / 2n);
    assert.equal(weightAt(EPOCH - 40 * 30 * DAY, 30), 0n);
    assert.equal(weightAt(EPOCH + 10 * DAY, 10), 2n * UNIT);
  });

  it("fit into DynamoDB's 38 digits with a million uses, however late", () => {
    for (const year of [2026, 2031, 2040, 2200]) {
      assert.ok(String(weightAt(Date.UTC(year, 0, 1), 30) * 1_000_000n).length <= 38, String(year));
    }
    assert.ok(weightAt(Date.UTC(2032, 2, 1), 30) > weightAt(Date.UTC(2032, 1, 1), 30));
  });

  it("are written and read without loss", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 38n), max: 10n ** 38n }), (units) => {
        assert.equal(toUnits(toDecimal(units)), units);
        assert.match(toDecimal(units), /^-?\d+(\.\d{0,8}[1-9])?$/);
      }),
    );
    assert.equal(toUnits("1.5E+3"), 1500n * UNIT);
    assert.equal(toUnits("1E-9"), 1n);
    assert.throws(() => toUnits("NaN"), /is not a score/);
  });

  it("are shown decayed to the moment", () => {
    const use = weightAt(EPOCH + 60 * DAY, 30);
    assert.equal(decayedScore(use, EPOCH + 60 * DAY, 30), 1);
    assert.equal(decayedScore(use, EPOCH + 90 * DAY, 30), 0.5);
    assert.equal(decayedScore(3n * use, EPOCH + 70 * DAY, 30), 2.3811);
    assert.equal(decayedScore(0n, EPOCH, 30), 0);
    assert.equal(decayedScore(use, EPOCH + 900 * DAY, 30), 0);
  });

  describe("of a transaction", () => {
    const now = new Date(EPOCH + 30 * DAY).toISOString();
    const use: UseOfCategories = {
      category_id: "own",
      entries: [],
      approved_at: now,
      deleted_at: null,
      transacted_at: now,
      created_at: now,
    };
    const cases: [string, Partial<UseOfCategories>, Record<string, bigint>][] = [
      ["its own category", {}, { own: 2n * UNIT }],
      ["none", { category_id: null }, {}],
      ["none while it is pending", { approved_at: null }, {}],
      ["none once it is deleted", { deleted_at: now }, {}],
      [
        "those of its entries, each once",
        { entries: [{ category_id: "a" }, { category_id: "b" }, { category_id: "a" }] },
        { a: 2n * UNIT, b: 2n * UNIT },
      ],
      [
        "its own for entries that have none",
        { entries: [{ category_id: "a" }, { category_id: null }] },
        { a: 2n * UNIT, own: 2n * UNIT },
      ],
      ["none for entries without any", { category_id: null, entries: [{ category_id: null }] }, {}],
      ["from its date", { transacted_at: "2026-01-01T00:00:00.000Z" }, { own: UNIT }],
      ["no later than it was recorded", { transacted_at: "2027-01-01T00:00:00.000Z" }, { own: 2n * UNIT }],
      ["none from long ago", { transacted_at: "2001-01-01T00:00:00.000Z" }, {}],
    ];
    for (const [what, change, expected] of cases) {
      it(`count for ${what}`, () => assert.deepEqual(weightsOf({ ...use, ...change }, 30), expected));
    }
  });
});
