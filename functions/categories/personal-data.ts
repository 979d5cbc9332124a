/** What the categories service keeps of a person, for that person: categories, with their scores as of now. */
import type { Table } from "../runtime/dynamodb";
import { jsonFile, type ReadFilePage } from "../runtime/personal-data";
import { categoryOf, rankedCategories } from "./store";

/** Files of this service, for whoever asks for them. */
export const CATEGORIES_FILES = ["categories.json"];

/** What is read, and after how many days an old use counts half. */
export interface CategoriesDataUnit {
  table: Table;
  halfLifeDays: number;
}

export const categoriesData = ({ table, halfLifeDays }: CategoriesDataUnit): Record<string, ReadFilePage> => ({
  "categories.json": jsonFile(async (userId) =>
    (await rankedCategories(table, userId)).map((category) => categoryOf(category, halfLifeDays)),
  ),
});
