import * as v from "valibot";
import { created, noContent, ok, page } from "../runtime/answer";
import { decodeCursor, InstantKey, pageOf } from "../runtime/cursor";
import { type EndpointTable, endpoint } from "../runtime/endpoint";
import { Id, PageOf, paging } from "../runtime/fields";
import { newId, personalGroupId } from "../runtime/ids";
import { groupsOf, isErased, isMember } from "../runtime/memberships";
import { fitsCurrency, Holding, isInRange, toHundredths, wholeOnly } from "../runtime/money";
import { insertEvents, outboxRow } from "../runtime/outbox";
import type { Fragment, Sql } from "../runtime/postgres";
import { problem } from "../runtime/problem";
import type { Change, Statements } from "../runtime/statement-work";
import { invalidBody } from "../runtime/validation";
import { balanceCreated } from "./events";
import { amountOutOfRange, balanceNotFound } from "./ledger";
import { Balance, BalanceName, NewBalance } from "./schemas";
import { balanceColumns } from "./store";

/** Balances: where people keep money. */
export const balanceEndpoints = (): EndpointTable<Statements> => ({
  "POST /balances/{id}": endpoint({
    summary: "Open a balance",
    description:
      "For oneself: `id` is the caller's user id. The group, which may see it, is the personal one unless told.",
    path: { id: Id() },
    body: NewBalance(),
    answers: { 201: Balance() },
    problems: { 404: ["user_not_found", "group_not_found"] },
    handle: async ({ caller, path, body, unit }) => {
      if (path.id !== caller.user_id) throw problem(404, "user_not_found", "Balances are opened for oneself only.");
      if (!fitsCurrency(body.opening_amount, body.currency)) throw wholeAmount(body.currency);
      const groupId = body.group_id ?? personalGroupId(caller.user_id);
      const [access] = await unit.sql<{ erased: boolean; member: boolean }[]>`
        select ${isErased(unit.sql, caller.user_id)} as erased, ${isMember(unit.sql, groupId, caller.user_id)} as member
      `;
      if (access?.erased) throw problem(404, "user_not_found", "This account was deleted.");
      if (!access?.member) throw problem(404, "group_not_found", "There is no such group, or you are not in it.");
      const now = new Date();
      const balance = {
        balance_id: newId(),
        user_id: caller.user_id,
        group_id: groupId,
        name: body.name,
        currency: body.currency,
        opening_amount: body.opening_amount,
        amount: body.opening_amount,
        created_at: now,
        updated_at: now,
      };
      return unit.commit(created(`/balances/${balance.balance_id}`, balance), opened(unit.sql, balance));
    },
  }),

  "GET /balances/{id}": endpoint({
    summary: "Balances",
    description:
      "`id` is a balance, a user or a group. A balance gives that one, with its ETag; a user their balances, of others those in " +
      "groups one shares with them; a group those of all its members. The oldest first.",
    path: { id: Id() },
    query: paging(),
    answers: { 200: PageOf(Balance()) },
    problems: { 404: ["balance_not_found"] },
    handle: async ({ caller, path, query, unit: { sql }, route }) => {
      const scope = { route, caller, list: path.id };
      const after = query.cursor && decodeCursor(scope, query.cursor, v.tuple([InstantKey(), Id()]));
      const list = (which: Fragment) => sql`
        (
          select ${balanceColumns(sql)}
          from balances
          where ${which} and deleted_at is null
          ${after ? sql`and (created_at, balance_id) > (${after[0]}::timestamptz, ${after[1]}::uuid)` : sql``}
          order by created_at, balance_id
          limit ${query.limit + 1}
        )
      `;
      const visible = sql`group_id = any (${groupsOf(sql, caller.user_id)})`;
      const rows = await sql<Balance[]>`
        ${list(sql`balance_id = ${path.id} and (user_id = ${caller.user_id} or ${visible})`)}
        union all
        ${list(path.id === caller.user_id ? sql`user_id = ${path.id}` : sql`user_id = ${path.id} and ${visible}`)}
        union all
        ${list(sql`group_id = ${path.id} and ${isMember(sql, path.id, caller.user_id)}`)}
        order by created_at, balance_id
        limit ${query.limit + 1}
      `;
      if (rows.length === 0 && after === undefined) await requireSomebody(sql, path.id, caller.user_id);
      const answer = page(...pageOf(scope, rows, query.limit, (row) => [row.created_at, row.balance_id]));
      const [only] = rows;
      return only?.balance_id === path.id ? { ...answer, tagged: only } : answer;
    },
  }),

  "PUT /balances/{id}": endpoint({
    summary: "Rename a balance, or correct its opening amount",
    description: "For its owner. A changed opening amount moves `amount` by the difference.",
    path: { id: Id() },
    body: v.strictObject({ name: BalanceName(), opening_amount: v.optional(Holding()) }),
    answers: { 200: Balance() },
    problems: { 404: ["balance_not_found"], 422: ["amount_out_of_range"] },
    current: ({ caller, path, unit }) => ownBalance(unit.sql, path.id, caller.user_id),
    shown: withoutVersion,
    handle: async ({ body, unit, current, conditional }) => {
      const opening = body.opening_amount ?? current.opening_amount;
      if (!fitsCurrency(opening, current.currency)) throw wholeAmount(current.currency);
      const amount = toHundredths(current.amount) + toHundredths(opening) - toHundredths(current.opening_amount);
      if (!isInRange(amount)) throw amountOutOfRange();
      const set = unit.sql`
        name = ${body.name},
        opening_amount = ${opening}::numeric,
        amount = b.amount + ${opening}::numeric - b.opening_amount
      `;
      const fits = unit.sql`abs(amount + ${opening}::numeric - opening_amount) < 1e16`;
      const change = changed(unit.sql, "BalanceUpdated", current, { set, fits, conditional });
      return ok(withoutVersion(await unit.apply<StoredBalance>(change)));
    },
  }),

  "DELETE /balances/{id}": endpoint({
    summary: "Close a balance",
    description:
      "For its owner. Its transactions stay readable; they cannot be changed any more, nor new ones be added.",
    path: { id: Id() },
    answers: { 204: null },
    problems: { 404: ["balance_not_found"] },
    current: ({ caller, path, unit }) => ownBalance(unit.sql, path.id, caller.user_id),
    shown: withoutVersion,
    handle: async ({ unit, current, conditional }) => {
      const [set, fits] = [unit.sql`deleted_at = now()`, unit.sql`true`];
      await unit.apply(changed(unit.sql, "BalanceDeleted", current, { set, fits, conditional }));
      return noContent();
    },
  }),
});

