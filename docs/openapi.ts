/** `npm run openapi`: writes the OpenAPI document of the endpoint tables to docs/openapi.json. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { apiDocument } from "../functions/document";

writeFileSync(join(__dirname, "openapi.json"), `${JSON.stringify(apiDocument(), null, 2)}\n`);
