import assert from "node:assert/strict";
import { demoRates } from "../../../functions/demo/rates";
import { isCurrency } from "../../../functions/runtime/currencies";

const DAY = 86_400_000;

describe("The demo's exchange rates", () => {
  const today = new Date("2026-11-25T10:00:00Z");
  const rates = demoRates(today);

  it("cover more than a year of working days up to today, for all currencies of the ECB", () => {
    const days = Object.keys(rates).sort();
    assert.equal(days.at(-1), "2026-11-25");
    assert.ok(Date.parse(days[0] ?? "") < today.getTime() - 400 * DAY);
    for (const [index, day] of days.entries()) {
      assert.ok(![0, 6].includes(new Date(day).getUTCDay()), day);
      const gap = (Date.parse(day) - Date.parse(days[index - 1] ?? day)) / DAY;
      assert.ok(gap <= 5, `${gap} days before ${day}`);
      assert.equal(Object.keys(rates[day] ?? {}).length, 29);
    }
    for (const currency of Object.keys(rates["2026-11-25"] ?? {})) assert.ok(isCurrency(currency), currency);
  });

  it("of a day are the same whenever one asks", () => {
    const later = demoRates(new Date(today.getTime() + 90 * DAY));
    const shared = Object.keys(rates).filter((day) => later[day] !== undefined);
    assert.ok(shared.length > 250);
    for (const day of shared) assert.deepEqual(later[day], rates[day]);
  });

  it("are plausible: they move every day, by little, and stay around their middle", () => {
    const days = Object.keys(rates).sort();
    const series = (currency: string) => days.map((day) => Number(rates[day]?.[currency]));
    for (const currency of ["USD", "JPY", "GBP", "TRY", "ZAR"]) {
      const values = series(currency);
      const steps = values.slice(1).map((value, index) => Math.abs(Math.log(value / (values[index] ?? 1))));
      assert.ok(Math.max(...steps) < 0.05, currency);
      assert.ok(new Set(values).size > values.length / 2, currency);
      assert.ok(Math.max(...values) / Math.min(...values) < 1.5, currency);
    }
    assert.ok(Math.min(...series("USD")) > 0.9 && Math.max(...series("USD")) < 1.3);
  });
});