type StoredBalance = Balance & { version: number };

const withoutVersion = ({ version: _, ...balance }: StoredBalance): Balance => balance;

const wholeAmount = (currency: string) => invalidBody([{ path: "opening_amount", message: wholeOnly(currency) }]);

/** One's own balance; 404 for all others, and for deleted ones. */
const ownBalance = async (sql: Sql, balanceId: string, userId: string): Promise<StoredBalance> => {
  const [balance] = await sql<StoredBalance[]>`
    select ${balanceColumns(sql)}, version::int
    from balances
    where balance_id = ${balanceId} and user_id = ${userId} and deleted_at is null
  `;
  if (balance === undefined) throw balanceNotFound();
  return balance;
};

/** An empty list is the answer for people and groups one knows; for all else there is nothing there. */
const requireSomebody = async (sql: Sql, id: string, userId: string): Promise<void> => {
  if (id === userId) return;
  const [known] = await sql`
    select
    where ${isMember(sql, id, userId)}
      or exists (
        select from group_members own join group_members other using (group_id)
        where own.user_id = ${userId} and other.user_id = ${id}
      )
  `;
  if (known === undefined) throw balanceNotFound();
};

const opened = (sql: Sql, balance: Balance): Change => ({
  guard: sql`(${isMember(sql, balance.group_id, balance.user_id)} and not ${isErased(sql, balance.user_id)})`,
  effects: sql`
    written as (
      insert into balances (
        balance_id, user_id, group_id, name, currency, opening_amount, amount, created_at, updated_at
      )
      select ${balance.balance_id}::uuid, ${balance.user_id}::uuid, ${balance.group_id}::uuid, ${balance.name}, ${balance.currency},
        ${balance.opening_amount}::numeric, ${balance.amount}::numeric, ${balance.created_at}::timestamptz,
        ${balance.updated_at}::timestamptz
      where exists (select from claim)
    ), published as (
      ${insertEvents(sql, [balanceCreated(balance)], sql`exists (select from claim)`)}
    )
  `,
});

interface BalanceChange {
  set: Fragment;
  /** Whether the locked row can take it. */
  fits: Fragment;
  /** It is for this version of the balance only. */
  conditional: boolean;
}

/**
 * A change of a balance that adds up with whatever happens to it meanwhile; so its event is made in SQL, from the locked row and
 * from what became of it.
 */
const changed = (
  sql: Sql,
  type: "BalanceUpdated" | "BalanceDeleted",
  balance: StoredBalance,
  { set, fits, conditional }: BalanceChange,
): Change => {
  const { balance_id: balanceId, user_id: aggregateId } = balance;
  const event = outboxRow({ type, source: "transactions", aggregateId, data: {} });
  return {
    guard: sql`exists (select from before where ${fits} ${conditional ? sql`and version = ${balance.version}` : sql``})`,
    effects: sql`
      before as materialized (
        select * from balances where balance_id = ${balanceId} and deleted_at is null for no key update
      ), after as (
        update balances b
        set ${set}, version = b.version + 1, updated_at = greatest(b.updated_at + interval '1 ms', now())
        where b.balance_id = (select balance_id from before) and exists (select from claim)
        returning b.*
      ), published as (
        insert into outbox (id, event_type, aggregate_id, payload)
        select ${event.id}::uuid, ${type}, ${aggregateId}::uuid, ${JSON.stringify(event.payload)}::text::jsonb || jsonb_build_object(
          'data', ${balanceState(sql, sql`after`)} || ${
            type === "BalanceUpdated"
              ? sql`jsonb_build_object('previous', ${balanceState(sql, sql`before`)})`
              : sql`'{}'::jsonb`
          }
        )
        from after, before
      )
    `,
    result: sql`, after.*`,
    from: sql`
      left join lateral (select ${balanceColumns(sql)}, version::int from after) as after on true
    `,
  };
};

/** A balance as events tell of it: as the API does, and with its version. */
const balanceState = (sql: Sql, row: Fragment): Fragment => {
  const instant = (column: Fragment) => sql`to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
  return sql`
    jsonb_build_object(
      'balance_id', ${row}.balance_id, 'user_id', ${row}.user_id, 'group_id', ${row}.group_id, 'name', ${row}.name,
      'currency', ${row}.currency, 'opening_amount', ${row}.opening_amount::text, 'amount', ${row}.amount::text,
      'created_at', ${instant(sql`${row}.created_at`)}, 'updated_at', ${instant(sql`${row}.updated_at`)},
      'deleted_at', ${instant(sql`${row}.deleted_at`)}, 'version', ${row}.version
    )
  `;
};
