/** The saved queries: files in ./queries, in their order. At deployment and on a laptop only; never captured into a function. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { LakeQuery } from "../../components/lake/athena";

const FOLDER = join(__dirname, "queries");

/** @throws Error naming the file that does not begin as it should. */
export const readQueries = (): LakeQuery[] =>
  readdirSync(FOLDER)
    .filter((file) => file.endsWith(".sql"))
    .sort()
    .map((file) => queryOf(file, readFileSync(join(FOLDER, file), "utf8")));

/** `01-some-name.sql`: the first line is a comment with the title, the comments after it describe; the rest is SQL. */
export const queryOf = (file: string, text: string): LakeQuery => {
  const lines = text.trimEnd().split("\n");
  const end = lines.findIndex((line) => !line.startsWith("--"));
  const [title, ...description] = lines.slice(0, end).map((line) => line.replace(/^-- ?/, ""));
  const [, name] = /^\d\d-([a-z]+(?:-[a-z]+)*)\.sql$/.exec(file) ?? [];
  if (!title || !name || description.length === 0) {
    throw new Error(
      `${file}: a saved query is called like 01-name.sql, and begins with a title and a description in comments.`,
    );
  }
  return { name, title, description: description.join(" "), sql: lines.slice(end).join("\n") };
};
