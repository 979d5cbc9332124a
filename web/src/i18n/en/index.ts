import { common } from "./common";
import { money } from "./money";
import { people } from "./people";
import { reports } from "./reports";

/** All English texts; those with a `count` have a form for one. */
export const en = { ...common, ...money, ...people, ...reports };

export type TextKey = keyof typeof en;
export type Catalogue = Record<TextKey, string | { one: string; other: string }>;
