import assert from "node:assert/strict";
import fc from "fast-check";
import { evaluate, isSum, press, pressAnew } from "../../web/src/money/calculator";

const typed = (keys: string, decimals: 0 | 2 = 2): string =>
  [...keys].reduce((input, key) => press(input, key === "<" ? "backspace" : key === "C" ? "clear" : key, decimals), "");

describe("web: the calculator of the amount pad", () => {
  const inputs: [keys: string, input: string][] = [
    ["12+3.50", "12+3.50"],
    ["0012", "12"],
    [".5", "0.5"],
    ["1.2.3", "1.23"],
    ["1.239", "1.23"],
    ["+5", "5"],
    ["5+-3", "5-3"],
    ["5.+3", "5.3"],
    ["12<<<", ""],
    ["12C3", "3"],
    ["12345678901234567890", "1234567890123456"],
  ];
  for (const [keys, input] of inputs)
    it(`keeps ${input || "nothing"} of the keys ${keys}`, () => assert.equal(typed(keys), input));

  it("takes no decimals of yen, but in a factor", () => {
    assert.equal(typed("1.5", 0), "15");
    assert.equal(typed("100*1.1", 0), "100*1.1");
  });

  it("begins anew on an amount that was there before, unless something is to be done with it", () => {
    const after = ["5", ".", "+", "backspace", "clear"].map((key) => pressAnew("42", key, 2));
    assert.deepEqual(after, ["5", "0.", "42+", "4", ""]);
  });

  const results: [input: string, currency: string, amount: string | undefined][] = [
    ["", "EUR", undefined],
    ["12+3.50", "EUR", "15.50"],
    ["0.1+0.2", "EUR", "0.30"],
    ["2+3*4", "EUR", "14.00"],
    ["10-2-3", "EUR", "5.00"],
    ["100/3", "EUR", "33.33"],
    ["0.05/2", "EUR", "0.03"],
    ["100/3*3", "EUR", "100.00"],
    ["100/3", "JPY", "33.00"],
    ["12+", "EUR", "12.00"],
    ["5/0", "EUR", undefined],
    ["3-5", "EUR", "-2.00"],
    ["9999999999999999*9999999999999999", "EUR", undefined],
  ];
  for (const [input, currency, amount] of results) {
    it(`makes ${amount ?? "nothing"} of ${input || "nothing"} in ${currency}`, () =>
      assert.equal(evaluate(input, currency), amount));
  }

  it("knows a sum when it sees one", () => {
    assert.deepEqual(["12", "12+", "12+3", "1*2"].map(isSum), [false, false, true, true]);
  });

  it("adds any amounts exactly", () => {
    const cents = fc.bigInt({ min: 0n, max: 10n ** 14n });
    const written = (hundredths: bigint) => `${hundredths / 100n}.${(hundredths % 100n).toString().padStart(2, "0")}`;
    fc.assert(
      fc.property(fc.array(cents, { minLength: 1, maxLength: 20 }), (amounts) => {
        const sum = amounts.reduce((total, amount) => total + amount, 0n);
        assert.equal(evaluate(amounts.map(written).join("+"), "EUR"), written(sum));
      }),
    );
  });
});
