/**
 * The euro foreign exchange reference rates as the European Central Bank publishes them: one XML document for the last working day,
 * one for the last 90 days, one for all days since 1999 ("Euro foreign exchange reference rates", ecb.europa.eu).
 *
 *     <gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01" xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref">
 *       <gesmes:subject>Reference rates</gesmes:subject>
 *       <gesmes:Sender><gesmes:name>European Central Bank</gesmes:name></gesmes:Sender>
 *       <Cube>
 *         <Cube time="2026-11-24"><Cube currency="USD" rate="1.0785"/>…</Cube>
 *       </Cube>
 *     </gesmes:Envelope>
 */
import { XMLParser, XMLValidator } from "fast-xml-parser";
import * as v from "valibot";
import { Day } from "../runtime/fields";

/** Units of each currency for one euro, by currency, as decimal strings. */
export type DayRates = Record<string, string>;

/** Rates by day (`YYYY-MM-DD`). */
export type Rates = Record<string, DayRates>;

/** What is asked of a document before it is believed. */
export interface Expected {
  /** No day may be later than this one. */
  today: string;
}

/** The first day that there are rates of. */
const FIRST_DAY = "1999-01-04";

/** Fewer currencies on a day than this mean that something is missing: there have never been fewer than 28. */
const FEWEST_CURRENCIES = 20;

const Rate = () => v.strictObject({ currency: v.pipe(v.string(), v.regex(/^[A-Z]{3}$/)), rate: DecimalRate() });

/** Greater than zero; more digits than any currency has are a mistake. */
const DecimalRate = () =>
  v.pipe(v.string(), v.regex(/^\d{1,9}(\.\d{1,10})?$/), v.regex(/[1-9]/, "must be greater than zero"));

const Feed = () =>
  v.object({
    Envelope: v.object({
      subject: v.literal("Reference rates"),
      Sender: v.object({ name: v.literal("European Central Bank") }),
      Cube: v.strictTuple([
        v.object({
          Cube: v.pipe(
            v.array(
              v.strictObject({
                time: v.pipe(Day(), v.minValue(FIRST_DAY)),
                Cube: v.pipe(v.array(Rate()), v.minLength(FEWEST_CURRENCIES, "has too few currencies")),
              }),
            ),
            v.minLength(1),
          ),
        }),
      ]),
    }),
  });

/**
 * Reads a document of the ECB. Nothing in it is taken unless all of it is as it should be: half a document, a day to come, a rate of
 * zero or a currency that comes twice is a fault of somebody's, and rates that are wrong would turn every report wrong.
 *
 * @throws Error saying what is wrong
 */
export const parseFeed = (xml: string, { today }: Expected): Rates => {
  // There is none in the ECB's documents; in others it could make entities that explode.
  if (/<!(DOCTYPE|ENTITY)/i.test(xml)) throw unusable("it has a document type");
  const wellFormed = XMLValidator.validate(xml);
  if (wellFormed !== true) throw unusable(`it is not XML: ${wellFormed.err.msg} (line ${wellFormed.err.line})`);
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: "",
    parseTagValue: false,
    parseAttributeValue: false,
    processEntities: false,
    removeNSPrefix: true,
    isArray: (name) => name === "Cube",
  });
  const result = v.safeParse(Feed(), parser.parse(xml));
  if (!result.success) {
    const [issue] = result.issues;
    throw unusable(`${v.getDotPath(issue) ?? "the document"}: ${issue.message}`);
  }
  const rates: Rates = {};
  for (const { time, Cube } of result.output.Envelope.Cube[0].Cube) {
    if (time > today) throw unusable(`${time} is still to come`);
    if (Object.hasOwn(rates, time)) throw unusable(`${time} comes twice`);
    const day: DayRates = Object.fromEntries(Cube.map(({ currency, rate }) => [currency, rate]));
    if (Object.keys(day).length < Cube.length) throw unusable(`a currency comes twice on ${time}`);
    if (Object.hasOwn(day, "EUR")) throw unusable(`the euro itself has a rate on ${time}`);
    rates[time] = day;
  }
  return rates;
};

const unusable = (reason: string) => new Error(`The reference rates cannot be used: ${reason}.`);
