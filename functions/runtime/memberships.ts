/**
 * Who is in which group, as a service knows it from events. Every event of a group carries the group's `version` and all its
 * members, so the newest state wins and the others change nothing, in whatever order and however often they come. The service's
 * database has the tables `groups`, `group_members` and `erased_users`.
 */
import { personalGroupId } from "./ids";
import type { Connection, Fragment, Sql } from "./postgres";

/** The groups somebody is in right now, as an array; what events have told, and the personal one, which needs no telling. */
export const groupsOf = (sql: Sql, userId: string): Fragment => sql`
  array(
    select group_id from group_members where user_id = ${userId}
    union all
    select ${personalGroupId(userId)}::uuid
  )
`;

/** Whether somebody is in a group right now. */
export const isMember = (sql: Sql, groupId: string, userId: string): Fragment =>
  groupId === personalGroupId(userId)
    ? sql`true`
    : sql`exists (select from group_members where group_id = ${groupId} and user_id = ${userId})`;

/** Whether somebody has deleted their account; their token stays good for up to an hour. */
export const isErased = (sql: Sql, userId: string): Fragment =>
  sql`exists (select from erased_users where user_id = ${userId})`;

/** What an event tells of a group. */
export interface GroupMembers {
  group_id: string;
  /** Counts the changes of the group and its members. */
  version: number;
  /** Ids of users. */
  members: string[];
}

/** Takes in the state of a group, unless a newer one is known. Who left has no access from this moment on. */
export const rememberMembers = async (sql: Connection, { group_id, version, members }: GroupMembers): Promise<void> => {
  // As text, since type lookups are off: postgres.js would have to ask how arrays are sent.
  const ids = `{${members.join(",")}}`;
  await sql.begin((sql) => {
    const newest = sql`exists (select from groups where group_id = ${group_id} and version = ${version})`;
    // Lock first, write second: each statement sees what the one before had to wait for.
    return Promise.all([
      sql`
        insert into groups (group_id, version) values (${group_id}, ${version})
        on conflict (group_id) do update set version = excluded.version where groups.version < excluded.version
      `,
      sql`
        delete from group_members
        where group_id = ${group_id} and user_id <> all (${ids}::text::uuid[]) and ${newest}
      `,
      sql`
        insert into group_members (group_id, user_id)
        select ${group_id}::uuid, user_id
        from unnest(${ids}::text::uuid[]) as member (user_id)
        where ${newest} and not exists (select from erased_users e where e.user_id = member.user_id)
        on conflict do nothing
      `,
    ]);
  });
};

/**
 * Ends access to a deleted group for good. The deletion counts as one change more than its event tells, which has the version of the
 * state that was deleted; what is left is a tombstone, to which every other event of the group is old.
 *
 * Balances and transactions stay as they are, with the id of the group: they are their owners', who go on seeing and using them,
 * and who are the only ones to do so now. To move them into personal groups would change each of them, and tell so in an event each.
 */
export const forgetGroup = (sql: Connection, { group_id, version }: Omit<GroupMembers, "members">): Promise<void> =>
  rememberMembers(sql, { group_id, version: version + 1, members: [] });
