import { insertEvents } from "../runtime/outbox";
import type { Sql } from "../runtime/postgres";
import type { Change } from "../runtime/statement-work";
import { transactionEvent } from "./events";
import { balancesNamed, deltasOf, type KnownBalance, type LedgerChange, type RecordedTransaction } from "./ledger";

/**
 * The one way into the ledger: transactions, balances and events of any number of changes, in one statement.
 *
 * It holds only if each transaction that is changed is of the version before, each balance is what it was taken for, and each
 * amount stays within range. Deltas are added in SQL to what the locked rows hold. Everything else is written before balances are
 * locked, since many may wait for one of them: what is left to do under the lock is to look, to add, and to commit. They are
 * locked in the order of their ids, so that no two statements wait for each other.
 */
export const record = (sql: Sql, changes: LedgerChange[], balances: Map<string, KnownBalance>): Change => {
  const rows = changes.map(({ after }) => rowOf(after));
  const deltas = changes.flatMap(deltasOf);
  const named = changes.flatMap(({ before, after }) => [
    ...(before ? balancesNamed(before) : []),
    ...balancesNamed(after),
  ]);
  const relied = [...new Set(named)].map((id) => {
    const { balance_id, user_id, group_id, currency } = balances.get(id) as KnownBalance;
    return { balance_id, user_id, group_id, currency };
  });
  return {
    effects: sql`
      changed as (
        select *
        from json_to_recordset(${JSON.stringify(rows)}::text::json) as (
          transaction_id uuid, user_id uuid, group_id uuid, type text, amount numeric, currency text, from_balance_id uuid,
          to_balance_id uuid, to_amount numeric, to_currency text, category_id uuid, description text, entries json,
          category_ids uuid[], search text, version bigint, approved_at timestamptz, transacted_at timestamptz,
          transacted_on date, created_at timestamptz, updated_at timestamptz, deleted_at timestamptz
        )
      ), written as (
        insert into transactions (
          transaction_id, user_id, group_id, type, amount, currency, from_balance_id, to_balance_id, to_amount, to_currency,
          category_id, description, entries, category_ids, search, version, approved_at, transacted_at, transacted_on,
          created_at, updated_at, deleted_at
        )
        select
          transaction_id, user_id, group_id, type, amount, currency, from_balance_id, to_balance_id, to_amount, to_currency,
          category_id, description, entries, category_ids, search, version, approved_at, transacted_at, transacted_on,
          created_at, updated_at, deleted_at
        from changed
        where exists (select from claim)
        on conflict (transaction_id) do update
        set group_id = excluded.group_id,
            type = excluded.type,
            amount = excluded.amount,
            currency = excluded.currency,
            from_balance_id = excluded.from_balance_id,
            to_balance_id = excluded.to_balance_id,
            to_amount = excluded.to_amount,
            to_currency = excluded.to_currency,
            category_id = excluded.category_id,
            description = excluded.description,
            entries = excluded.entries,
            category_ids = excluded.category_ids,
            search = excluded.search,
            version = excluded.version,
            approved_at = excluded.approved_at,
            transacted_at = excluded.transacted_at,
            transacted_on = excluded.transacted_on,
            updated_at = excluded.updated_at,
            deleted_at = excluded.deleted_at
        where transactions.version = excluded.version - 1
        returning true
      ), published as (
        ${insertEvents(sql, changes.map(transactionEvent), sql`exists (select from claim)`)}
        returning true
      ), delta as (
        select balance_id, sum(delta) as delta
        from jsonb_to_recordset(${JSON.stringify(deltas)}::text::jsonb) as (balance_id uuid, delta numeric)
        group by balance_id
      ), relied as (
        select *
        from jsonb_to_recordset(${JSON.stringify(relied)}::text::jsonb)
          as (balance_id uuid, user_id uuid, group_id uuid, currency text)
      ), held as materialized (
        select b.balance_id, b.user_id, b.group_id, b.currency, b.amount
        from balances b
        where b.balance_id = any (array(
            select balance_id
            from relied
            where (select count(*) from written) > 0 and (select count(*) from published) > 0
          )) and b.deleted_at is null
        order by b.balance_id
        for no key update
      ), moved as (
        update balances b
        set amount = b.amount + delta.delta, version = b.version + 1, updated_at = greatest(b.updated_at, now())
        from delta
        where b.balance_id = delta.balance_id
          and b.balance_id = any (array(select balance_id from delta))
          and exists (select from claim)
      )
    `,
    guard: sql`
      (
        (select count(*) from written) = (select count(*) from changed)
        and (select count(*) from held join relied using (balance_id, user_id, group_id, currency))
          = (select count(*) from relied)
        and not exists (
          select from held join delta using (balance_id) where abs(held.amount + delta.delta) >= 1e16
        )
      )
    `,
  };
};

/** A transaction as its row: with what it can be found by. */
const rowOf = (transaction: RecordedTransaction) => {
  const { category_id, description, entries } = transaction;
  return {
    ...transaction,
    category_ids: [...new Set([category_id, ...entries.map((entry) => entry.category_id)].filter((id) => id !== null))],
    search: searchable([description, ...entries.map((entry) => entry.description)].filter(Boolean).join("\n")),
  };
};

/** Text as it is searched: lower case, and without accents. */
export const searchable = (text: string): string => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
