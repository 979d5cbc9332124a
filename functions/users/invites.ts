import { createHash, randomBytes } from "node:crypto";
import * as v from "valibot";
import { created, noContent, ok, page } from "../runtime/answer";
import { decodeCursor, pageOf } from "../runtime/cursor";
import { type EndpointTable, endpoint } from "../runtime/endpoint";
import { Email, Id, PageOf, paging } from "../runtime/fields";
import { newId } from "../runtime/ids";
import { publish } from "../runtime/outbox";
import type { Sql } from "../runtime/postgres";
import { problem } from "../runtime/problem";
import { userInvitedGroup, userJoinedGroup } from "./events";
import { Group, Invite, InviteCode, NewInvite } from "./schemas";
import { groupState, holdUser, lockGroup, lockUser, readGroup, requireRole, touchGroup } from "./store";

/** Invites: the only way into a group of others. */
export const inviteEndpoints = (): EndpointTable<Sql> => ({
  "POST /groups/{group_id}/invites": endpoint({
    summary: "Invite somebody by e-mail",
    description:
      "For the group's owner and admins. The code is told here and in the mail, and nowhere else; it is good for one " +
      "person and seven days. Inviting the same address again replaces the pending invite.",
    path: { group_id: Id() },
    body: v.strictObject({ email: Email(), role: v.optional(v.picklist(["admin", "member"]), "member") }),
    answers: { 201: NewInvite() },
    problems: {
      403: ["role_required"],
      404: ["group_not_found", "user_not_registered"],
      409: ["personal_group", "already_member"],
    },
    handle: async ({ caller, path, body, unit: sql }) => {
      const inviter = await lockUser(sql, caller.user_id);
      const group = await lockGroup(sql, path.group_id, caller.user_id);
      requireRole(group, "owner", "admin");
      if (group.personal) throw problem(409, "personal_group", "A personal group is for one. Create a group to share.");
      const code = randomBytes(16).toString("base64url");
      const invite = await insertInvite(sql, { ...body, groupId: path.group_id, inviterId: caller.user_id, code });
      const mail = { invite_code: code, inviter_name: inviter.name, locale: inviter.locale };
      await publish(sql, userInvitedGroup(await groupState(sql, path.group_id), invite, mail));
      return created(`/groups/${path.group_id}/invites/${invite.invite_id}`, { ...invite, invite_code: code });
    },
  }),

  "GET /groups/{group_id}/invites": endpoint({
    summary: "The pending invites of a group",
    description: "For its owner and admins; the newest first, without their codes.",
    path: { group_id: Id() },
    query: paging(),
    answers: { 200: PageOf(Invite()) },
    problems: { 403: ["role_required"], 404: ["group_not_found"] },
    handle: async ({ caller, path, query, unit: sql, route }) => {
      const scope = { route, caller, list: path.group_id };
      const after = query.cursor && decodeCursor(scope, query.cursor, v.tuple([Id()]));
      const [group, rows] = await Promise.all([
        readGroup(sql, path.group_id, caller.user_id),
        sql<Invite[]>`
          select ${inviteColumns(sql)}
          from invites
          where group_id = ${path.group_id} and status = 'pending' and expires_at > now()
          ${after ? sql`and invite_id < ${after[0]}` : sql``}
          order by invite_id desc
          limit ${query.limit + 1}
        `,
      ]);
      requireRole(group, "owner", "admin");
      return page(...pageOf(scope, rows, query.limit, (row) => [row.invite_id]));
    },
  }),

  "DELETE /groups/{group_id}/invites/{invite_id}": endpoint({
    summary: "Revoke an invite",
    description: "For the group's owner and admins.",
    path: { group_id: Id(), invite_id: Id() },
    answers: { 204: null },
    problems: { 403: ["role_required"], 404: ["group_not_found", "invite_not_found"] },
    current: async ({ caller, path, unit: sql }) => {
      requireRole(await lockGroup(sql, path.group_id, caller.user_id), "owner", "admin");
      const [invite] = await sql<Invite[]>`
        select ${inviteColumns(sql)}
        from invites
        where invite_id = ${path.invite_id} and group_id = ${path.group_id} and status = 'pending' and expires_at > now()
      `;
      if (invite === undefined) throw inviteNotFound();
      return invite;
    },
    handle: async ({ path, unit: sql }) => {
      await sql`update invites set status = 'revoked' where invite_id = ${path.invite_id}`;
      return noContent();
    },
  }),

  "POST /groups/join/{invite_code}": endpoint({
    summary: "Join a group by invite code",
    description: "Unknown, expired, used and revoked codes are answered alike.",
    path: { invite_code: InviteCode() },
    answers: { 200: Group() },
    problems: { 404: ["invite_not_found", "user_not_registered"], 409: ["already_member"] },
    handle: async ({ caller, path, unit: sql }) => {
      await holdUser(sql, caller.user_id);
      const invite = await lockInvite(sql, path.invite_code);
      const joined = await sql`
        insert into group_members (group_id, user_id, role)
        values (${invite.group_id}, ${caller.user_id}, ${invite.role})
        on conflict do nothing
        returning user_id
      `;
      if (joined.length === 0) throw problem(409, "already_member", "You are in this group already.");
      await sql`update invites set status = 'accepted', accepted_at = now() where invite_id = ${invite.invite_id}`;
      const state = await touchGroup(sql, invite.group_id);
      const { role, invite_id } = invite;
      await publish(sql, userJoinedGroup(state, { user_id: caller.user_id, role, invite_id, code: path.invite_code }));
      return ok(await readGroup(sql, invite.group_id, caller.user_id));
    },
  }),
});

