import type { Connection, Sql } from "../runtime/postgres";
import { inSteps } from "../runtime/steps";
import type { BalanceState, Fact } from "./fact";

/** Takes in states of balances and transactions, in one transaction and one round trip; older ones than known change nothing. */
export const takeIn = async (sql: Sql, balances: BalanceState[], facts: Fact[]): Promise<void> => {
  if (balances.length + facts.length === 0) return;
  await sql`select take_in(${JSON.stringify(balances)}::text::jsonb, ${JSON.stringify(facts)}::text::jsonb)`;
};

/**
 * Erases a user who deleted their account: all that the read model has of them. First the tombstone, to which whoever is just taking
 * something in is waited for: from then on nothing of theirs is taken in. Can be repeated, and goes on where it was broken off.
 */
export const eraseUser = async (sql: Connection, userId: string): Promise<void> => {
  await sql.begin((sql) =>
    Promise.all([
      sql`select hold_user(${userId})`,
      sql`insert into erased_users (user_id) values (${userId}) on conflict do nothing`,
    ]),
  );
  await forget(sql, userId);
  await sql`delete from group_members where user_id = ${userId}`;
};

/** Removes a user's balances, facts and roll-ups, some rows at a time. Roll-ups first: what they belong to is told by the others. */
export const forget = async (sql: Sql, userId: string): Promise<void> => {
  await inSteps(
    (most) => sql`
      delete from balance_rollups
      where (balance_id, grain, period) in (
        select balance_id, grain, period
        from balance_rollups
        where balance_id in (
          select balance_id from balances where user_id = ${userId}
          union
          select balance_id from facts where user_id = ${userId} and balance_id is not null
          union
          select to_balance_id from facts where user_id = ${userId} and to_balance_id is not null
        )
        limit ${most}
      )
    `,
  );
  await inSteps(
    (most) => sql`
      delete from category_rollups
      where ctid = any (array(select ctid from category_rollups where user_id = ${userId} limit ${most}))
    `,
  );
  await inSteps(
    (most) => sql`
      delete from facts
      where transaction_id = any (array(select transaction_id from facts where user_id = ${userId} limit ${most}))
    `,
  );
  await sql`delete from balances where user_id = ${userId}`;
};
