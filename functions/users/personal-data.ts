/** What the users service keeps of a person, for that person. Of others there is only what the person wrote of them: addresses of invites. */
import { jsonFile, type ReadFilePage } from "../runtime/personal-data";
import type { Connection } from "../runtime/postgres";

/** Files of this service, for whoever asks for them. */
export const USERS_FILES = ["profile.json", "groups.json", "invites.json"];

export const usersData = (sql: Connection): Record<string, ReadFilePage> => ({
  "profile.json": jsonFile(async (userId) => {
    const [user = null] = await sql`
      select user_id, email, name, status, default_currency, time_zone, locale, created_at, updated_at
      from users
      where user_id = ${userId}
    `;
    return user;
  }),
  "groups.json": jsonFile(
    (userId) => sql`
      select g.group_id, g.name, g.personal, g.owner_id = ${userId} as owned, m.role, m.joined_at, g.created_at, g.updated_at
      from group_members m
      join groups g using (group_id)
      where m.user_id = ${userId}
      order by m.joined_at, g.group_id
    `,
  ),
  "invites.json": jsonFile(async (userId) => ({
    sent: await sql`
      select invite_id, group_id, invitee_email, role, status, created_at, expires_at, accepted_at
      from invites
      where inviter_id = ${userId}
      order by created_at, invite_id
    `,
    received: await sql`
      select i.invite_id, i.group_id, i.invitee_email, i.role, i.status, i.created_at, i.expires_at, i.accepted_at
      from invites i
      join users u on u.email = i.invitee_email
      where u.user_id = ${userId}
      order by i.created_at, i.invite_id
    `,
  })),
});
