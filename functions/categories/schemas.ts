/** What the categories service takes and gives. Functions, for the reason given in ../runtime/fields.ts. */
import * as v from "valibot";
import { documented, Id, Instant, Line } from "../runtime/fields";

export const CategoryType = () => v.picklist(["expense", "income"]);
export type CategoryType = v.InferOutput<ReturnType<typeof CategoryType>>;

export const CategoryName = () => Line(60);

/** Name of a Material Symbol, such as `local_cafe`. */
export const Icon = () =>
  v.pipe(
    v.string(),
    v.maxLength(60, "must be at most 60 characters"),
    v.regex(/^[a-z0-9]+(_[a-z0-9]+)*$/, "must be the name of a Material Symbol, such as local_cafe"),
    documented({
      type: "string",
      pattern: "^[a-z0-9]+(_[a-z0-9]+)*$",
      minLength: 1,
      maxLength: 60,
      example: "local_cafe",
    }),
  );

/** How much and how lately it is used; 1 is one use right now, which halves with every half-life. */
const Score = () => v.pipe(v.number(), v.minValue(0), documented({ type: "number", format: "double", minimum: 0 }));

export const Category = () =>
  v.pipe(
    v.strictObject({
      category_id: Id(),
      user_id: Id(),
      name: CategoryName(),
      type: CategoryType(),
      icon: Icon(),
      score: Score(),
      created_at: Instant(),
      updated_at: Instant(),
    }),
    v.title("Category"),
  );
export type Category = v.InferInput<ReturnType<typeof Category>>;
