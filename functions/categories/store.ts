/** The categories of a user: all, by rank, one, and one more. */
import type { Table } from "../runtime/dynamodb";
import { type CategoryItem, isCategory, keyOf } from "./items";
import { finishMove, releaseReservation } from "./move";
import type { Category } from "./schemas";
import { decayedScore, toUnits } from "./score";

/** All of a user's categories. One that is just being renamed is there twice for a moment: it counts under its new name. */
export const readCategories = async (table: Table, userId: string): Promise<CategoryItem[]> => {
  return withoutMoved(await storedCategories(table, userId));
};

/** The same from the index, highest score first, ties by name. */
export const rankedCategories = async (table: Table, userId: string): Promise<CategoryItem[]> => {
  const items = await table.query({
    index: "score",
    descending: true,
    keyCondition: "user_id = :user",
    values: { ":user": userId },
  });
  return withoutMoved(items.filter(isCategory)).sort((a, b) => compareRanks(rankOf(a), rankOf(b)));
};

/**
 * Housekeeping keys begin with `#` and reservations are no categories; `$` is the character after `#`. A query reads one item after the
 * other, so a category that moves meanwhile, from a key yet to be read to one that has been, would be missed: where a key
 * is reserved for one that is not to be seen, the query looks again.
 */
const storedCategories = async (table: Table, userId: string): Promise<CategoryItem[]> => {
  for (let looks = 1; ; looks += 1) {
    const items = await table.query({
      keyCondition: "user_id = :user and #key between :first and :last",
      names: { "#key": "type#name" },
      values: { ":user": userId, ":first": "expense#", ":last": "income$" },
    });
    const keys = new Set(items.map((item) => item["type#name"]));
    const missed = items.some(({ reservation }) => reservation !== undefined && !keys.has(reservation.from));
    // Or it was deleted after a rename that died, and the reservation has not expired yet.
    if (!missed || looks === 2) return items.filter(isCategory);
  }
};

const withoutMoved = (items: CategoryItem[]): CategoryItem[] => {
  const settled = new Set(items.filter(({ move }) => move === undefined).map(({ category_id }) => category_id));
  return items.filter(({ move, category_id }) => move === undefined || !settled.has(category_id));
};

/** What the ranked list is sorted by: score in units, name, id. */
export type Rank = [score: string, name: string, id: string];

export const rankOf = ({ score, name, category_id }: CategoryItem): Rank => [
  String(toUnits(score.toString())),
  name,
  category_id,
];

export const compareRanks = ([scoreA, nameA, idA]: Rank, [scoreB, nameB, idB]: Rank): number => {
  if (scoreA !== scoreB) return BigInt(scoreA) > BigInt(scoreB) ? -1 : 1;
  return nameA.localeCompare(nameB, "en") || (idA < idB ? -1 : Number(idA > idB));
};

/**
 * A category by its id, or undefined. Reads the user's categories (at most 500, mostly 60) and picks: an index by id would cost
 * a write at every use. A move that was broken off is finished first, so that what is answered is at rest.
 */
export const findCategory = async (
  table: Table,
  userId: string,
  categoryId: string,
): Promise<CategoryItem | undefined> => {
  for (;;) {
    const found = (await storedCategories(table, userId)).filter(({ category_id }) => category_id === categoryId);
    const moving = found.find(({ move }) => move !== undefined);
    if (moving === undefined) return found[0];
    await finishMove(table, moving);
  }
};

/** Adds a category; false when the name is taken. A name that somebody only reserved is free, unless it is about to be used. */
export const addCategory = async (table: Table, category: CategoryItem): Promise<boolean> => {
  for (;;) {
    if (await table.put(category, { condition: "attribute_not_exists(user_id)" })) return true;
    const there = await table.get(keyOf(category.user_id, category["type#name"]));
    if (there === undefined) continue;
    if (there.reservation === undefined) return there.incarnation === category.incarnation;
    await releaseReservation(table, there);
  }
};

/** What a client sees of a category. */
export const categoryOf = (item: CategoryItem, halfLifeDays: number): Category => ({
  ...taggedOf(item),
  score: decayedScore(toUnits(item.score.toString()), Date.now(), halfLifeDays),
});

/** What the entity tag of a category stands for: all but the score, which changes with each second that passes. */
export const taggedOf = ({ category_id, user_id, name, type, icon, created_at, updated_at }: CategoryItem) => ({
  category_id,
  user_id,
  name,
  type,
  icon,
  created_at,
  updated_at,
});
