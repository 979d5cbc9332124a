import * as v from "valibot";

/** A value as the RDS Data API writes it (data type `Field`); arrays are not emulated. */
export const Field = v.union(
  [
    v.strictObject({ stringValue: v.string() }),
    v.strictObject({ longValue: v.pipe(v.number(), v.safeInteger()) }),
    v.strictObject({ doubleValue: v.number() }),
    v.strictObject({ booleanValue: v.boolean() }),
    v.strictObject({ blobValue: v.pipe(v.string(), v.base64()) }),
    v.strictObject({ isNull: v.literal(true) }),
  ],
  "one of stringValue, longValue, doubleValue, booleanValue, blobValue, isNull (arrays are not emulated)",
);
export type Field = v.InferOutput<typeof Field>;

/** A value for PostgreSQL from a `Field`. */
export function toParameter(field: Field): string | number | boolean | Buffer | null {
  if ("isNull" in field) return null;
  if ("blobValue" in field) return Buffer.from(field.blobValue, "base64");
  const [value] = Object.values(field);
  return value ?? null;
}

/** Object ids of PostgreSQL's types (pg_type.dat) that the Data API does not return as strings. */
const BOOLEAN = 16;
const BYTEA = 17;
const INTEGERS = new Set([20, 21, 23, 26]);
const FLOATS = new Set([700, 701]);

/** A `Field` from what PostgreSQL sends in text format for a column of a type. */
export function toField(text: Buffer | null, type: number): Field {
  if (text === null) return { isNull: true };
  const value = text.toString("utf8");
  if (type === BOOLEAN) return { booleanValue: value === "t" };
  if (INTEGERS.has(type)) return { longValue: Number(value) };
  if (FLOATS.has(type)) return { doubleValue: Number(value) };
  if (type === BYTEA) return { blobValue: Buffer.from(value.slice(2), "hex").toString("base64") }; // \x0123…
  return { stringValue: value };
}

/** Tokens of SQL in which a colon is no parameter: literals, quoted names, comments, casts (PostgreSQL manual, chapter 4.1). */
const TOKENS = [
  /\be'(?:[^'\\]|\\.|'')*'/, // E'it\'s'
  /'(?:[^']|'')*'/,
  /"(?:[^"]|"")*"/,
  /\$(?<tag>\w*)\$.*?\$\k<tag>\$/,
  /--[^\n]*/,
  /\/\*.*?\*\//,
  /::/,
  /:(?<name>[a-z_]\w*)/,
];
const TOKEN = new RegExp(TOKENS.map((token) => token.source).join("|"), "gis");

/** Turns the Data API's named parameters (`:name`) into PostgreSQL's `$1`, `$2` …, and says which name is which. */
export function numberParameters(sql: string): { sql: string; names: string[] } {
  const names: string[] = [];
  const numbered = sql.replace(TOKEN, (token, ...rest) => {
    const name: unknown = rest.at(-1).name;
    if (typeof name !== "string") return token;
    if (!names.includes(name)) names.push(name);
    return `$${names.indexOf(name) + 1}`;
  });
  return { sql: numbered, names };
}
