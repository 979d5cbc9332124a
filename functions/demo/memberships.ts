import postgres from "postgres";

/**
 * Tells the transactions database who is in which group, as of now. Until the services tell each other by events, this is the
 * only way it comes to know; it reads what the users database holds.
 *
 * @param urls connection URLs by logical database, of a user with all rights.
 */
export async function copyMemberships(urls: Record<string, string>): Promise<void> {
  const users = postgres(urls.users ?? "", { max: 1, onnotice: () => undefined });
  const transactions = postgres(urls.transactions ?? "", { max: 1, onnotice: () => undefined });
  try {
    const groups = await users`select group_id, version::int from groups`;
    const members = await users`select group_id, user_id from group_members`;
    await transactions.begin(async (sql) => {
      await sql`truncate groups cascade`;
      await sql`insert into groups ${sql(groups)}`;
      await sql`insert into group_members ${sql(members)}`;
    });
  } finally {
    await Promise.all([users.end(), transactions.end()]);
  }
}
