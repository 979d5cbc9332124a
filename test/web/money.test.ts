import assert from "node:assert/strict";
import { add, compare, divideRounded, fromHundredths, sumByCurrency, toHundredths } from "../../web/src/money/decimal";
import { sharesIn, totalIn } from "../../web/src/money/display";
import { editableAmount, parseAmount } from "../../web/src/money/input";
import { inCurrency, ratesOf } from "../../web/src/money/rates";

const exchange = { currency: "EUR", amount: "100.00", to_currency: "USD", to_amount: "110.00", on: "2026-10-29" };

describe("web: money", () => {
  it("adds what JavaScript numbers cannot", () => {
    assert.equal(add("9999999999999999.99", "-0.01"), "9999999999999999.98");
    assert.equal(fromHundredths(toHundredths("-0.05")), "-0.05");
    assert.equal(compare("-1.00", "0.50"), -1);
  });

  it("rounds half away from zero", () => {
    assert.deepEqual([divideRounded(5n, 2n), divideRounded(-5n, 2n), divideRounded(1n, 3n)], [3n, -3n, 0n]);
  });

  it("never adds two currencies up", () => {
    const sums = sumByCurrency([
      { currency: "EUR", amount: "1.00" },
      { currency: "USD", amount: "5.00" },
      { currency: "EUR", amount: "2.50" },
    ]);
    assert.deepEqual(sums, [
      { currency: "USD", amount: "5.00" },
      { currency: "EUR", amount: "3.50" },
    ]);
  });

  const typed: [text: string, mark: string, currency: string, amount: string | undefined][] = [
    ["1.234,56", ",", "EUR", "1234.56"],
    ["1,234.56", ".", "EUR", "1234.56"],
    ["12.5", ",", "EUR", "12.50"],
    ["1.234", ",", "EUR", "1234.00"],
    ["-240", ".", "EUR", "-240.00"],
    ["−3,5", ",", "EUR", "-3.50"],
    ["007", ".", "EUR", "7.00"],
    ["1.50", ".", "JPY", undefined],
    ["1.555", ".", "EUR", undefined],
    ["twelve", ".", "EUR", undefined],
    ["", ".", "EUR", undefined],
  ];
  for (const [text, mark, currency, amount] of typed) {
    it(`reads ${text || "nothing"} as ${amount ?? "no amount"} of ${currency}`, () =>
      assert.equal(parseAmount(text, mark, currency), amount));
  }

  it("writes an amount as people type it", () => {
    assert.equal(editableAmount("12.50", ","), "12,50");
    assert.equal(editableAmount("12.00", ","), "12");
  });
});

describe("web: rates of one's own exchanges", () => {
  it("go both ways, and the newest counts", () => {
    const older = { ...exchange, to_amount: "120.00", on: "2026-01-01" };
    const rates = ratesOf([exchange, older]);
    const dollars = [{ currency: "USD", amount: "220.00" }];
    assert.deepEqual(inCurrency(dollars, "EUR", rates), {
      amount: "200.00",
      currency: "EUR",
      approximate: true,
      on: "2026-10-29",
    });
  });

  it("convert nothing where there was no exchange", () => {
    assert.equal(inCurrency([{ currency: "GBP", amount: "1.00" }], "EUR", ratesOf([exchange])), undefined);
  });

  it("are not needed for what is zero, or in the currency already", () => {
    const amounts = [
      { currency: "EUR", amount: "7.00" },
      { currency: "GBP", amount: "0.00" },
    ];
    assert.deepEqual(inCurrency(amounts, "EUR", []), {
      amount: "7.00",
      currency: "EUR",
      approximate: false,
      on: undefined,
    });
  });

  it("leave apart what they do not reach", () => {
    const amounts = [
      { currency: "EUR", amount: "7.00" },
      { currency: "USD", amount: "11.00" },
      { currency: "GBP", amount: "3.00" },
    ];
    const { main, rest } = totalIn(amounts, "EUR", ratesOf([exchange]));
    assert.equal(main.amount, "17.00");
    assert.deepEqual(rest, [{ currency: "GBP", amount: "3.00" }]);
    const { shares, missing } = sharesIn(
      amounts.map((money) => ({ ...money, key: "food" })),
      "EUR",
      ratesOf([exchange]),
    );
    assert.deepEqual(shares, [{ key: "food", amount: "17.00", approximate: true }]);
    assert.deepEqual(missing, ["GBP"]);
  });
});
