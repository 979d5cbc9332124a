import type { Sql } from "../runtime/postgres";

/** Whether two users are in a group together right now, as the transactions database has learnt from events. */
export const shareGroup = async (sql: Sql, userId: string, otherId: string): Promise<boolean> => {
  const [found] = await sql<{ shared: boolean }[]>`
    select exists (
      select from group_members mine
      join group_members theirs on theirs.group_id = mine.group_id
      where mine.user_id = ${userId} and theirs.user_id = ${otherId}
    ) as shared
  `;
  return found?.shared === true;
};
