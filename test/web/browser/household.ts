import assert from "node:assert/strict";
import type { User } from "../../support/api";

/** Somebody with a purse and a few expenses, one a day, made by the API: where the browser takes over. */
export interface Household {
  user: User;
  balanceId: string;
  /** Ids of the transactions by their notes. */
  ids: Map<string, string>;
  /** Changes one by the API, as another device would. */
  change(note: string, change: { amount?: string; approved?: boolean }): Promise<void>;
}

const HOUR = 3_600_000;

/** Amounts are 1.00, 2.00 …, the newest last: today, and each before it a day earlier. */
export async function household(user: User, notes: string[]): Promise<Household> {
  const balance = await user.post(`/balances/${user.user_id}`, {
    name: "Purse",
    currency: "EUR",
    opening_amount: "100",
  });
  assert.equal(balance.status, 201, balance.text);
  const balanceId: string = balance.body.balance_id;
  const bodyOf = (note: string) => ({
    type: "expense",
    amount: `${notes.indexOf(note) + 1}.00`,
    from_balance_id: balanceId,
    description: note,
    transacted_at: new Date(Date.now() - (notes.length - 1 - notes.indexOf(note)) * 24 * HOUR).toISOString(),
  });
  const ids = new Map<string, string>();
  for (const note of notes) {
    const made = await user.post("/transactions", bodyOf(note));
    assert.equal(made.status, 201, made.text);
    ids.set(note, made.body.transaction_id);
  }
  return {
    user,
    balanceId,
    ids,
    change: async (note, change) => {
      const changed = await user.put(`/transactions/${ids.get(note)}`, { ...bodyOf(note), ...change });
      assert.equal(changed.status, 200, changed.text);
    },
  };
}

/** What the API has of a transaction with this note. */
export async function get({ user }: Household, note: string): Promise<{ amount: string; deleted_at: string | null }> {
  const { items } = (await user.get(`/transactions?include_deleted=true&q=${encodeURIComponent(note)}`)).body;
  assert.ok(items[0], `There is no transaction "${note}".`);
  return { amount: items[0].amount, deleted_at: items[0].deleted_at };
}
