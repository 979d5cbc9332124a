import catalogue from "./catalogue.json";
import type { CategoryType } from "./schemas";

/**
 * A category that everybody starts with. Its id is the same for all users and never changes, so that a family's reports mean one
 * thing by it, whatever each of them calls it.
 */
export interface CatalogueCategory {
  category_id: string;
  type: CategoryType;
  /** English. */
  name: string;
  /** In other languages, by ISO 639 code. */
  names: { es: string };
  /** Name of a Material Symbol. */
  icon: string;
}

/** The catalogue, as clients are served it (./catalogue.json): about 60 categories. */
export const catalogueCategories = (): CatalogueCategory[] => catalogue.items as CatalogueCategory[];

/** The name in the language of a BCP 47 locale, else English. */
export const nameIn = (category: CatalogueCategory, locale: string): string =>
  /^es\b/i.test(locale) ? category.names.es : category.name;
