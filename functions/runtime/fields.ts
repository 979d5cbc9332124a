/**
 * Schemas that all services share. Functions, not constants: a schema made inside a Lambda's factory costs nothing in its
 * bundle, a captured one 18 kB. Lengths are in UTF-16 code units; metadata goes into the OpenAPI document only.
 */
import * as v from "valibot";
import { isCurrency } from "./currencies";

/** What the OpenAPI document says of a schema that JSON Schema cannot express by itself. */
export const documented = <T>(jsonSchema: Record<string, unknown>) =>
  v.metadata<T, { jsonSchema: Record<string, unknown> }>({ jsonSchema });

/** Any UUID; Cognito's subs do not all carry a version. Lower case afterwards. */
export const Id = () =>
  v.pipe(
    v.string(),
    v.maxLength(36),
    v.regex(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i, "must be a UUID"),
    v.transform((id) => id.toLowerCase()),
    documented({ type: "string", format: "uuid", minLength: 36, maxLength: 36 }),
  );

/** An instant as it leaves us: RFC 3339, UTC, milliseconds. A `Date` renders itself so in JSON. */
export const Instant = () =>
  v.pipe(
    v.custom<Date | string>((value) => !Number.isNaN(new Date(value as Date | string).getTime())),
    documented({ type: "string", format: "date-time", maxLength: 35, example: "2026-11-22T09:30:00.000Z" }),
  );

/** RFC 3339, section 5.6: a date and a time with an offset. */
const rfc3339 = /^(\d{4}-\d\d-\d\d)[Tt]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)$/;

/** Whether there is such a day, in the years 1900 to 2199. */
export const isCalendarDay = (day: string): boolean => {
  const date = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(day) && day >= "1900" && day < "2200";
};

/** A calendar day, `YYYY-MM-DD`, of the years 1900 to 2199. */
export const Day = () =>
  v.pipe(
    v.string(),
    v.regex(/^\d{4}-\d\d-\d\d$/, "must be a date: YYYY-MM-DD"),
    v.check(isCalendarDay, "must be a date of the calendar, from 1900 to 2199"),
    documented({ type: "string", format: "date", maxLength: 10, example: "2026-11-22" }),
  );

/** When something happened: the instant, and the calendar day where the sender was (the date as it was written). */
export const Moment = () =>
  v.pipe(
    v.string(),
    v.maxLength(35, "must be an RFC 3339 time with an offset"),
    v.regex(rfc3339, "must be an RFC 3339 time with an offset"),
    v.check((text) => isCalendarDay(text.slice(0, 10)), "must be a date of the calendar, from 1900 to 2199"),
    v.transform((text) => ({ at: new Date(text.toUpperCase()), on: text.slice(0, 10) })),
    v.check(
      ({ at }) => isCalendarDay(at.toISOString().slice(0, 10)),
      "must be a date of the calendar, from 1900 to 2199",
    ),
    documented({ type: "string", format: "date-time", maxLength: 35, example: "2026-11-22T23:30:00-05:00" }),
  );

/**
 * One line of text by people: trimmed, NFC, 1 to `length` characters, at least one of them visible; no control characters,
 * lone surrogates or direction overrides, which would corrupt storage or mislead readers.
 */
export const Line = (length: number) =>
  v.pipe(
    v.string(),
    v.check((text) => !/[\p{Cc}\p{Cs}\u2028-\u202e\u2066-\u2069]/u.test(text), "must not contain control characters"),
    v.transform((text) => text.normalize("NFC").trim()),
    v.check((text) => /[^\s\p{Cf}\p{M}]/u.test(text), "must not be empty"),
    v.maxLength(length, `must be at most ${length} characters`),
    documented({ type: "string", minLength: 1, maxLength: length }),
  );

/** ISO 4217 code of a currency in use. */
export const Currency = () =>
  v.pipe(
    v.string(),
    v.check(isCurrency, "must be the ISO 4217 code of a currency in use"),
    documented({ type: "string", pattern: "^[A-Z]{3}$", minLength: 3, maxLength: 3, example: "EUR" }),
  );

