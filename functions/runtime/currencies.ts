/**
 * The currencies of ISO 4217 that people hold money in (list one, without funds, metals and testing codes), by the number
 * of decimals of their minor unit. Amounts have at most two decimals here, so currencies with three are kept with two.
 */
const wholeOnly = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF";
const withCents =
  "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC CUP " +
  "CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR JMD JOD " +
  "KES KGS KHR KPW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN " +
  "NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP " +
  "SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG";

/** Whether this is the code of a currency in use. */
export const isCurrency = (code: string): boolean =>
  / [A-Z]{3} /.test(` ${code} `) && ` ${wholeOnly} ${withCents} `.includes(` ${code} `);

/** Decimals an amount in this currency may have: 0 or 2. */
export const decimalsOf = (currency: string): 0 | 2 => (` ${wholeOnly} `.includes(` ${currency} `) ? 0 : 2);
