import assert from "node:assert/strict";
import * as v from "valibot";
import catalogue from "../../../functions/categories/catalogue.json";
import { catalogueCategories, nameIn } from "../../../functions/categories/catalogue-categories";
import { sortKeyOf } from "../../../functions/categories/items";
import { CategoryName, CategoryType, Icon } from "../../../functions/categories/schemas";

describe("The catalogue of categories", () => {
  const categories = catalogueCategories();

  it("is what clients are served: a version, and about 60 categories of both types", () => {
    assert.deepEqual(Object.keys(catalogue), ["version", "items"]);
    assert.equal(catalogue.items, categories);
    assert.ok(categories.length >= 55 && categories.length <= 65, String(categories.length));
    for (const type of ["expense", "income"]) {
      assert.ok(categories.filter((category) => category.type === type).length >= 10, type);
    }
  });

  it("has for each an id for ever, a name in both languages, and an icon", () => {
    for (const category of categories) {
      assert.deepEqual(Object.keys(category), ["category_id", "type", "name", "names", "icon"]);
      assert.match(category.category_id, /^[\da-f]{8}-[\da-f]{4}-5[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
      assert.ok(v.is(CategoryType(), category.type));
      assert.deepEqual(Object.keys(category.names), ["es"]);
      for (const name of [category.name, category.names.es]) assert.equal(v.parse(CategoryName(), name), name);
      assert.ok(v.is(Icon(), category.icon), category.icon);
    }
    // One that is known to be in use; changing it would orphan what people have recorded.
    assert.equal(categories[0]?.category_id, "c84b266e-a38e-57ef-a6ca-edc2af23a956");
  });

  it("has no id and, in either language, no name twice", () => {
    const unique = (values: string[]) => assert.equal(new Set(values).size, values.length);
    unique(categories.map(({ category_id }) => category_id));
    for (const locale of ["en", "es"]) {
      unique(categories.map((category) => sortKeyOf(category.type, nameIn(category, locale))));
    }
  });

  it("speaks Spanish to those who do, English to all others", () => {
    const [first] = categories;
    assert.ok(first);
    const spoken = ["es", "es-MX", "ES-es", "en", "et", "est", "zh-Hant"].map((locale) => nameIn(first, locale));
    assert.deepEqual(spoken, [...Array(3).fill("Supermercado"), ...Array(4).fill("Groceries")]);
  });
});
