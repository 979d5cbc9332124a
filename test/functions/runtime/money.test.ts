import assert from "node:assert/strict";
import * as fc from "fast-check";
import * as v from "valibot";
import {
  Amount,
  AmountBound,
  fitsCurrency,
  fromHundredths,
  Holding,
  isInRange,
  Money,
  toHundredths,
} from "../../../functions/runtime/money";

const taken = (schema: v.GenericSchema, input: unknown): unknown => {
  const result = v.safeParse(schema, input);
  return result.success ? result.output : undefined;
};

const most = 10n ** 18n - 1n;
const hundredths = () => fc.bigInt({ min: -most, max: most });

describe("Money", () => {
  it("is hundredths, there and back", () => {
    for (const [amount, count] of [
      ["0.00", 0n],
      ["0.01", 1n],
      ["-0.01", -1n],
      ["0.10", 10n],
      ["1.00", 100n],
      ["-12.34", -1234n],
      ["9999999999999999.99", most],
      ["-9999999999999999.99", -most],
    ] as const) {
      assert.equal(toHundredths(amount), count);
      assert.equal(fromHundredths(count), amount);
    }
    fc.assert(
      fc.property(hundredths(), (count) => {
        const amount = fromHundredths(count);
        assert.equal(toHundredths(amount), count);
        assert.equal(taken(Money(), amount), amount);
        assert.equal(taken(Holding(), amount), amount);
        assert.equal(taken(Amount(), amount), count > 0n ? amount : undefined);
      }),
    );
  });

  it("adds up as it should", () => {
    fc.assert(
      fc.property(fc.array(fc.bigInt({ min: 1n, max: 10n ** 15n }), { maxLength: 50 }), (counts) => {
        const sum = counts.map(fromHundredths).reduce((total, amount) => total + toHundredths(amount), 0n);
        assert.equal(fromHundredths(sum), fromHundredths(counts.reduce((a, b) => a + b, 0n)));
      }),
    );
  });

  it("is in range as numeric(18,2) has it", () => {
    for (const [count, fits] of [
      [most, true],
      [-most, true],
      [most + 1n, false],
      [-most - 1n, false],
      [0n, true],
    ] as const) {
      assert.equal(isInRange(count), fits);
    }
  });

  it("is taken in every form that means the same, always two decimals afterwards", () => {
    for (const [input, output] of [
      ["1", "1.00"],
      ["1.5", "1.50"],
      [1, "1.00"],
      [1.5, "1.50"],
      [0.01, "0.01"],
      [0.1, "0.10"],
      ["0.1", "0.10"],
      [123456789012.34, "123456789012.34"],
      ["9999999999999999.99", "9999999999999999.99"],
    ] as const) {
      for (const schema of [Amount(), Holding()]) assert.equal(taken(schema, input), output, String(input));
    }
    // What people count with: a number of cents divided by 100.
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10 ** 14 }), (cents) => {
        assert.equal(taken(Amount(), cents / 100), fromHundredths(BigInt(cents)));
      }),
    );
  });

  it("is never rounded, guessed or cut", () => {
    const forms = [
      "",
      " ",
      "1 ",
      " 1",
      "1\n",
      "+1",
      "1.",
      ".1",
      "01",
      "00",
      "1.001",
      "1.000",
      "1,00",
      "1e3",
      "0x1",
      "１",
      "∞",
      "NaN",
    ];
    for (const input of [
      ...forms,
      0.1 + 0.2,
      1.005,
      1e21,
      1e-7,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      "1".repeat(17),
    ]) {
      for (const schema of [Amount(), Holding()]) assert.equal(taken(schema, input), undefined, String(input));
      if (typeof input === "string") assert.equal(taken(AmountBound(), input), undefined, input);
    }
    for (const input of [true, false, null, undefined, [], ["1"], {}, 1n, new Date(0)]) {
      for (const schema of [Amount(), Holding()]) assert.equal(taken(schema, input), undefined, String(input));
    }
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.double(), fc.float(), fc.integer()), (input) => {
        const output = taken(Holding(), input);
        if (output === undefined) return;
        assert.match(String(output), /^-?(0|[1-9]\d{0,15})\.\d\d$/);
        // Plus zero: there is but one zero in money.
        assert.equal(Number(output), Number(input) + 0);
      }),
    );
  });

  it("of an amount is above zero, of a holding anything", () => {
    for (const input of ["0", "0.0", "0.00", 0, -0, "-0", "-1", -1, "-0.01"]) {
      assert.equal(taken(Amount(), input), undefined, String(input));
      assert.notEqual(taken(Holding(), input), undefined, String(input));
    }
    for (const zero of ["-0", "-0.0", "-0.00", -0, 0]) assert.equal(taken(Holding(), zero), "0.00");
  });

  it("as a bound may be zero, and stays as it was written", () => {
    for (const input of ["0", "0.5", "12.50", "9999999999999999.99", undefined]) {
      assert.equal(taken(AmountBound(), input), input);
    }
    for (const input of ["-1", "1.001", 1, ""]) assert.equal(taken(AmountBound(), input), undefined);
  });

  it("as we send it has two decimals", () => {
    for (const input of ["1", "1.0", "1.000", "-", "01.00", 1]) assert.equal(taken(Money(), input), undefined);
  });

  it("is whole where the currency is", () => {
    for (const [amount, currency, fits] of [
      ["1.00", "JPY", true],
      ["1.50", "JPY", false],
      ["100.01", "KRW", false],
      ["1.50", "EUR", true],
      ["1.50", "KWD", true],
    ] as const) {
      assert.equal(fitsCurrency(amount, currency), fits, `${amount} ${currency}`);
    }
  });
});
