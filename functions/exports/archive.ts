/** The archive of a person: a ZIP that is written while its files are read, page by page; it does not matter how large it is. */
import type { FilePage } from "../runtime/personal-data";

/** A file of the archive, in pieces. */
export interface ArchivedFile {
  name: string;
  pages: AsyncIterable<string>;
}

/** The bytes of a ZIP of these files, each read when its turn comes. What fails in one fails the whole. */
export const zipOf = (files: ArchivedFile[]): AsyncIterable<Uint8Array> => {
  const { ZipFile }: typeof import("yazl") = require("yazl");
  const { PassThrough, Readable }: typeof import("node:stream") = require("node:stream");
  const zip = new ZipFile();
  const output = new PassThrough();
  zip.outputStream.pipe(output);
  const fail = (error: Error) => void output.destroy(error);
  zip.on("error", fail);
  for (const { name, pages } of files) {
    zip.addReadStreamLazy(name, { compress: true }, (opened) => {
      const content = Readable.from(pages, { objectMode: false });
      content.on("error", fail);
      opened(null, content);
    });
  }
  zip.end();
  return output;
};

/** All pages of a file. */
export const pagesOf = (read: (cursor: string | null) => Promise<FilePage>): AsyncIterable<string> => {
  const pages = async function* () {
    let cursor: string | null = null;
    do {
      const page: FilePage = await read(cursor);
      if (page.text !== "") yield page.text;
      cursor = page.cursor;
    } while (cursor !== null);
  };
  return pages();
};
