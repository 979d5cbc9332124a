import { createHash } from "node:crypto";
import * as v from "valibot";
import { Moment } from "./fields";
import { problem } from "./problem";

/** What a cursor belongs to: it is good for the same caller on the same list only. */
export interface CursorScope {
  route: string;
  caller: { user_id: string };
  /** Whatever else the position depends on, e.g. filters and sort order. */
  list?: unknown;
}

/**
 * An opaque keyset cursor: the sort key of the last row seen, with a checksum over it and its scope. The checksum is no
 * secret: it tells mistakes (another user's cursor, another list's, a cut-off one); access is decided in SQL all the same. So
 * whoever decodes a cursor checks its key as any other input.
 */
export const encodeCursor = (scope: CursorScope, key: readonly unknown[]): string => {
  const json = JSON.stringify(key);
  return `${Buffer.from(json).toString("base64url")}.${checksum(scope, json)}`;
};

/** The sort key in a cursor; 400 `invalid_cursor` when it is not one that this list gave to this caller. */
export const decodeCursor = <S extends v.GenericSchema<unknown>>(
  scope: CursorScope,
  cursor: string,
  schema: S,
): v.InferOutput<S> => {
  const [encoded = "", sum = ""] = cursor.split(".");
  const json = Buffer.from(encoded, "base64url").toString();
  if (sum !== checksum(scope, json)) throw invalidCursor();
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), schema), json);
  if (!parsed.success) throw invalidCursor();
  return parsed.output;
};

/** A sort key that is an instant, as JSON has it. */
export const InstantKey = () =>
  v.pipe(
    Moment(),
    v.transform(({ at }) => at.toISOString()),
  );

const invalidCursor = () =>
  problem(400, "invalid_cursor", "This cursor does not belong to this list. Start again without one.", {
    errors: [{ path: "cursor", message: "does not belong to this list" }],
  });

const checksum = ({ route, caller, list = null }: CursorScope, json: string): string =>
  createHash("sha256")
    .update(JSON.stringify([route, caller.user_id, list, json]))
    .digest("base64url")
    .slice(0, 16);

/**
 * A page out of `limit + 1` rows: the surplus row only tells that there is more. `keyOf` gives the sort key of a row, its
 * id last.
 */
export const pageOf = <Row>(
  scope: CursorScope,
  rows: readonly Row[],
  limit: number,
  keyOf: (row: Row) => readonly unknown[],
): [items: Row[], nextCursor: string | null] => {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return [items, rows.length > limit && last !== undefined ? encodeCursor(scope, keyOf(last)) : null];
};
