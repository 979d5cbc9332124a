/**
 * Renaming a category changes its sort key, so its item has to move, and its score must be neither lost nor counted twice, whenever
 * a function dies in between. Four writes, each of one item and conditional:
 *
 * 1. *reserve*: an item at the new key, which takes the name; it has no score, so no list shows it.
 * 2. *freeze*: the old item is told where it moves to (`move`). Everything else that changes a category is conditional on there
 *    being no `move`: from here on the old item, score included, stands still, and says all that is left to do.
 * 3. *fill*: the old item is copied over the reservation. Conditional on this very reservation, so it happens once at most.
 * 4. *delete* the old item.
 *
 * Died after 1: a reservation without a frozen item means nothing; it gives way to whoever wants the name, and expires in a day.
 * Died after 2 or 3: whoever comes across the frozen item repeats 3 and 4, or thaws it when the reservation is gone. Between 3
 * and 4 both items are there; readers pass over the frozen one when they see the other.
 */
import type { Item, Table } from "../runtime/dynamodb";
import { newId } from "../runtime/ids";
import { after, type CategoryItem, keyOf, sortKeyOf, unchanged } from "./items";

/** `conflict`: it has changed since it was read; `taken`: another category has the name. */
export type ChangeResult = CategoryItem | "conflict" | "taken";

/** Changes name and icon of a category as it was read. */
export const changeCategory = async (
  table: Table,
  category: CategoryItem,
  change: { name: string; icon: string },
): Promise<ChangeResult> => {
  const changed = { ...change, updated_at: after(category.updated_at) };
  const to = sortKeyOf(category.type, change.name);
  if (to === category["type#name"]) return changeInPlace(table, category, changed);
  const move = { id: newId(), to, ...changed };
  if (!(await reserve(table, category, move))) return "taken";
  const frozen = await table.update(keyOf(category.user_id, category["type#name"]), {
    update: "set #move = :move",
    ...unchanged(category),
    values: { ...unchanged(category).values, ":move": move },
  });
  if (frozen !== undefined) return finishMove(table, frozen as CategoryItem);
  await dropReservation(table, category.user_id, move);
  return "conflict";
};

const changeInPlace = async (
  table: Table,
  category: CategoryItem,
  changed: { name: string; icon: string; updated_at: string },
): Promise<ChangeResult> => {
  const item = await table.update(keyOf(category.user_id, category["type#name"]), {
    update: "set #name = :name, icon = :icon, updated_at = :now",
    condition: unchanged(category).condition,
    names: { ...unchanged(category).names, "#name": "name" },
    values: {
      ...unchanged(category).values,
      ":name": changed.name,
      ":icon": changed.icon,
      ":now": changed.updated_at,
    },
  });
  return item === undefined ? "conflict" : (item as CategoryItem);
};

const reserve = async (
  table: Table,
  category: CategoryItem,
  { id, to }: { id: string; to: string },
): Promise<boolean> => {
  const key = keyOf(category.user_id, to);
  for (;;) {
    const reservation = { id, from: category["type#name"] };
    const expires_at = Math.floor(Date.now() / 1000) + 86_400;
    if (await table.put({ ...key, reservation, expires_at }, { condition: "attribute_not_exists(user_id)" }))
      return true;
    const there = await table.get(key);
    if (there === undefined) continue;
    if (there.reservation === undefined) return false;
    if (there.reservation.id === id) return true;
    await releaseReservation(table, there);
  }
};

const dropReservation = (table: Table, userId: string, { id, to }: { id: string; to: string }): Promise<boolean> =>
  table.delete(keyOf(userId, to), {
    condition: "#reservation.#id = :id",
    names: { "#reservation": "reservation", "#id": "id" },
    values: { ":id": id },
  });

/** Ends a reservation that is in somebody's way: its move is finished if it has got as far as the freeze, else given up. */
export const releaseReservation = async (
  table: Table,
  { user_id, "type#name": to, reservation }: Item,
): Promise<void> => {
  const from = await table.get(keyOf(user_id, reservation.from));
  if (from?.move?.id === reservation.id) await finishMove(table, from as CategoryItem);
  else await dropReservation(table, user_id, { id: reservation.id, to });
};

/** Steps 3 and 4, from the frozen item; may be repeated, by several at once and at any later time. */
export const finishMove = async (table: Table, frozen: CategoryItem): Promise<ChangeResult> => {
  const { move, ...category } = frozen;
  if (move === undefined) throw new Error("Only a category that is being moved can be moved on.");
  const { id, to, ...changed } = move;
  const moved: CategoryItem = { ...category, ...changed, "type#name": to } as CategoryItem;
  const filled = await table.put(moved, {
    condition: "#reservation.#id = :id",
    names: { "#reservation": "reservation", "#id": "id" },
    values: { ":id": id },
  });
  const old = keyOf(frozen.user_id, frozen["type#name"]);
  const stillFrozen = { condition: "#move.#id = :id", names: { "#move": "move", "#id": "id" }, values: { ":id": id } };
  if (!filled) {
    const there = await table.get(keyOf(frozen.user_id, to));
    if (there?.incarnation !== frozen.incarnation) {
      // Thaw it, unless it is gone: then others have finished this move, and changed it further since.
      const thawed = await table.update(old, { update: "remove #move", ...stillFrozen });
      return thawed === undefined ? "conflict" : "taken";
    }
  }
  await table.delete(old, stillFrozen);
  return moved;
};
