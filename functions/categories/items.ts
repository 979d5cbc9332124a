/**
 * The items of the table `categories`. A user's items are one collection: categories under `<type>#<normalised name>`, so that a
 * name is there once by itself, and housekeeping under keys that begin with `#`. Only categories have a `score`, hence only they
 * are in the index of that name, the ranked list. No write spans two items; each is conditional on what was read.
 */
import type { NumberValue } from "@aws-sdk/lib-dynamodb";
import type { Item, Key, Table } from "../runtime/dynamodb";
import { newId } from "../runtime/ids";
import type { CategoryType } from "./schemas";

/** A category as it is stored. */
export interface CategoryItem extends Item {
  user_id: string;
  "type#name": string;
  category_id: string;
  name: string;
  type: CategoryType;
  icon: string;
  /** Sum of the weights of its uses (see ./score.ts). */
  score: NumberValue;
  created_at: string;
  /** Grows with every change but that of the score: what changes are conditional on. */
  updated_at: string;
  /** Tells apart two categories of the same id, one of which was made after the other had been deleted. */
  incarnation: string;
  /** Uses that are being counted, and the fencing token of who counts (see ./contribution.ts). */
  inflight?: Set<string>;
  fence?: NumberValue;
  /** Being renamed: nothing but the move may change it (see ./move.ts). */
  move?: { id: string; to: string; name: string; icon: string; updated_at: string };
}

export const keyOf = (userId: string, sortKey: string): Key => ({ user_id: userId, "type#name": sortKey });

/** Names that differ in case, or in the number of blanks, are the same. */
export const sortKeyOf = (type: CategoryType, name: string): string =>
  `${type}#${name.normalize("NFC").toUpperCase().toLowerCase().replace(/\s+/g, " ").trim()}`;

export const isCategory = (item: Item): item is CategoryItem => item.category_id !== undefined;

/** A category that has never been used. */
export const newCategory = (
  table: Table,
  category: { user_id: string; category_id: string; name: string; type: CategoryType; icon: string },
): CategoryItem => {
  const now = new Date().toISOString();
  return {
    ...category,
    "type#name": sortKeyOf(category.type, category.name),
    score: table.number("0"),
    created_at: now,
    updated_at: now,
    incarnation: newId(),
  };
};

/** The condition that a category is as it was read, but for its score, and not being moved. */
export const unchanged = ({ incarnation, updated_at }: CategoryItem) => ({
  condition: "incarnation = :incarnation and updated_at = :seen and attribute_not_exists(#move)",
  names: { "#move": "move" },
  values: { ":incarnation": incarnation, ":seen": updated_at },
});

/** A later instant than this one: now, or a millisecond after it. */
export const after = (instant: string): string => new Date(Math.max(Date.now(), Date.parse(instant) + 1)).toISOString();
