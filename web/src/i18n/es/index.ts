import type { Catalogue } from "../en";
import { common } from "./common";
import { money } from "./money";
import { people } from "./people";
import { reports } from "./reports";

/** All Spanish texts. */
export const es: Catalogue = { ...common, ...money, ...people, ...reports };
