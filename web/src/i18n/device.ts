/** What a device tells of its owner. */
const CURRENCIES: Record<string, string> = {
  US: "USD",
  GB: "GBP",
  MX: "MXN",
  AR: "ARS",
  CO: "COP",
  CL: "CLP",
  PE: "PEN",
  UY: "UYU",
  CH: "CHF",
  JP: "JPY",
  CA: "CAD",
  AU: "AUD",
  NZ: "NZD",
  BR: "BRL",
  SE: "SEK",
  NO: "NOK",
  DK: "DKK",
  PL: "PLN",
  CZ: "CZK",
  HU: "HUF",
  RO: "RON",
  IN: "INR",
  CN: "CNY",
  KR: "KRW",
  BO: "BOB",
  PY: "PYG",
  CR: "CRC",
  DO: "DOP",
  GT: "GTQ",
  HN: "HNL",
  NI: "NIO",
  CU: "CUP",
  VE: "VES",
  EC: "USD",
  SV: "USD",
  PA: "PAB",
  IE: "EUR",
  ZA: "ZAR",
  TR: "TRY",
  IL: "ILS",
  MA: "MAD",
  AE: "AED",
  SG: "SGD",
  HK: "HKD",
  TH: "THB",
  PH: "PHP",
  ID: "IDR",
  VN: "VND",
};

export const deviceLocale = (): string => Intl.getCanonicalLocales(navigator.language)[0] ?? "en";

/** The currency of the region that the device is set to; the euro where that says nothing. */
export const guessCurrency = (locale = deviceLocale()): string =>
  CURRENCIES[new Intl.Locale(locale).region ?? ""] ?? "EUR";

/** The older name of UTC is not known everywhere. */
export const ownTimeZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
