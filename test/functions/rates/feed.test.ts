import assert from "node:assert/strict";
import { parseFeed } from "../../../functions/rates/feed";
import { dayOf, dayRates, documentOf, feedOf } from "./documents";

const TODAY = "2026-11-25";
const good = dayOf("2026-11-24", dayRates());
const withRate = (rate: string) => documentOf(dayOf("2026-11-24", dayRates({ USD: rate })));
const extra = (cube: string) => documentOf(good.replace("</Cube>", `${cube}</Cube>`));

/** Each of these is refused whole, for this reason. */
const HOSTILE: [what: string, xml: string, reason: RegExp][] = [
  ["nothing", "", /not XML/],
  ["a page of HTML", "<!DOCTYPE html><html><body>Service unavailable</body></html>", /document type/],
  ["another XML document", "<rss><channel/></rss>", /Envelope/],
  ["half a document", feedOf({ "2026-11-24": dayRates() }).slice(0, 900), /not XML/],
  ["a document cut between two days, then closed", documentOf(`${good}<Cube time="2026-11-23">`), /not XML/],
  [
    "entities that explode",
    `<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>${documentOf(good)}`,
    /document type/,
  ],
  ["a document type in lower case", `<!doctype a []>${documentOf(good)}`, /document type/],
  [
    "a file from outside",
    `<!DOCTYPE a SYSTEM "file:///etc/passwd">${documentOf(good.replace("USD", "&a;"))}`,
    /document type/,
  ],
  ["an entity for a currency", documentOf(good.replace("USD", "&#85;SD")), /currency/],
  ["another sender", documentOf(good).replace("European Central Bank", "Bank of Somewhere"), /Sender\.name/],
  ["another subject", documentOf(good).replace("Reference rates", "Other rates"), /subject/],
  ["no days", documentOf(""), /Cube/],
  ["a day without rates", documentOf('<Cube time="2026-11-24"></Cube>'), /Cube/],
  ["a day with few rates", documentOf(dayOf("2026-11-24", { USD: "1.1" })), /too few currencies/],
  ["a day that is none", documentOf(dayOf("2026-02-30", dayRates())), /calendar/],
  ["a day in another form", documentOf(dayOf("24.11.2026", dayRates())), /must be a date/],
  ["a day before there was a euro", documentOf(dayOf("1998-12-31", dayRates())), /1999-01-04/],
  ["a day to come", documentOf(dayOf("2026-11-26", dayRates())), /2026-11-26 is still to come/],
  ["a day twice", documentOf(good + good), /2026-11-24 comes twice/],
  ["a negative rate", withRate("-1.1"), /rate/],
  ["a rate of zero", withRate("0.0000"), /greater than zero/],
  ["no number", withRate("N/A"), /rate/],
  ["infinity", withRate("Infinity"), /rate/],
  ["an exponent", withRate("1e3"), /rate/],
  ["a decimal comma", withRate("1,0785"), /rate/],
  ["an empty rate", withRate(""), /rate/],
  ["endless digits", withRate(`1.${"3".repeat(40)}`), /rate/],
  ["a currency twice", extra('<Cube currency="USD" rate="1.2"/>'), /a currency comes twice on 2026-11-24/],
  ["the euro", extra('<Cube currency="EUR" rate="1"/>'), /the euro itself/],
  ["a currency that is none", extra('<Cube currency="usd; drop table rates" rate="1"/>'), /currency/],
  ["an attribute too many", extra('<Cube currency="XYZ" rate="1" unit="100"/>'), /unit/],
  ["a prototype", extra('<Cube currency="__proto__" rate="1"/>'), /currency|security/i],
];

describe("Documents of exchange rates", () => {
  it("are read as they are published", () => {
    const rates = { "2026-11-24": dayRates(), "2026-11-23": dayRates({ USD: "1.0801" }) };
    assert.deepEqual(parseFeed(feedOf(rates), { today: TODAY }), rates);
    assert.deepEqual(parseFeed(feedOf({ [TODAY]: dayRates() }), { today: TODAY }), { [TODAY]: dayRates() });
  });

  it("may have days of more or fewer currencies, as these come and go", () => {
    const { BRL, ...fewer } = dayRates();
    const rates = { "2001-01-02": fewer, "2026-11-24": dayRates({ BGN: "1.9558" }) };
    assert.ok(BRL);
    assert.deepEqual(parseFeed(feedOf(rates), { today: TODAY }), rates);
  });

  for (const [what, xml, reason] of HOSTILE) {
    it(`are refused with ${what}`, () => {
      assert.throws(
        () => parseFeed(xml, { today: TODAY }),
        (error: Error) => {
          assert.match(error.message, reason);
          return true;
        },
      );
    });
  }
});
