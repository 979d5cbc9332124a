/** SQL that several endpoints of the users service share. Access is decided here, in the `where`: no row, no resource. */
import type { Sql } from "../runtime/postgres";
import { problem } from "../runtime/problem";
import type { GroupState } from "./events";
import type { Group, Role, User } from "./schemas";

/** The caller's own active account; 404 before registration and after deletion. Locked, since all callers change it. */
export const lockUser = async (sql: Sql, userId: string): Promise<User> => {
  const [user] = await sql<User[]>`
    select user_id, email, name, status, default_currency, time_zone, locale, created_at, updated_at
    from users
    where user_id = ${userId} and status = 'active'
    for no key update
  `;
  if (user === undefined) throw notRegistered();
  return user;
};

/**
 * Holds the caller's account active until the transaction ends, so that nobody joins or founds a group while their account
 * is being deleted; 404 when it is not.
 */
export const holdUser = async (sql: Sql, userId: string): Promise<void> => {
  const rows = await sql`select from users where user_id = ${userId} and status = 'active' for share`;
  if (rows.length === 0) throw notRegistered();
};

export const notRegistered = () =>
  problem(404, "user_not_registered", "Register first: POST /users creates the user of this token.");

/** The columns of a Group as its member `m` sees it. */
export const groupColumns = (sql: Sql) => sql`
  g.group_id, g.name, g.owner_id, m.role, g.personal,
  (select count(*)::int from group_members where group_id = g.group_id) as member_count,
  g.created_at, g.updated_at
`;

/** A group the caller belongs to; 404 for all others, whether they exist or not. */
export const readGroup = async (sql: Sql, groupId: string, userId: string): Promise<Group> => {
  const [group] = await sql<Group[]>`
    select ${groupColumns(sql)}
    from groups g
    join group_members m on m.group_id = g.group_id and m.user_id = ${userId}
    where g.group_id = ${groupId}
  `;
  if (group === undefined) throw groupNotFound();
  return group;
};

/**
 * The same, with the group locked until the transaction ends: all changes of one group and its members happen one after
 * another, so that its events have one order.
 */
export const lockGroup = async (sql: Sql, groupId: string, userId: string): Promise<Group> => {
  // Lock first, read second: the second statement's snapshot sees what the lock had to wait for.
  const [, group] = await Promise.all([
    sql`
      select from groups g
      where g.group_id = ${groupId}
        and exists (select from group_members where group_id = g.group_id and user_id = ${userId})
      for no key update
    `,
    readGroup(sql, groupId, userId),
  ]);
  return group;
};

export const groupNotFound = () => problem(404, "group_not_found", "There is no such group, or you are not in it.");

/** 403 unless the caller's role is one of these. */
export const requireRole = (group: { role: Role }, ...roles: Role[]): void => {
  if (roles.includes(group.role)) return;
  throw problem(403, "role_required", `Only the group's ${roles.join(" or ")} may do this; you are ${group.role}.`);
};

/** A group as events tell of it. */
export const groupState = async (sql: Sql, groupId: string): Promise<GroupState> => {
  const [state] = await sql<GroupState[]>`
    select g.group_id, g.name, g.owner_id, g.personal, g.version::int, g.created_at, g.updated_at,
      (
        select json_agg(json_build_object('user_id', m.user_id, 'role', m.role, 'joined_at', m.joined_at) order by m.joined_at, m.user_id)
        from group_members m
        where m.group_id = g.group_id
      ) as members
    from groups g
    where g.group_id = ${groupId}
  `;
  if (state === undefined) throw new Error(`Group ${groupId} vanished while it was locked.`);
  return { ...state, members: state.members.map((member) => ({ ...member, joined_at: new Date(member.joined_at) })) };
};

/** Counts a change of the (locked) group or its members, and gives the state after it. */
export const touchGroup = async (sql: Sql, groupId: string): Promise<GroupState> => {
  await sql`update groups set version = version + 1 where group_id = ${groupId}`;
  return groupState(sql, groupId);
};

/** A new group with its owner as the only member. */
export const foundGroup = async (
  sql: Sql,
  group: { groupId: string; ownerId: string; name: string; personal: boolean },
): Promise<void> => {
  await sql`
    with founded as (
      insert into groups (group_id, name, owner_id, personal)
      values (${group.groupId}, ${group.name}, ${group.ownerId}, ${group.personal})
      returning group_id, owner_id
    )
    insert into group_members (group_id, user_id, role)
    select group_id, owner_id, 'owner' from founded
  `;
};

/** Makes `heirId` the owner; the old owner becomes an admin. One owner at every moment: first down, then up. */
export const handOver = async (sql: Sql, groupId: string, ownerId: string, heirId: string): Promise<void> => {
  await sql`update group_members set role = 'admin' where group_id = ${groupId} and user_id = ${ownerId}`;
  await sql`
    with promoted as (
      update group_members set role = 'owner' where group_id = ${groupId} and user_id = ${heirId}
    )
    update groups set owner_id = ${heirId}, updated_at = now() where group_id = ${groupId}
  `;
};
