import * as v from "valibot";
import type { NewEvent } from "../events/types";
import { created, noContent, ok } from "../runtime/answer";
import { type Caller, type EndpointTable, endpoint } from "../runtime/endpoint";
import { Currency, Email, Locale, TimeZone } from "../runtime/fields";
import { personalGroupId } from "../runtime/ids";
import { publish } from "../runtime/outbox";
import type { Sql } from "../runtime/postgres";
import { problem } from "../runtime/problem";
import {
  groupCreated,
  groupDeleted,
  groupUpdated,
  userCreated,
  userDeleted,
  userLeftGroup,
  userUpdated,
} from "./events";
import { Name, User } from "./schemas";
import { foundGroup, groupState, handOver, lockUser, notRegistered, touchGroup } from "./store";

/** The caller's own account. */
export const accountEndpoints = (): EndpointTable<Sql> => ({
  "POST /users": endpoint({
    summary: "Register the caller",
    description:
      "Creates the user of the token together with their personal group. Call it whenever the app starts: it answers 201 " +
      "the first time and 200 with the same user afterwards. The e-mail comes from the token; the name from the body, " +
      "else the token, else the e-mail.",
    body: v.strictObject({
      name: v.optional(Name()),
      default_currency: v.optional(Currency(), "EUR"),
      time_zone: v.optional(TimeZone(), "UTC"),
      locale: v.optional(Locale(), "en"),
    }),
    answers: { 201: User(), 200: User() },
    problems: { 409: ["user_deleted"] },
    handle: async ({ caller, body, unit: sql }) => {
      const [user] = await sql<User[]>`
        insert into users ${sql({ ...body, user_id: caller.user_id, email: emailOf(caller), name: body.name ?? nameOf(caller) })}
        on conflict (user_id) do nothing
        returning user_id, email, name, status, default_currency, time_zone, locale, created_at, updated_at
      `;
      if (user === undefined) return ok(await registered(sql, caller));
      const groupId = personalGroupId(caller.user_id);
      await foundGroup(sql, { groupId, ownerId: caller.user_id, name: "Personal", personal: true });
      await publish(sql, userCreated(user), groupCreated(await groupState(sql, groupId)));
      return created("/users/me", user);
    },
  }),

  "GET /users/me": endpoint({
    summary: "The caller's account",
    answers: { 200: User() },
    problems: { 404: ["user_not_registered"] },
    handle: async ({ caller, unit: sql }) => {
      const [user] = await sql<User[]>`
        select user_id, email, name, status, default_currency, time_zone, locale, created_at, updated_at
        from users
        where user_id = ${caller.user_id} and status = 'active'
      `;
      if (user === undefined) throw notRegistered();
      return ok(user);
    },
  }),

  "PUT /users/me": endpoint({
    summary: "Change the caller's account",
    description: "Optional fields that are left out keep their values.",
    body: v.strictObject({
      name: Name(),
      default_currency: v.optional(Currency()),
      time_zone: v.optional(TimeZone()),
      locale: v.optional(Locale()),
    }),
    answers: { 200: User() },
    problems: { 404: ["user_not_registered"] },
    current: ({ caller, unit: sql }) => lockUser(sql, caller.user_id),
    handle: async ({ caller, body, unit: sql, current }) => {
      const [user] = await sql<[User]>`
        update users
        set name = ${body.name},
            default_currency = ${body.default_currency ?? current.default_currency},
            time_zone = ${body.time_zone ?? current.time_zone},
            locale = ${body.locale ?? current.locale},
            updated_at = now()
        where user_id = ${caller.user_id}
        returning user_id, email, name, status, default_currency, time_zone, locale, created_at, updated_at
      `;
      await publish(sql, userUpdated(user, current));
      return ok(user);
    },
  }),

  "DELETE /users/me": endpoint({
    summary: "Delete the caller's account",
    description:
      "Leaves all groups. A group owned with others passes to its longest-standing admin, else member; a group owned alone " +
      "is deleted. E-mail and name are erased at once; what other services keep follows.",
    answers: { 204: null },
    problems: { 404: ["user_not_registered"] },
    current: ({ caller, unit: sql }) => lockUser(sql, caller.user_id),
    handle: async ({ caller, unit: sql, current }) => {
      const left = await leaveAllGroups(sql, caller.user_id);
      const [erased] = await sql<[{ user_id: string; deleted_at: Date }]>`
        with revoked as (
          update invites
          set invitee_email = null, status = case status when 'pending' then 'revoked' else status end
          where invitee_email = ${current.email}
        ), forgotten as (
          delete from idempotency_keys where user_id = ${caller.user_id}
        ), refused as (
          delete from outbox_dead_letters
          where aggregate_id = ${caller.user_id}
            or payload -> 'data' ->> 'invitee_email' = ${current.email}
            or payload -> 'data' ->> 'inviter_id' = ${caller.user_id}
        )
        update users
        set status = 'deleted', email = null, name = null, updated_at = now()
        where user_id = ${caller.user_id}
        returning user_id, updated_at as deleted_at
      `;
      await publish(sql, ...left, userDeleted(erased));
      return noContent();
    },
  }),
});

const emailOf = (caller: Caller): string => {
  const email = v.safeParse(Email(), caller.email);
  if (email.success) return email.output;
  throw problem(422, "email_required", "The token carries no e-mail address: sign up with one.");
};

const nameOf = (caller: Caller): string => {
  const name = v.safeParse(Name(), caller.name);
  return name.success ? name.output : emailOf(caller).slice(0, emailOf(caller).indexOf("@"));
};

/** The account of a caller who registered before; a deleted one stays deleted. */
const registered = async (sql: Sql, caller: Caller): Promise<User> => {
  const [user] = await sql<User[]>`
    select user_id, email, name, status, default_currency, time_zone, locale, created_at, updated_at
    from users
    where user_id = ${caller.user_id} and status = 'active'
  `;
  if (user === undefined) throw problem(409, "user_deleted", "This account was deleted. Sign up anew to come back.");
  return user;
};

/** Ends every membership of a user, and gives the events of it. Groups are locked in the order of their ids. */
const leaveAllGroups = async (sql: Sql, userId: string): Promise<NewEvent[]> => {
  const groups = await sql<{ group_id: string }[]>`
    select g.group_id
    from groups g
    where exists (select from group_members m where m.group_id = g.group_id and m.user_id = ${userId})
    order by g.group_id
    for no key update
  `;
  const events: NewEvent[] = [];
  for (const { group_id } of groups) events.push(...(await leaveGroup(sql, group_id, userId)));
  return events;
};

const leaveGroup = async (sql: Sql, groupId: string, userId: string): Promise<NewEvent[]> => {
  const before = await groupState(sql, groupId);
  const others = before.members.filter((member) => member.user_id !== userId);
  if (others.length === before.members.length) return [];
  const left = { user_id: userId, by: userId };
  if (before.owner_id !== userId) {
    await sql`delete from group_members where group_id = ${groupId} and user_id = ${userId}`;
    return [userLeftGroup(await touchGroup(sql, groupId), left)];
  }
  const heir = others.find(({ role }) => role === "admin") ?? others[0];
  if (heir === undefined) {
    await sql`delete from groups where group_id = ${groupId}`;
    return [groupDeleted(before)];
  }
  await handOver(sql, groupId, userId, heir.user_id);
  const handedOver = await touchGroup(sql, groupId);
  await sql`delete from group_members where group_id = ${groupId} and user_id = ${userId}`;
  return [groupUpdated(handedOver, before), userLeftGroup(await touchGroup(sql, groupId), left)];
};
