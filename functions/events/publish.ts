/**
 * `npm run events:publish`: accepts the contracts as they are now, so that from now on they are held to. Refused when they break
 * what was published before: docs/events.md says what to do then.
 */
import { existsSync, writeFileSync } from "node:fs";
import { incompatibilities } from "./compatibility";
import { currentContracts, publishedContracts, publishedFile } from "./contracts";

const contracts = currentContracts();
const broken = existsSync(publishedFile) ? incompatibilities(publishedContracts(), contracts) : [];
if (broken.length > 0) {
  console.error(`Not published. Consumers rely on what this breaks:\n${broken.map((line) => `- ${line}`).join("\n")}`);
  console.error("See docs/events.md, “How to change an event”.");
  process.exitCode = 1;
} else {
  writeFileSync(publishedFile, `${JSON.stringify(contracts, null, 2)}\n`);
  console.log(`Published ${Object.keys(contracts).length} contracts.`);
}
