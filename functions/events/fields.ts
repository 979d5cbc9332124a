/**
 * Fields of events. They say what a consumer may rely on, and no more: the limits of the API (lengths, lists of currencies and time
 * zones) can be moved there without a word to consumers. Functions, for the reason given in ../runtime/fields.ts.
 */
import * as v from "valibot";
import { documented } from "../runtime/fields";

const timestamp = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/**
 * An instant: RFC 3339 in UTC with milliseconds, so that the order of the texts is the order of the instants. Producers may give a
 * `Date`, which renders itself so in JSON.
 */
export const Timestamp = () =>
  v.pipe(
    v.union([v.string(), v.date()]),
    v.transform((instant) => (typeof instant === "string" ? instant : instant.toISOString())),
    v.regex(timestamp, "must be an RFC 3339 time in UTC with milliseconds"),
    documented({
      type: "string",
      format: "date-time",
      pattern: timestamp.source,
      examples: ["2026-11-22T09:30:00.000Z"],
    }),
  );

/** A calendar day, `YYYY-MM-DD`. */
export const Day = () =>
  v.pipe(v.string(), v.regex(/^\d{4}-\d\d-\d\d$/, "must be a date: YYYY-MM-DD"), v.examples(["2026-11-22"]));

/** A decimal number with exactly two decimals. */
export const Money = () =>
  v.pipe(v.string(), v.regex(/^-?\d{1,16}\.\d{2}$/, "must be an amount with two decimals"), v.examples(["12.50"]));

/** ISO 4217; also one that is not in use yet, or not any more. */
export const Currency = () =>
  v.pipe(v.string(), v.regex(/^[A-Z]{3}$/, "must be the ISO 4217 code of a currency"), v.examples(["EUR"]));

/** Counts the changes of a resource, from 1: by it consumers tell older from newer. */
export const Version = () => v.pipe(v.number(), v.integer(), v.minValue(1), v.examples([3]));

/** Any text. */
export const Text = (example: string) => v.pipe(v.string(), v.examples([example]));

/** Null as a rule, and so in examples. */
export const Rarely = <S extends v.GenericSchema>(schema: S) => v.pipe(v.nullable(schema), v.examples([null]));
