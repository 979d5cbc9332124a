/**
 * The lake on this machine, opened with DuckDB: the tables of Glue as views over the files that the local stack's Firehose wrote, so that
 * what Athena is to run is run here. Never captured into a function.
 */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import type { Column, ColumnType } from "../../components/lake/schema";
import { categoriesTable } from "./categories";
import { lakeTables } from "./tables";

/** What a query answers. Values as DuckDB prints them, null where there is none. */
export interface Answer {
  columns: string[];
  rows: (string | null)[][];
}

/** An open lake. */
export interface OpenLake {
  /** @throws DuckDB's own error, which says where in the SQL it is. */
  query(sql: string): Promise<Answer>;
  close(): void;
}

/** Hive's types as DuckDB has them. */
const DUCKDB_TYPES: Record<ColumnType, string> = {
  string: "varchar",
  bigint: "bigint",
  boolean: "boolean",
  timestamp: "timestamp",
  "array<string>": "varchar[]",
};

/** @param folder of the bucket. Tables that nothing was written to yet are there, and empty. */
export async function openLake(folder: string): Promise<OpenLake> {
  // Nothing is fetched from elsewhere: extensions would be downloaded.
  const settings = { autoinstall_known_extensions: "false", autoload_known_extensions: "false" };
  const instance = await DuckDBInstance.create(":memory:", settings);
  const connection = await instance.connect();
  for (const [name, { columns }] of Object.entries(lakeTables)) {
    await connection.run(viewOf(name, columns, join(folder, name), true));
  }
  await connection.run(viewOf("categories", categoriesTable.columns, join(folder, "categories"), false));
  return {
    query: async (sql) => {
      const reader = await connection.runAndReadAll(sql);
      const rows = reader.getRows().map((row) => row.map((value) => (value === null ? null : String(value))));
      return { columns: reader.columnNames(), rows };
    },
    close: () => {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

/** `create view`: a table of lines of JSON; `day` is read off the folders, as a text. */
function viewOf(name: string, columns: Record<string, Column>, folder: string, byDay: boolean): string {
  const typed = Object.entries(columns).map(([column, { type }]) => ({ column, type: DUCKDB_TYPES[type] }));
  if (!existsSync(folder) || readdirSync(folder).length === 0) {
    const all = [...typed, ...(byDay ? [{ column: "day", type: "varchar" }] : [])];
    return `create view ${name} as select ${all.map(({ column, type }) => `cast(null as ${type}) as ${column}`).join(", ")} where false`;
  }
  const files = join(folder, ...(byDay ? ["*"] : []), "*.json").replaceAll("'", "''");
  const options = [
    "format = 'newline_delimited'",
    `columns = {${typed.map(({ column, type }) => `'${column}': '${type}'`).join(", ")}}`,
    ...(byDay ? ["hive_partitioning = true", "hive_types = {'day': varchar}"] : []),
  ];
  return `create view ${name} as select * from read_json('${files}', ${options.join(", ")})`;
}

/** An answer as a table for terminals. */
export function tableOf({ columns, rows }: Answer): string {
  const cells = rows.map((row) => row.map((value) => value ?? ""));
  const widths = columns.map((column, index) =>
    Math.max(column.length, ...cells.map((row) => row[index]?.length ?? 0)),
  );
  const numeric = columns.map(
    (_, index) => cells.length > 0 && cells.every((row) => /^-?[\d.]*$/.test(row[index] ?? "")),
  );
  const line = (row: string[]) =>
    row
      .map((text, index) => (numeric[index] ? text.padStart(widths[index] ?? 0) : text.padEnd(widths[index] ?? 0)))
      .join("  ")
      .trimEnd();
  return [line(columns), widths.map((width) => "─".repeat(width)).join("  "), ...cells.map(line)].join("\n");
}
