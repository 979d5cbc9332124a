import { stack } from "./stack";

/**
 * Who is in a group, as the transactions service knows it: exactly these from now on. It learns it from events, which do not
 * reach it yet; so tests say it.
 */
export async function share(groupId: string, ...members: { user_id: string }[]): Promise<void> {
  const { transactions } = await stack();
  await transactions.begin(async (sql) => {
    await sql`
      insert into groups (group_id, version) values (${groupId}, 1)
      on conflict (group_id) do update set version = groups.version + 1
    `;
    await sql`delete from group_members where group_id = ${groupId}`;
    for (const { user_id } of members) await sql`insert into group_members values (${groupId}, ${user_id})`;
  });
}
