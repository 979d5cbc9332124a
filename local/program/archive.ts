import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import * as pulumi from "@pulumi/pulumi";

/**
 * Writes an archive of text files, as the `Lambda` component makes them, into a folder: what Lambda does with the
 * uploaded zip.
 * @throws Error when an entry is not text or would lie outside the folder.
 */
export async function unpackArchive(archive: pulumi.asset.AssetArchive, folder: string): Promise<void> {
  for (const [path, entry] of Object.entries(await archive.assets)) {
    const file = join(folder, path);
    if (relative(folder, file).startsWith(".."))
      throw new Error(`The archive entry "${path}" lies outside its folder.`);
    if (!(entry instanceof pulumi.asset.StringAsset)) throw new Error(`The archive entry "${path}" is not text.`);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, await entry.text);
  }
}
