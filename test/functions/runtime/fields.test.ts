import assert from "node:assert/strict";
import * as fc from "fast-check";
import * as v from "valibot";
import { decimalsOf, isCurrency } from "../../../functions/runtime/currencies";
import { Currency, Email, Id, Instant, Limit, Line, Locale, TimeZone } from "../../../functions/runtime/fields";

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
});
