import { demoRates } from "../../../functions/demo/rates";
import type { DayRates, Rates } from "../../../functions/rates/feed";

const [someDay] = Object.values(demoRates(new Date("2026-11-25T00:00:00Z")));

/** Rates of one day for as many currencies as the ECB has. */
export const dayRates = (change: DayRates = {}): DayRates => ({
  ...someDay,
  ...change,
});

/** A document in the ECB's form, the newest day first, as theirs are. */
export const feedOf = (rates: Rates): string =>
  documentOf(
    Object.entries(rates)
      .sort(([a], [b]) => (a < b ? 1 : -1))
      .map(([day, currencies]) => dayOf(day, currencies))
      .join("\n"),
  );

export const dayOf = (day: string, currencies: DayRates): string =>
  `<Cube time="${day}">${Object.entries(currencies)
    .map(([currency, rate]) => `<Cube currency="${currency}" rate="${rate}"/>`)
    .join("")}</Cube>`;

export const documentOf = (days: string): string => `<?xml version="1.0" encoding="UTF-8"?>
<gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01" xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref">
	<gesmes:subject>Reference rates</gesmes:subject>
	<gesmes:Sender>
		<gesmes:name>European Central Bank</gesmes:name>
	</gesmes:Sender>
	<Cube>
${days}
	</Cube>
</gesmes:Envelope>`;
