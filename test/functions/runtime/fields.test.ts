import assert from "node:assert/strict";
import * as fc from "fast-check";
import * as v from "valibot";
import { decimalsOf, isCurrency } from "../../../functions/runtime/currencies";
import {
  Choice,
  Currency,
  Day,
  Email,
  Flag,
  Id,
  Ids,
  Instant,
  Limit,
  Line,
  Locale,
  Moment,
  TimeZone,
} from "../../../functions/runtime/fields";

/** What a schema makes of an input; undefined when it refuses it. */
const taken = (schema: v.GenericSchema, input: unknown): unknown => {
  const result = v.safeParse(schema, input);
  return result.success ? result.output : undefined;
};

const table = (schema: v.GenericSchema, good: [unknown, unknown][], bad: unknown[]) => {
  for (const [input, output] of good) assert.deepEqual(taken(schema, input), output, JSON.stringify(input));
  for (const input of bad) assert.equal(taken(schema, input), undefined, JSON.stringify(input));
};

describe("Fields", () => {
  it("Id takes UUIDs of any version, in lower case afterwards", () => {
    const id = "0d8f8f1f-2c11-0a0b-ffff-0b8f8f1f2c11";
    table(
      Id(),
      [
        [id, id],
        [id.toUpperCase(), id],
      ],
      [`${id}0`, `{${id}}`, id.replaceAll("-", ""), ` ${id}`, "", 1, null],
    );
  });

  it("Line takes one visible line", () => {
    table(
      Line(5),
      [
        ["abc", "abc"],
        ["  abc  ", "abc"],
        ["e\u0301", "\u00e9"],
        ["👨‍👩", "👨‍👩"],
        ["a b", "a b"],
      ],
      [
        "",
        "   ",
        "abcdef",
        "a\nb",
        "a\tb",
        "\u0000",
        "\u200b",
        "\u200d\u200b",
        "\u0301",
        "\ud800",
        "\u202ea",
        "\u2028",
        "\u2066a",
        5,
        null,
        ["a"],
      ],
    );
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 20 }), (text) => {
        const line = taken(Line(10), text);
        if (typeof line !== "string") return;
        assert.equal(taken(Line(10), line), line, "taking it again changes nothing");
        assert.ok(line.length >= 1 && line.length <= 10 && line.isWellFormed() && !/\p{Cc}/u.test(line));
      }),
    );
  });

  it("Email takes addresses, in lower case afterwards", () => {
    table(
      Email(),
      [
        ["A@B.Co", "a@b.co"],
        [" a@b.co ", "a@b.co"],
      ],
      ["a", "a@b", "@b.co", "a@b.co,c@d.co", `${"a".repeat(250)}@b.co`, "a\n@b.co", 1],
    );
  });

  it("Currency takes the codes in use", () => {
    table(
      Currency(),
      [
        ["EUR", "EUR"],
        ["JPY", "JPY"],
        ["ZWG", "ZWG"],
      ],
      ["eur", "EURO", "EU", "DEM", "XAU", "XXX", "   ", "EUR USD", "R U", ""],
    );
    assert.deepEqual(["JPY", "KRW", "EUR", "KWD"].map(decimalsOf), [0, 0, 2, 2]);
    fc.assert(fc.property(fc.string({ maxLength: 9 }), (text) => !isCurrency(text) || /^[A-Z]{3}$/.test(text)));
  });

  it("TimeZone and Locale take what Intl knows", () => {
    table(
      TimeZone(),
      [
        ["Europe/Madrid", "Europe/Madrid"],
        ["UTC", "UTC"],
      ],
      ["", "Mars/Olympus", "+02:00", "Europe/Madrid ", 1],
    );
    table(
      Locale(),
      [
        ["es-es", "es-ES"],
        ["zh-hant", "zh-Hant"],
      ],
      ["", "e", "en_US", "en us", 1],
    );
  });

  it("Limit is 50 unless told, and 1 to 200", () => {
    table(
      Limit(),
      [
        [undefined, 50],
        ["1", 1],
        ["200", 200],
        ["007", 7],
      ],
      ["0", "201", "-1", "1.0", "1e2", " 1", "", "x", "0x10"],
    );
  });

  it("Instant takes dates and what renders as one", () => {
    assert.ok(taken(Instant(), new Date(0)));
    for (const bad of ["soon", new Date(Number.NaN), undefined]) assert.equal(taken(Instant(), bad), undefined);
  });

  it("Day takes days of the calendar", () => {
    const good = ["2026-11-22", "2024-02-29", "2000-02-29", "1900-01-01", "2199-12-31"];
    table(
      Day(),
      good.map((day) => [day, day]),
      [
        "2026-02-29",
        "1900-02-29",
        "2026-13-01",
        "2026-00-10",
        "2026-04-31",
        "2026-11-00",
        "1899-12-31",
        "2200-01-01",
        "2026-1-1",
        "22.11.2026",
        "20261122",
        "2026-11-22T00:00:00Z",
        "2026-11-22 ",
        "2026-11-22\n",
        "２０２６-11-22",
        "",
        20261122,
        null,
      ],
    );
  });

  it("Moment takes times with an offset: the instant, and the day as it was written", () => {
    const at = (text: string, on: string) => ({ at: new Date(text), on });
    table(
      Moment(),
      [
        ["2026-11-22T23:30:00-05:00", at("2026-11-23T04:30:00.000Z", "2026-11-22")],
        ["2026-11-22T00:10:00+14:00", at("2026-11-21T10:10:00.000Z", "2026-11-22")],
        ["2026-11-22T09:30:00Z", at("2026-11-22T09:30:00.000Z", "2026-11-22")],
        ["2026-11-22t09:30:00z", at("2026-11-22T09:30:00.000Z", "2026-11-22")],
        ["2026-11-22T09:30:00.1Z", at("2026-11-22T09:30:00.100Z", "2026-11-22")],
        ["2026-11-22T09:30:00.123456789+00:00", at("2026-11-22T09:30:00.123Z", "2026-11-22")],
        ["2026-11-22T23:59:59.999-23:59", at("2026-11-23T23:58:59.999Z", "2026-11-22")],
      ],
      [
        "2026-11-22",
        "2026-11-22T09:30:00",
        "2026-11-22T09:30Z",
        "2026-11-22 09:30:00Z",
        "2026-11-22T24:00:00Z",
        "2026-11-22T23:60:00Z",
        "2026-11-22T23:59:60Z",
        "2026-11-22T09:30:00+0100",
        "2026-11-22T09:30:00+24:00",
        "2026-11-22T09:30:00.Z",
        "2026-11-22T09:30:00.1234567890Z",
        "2026-02-30T09:30:00Z",
        "1899-12-31T09:30:00Z",
        "now",
        1_763_769_600_000,
        null,
      ],
    );
    fc.assert(
      fc.property(
        fc.date({ min: new Date("1900-01-02"), max: new Date("2199-12-30"), noInvalidDate: true }),
        fc.integer({ min: -14 * 60, max: 14 * 60 }),
        (date, offset) => {
          const local = new Date(date.getTime() + offset * 60_000).toISOString().slice(0, -1);
          const [hours, minutes] = [Math.floor(Math.abs(offset) / 60), Math.abs(offset) % 60];
          const zone = [hours, minutes].map((part) => String(part).padStart(2, "0")).join(":");
          const moment = `${local}${offset < 0 ? "-" : "+"}${zone}`;
          assert.deepEqual(taken(Moment(), moment), { at: date, on: local.slice(0, 10) });
        },
      ),
    );
  });

  it("Ids takes ids separated by commas", () => {
    const [a, b] = ["0d8f8f1f-2c11-0a0b-ffff-0b8f8f1f2c11", "1d8f8f1f-2c11-0a0b-ffff-0b8f8f1f2c11"];
    table(
      Ids(),
      [
        [undefined, undefined],
        [a, [a]],
        [`${a},${b.toUpperCase()}`, [a, b]],
        [Array.from({ length: 50 }, () => a).join(), Array.from({ length: 50 }, () => a)],
      ],
      ["", ",", `${a},`, `,${a}`, `${a}, ${b}`, `${a};${b}`, "x", Array.from({ length: 51 }, () => a).join(), [a]],
    );
  });

  it("Choice and Flag take true and false; left out, one stays open, the other is false", () => {
    const bad = ["", "TRUE", "yes", "1", "0", " true", "true,false", true, 1, null];
    table(
      Choice(),
      [
        ["true", true],
        ["false", false],
        [undefined, undefined],
      ],
      bad,
    );
    table(
      Flag(),
      [
        ["true", true],
        ["false", false],
        [undefined, false],
      ],
      bad,
    );
  });
});