/** An e-mail address, lower case afterwards; RFC 5321 limits its length. */
export const Email = () =>
  v.pipe(
    v.string(),
    v.trim(),
    v.maxLength(254, "must be at most 254 characters"),
    v.email("must be an e-mail address"),
    v.transform((email) => email.toLowerCase()),
    documented({ type: "string", format: "email", maxLength: 254 }),
  );

/** IANA time zone. */
export const TimeZone = () =>
  v.pipe(
    v.string(),
    v.maxLength(64, "must be at most 64 characters"),
    v.regex(/^[A-Za-z]/, "must be an IANA time zone"),
    v.check((timeZone) => {
      try {
        new Intl.DateTimeFormat("en", { timeZone });
        return true;
      } catch {
        return false;
      }
    }, "must be an IANA time zone"),
    documented({ type: "string", maxLength: 64, example: "Europe/Madrid" }),
  );

/** BCP 47 language tag, canonical afterwards. */
export const Locale = () =>
  v.pipe(
    v.string(),
    v.maxLength(35, "must be at most 35 characters"),
    v.check((tag) => {
      try {
        return Intl.getCanonicalLocales(tag).length === 1;
      } catch {
        return false;
      }
    }, "must be a BCP 47 language tag"),
    v.transform((tag) => Intl.getCanonicalLocales(tag)[0] ?? tag),
    documented({ type: "string", maxLength: 35, example: "es-ES" }),
  );

/** Query parameter: how many items a page holds, 1 to 200, 50 unless told. */
export const Limit = () =>
  v.pipe(
    v.optional(
      v.pipe(
        v.string(),
        v.regex(/^\d{1,3}$/, "must be a whole number"),
        v.transform(Number),
        v.minValue(1, "must be at least 1"),
        v.maxValue(200, "must be at most 200"),
      ),
      "50",
    ),
    documented({ type: "integer", format: "int32", minimum: 1, maximum: 200, default: 50 }),
  );

/** Query parameter: where the next page starts. */
export const Cursor = () => v.optional(v.pipe(v.string(), v.maxLength(1000, "is too long")));

/** Query parameter: yes or no, `false` unless told. */
export const Flag = () =>
  v.pipe(
    Choice(),
    v.transform((choice) => choice ?? false),
  );

/** Query parameter: `true`, `false` or left open. */
export const Choice = () =>
  v.pipe(
    v.optional(
      v.pipe(
        v.picklist(["true", "false"]),
        v.transform((text) => text === "true"),
      ),
    ),
    documented({ type: "boolean" }),
  );

/** Query parameter: ids separated by commas, which is also how API Gateway hands on a repeated parameter. */
export const Ids = () =>
  v.optional(
    v.pipe(
      v.string(),
      v.transform((text) => text.split(",")),
      v.maxLength(50, "must be at most 50 ids"),
      v.array(Id()),
      documented({
        type: "array",
        maxItems: 50,
        items: { type: "string", format: "uuid", minLength: 36, maxLength: 36 },
      }),
    ),
  );

/** Whatever was sent; documented as what it is checked against later, one by one. */
export const anything = (schema: v.GenericSchema<unknown, unknown>) =>
  v.pipe(v.any(), v.metadata<unknown, { schema: v.GenericSchema<unknown, unknown> }>({ schema }));

/** How many there are of something; a whole number. */
export const Count = () =>
  v.pipe(v.number(), v.integer(), documented({ type: "integer", format: "int32", minimum: 0, maximum: 2_147_483_647 }));

/** The query parameters of every list. */
export const paging = () => ({ limit: Limit(), cursor: Cursor() });

/** A page of items. */
export const PageOf = <S extends v.GenericSchema>(item: S) =>
  v.strictObject({
    items: v.pipe(v.array(item), v.maxLength(200)),
    next_cursor: v.nullable(v.pipe(v.string(), v.maxLength(1000))),
  });
