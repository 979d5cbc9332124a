import postgres from "postgres";
import { demoFamily } from "../functions/demo/family";
import type { Endpoints } from "../local/stack";
import { type Visitor, visitor } from "./http";

/** Rows in all, and those of the one user who reads theirs. */
const ROWS = 1_000_000;
const OWN = 100_000;
/** Who the other rows belong to. */
const OTHERS = 9_000;

let filled: Promise<void> | undefined;

/**
 * Somebody who has 100,000 transactions on one balance, in a ledger of a million of 9,001 users. They are made up for whichever part of the
 * benchmark asks first; it is nobody whom other parts have write.
 */
export async function ownerOfMany(endpoints: Endpoints): Promise<Visitor> {
  const hugo = await visitor(endpoints, demoFamily[3].email);
  filled ??= fillFor(endpoints, hugo);
  await filled;
  return hugo;
}

export const openBalance = async (owner: Visitor): Promise<string> =>
  (
    await owner.request("POST", `/balances/${owner.userId}`, {
      name: "Bench",
      currency: "EUR",
      opening_amount: "1000000",
    })
  ).balance_id;

async function fillFor(endpoints: Endpoints, owner: Visitor): Promise<void> {
  const sql = postgres(endpoints.postgres.transactions ?? "", { max: 1, onnotice: () => undefined });
  try {
    await fill(sql, owner.userId, await openBalance(owner));
  } finally {
    await sql.end();
  }
}

/**
 * Makes them up in SQL: what is measured afterwards is reading. Amounts of balances are left alone, as nothing here reads them. Indexes
 * are made anew afterwards, which is quicker than to keep them up.
 */
async function fill(sql: postgres.Sql, userId: string, balanceId: string): Promise<void> {
  const indexes = await sql<{ indexname: string; indexdef: string }[]>`
    select indexname, indexdef from pg_indexes where tablename = 'transactions' and indexname <> 'transactions_pkey'
  `;
  for (const { indexname } of indexes) await sql`drop index ${sql(indexname)}`;
  await sql`
    insert into balances (balance_id, user_id, group_id, name, currency, opening_amount, amount)
    select gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'Wallet', 'EUR', 0, 0
    from generate_series(1, ${OTHERS}::int)
  `;
  const rows = (owners: postgres.PendingQuery<postgres.Row[]>, owned: number, count: number) => sql`
    insert into transactions (
      transaction_id, user_id, group_id, type, amount, currency, from_balance_id, category_id, category_ids, description,
      search, approved_at, transacted_at, transacted_on, created_at, updated_at
    )
    select gen_random_uuid(), owner.user_id, owner.group_id, case when n % 10 = 0 then 'income' else 'expense' end,
      (1 + n::bigint * 7919 % 20000) / 100.0, 'EUR', owner.balance_id, category, array[category], word || ' ' || n, word || ' ' || n,
      case when n % 100 <> 0 then at end, at, at::date, at, at
    from generate_series(1, ${count}) as n
    join (${owners}) owner on owner.number = n % ${owned}::int
    cross join lateral (
      select ('00000000-0000-4000-8000-' || lpad((n * 31 % 60)::text, 12, '0'))::uuid as category,
        (array['groceries', 'rent', 'bus ticket', 'school', 'pharmacy', 'cinema', 'gift', 'coffee', 'salary'])[1 + n % 9]
          || case when n % 1000 = 0 then ' zanzibar' else '' end as word,
        timestamptz '2026-11-01' - n * interval '7 minutes' as at
    ) as made
  `;
  await rows(
    sql`select user_id, group_id, balance_id, 0 as number from balances where balance_id = ${balanceId}`,
    1,
    OWN,
  );
  await rows(
    sql`
      select user_id, group_id, balance_id, row_number() over () - 1 as number
      from balances
      where user_id <> ${userId}
      limit ${OTHERS}
    `,
    OTHERS,
    ROWS - OWN,
  );
  await sql`set maintenance_work_mem = '1GB'`;
  for (const { indexdef } of indexes) await sql.unsafe(indexdef);
  await sql`vacuum analyze transactions`;
  await sql`vacuum analyze balances`;
}
