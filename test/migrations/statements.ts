import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { AlterTableStmt, DropStmt, Node, ParseResult, RenameStmt } from "@pgsql/types";
import { loadModule, parseSync } from "libpg-query";
import { PROJECT_FOLDER } from "../../local/program/stack-config";

/** PostgreSQL's own parser, which has to be loaded once. */
export const parser = loadModule();

const statementsOf = (sql: string): Node[] => {
  const { stmts = [] }: ParseResult = parseSync(sql);
  return stmts.flatMap(({ stmt }) => stmt ?? []);
};

/** How many statements there are, and whether one of them is refused within a transaction. */
export function transactionNeeds(sql: string): { count: number; outside: boolean } {
  const statements = statementsOf(sql);
  const outside = statements.some(
    (statement) =>
      ("IndexStmt" in statement && statement.IndexStmt.concurrent === true) ||
      ("DropStmt" in statement && statement.DropStmt.concurrent === true),
  );
  return { count: statements.length, outside };
}

/** Names of tables and columns that are no longer there after these statements: dropped, or renamed. */
export function removedNames(sql: string): string[] {
  return statementsOf(sql).flatMap((stmt) => {
    if ("AlterTableStmt" in stmt) return droppedColumns(stmt.AlterTableStmt);
    if ("DropStmt" in stmt) return droppedTables(stmt.DropStmt);
    return "RenameStmt" in stmt ? renamed(stmt.RenameStmt) : [];
  });
}

const droppedColumns = ({ cmds = [] }: AlterTableStmt): string[] =>
  cmds.flatMap((command) => {
    if (!("AlterTableCmd" in command) || command.AlterTableCmd.subtype !== "AT_DropColumn") return [];
    return command.AlterTableCmd.name ?? [];
  });

const droppedTables = ({ removeType, objects = [] }: DropStmt): string[] =>
  removeType === "OBJECT_TABLE" || removeType === "OBJECT_VIEW" ? objects.flatMap(lastName) : [];

/** `schema.table` is a list of names, of which the last is the table's. */
function lastName(object: Node): string[] {
  if (!("List" in object)) return [];
  const last = object.List.items?.at(-1);
  return last !== undefined && "String" in last && last.String.sval !== undefined ? [last.String.sval] : [];
}

const renamed = ({ renameType, subname, relation }: RenameStmt): string[] => {
  if (renameType === "OBJECT_COLUMN") return subname === undefined ? [] : [subname];
  return renameType === "OBJECT_TABLE" && relation?.relname !== undefined ? [relation.relname] : [];
};

/** Files of the services in which a name stands as a word. */
export const usersOf = (name: string): string[] =>
  sourcesOf("functions").filter((file) =>
    new RegExp(`\\b${name}\\b`).test(readFileSync(join(PROJECT_FOLDER, file), "utf8")),
  );

const sourcesOf = (folder: string): string[] =>
  readdirSync(join(PROJECT_FOLDER, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => join(folder, file))
    .sort();
