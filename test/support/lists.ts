import assert from "node:assert/strict";
import type { Reply, User } from "./api";
import type { TransactionBody } from "./ledger";

export type Query = Record<string, string | number | boolean | string[]>;

export const pathOf = (query: Query): string => {
  const parameters = Object.entries(query).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).map((one): [string, string] => [name, String(one)]),
  );
  return `/transactions?${new URLSearchParams(parameters)}`;
};

export const list = async (user: User, query: Query = {}): Promise<TransactionBody[]> => {
  const reply = await user.get(pathOf({ limit: 200, ...query }));
  assert.equal(reply.status, 200, `${JSON.stringify(query)}: ${reply.text}`);
  assert.equal(reply.body.next_cursor, null);
  return reply.body.items;
};

export const idsOf = (transactions: TransactionBody[]): string[] =>
  transactions.map(({ transaction_id }) => transaction_id);

/** All pages of a list; `between` is called after each. */
export async function walk(user: User, query: Query, limit: number, between = async (_seen: TransactionBody[]) => {}) {
  const seen: TransactionBody[] = [];
  let cursor: string | null = "";
  while (cursor !== null) {
    const { body }: Reply = await user.get(pathOf({ ...query, limit, cursor }));
    assert.ok(body.items.length <= limit);
    seen.push(...body.items);
    cursor = body.next_cursor;
    await between(seen);
  }
  return seen;
}

export const sorts = ["transacted_at", "amount", "created_at", "updated_at"] as const;
export type Sort = (typeof sorts)[number];

/** In the order of a list: by the sort key, then by id, as PostgreSQL compares them. */
export const ordered = (transactions: TransactionBody[], sort: Sort, order: "asc" | "desc"): TransactionBody[] => {
  const keyOf = (transaction: TransactionBody) =>
    sort === "amount" ? transaction.amount.padStart(19, "0") : transaction[sort];
  const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
  const sorted = transactions.toSorted(
    (a, b) => compare(keyOf(a), keyOf(b)) || compare(a.transaction_id, b.transaction_id),
  );
  return order === "asc" ? sorted : sorted.reverse();
};
