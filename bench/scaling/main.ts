/** `npm run scaling`: works out where each stage is full, and writes that into docs/scaling.md. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { withFigures } from "./report";

const FILE = join(__dirname, "..", "..", "docs", "scaling.md");

writeFileSync(FILE, withFigures(readFileSync(FILE, "utf8")));
console.log("docs/scaling.md has the figures of the last results of npm run bench.");
