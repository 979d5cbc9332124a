import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "vite";

/**
 * Tells the service worker what to keep: it names `__FILES__` and `__VERSION__`, which are put in once all files are known. Every file of the
 * build is kept but itself and what it fetches anew each time, `/config.json`.
 */
export function serviceWorker(): Plugin {
  let publicFolder = "";
  return {
    name: "ahorro:service-worker",
    apply: "build",
    configResolved: ({ publicDir }) => {
      publicFolder = publicDir;
    },
    generateBundle: {
      order: "post",
      handler(_options, bundle) {
        const worker = bundle["sw.js"];
        if (worker?.type !== "chunk") throw new Error("The build has no sw.js.");
        const made = Object.keys(bundle).filter((name) => name !== "sw.js" && !name.endsWith(".map"));
        const files = ["", ...made.filter((name) => name !== "index.html"), ...readdirSync(publicFolder)].sort();
        const version = createHash("sha256");
        for (const name of made.sort()) {
          const file = bundle[name];
          if (file !== undefined) version.update(file.type === "chunk" ? file.code : file.source);
        }
        for (const name of readdirSync(publicFolder).sort()) version.update(readFileSync(join(publicFolder, name)));
        worker.code = worker.code
          .replace("__FILES__", JSON.stringify(files.map((name) => `/${name}`)))
          .replace("__VERSION__", JSON.stringify(version.digest("hex").slice(0, 12)));
      },
    },
  };
}