/** What is kept of a code. It has 128 random bits, so a plain hash cannot be reversed by guessing. */
const hashOf = (code: string): string => createHash("sha256").update(code).digest("base64url");

const inviteColumns = (sql: Sql) => sql`
  invite_id, group_id, inviter_id, invitee_email, role, status, created_at, expires_at, accepted_at
`;

const inviteNotFound = () => problem(404, "invite_not_found", "There is no such invite, or it is no longer valid.");

/** Replaces the pending invite of this address, if any; 409 when the address is a member's. The group is locked. */
const insertInvite = async (
  sql: Sql,
  invite: { groupId: string; inviterId: string; email: string; role: "admin" | "member"; code: string },
): Promise<Invite> => {
  const members = await sql`
    select from group_members m
    join users u on u.user_id = m.user_id
    where m.group_id = ${invite.groupId} and u.email = ${invite.email}
  `;
  if (members.length > 0) throw problem(409, "already_member", "Somebody with this address is in the group already.");
  await sql`
    update invites set status = 'revoked'
    where group_id = ${invite.groupId} and invitee_email = ${invite.email} and status = 'pending'
  `;
  const [inserted] = await sql<[Invite]>`
    insert into invites (invite_id, group_id, inviter_id, invitee_email, role, invite_code)
    values (${newId()}, ${invite.groupId}, ${invite.inviterId}, ${invite.email}, ${invite.role}, ${hashOf(invite.code)})
    returning ${inviteColumns(sql)}
  `;
  return inserted;
};

/** The valid invite of a code, with its group locked: of several who use a code at once, one finds it. */
const lockInvite = async (
  sql: Sql,
  code: string,
): Promise<{ invite_id: string; group_id: string; role: "admin" | "member" }> => {
  await sql`
    select from groups
    where group_id = (select group_id from invites where invite_code = ${hashOf(code)})
    for no key update
  `;
  const [invite] = await sql<{ invite_id: string; group_id: string; role: "admin" | "member" }[]>`
    select invite_id, group_id, role
    from invites
    where invite_code = ${hashOf(code)} and status = 'pending' and expires_at > now()
  `;
  if (invite === undefined) throw inviteNotFound();
  return invite;
};
