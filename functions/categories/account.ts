/** What the service keeps of a user besides categories: one item, and how it begins and ends. */
import type { Item, Table } from "../runtime/dynamodb";
import { type CatalogueCategory, catalogueCategories, nameIn } from "./catalogue-categories";
import { type CategoryItem, keyOf, newCategory } from "./items";
import { addCategory, readCategories } from "./store";

const accountKey = (userId: string) => keyOf(userId, "#account");

/** The language that the user's catalogue is in, settled once; and a number that only grows. */
export interface Account {
  locale: string;
  /** Fencing token: higher than all given before. */
  fence: number;
}

/** Begins work on a user's scores; undefined when the user is deleted. */
export const beginCounting = async (table: Table, userId: string): Promise<Account | undefined> => {
  const account = await table.update(accountKey(userId), {
    update: "add fence :one set #locale = if_not_exists(#locale, :locale)",
    condition: "attribute_not_exists(deleted_at)",
    names: { "#locale": "locale" },
    values: { ":one": 1, ":locale": "en" },
  });
  return account && { locale: account.locale, fence: Number(account.fence) };
};

/**
 * Gives a new user the catalogue, in their language; once, so that what they delete later stays away however often this is
 * repeated. Broken off, it may be repeated too: what is there already is left as it is. The language is written first, for
 * all who make categories from the catalogue, so that nobody makes the same one under another name.
 */
export const seedCatalogue = async (table: Table, userId: string, locale: string): Promise<void> => {
  const account = await table.update(accountKey(userId), {
    update: "set #locale = if_not_exists(#locale, :locale)",
    condition: "attribute_not_exists(deleted_at)",
    names: { "#locale": "locale" },
    values: { ":locale": locale },
  });
  if (account === undefined || account.seeded === true) return;
  const present = new Set((await readCategories(table, userId)).map(({ category_id }) => category_id));
  const missing = catalogueCategories().filter(({ category_id }) => !present.has(category_id));
  await Promise.all(missing.map((category) => addFromCatalogue(table, userId, category, account.locale)));
  await table.update(accountKey(userId), {
    update: "set seeded = :true",
    condition: "attribute_not_exists(deleted_at)",
    values: { ":true": true },
  });
};

/** Undefined when the user has a category of that name, which is left alone. */
export const addFromCatalogue = async (
  table: Table,
  userId: string,
  category: CatalogueCategory,
  locale: string,
): Promise<CategoryItem | undefined> => {
  const { category_id, type, icon } = category;
  const item = newCategory(table, { user_id: userId, category_id, type, icon, name: nameIn(category, locale) });
  return (await addCategory(table, item)) ? item : undefined;
};

/** How long it is remembered that a user was deleted, in seconds: longer than events may be under way. */
const REMEMBERED = 30 * 86_400;

/** Deletes all that is kept of a user, but for a note that they are deleted, against events that come late. */
export const purgeAccount = async (table: Table, userId: string): Promise<void> => {
  const now = Date.now();
  await table.put({
    ...accountKey(userId),
    deleted_at: new Date(now).toISOString(),
    expires_at: Math.floor(now / 1000) + REMEMBERED,
  });
  const items = await table.query({
    keyCondition: "user_id = :user",
    projection: "user_id, #key",
    names: { "#key": "type#name" },
    values: { ":user": userId },
  });
  const others = items.filter((item: Item) => item["type#name"] !== "#account");
  const AT_ONCE = 25;
  for (let start = 0; start < others.length; start += AT_ONCE) {
    const some = others.slice(start, start + AT_ONCE);
    await Promise.all(some.map((item) => table.delete(keyOf(item.user_id, item["type#name"]))));
  }
};
