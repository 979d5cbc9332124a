/**
 * How services hand out what they keep of a person (GDPR, articles 15 and 20), without knowing of each other: each has a function that
 * answers, page by page, the files it contributes; whoever puts them together calls these functions, and knows their names and files only.
 */
import type { Lambda } from "../../components/lambda";

/** A service's function that hands out what is kept of a person, as the program knows it. */
export interface PersonalDataSource {
  lambda: Lambda;
  /** Names of the files that it has. */
  files: string[];
}

/** Asks for a page of a file: the first without a cursor, each further one with the cursor of the page before. */
export interface PageRequest {
  user_id: string;
  file: string;
  cursor: string | null;
}

/** A page: the next piece of the file's text, at most some 4 MB; no cursor after the last. */
export interface FilePage {
  text: string;
  cursor: string | null;
}

/** Reads a page of one file of a person. */
export type ReadFilePage = (userId: string, cursor: string | null) => Promise<FilePage>;

/** The handler of a service's function: its files by name. */
export const personalData =
  (files: Record<string, ReadFilePage>) =>
  async ({ user_id, file, cursor }: PageRequest): Promise<FilePage> => {
    const read = Object.hasOwn(files, file) ? files[file] : undefined;
    if (read === undefined) throw new Error(`There is no file "${file}" here, only: ${Object.keys(files).join(", ")}.`);
    return read(user_id, cursor);
  };

/** A file of one page: a value as JSON, for people and programs. */
export const jsonFile =
  (read: (userId: string) => Promise<unknown>): ReadFilePage =>
  async (userId) => ({ text: `${JSON.stringify(await read(userId), null, 2)}\n`, cursor: null });
