import * as v from "valibot";
import { noContent, ok, page } from "../runtime/answer";
import { decodeCursor, InstantKey, pageOf } from "../runtime/cursor";
import { type EndpointTable, endpoint } from "../runtime/endpoint";
import { Id, PageOf, paging } from "../runtime/fields";
import { publish } from "../runtime/outbox";
import type { Sql } from "../runtime/postgres";
import { problem } from "../runtime/problem";
import { groupUpdated, userLeftGroup } from "./events";
import { Member, Role } from "./schemas";
import { groupState, handOver, lockGroup, readGroup, requireRole, touchGroup } from "./store";

/** Who is in a group, and as what. */
export const memberEndpoints = (): EndpointTable<Sql> => ({
  "GET /groups/{group_id}/members": endpoint({
    summary: "The members of a group",
    description: "For its members; the longest-standing first.",
    path: { group_id: Id() },
    query: paging(),
    answers: { 200: PageOf(Member()) },
    problems: { 404: ["group_not_found"] },
    handle: async ({ caller, path, query, unit: sql, route }) => {
      const scope = { route, caller, list: path.group_id };
      const after = query.cursor && decodeCursor(scope, query.cursor, v.tuple([InstantKey(), Id()]));
      const [rows] = await Promise.all([
        sql<Member[]>`
          select u.user_id, u.name, u.email, m.role, m.joined_at
          from group_members m
          join users u on u.user_id = m.user_id
          where m.group_id = ${path.group_id}
          ${after ? sql`and (m.joined_at, m.user_id) > (${after[0]}::timestamptz, ${after[1]}::uuid)` : sql``}
          order by m.joined_at, m.user_id
          limit ${query.limit + 1}
        `,
        readGroup(sql, path.group_id, caller.user_id),
      ]);
      return page(...pageOf(scope, rows, query.limit, (row) => [row.joined_at, row.user_id]));
    },
  }),

  "PUT /groups/{group_id}/members/{user_id}": endpoint({
    summary: "Change a member's role",
    description:
      "The owner and admins turn members into admins and back. `owner` hands the group over, which only its owner can; " +
      "they stay as an admin.",
    path: { group_id: Id(), user_id: Id() },
    body: v.strictObject({ role: Role() }),
    answers: { 200: Member() },
    problems: {
      403: ["role_required"],
      404: ["group_not_found", "member_not_found"],
      409: ["owner_must_hand_over"],
    },
    current: async ({ caller, path, unit: sql }) => {
      await lockGroup(sql, path.group_id, caller.user_id);
      return readMember(sql, path.group_id, path.user_id);
    },
    handle: async ({ caller, path, body, unit: sql, current }) => {
      const group = await readGroup(sql, path.group_id, caller.user_id);
      if (body.role === "owner") requireRole(group, "owner");
      else requireRole(group, "owner", "admin");
      if (current.role === body.role) return ok(current);
      if (current.role === "owner") throw ownerMustHandOver();
      const before = await groupState(sql, path.group_id);
      if (body.role === "owner") await handOver(sql, path.group_id, group.owner_id, path.user_id);
      else {
        await sql`
          update group_members set role = ${body.role} where group_id = ${path.group_id} and user_id = ${path.user_id}
        `;
      }
      await publish(sql, groupUpdated(await touchGroup(sql, path.group_id), before));
      return ok(await readMember(sql, path.group_id, path.user_id));
    },
  }),

  "DELETE /groups/{group_id}/members/{user_id}": endpoint({
    summary: "Remove a member, or leave",
    description: "The owner and admins remove others; everyone removes themself. The owner has to hand over first.",
    path: { group_id: Id(), user_id: Id() },
    answers: { 204: null },
    problems: {
      403: ["role_required"],
      404: ["group_not_found", "member_not_found"],
      409: ["owner_must_hand_over"],
    },
    current: async ({ caller, path, unit: sql }) => {
      await lockGroup(sql, path.group_id, caller.user_id);
      return readMember(sql, path.group_id, path.user_id);
    },
    handle: async ({ caller, path, unit: sql, current }) => {
      if (path.user_id !== caller.user_id) {
        requireRole(await readGroup(sql, path.group_id, caller.user_id), "owner", "admin");
      }
      if (current.role === "owner") throw ownerMustHandOver();
      await sql`delete from group_members where group_id = ${path.group_id} and user_id = ${path.user_id}`;
      const left = { user_id: path.user_id, by: caller.user_id };
      await publish(sql, userLeftGroup(await touchGroup(sql, path.group_id), left));
      return noContent();
    },
  }),
});

const readMember = async (sql: Sql, groupId: string, userId: string): Promise<Member> => {
  const [member] = await sql<Member[]>`
    select u.user_id, u.name, u.email, m.role, m.joined_at
    from group_members m
    join users u on u.user_id = m.user_id
    where m.group_id = ${groupId} and m.user_id = ${userId}
  `;
  if (member === undefined) throw problem(404, "member_not_found", "There is no such member in this group.");
  return member;
};

const ownerMustHandOver = () =>
  problem(409, "owner_must_hand_over", "This is the owner. Give another member the role of owner first.");
