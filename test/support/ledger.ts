import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { assertProblem, newGroup, newUser, type Reply, type User } from "./api";
import { share } from "./memberships";
import { stack } from "./stack";

/** A balance as the API shows it. */
export interface BalanceBody {
  balance_id: string;
  user_id: string;
  group_id: string;
  name: string;
  currency: string;
  opening_amount: string;
  amount: string;
  created_at: string;
  updated_at: string;
}

/** A transaction as the API shows it. */
export interface TransactionBody {
  transaction_id: string;
  user_id: string;
  group_id: string;
  type: "expense" | "income" | "movement";
  amount: string;
  currency: string;
  from_balance_id: string;
  to_balance_id: string | null;
  to_amount: string | null;
  category_id: string | null;
  description: string | null;
  entries: { entry_id: string; description: string | null; amount: string; category_id: string | null }[];
  approved_at: string | null;
  transacted_at: string;
  created_at: string;
  updated_at: string;
  deleted_at: string | null;
}

const taken = (reply: Reply, status: number) => {
  assert.equal(reply.status, status, reply.text);
  return reply.body;
};

/** A balance of a user's: a wallet in euros unless told. */
export const newBalance = async (user: User, more: Record<string, unknown> = {}): Promise<BalanceBody> =>
  taken(await user.post(`/balances/${user.user_id}`, { name: "Wallet", currency: "EUR", ...more }), 201);

/** A transaction of a user's: an expense of 10.00 unless told. */
export const newTransaction = async (
  user: User,
  more: Record<string, unknown> & { from_balance_id: string },
): Promise<TransactionBody> =>
  taken(await user.post("/transactions", { type: "expense", amount: "10.00", ...more }), 201);

/** A balance as it is now. */
export const readBalance = async (user: User, balanceId: string): Promise<BalanceBody> => {
  const { items } = taken(await user.get(`/balances/${balanceId}`), 200);
  assert.equal(items.length, 1);
  return items[0];
};

/** What is in a balance now. */
export const balanceOf = async (user: User, balanceId: string): Promise<string> =>
  (await readBalance(user, balanceId)).amount;

/** A group with an owner, an admin and a member, known to the transactions service. */
export async function newSharedGroup() {
  const group = await newGroup();
  await share(group.group_id, group.owner, group.admin, group.member);
  return group;
}

/** An event as it waits for its publication. */
export interface OutboxRow {
  id: string;
  event_type: string;
  aggregate_id: string;
  // biome-ignore lint/suspicious/noExplicitAny: what is read of it is asserted
  payload: any;
}

/** The events of a user, in the order in which they will be published. */
export async function outbox({ user_id }: { user_id: string }): Promise<OutboxRow[]> {
  const { transactions } = await stack();
  return transactions<OutboxRow[]>`
    select id, event_type, aggregate_id, payload from outbox where aggregate_id = ${user_id} order by seq
  `;
}

/** Everything that is stored of a user, to show that nothing was written; keys of requests aside. */
export async function stored({ user_id }: { user_id: string }) {
  const { transactions } = await stack();
  const [balances, rows, events] = await Promise.all([
    transactions`select * from balances where user_id = ${user_id} order by balance_id`,
    transactions`select * from transactions where user_id = ${user_id} order by transaction_id`,
    outbox({ user_id }),
  ]);
  return { balances: [...balances], rows: [...rows], events: [...events] };
}

/**
 * The invariant of the ledger, for all balances of a user: the amount is the opening amount plus the effects of all approved,
 * not deleted transactions; computed here in SQL, from the rows alone.
 */
export async function assertInvariant({ user_id }: { user_id: string }): Promise<void> {
  const { transactions } = await stack();
  const wrong = await transactions`
    select b.balance_id, b.amount, b.opening_amount + coalesce(sum(e.effect), 0) as expected
    from balances b
    left join lateral (
      select case when t.type = 'income' then t.amount else -t.amount end as effect
      from transactions t
      where t.from_balance_id = b.balance_id and t.approved_at is not null and t.deleted_at is null
      union all
      select coalesce(t.to_amount, t.amount)
      from transactions t
      where t.to_balance_id = b.balance_id and t.approved_at is not null and t.deleted_at is null
    ) e on true
    where b.user_id = ${user_id}
    group by b.balance_id
    having b.amount <> b.opening_amount + coalesce(sum(e.effect), 0)
  `;
  assert.deepEqual([...wrong], []);
}

/** Makes so many more like a pending one, which no balance holds: all alike but for their ids, and at one moment. Quicker than the API. */
export async function repeatPending({ transaction_id }: TransactionBody, count: number): Promise<void> {
  const { transactions: sql } = await stack();
  const { count: made } = await sql`
    insert into transactions
    select (json_populate_record(t, json_build_object('transaction_id', gen_random_uuid()))).*
    from transactions t, generate_series(1, ${count}::int)
    where transaction_id = ${transaction_id} and approved_at is null
  `;
  assert.equal(made, count);
}

export const tagOf = (reply: Reply): string => reply.headers.get("etag") ?? "";
export const keyed = (key: string = randomUUID()) => ({ "idempotency-key": key });
/** What a problem complains about. */
export const pathsOf = (problem: { errors: { path: string }[] }): string[] => problem.errors.map(({ path }) => path);

/** A user with a wallet and savings in euros, and a purse in dollars. */
export async function newSaver() {
  const user = await newUser();
  const [wallet, savings, dollars] = await Promise.all([
    newBalance(user, { opening_amount: "100.00" }),
    newBalance(user, { name: "Savings" }),
    newBalance(user, { name: "Purse", currency: "USD" }),
  ]);
  const amounts = () => Promise.all([wallet, savings, dollars].map(({ balance_id }) => balanceOf(user, balance_id)));
  return { user, wallet: wallet.balance_id, savings: savings.balance_id, dollars: dollars.balance_id, amounts };
}

/** Shows that a request is refused and leaves nothing behind. */
export async function refused(user: User, send: () => Promise<Reply>, status: number, code: string) {
  const before = await stored(user);
  const body = assertProblem(await send(), status, code);
  assert.deepEqual(await stored(user), before);
  return body;
}
