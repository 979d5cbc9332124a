/** Whose money a report is about, and how much of it the caller may see: decided in the `where`, as memberships are now. */
import type { Caller } from "../runtime/endpoint";
import { groupsOf, isMember } from "../runtime/memberships";
import type { Fragment, Sql } from "../runtime/postgres";
import { problem } from "../runtime/problem";

export interface Scope {
  caller: Caller;
  /** Whose: the caller's own unless told, or unless a group is. */
  userId: string | undefined;
  groupId: string | undefined;
}

export const scopeOf = (
  caller: Caller,
  query: { user_id?: string | undefined; group_id?: string | undefined },
): Scope => ({
  caller,
  userId: query.user_id ?? (query.group_id === undefined ? caller.user_id : undefined),
  groupId: query.group_id,
});

/**
 * The condition on rows that have an owner (`user_id`) and a group (`group_id`). One's own are one's own in whatever group. Of others one
 * sees what is in groups that one is in, as `GET /transactions` has it.
 */
export const within = (sql: Sql, { caller, userId, groupId }: Scope, row: Fragment): Fragment => {
  const user = userId === undefined ? sql`true` : sql`${row}.user_id = ${userId}`;
  if (groupId !== undefined) {
    return sql`${user} and ${row}.group_id = ${groupId} and (select ${isMember(sql, groupId, caller.user_id)})`;
  }
  if (userId === caller.user_id) return user;
  return sql`${user} and ${row}.group_id = any (${groupsOf(sql, caller.user_id)})`;
};

/** Nothing was found: is it that there is nothing, or no such group? The caller's own question costs no second look. */
export const requireGroup = async (sql: Sql, { caller, groupId }: Scope): Promise<void> => {
  if (groupId === undefined) return;
  const [found] = await sql<{ member: boolean }[]>`select ${isMember(sql, groupId, caller.user_id)} as member`;
  if (!found?.member) throw problem(404, "group_not_found", "There is no such group, or you are not in it.");
};
