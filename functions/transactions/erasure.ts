/**
 * Erasing users who deleted their account: balances, transactions, remembered answers, memberships, and events that the broker
 * refused; all that this service stores of a person. The outbox is left alone: what is in it happened before, and has to reach the
 * consumers in its order.
 *
 * Nothing is published. Everybody who keeps something of a user takes `UserDeleted` themselves; events of each balance and
 * transaction would only spread once more what is to be forgotten.
 */
import type { Connection } from "../runtime/postgres";
import { inSteps } from "../runtime/steps";

/**
 * Can be repeated, and goes on where it was broken off. What the user's token, good for up to an hour, still tries is refused:
 * first balances can no longer be opened (trigger `balances_of_erased_users`), then those that are there are closed, so that
 * nothing can be recorded on them; from then on nothing comes to what is being erased.
 */
export const eraseUser = async (sql: Connection, userId: string): Promise<void> => {
  await sql.begin((sql) =>
    Promise.all([
      // Waits for balances that are just being opened.
      sql`select pg_advisory_xact_lock(hashtextextended('erasure/' || ${userId}::uuid, 0))`,
      sql`insert into erased_users (user_id) values (${userId}) on conflict do nothing`,
    ]),
  );
  // In the order in which all statements lock balances, so that none waits for each other.
  await inSteps(
    (most) => sql`
      with open as materialized (
        select balance_id from balances
        where user_id = ${userId} and deleted_at is null
        order by balance_id
        limit ${most}
        for no key update
      )
      update balances set deleted_at = now() where balance_id = any (array(select balance_id from open))
    `,
  );
  await inSteps(
    (most) => sql`
      delete from transactions
      where transaction_id = any (array(
        select transaction_id from transactions
        where user_id = ${userId}
        order by transacted_at, transaction_id
        limit ${most}
      ))
    `,
  );
  await inSteps(
    (most) => sql`
      delete from balances
      where balance_id = any (array(
        select balance_id from balances where user_id = ${userId} and deleted_at is not null limit ${most}
      ))
    `,
  );
  await inSteps(
    (most) => sql`
      delete from idempotency_keys
      where user_id = ${userId}
        and key = any (array(select key from idempotency_keys where user_id = ${userId} limit ${most}))
    `,
  );
  await sql`delete from group_members where user_id = ${userId}`;
  await sql`delete from outbox_dead_letters where aggregate_id = ${userId}`;
};
