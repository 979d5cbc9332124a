import * as v from "valibot";
import { created, noContent, ok, page } from "../runtime/answer";
import { decodeCursor, InstantKey, pageOf } from "../runtime/cursor";
import { type EndpointTable, endpoint } from "../runtime/endpoint";
import { Id, PageOf, paging } from "../runtime/fields";
import { newId } from "../runtime/ids";
import { publish } from "../runtime/outbox";
import type { Sql } from "../runtime/postgres";
import { problem } from "../runtime/problem";
import { groupCreated, groupDeleted, groupUpdated } from "./events";
import { Group, Name } from "./schemas";
import { foundGroup, groupColumns, groupState, holdUser, lockGroup, readGroup, requireRole, touchGroup } from "./store";

/** Groups: families, households, and everyone's personal one. */
export const groupEndpoints = (): EndpointTable<Sql> => ({
  "POST /groups": endpoint({
    summary: "Create a group",
    body: v.strictObject({ name: Name() }),
    answers: { 201: Group() },
    problems: { 404: ["user_not_registered"] },
    handle: async ({ caller, body, unit: sql }) => {
      await holdUser(sql, caller.user_id);
      const groupId = newId();
      await foundGroup(sql, { groupId, ownerId: caller.user_id, name: body.name, personal: false });
      await publish(sql, groupCreated(await groupState(sql, groupId)));
      return created(`/groups/${groupId}`, await readGroup(sql, groupId, caller.user_id));
    },
  }),

  "GET /groups": endpoint({
    summary: "The caller's groups",
    description: "In the order in which the caller came to them; the personal one is the first.",
    query: paging(),
    answers: { 200: PageOf(Group()) },
    handle: async ({ caller, query, unit: sql, route }) => {
      const scope = { route, caller };
      const after = query.cursor && decodeCursor(scope, query.cursor, v.tuple([InstantKey(), Id()]));
      const rows = await sql<(Group & { joined_at: Date })[]>`
        select ${groupColumns(sql)}, m.joined_at
        from group_members m
        join groups g on g.group_id = m.group_id
        where m.user_id = ${caller.user_id}
        ${after ? sql`and (m.joined_at, m.group_id) > (${after[0]}::timestamptz, ${after[1]}::uuid)` : sql``}
        order by m.joined_at, m.group_id
        limit ${query.limit + 1}
      `;
      const [items, nextCursor] = pageOf(scope, rows, query.limit, (row) => [row.joined_at, row.group_id]);
      return page(
        items.map(({ joined_at: _, ...group }) => group),
        nextCursor,
      );
    },
  }),

  "GET /groups/{group_id}": endpoint({
    summary: "A group",
    path: { group_id: Id() },
    answers: { 200: Group() },
    problems: { 404: ["group_not_found"] },
    handle: async ({ caller, path, unit: sql }) => ok(await readGroup(sql, path.group_id, caller.user_id)),
  }),

  "PUT /groups/{group_id}": endpoint({
    summary: "Rename a group",
    description: "For its owner and admins.",
    path: { group_id: Id() },
    body: v.strictObject({ name: Name() }),
    answers: { 200: Group() },
    problems: { 403: ["role_required"], 404: ["group_not_found"] },
    current: ({ caller, path, unit: sql }) => lockGroup(sql, path.group_id, caller.user_id),
    handle: async ({ caller, path, body, unit: sql, current }) => {
      requireRole(current, "owner", "admin");
      const before = await groupState(sql, path.group_id);
      await sql`update groups set name = ${body.name}, updated_at = now() where group_id = ${path.group_id}`;
      await publish(sql, groupUpdated(await touchGroup(sql, path.group_id), before));
      return ok(await readGroup(sql, path.group_id, caller.user_id));
    },
  }),

  "DELETE /groups/{group_id}": endpoint({
    summary: "Delete a group",
    description: "For its owner. A personal group goes with its user's account only.",
    path: { group_id: Id() },
    answers: { 204: null },
    problems: { 403: ["role_required"], 404: ["group_not_found"], 409: ["personal_group"] },
    current: ({ caller, path, unit: sql }) => lockGroup(sql, path.group_id, caller.user_id),
    handle: async ({ path, unit: sql, current }) => {
      requireRole(current, "owner");
      if (current.personal) throw problem(409, "personal_group", "A personal group cannot be deleted by itself.");
      await publish(sql, groupDeleted(await groupState(sql, path.group_id)));
      await sql`delete from groups where group_id = ${path.group_id}`;
      return noContent();
    },
  }),
});
