/** `npm run asyncapi`: writes the AsyncAPI document of the event contracts to docs/asyncapi.json. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { asyncApiDocument } from "../functions/events/asyncapi";

writeFileSync(join(__dirname, "asyncapi.json"), `${JSON.stringify(asyncApiDocument(), null, 2)}\n`);
