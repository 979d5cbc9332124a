import * as v from "valibot";
import { created, noContent, ok, page } from "../runtime/answer";
import { decodeCursor, pageOf } from "../runtime/cursor";
import { type EndpointTable, endpoint } from "../runtime/endpoint";
import { Id, PageOf, paging } from "../runtime/fields";
import { problem } from "../runtime/problem";
import { type CategoryItem, keyOf, newCategory, unchanged } from "./items";
import { shareGroup } from "./members";
import { changeCategory } from "./move";
import { Category, CategoryName, CategoryType, Icon } from "./schemas";
import {
  addCategory,
  categoryOf,
  compareRanks,
  findCategory,
  rankedCategories,
  rankOf,
  readCategories,
  taggedOf,
} from "./store";
import { type CategoriesUnit, conflict } from "./work";

/** More than anyone tells apart. A guard against runaway clients: several at once may get a little beyond it. */
const MOST_CATEGORIES = 500;

/** Categories: everybody's own, ranked by use. */
export const categoriesEndpoints = (): EndpointTable<CategoriesUnit> => ({
  "GET /categories/{user_id}": endpoint({
    summary: "A user's categories",
    description:
      "One's own, or those of somebody one shares a group with. The most used come first: the score grows with each approved " +
      "transaction and halves with time. Categories of equal score are in the order of their names.",
    path: { user_id: Id() },
    query: { ...paging(), type: v.optional(CategoryType()) },
    answers: { 200: PageOf(Category()) },
    problems: { 404: ["user_not_found"] },
    handle: async ({ caller, path, query, unit: { table, sql, halfLifeDays }, route }) => {
      const scope = { route, caller, list: [path.user_id, query.type ?? null] };
      const last = query.cursor && decodeCursor(scope, query.cursor, RankKey());
      if (path.user_id !== caller.user_id && !(await shareGroup(sql, caller.user_id, path.user_id)))
        throw userNotFound();
      const ranked = (await rankedCategories(table, path.user_id))
        .filter(({ type }) => query.type === undefined || type === query.type)
        .filter((category) => !last || compareRanks(rankOf(category), last) > 0);
      const [items, nextCursor] = pageOf(scope, ranked.slice(0, query.limit + 1), query.limit, rankOf);
      return page(
        items.map((item) => categoryOf(item, halfLifeDays)),
        nextCursor,
      );
    },
  }),

  "POST /categories/{user_id}": endpoint({
    summary: "Add a category",
    description: `For oneself. Names are told apart without regard to case and blanks, within a type. At most ${MOST_CATEGORIES} categories.`,
    path: { user_id: Id() },
    body: v.strictObject({ name: CategoryName(), type: CategoryType(), icon: v.optional(Icon(), "category") }),
    answers: { 201: Category() },
    problems: { 404: ["user_not_found"], 409: ["category_exists", "too_many_categories"] },
    handle: async ({ caller, path, body, unit: { table, halfLifeDays, newId } }) => {
      if (path.user_id !== caller.user_id) throw userNotFound();
      const category_id = newId();
      const categories = await readCategories(table, caller.user_id);
      const made = categories.find((category) => category.category_id === category_id);
      const category = made ?? newCategory(table, { user_id: caller.user_id, category_id, ...body });
      if (made === undefined) {
        if (categories.length >= MOST_CATEGORIES) {
          throw problem(
            409,
            "too_many_categories",
            `There are ${categories.length} categories already. Delete one first.`,
          );
        }
        if (!(await addCategory(table, category))) throw categoryExists();
      }
      return {
        ...created(`/categories/${caller.user_id}/${category_id}`, categoryOf(category, halfLifeDays)),
        tagged: taggedOf(category),
      };
    },
  }),

  "PUT /categories/{user_id}/{category_id}": endpoint({
    summary: "Change a category",
    description: "Its id and its score stay. An icon that is left out stays too.",
    path: { user_id: Id(), category_id: Id() },
    body: v.strictObject({ name: CategoryName(), icon: v.optional(Icon()) }),
    answers: { 200: Category() },
    problems: { 404: ["category_not_found"], 409: ["category_exists"] },
    current: ({ caller, path, unit }) => ownCategory(unit, caller.user_id, path),
    handle: async ({ body, unit: { table, halfLifeDays }, current: { item } }) => {
      const result = await changeCategory(table, item, { name: body.name, icon: body.icon ?? item.icon });
      if (result === "taken") throw categoryExists();
      if (result === "conflict") throw conflict();
      return { ...ok(categoryOf(result, halfLifeDays)), tagged: taggedOf(result) };
    },
  }),

  "DELETE /categories/{user_id}/{category_id}": endpoint({
    summary: "Delete a category",
    description:
      "Its score is lost. Transactions keep its id; a category of the catalogue comes back when it is used again.",
    path: { user_id: Id(), category_id: Id() },
    answers: { 204: null },
    problems: { 404: ["category_not_found"] },
    current: ({ caller, path, unit }) => ownCategory(unit, caller.user_id, path),
    handle: async ({ unit: { table }, current: { item } }) => {
      if (!(await table.delete(keyOf(item.user_id, item["type#name"]), unchanged(item)))) throw conflict();
      return noContent();
    },
  }),
});

/** A rank as a cursor holds it; checked, since cursors are opaque but no secret. */
const RankKey = () => v.tuple([v.pipe(v.string(), v.regex(/^\d{1,40}$/)), v.string(), Id()]);

/** The caller's own category, with what its entity tag stands for. */
const ownCategory = async (
  { table }: CategoriesUnit,
  callerId: string,
  path: { user_id: string; category_id: string },
): Promise<{ item: CategoryItem; toJSON: () => object }> => {
  const item = path.user_id === callerId ? await findCategory(table, callerId, path.category_id) : undefined;
  if (item === undefined) throw problem(404, "category_not_found", "There is no such category, or it is not yours.");
  return { item, toJSON: () => taggedOf(item) };
};

const userNotFound = () => problem(404, "user_not_found", "There is no such user, or you share no group.");

const categoryExists = () => problem(409, "category_exists", "There is a category of this type and name already.");
