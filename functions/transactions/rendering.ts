/** How transactions look in files. */
import { type RecordedTransaction, shown } from "./ledger";

export type Format = "csv" | "json";

/** A file's text, piece by piece: what comes first, how rows follow, what comes last. */
export interface Rendering {
  type: string;
  /** Text of some more rows, `first` when none came before. */
  rows(rows: RecordedTransaction[], first: boolean): string;
  /** Ends the file. */
  end: string;
}

/** The columns of the CSV file: the fields of a Transaction, in its order. */
const COLUMNS = [
  "transaction_id",
  "user_id",
  "group_id",
  "type",
  "amount",
  "currency",
  "from_balance_id",
  "to_balance_id",
  "to_amount",
  "category_id",
  "description",
  "entries",
  "approved_at",
  "transacted_at",
  "created_at",
  "updated_at",
  "deleted_at",
] as const;

/** Made once in an instance, which loads the CSV library. */
export const renderings = (): Record<Format, Rendering> => ({ csv: csv(), json: json() });

/**
 * RFC 4180: a header, a line for each transaction, CR LF. `entries` is JSON within its cell, `[]` for none. Text that a spreadsheet would take for
 * a formula is preceded by an apostrophe ("CSV Injection", OWASP).
 */
const csv = (): Rendering => {
  const { stringify }: typeof import("csv-stringify/sync") = require("csv-stringify/sync");
  const options = { record_delimiter: "\r\n", escape_formulas: true } as const;
  const header = stringify([[...COLUMNS]], options);
  return {
    type: "text/csv; charset=utf-8",
    rows: (rows, first) =>
      (first ? header : "") +
      stringify(
        rows.map((row) => COLUMNS.map((column) => cellOf(row[column]))),
        options,
      ),
    end: "",
  };
};

const cellOf = (value: RecordedTransaction[(typeof COLUMNS)[number]]): string => {
  if (value === null) return "";
  if (typeof value === "string") return value;
  return value instanceof Date ? value.toISOString() : JSON.stringify(value);
};

/** A list of Transactions, as the API has it, of one page. */
const json = (): Rendering => ({
  type: "application/json",
  rows: (rows, first) => {
    const items = rows.map((row) => JSON.stringify(shown(row))).join(",\n");
    return first ? `{"items":[\n${items}` : items === "" ? "" : `,\n${items}`;
  },
  end: '\n],"next_cursor":null}\n',
});
