/**
 * The SQL that Athena (engine version 3, which is Trino) and DuckDB have in common, as far as the saved questions use it. Nothing else
 * is let through: DuckDB would run it, and Athena refuse it or mean something else. What is listed here stands in the documentation of
 * both: Trino, "Functions and operators" and "SQL language"; DuckDB, "Functions" and "SQL introduction".
 */
import { categoriesTable } from "../../../functions/lake/categories";
import { lakeTables } from "../../../functions/lake/tables";

/** `date_trunc`, `date_diff` and casts are narrowed further: see RULES. */
const FUNCTIONS = words(
  "avg cast coalesce count date_diff date_trunc max min nullif round row_number sum unnest", // as in the SQL standard, or alike
);

const KEYWORDS = words(`
  all and as asc by case cross current_date day desc distinct else end false filter from group in inner interval is join
  left limit not null on or order over partition select then true union when where with`);

/** May stand before a parenthesis without being a function. */
const BEFORE_PARENTHESIS = words("and as by case filter from in join on or over select then when where");

const TYPES = words("bigint date decimal double varchar");

/** Trino, "Reserved keywords": they cannot name anything without quotes. */
const RESERVED = words(`
  alter and as between by case cast constraint create cross cube current_catalog current_date current_path current_role current_schema
  current_time current_timestamp current_user deallocate delete describe distinct drop else end escape except execute exists extract
  false for from full group grouping having in inner insert intersect into is join json_array json_exists json_object json_query
  json_table json_value left like listagg localtime localtimestamp natural normalize not null on or order outer prepare recursive right
  rollup select skip table then trim true uescape union unnest using values when where with`);

const TABLES = { ...lakeTables, categories: categoriesTable };
const COLUMNS = new Set(["day", ...Object.values(TABLES).flatMap(({ columns }) => Object.keys(columns))]);

function words(text: string): Set<string> {
  return new Set(text.trim().split(/\s+/));
}

/** What looks allowed word by word and is not, told from the tokens around. Null where it does not apply. */
type Rule = (tokens: string[], at: number) => string | null;

const RULES: Rule[] = [
  // Trino divides integers to integers, DuckDB to doubles.
  (tokens, at) =>
    tokens[at] === "/" && tokens.slice(at - 3, at).join(" ") !== "as double )"
      ? "divides what was not cast to double"
      : null,
  // Weeks begin on Mondays in both. Other units would do, but nobody has looked.
  (tokens, at) =>
    tokens[at] === "date_trunc" && tokens[at + 2] !== "'week'" ? "truncates to something else than a week" : null,
  // Trino counts what has passed, DuckDB how often a boundary was crossed: alike for days between dates only.
  (tokens, at) => {
    if (tokens[at] !== "date_diff") return null;
    const call = tokens.slice(at, closing(tokens, at + 1)).join(" ");
    return /^date_diff \( 'day' , cast \( [^()]+ as date \) , cast \( [^()]+ as date \)$/.test(call)
      ? null
      : "counts something else than days between dates";
  },
  // Numbers and times as text look differently; dates do not.
  (tokens, at) =>
    tokens[at] === "varchar" && tokens.slice(at - 4, at - 1).join(" ") !== "as date )"
      ? "makes text of something else than a date"
      : null,
  (tokens, at) => {
    if (tokens[at] !== "interval") return null;
    return /^'\d+' day$/.test(tokens.slice(at + 1, at + 3).join(" ")) ? null : "has an interval not in days";
  },
  // A date plus a number is one thing here and another there.
  (tokens, at) =>
    ["+", "-"].includes(tokens[at] ?? "") && !["interval", "sum"].includes(tokens[at + 1] ?? "")
      ? "adds something else than an interval"
      : null,
  (tokens, at) => (tokens[at] === "*" && tokens[at - 2] !== "count" ? "selects or multiplies by a star" : null),
  (tokens, at) =>
    tokens[at] === "decimal" && tokens.slice(at + 1, at + 6).join("") !== "(18,2)" ? "has another decimal" : null,
];

/** Where the parenthesis that opens at this token closes. */
const closing = (tokens: string[], open: number): number => {
  let depth = 0;
  for (let at = open; at < tokens.length; at += 1) {
    if (tokens[at] === "(") depth += 1;
    if (tokens[at] === ")") depth -= 1;
    if (depth === 0) return at;
  }
  return tokens.length;
};

/** What of a query is not common to Athena and DuckDB; empty when all is. */
export function complaints(sql: string): string[] {
  const tokens = sql.replace(/--.*/g, "").match(/'[^']*'|[A-Za-z_]\w*|\d+|<>|<=|>=|[^\s]/g) ?? [];
  const named = new Set(tokens.filter((token, at) => isWord(token) && names(tokens, at)));
  const found: string[] = [];
  tokens.forEach((token, at) => {
    const wrong = isWord(token) ? wordComplaint(tokens, at, named) : symbolComplaint(token);
    if (wrong !== null) found.push(wrong);
    for (const rule of RULES) {
      const broken = rule(tokens, at);
      if (broken !== null) found.push(`${tokens.slice(at - 4, at + 3).join(" ")}: ${broken}`);
    }
  });
  return found;
}

const isWord = (token: string): boolean => /^[A-Za-z_]/.test(token);

/** Whether a word is the type that a cast ends with. */
const isType = (tokens: string[], at: number): boolean => {
  let depth = 0;
  for (let before = at - 1; before > 0; before -= 1) {
    if (tokens[before] === ")") depth += 1;
    if (tokens[before] === "(") depth -= 1;
    if (depth < 0) return tokens[before - 1] === "cast" && tokens[at - 1] === "as";
  }
  return false;
};

/** Whether a word is where a name is given: `as name`; `with name as (`; `, name as (`; `as name (column)`. */
function names(tokens: string[], at: number): boolean {
  const [before = "", after = "", next = ""] = [tokens[at - 1], tokens[at + 1], tokens[at + 2]];
  if (before === "as") return !isType(tokens, at);
  return ["with", ","].includes(before) && after === "as" && next === "(";
}

function wordComplaint(tokens: string[], at: number, named: Set<string>): string | null {
  const [word = "", after = ""] = [tokens[at], tokens[at + 1]];
  if (word !== word.toLowerCase()) return `${word}: not in lower case`;
  if (names(tokens, at)) return RESERVED.has(word) ? `${word}: a name that Trino reserves` : null;
  if (isType(tokens, at)) return TYPES.has(word) ? null : `${word}: not a type of both`;
  if (after === "(" && !BEFORE_PARENTHESIS.has(word)) {
    return FUNCTIONS.has(word) ? null : `${word}(): not a function of both`;
  }
  const known = KEYWORDS.has(word) || Object.hasOwn(TABLES, word) || COLUMNS.has(word) || named.has(word);
  return known ? null : `${word}: neither a keyword of both nor a name`;
}

const symbolComplaint = (token: string): string | null =>
  /^('[^']*'|\d+|<>|<=|>=|[()\-+*/.,=<>])$/.test(token) ? null : `${token}: not a sign of both`;
