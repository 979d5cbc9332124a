import { column } from "./tables";

/** The categories that everybody starts with. */
export const categoriesTable = {
  comment: "The categories that everybody starts with; those that somebody made are not in it",
  columns: {
    category_id: column("string", "The same for everybody"),
    type: column("string", "expense or income"),
    name: column("string", "In English"),
  },
} as const;

/** The catalogue as rows of the table `categories`: lines of JSON. */
export const categoryLines = (catalogue: string): string => {
  const { items }: { items: { category_id: string; type: string; name: string }[] } = JSON.parse(catalogue);
  return items.map(({ category_id, type, name }) => `${JSON.stringify({ category_id, type, name })}\n`).join("");
};
