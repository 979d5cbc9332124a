import { created, multi, noContent, ok } from "../runtime/answer";
import { type EndpointTable, endpoint } from "../runtime/endpoint";
import { Id, PageOf } from "../runtime/fields";
import { groupsOf } from "../runtime/memberships";
import { problem } from "../runtime/problem";
import type { Statements } from "../runtime/statement-work";
import { judged } from "./batch";
import {
  balancesNamed,
  deleted,
  type KnownBalance,
  type RecordedTransaction,
  recorded,
  requireUsable,
  restored,
  runningAmounts,
  shown,
} from "./ledger";
import { listQuery, listTransactions } from "./listing";
import { record } from "./record";
import { Batch, BatchResult, NewTransaction, Transaction } from "./schemas";
import { ownTransaction, type ReadBalances, transactionColumns, transactionNotFound } from "./store";

/** Transactions: expenses, incomes, and movements between balances. */
export const transactionEndpoints = (readBalances: ReadBalances): EndpointTable<Statements> => {
  /** What makes a change of one's own transaction true, if all balances it names can still be changed. */
  const change = async (
    unit: Statements,
    before: RecordedTransaction,
    decide: (balances: Map<string, KnownBalance>) => RecordedTransaction,
    input?: NewTransaction,
  ) => {
    const ids = [...balancesNamed(before), ...(input === undefined ? [] : balancesNamed(input))];
    const balances = await readBalances(unit, ids, before.user_id);
    requireUsable(balances, balancesNamed(before));
    const decided = { before, after: decide(balances) };
    runningAmounts(balances).add(decided);
    return { after: decided.after, change: record(unit.sql, [decided], balances) };
  };

  return {
    "POST /transactions": endpoint({
      summary: "Record a transaction",
      description:
        "On one's own balances. An expense takes from `from_balance_id`, an income adds to it; a movement takes from it and adds " +
        "to `to_balance_id`: `to_amount`, where the currencies differ. With `approved: false` it is pending, without an effect.",
      body: NewTransaction(),
      answers: { 201: Transaction() },
      problems: { 404: ["balance_not_found"], 409: ["balance_deleted"], 422: ["amount_out_of_range"] },
      handle: async ({ caller, body, unit }) => {
        const balances = await readBalances(unit, balancesNamed(body), caller.user_id);
        const after = recorded(body, balances, new Date());
        const decided = { before: undefined, after };
        runningAmounts(balances).add(decided);
        const answer = created(`/transactions/${after.transaction_id}`, shown(after));
        return unit.commit(answer, record(unit.sql, [decided], balances));
      },
    }),

    "POST /transactions/batch": endpoint({
      summary: "Record many transactions",
      description:
        "For imports: up to 1,000 at once. Each is recorded or refused by itself, in order; the answer has a result for each. " +
        "One Idempotency-Key is good for the whole.",
      body: Batch(),
      answers: { 207: BatchResult() },
      handle: async ({ caller, body, unit }) => {
        // Amounts are needed, not only what is remembered of balances: the statement that writes judges the sum of all items.
        const { changes, results, balances } = await judged(body.items, (ids) =>
          readBalances({ ...unit, again: true }, ids, caller.user_id),
        );
        return unit.commit(multi({ items: results }), record(unit.sql, changes, balances));
      },
    }),

    "GET /transactions": endpoint({
      summary: "Transactions",
      description:
        "The caller's own, the newest first, unless told otherwise. `user_id`, `group_id` and `balance_id` list those of others " +
        "as far as the caller is in their group now. `from` and `to` are calendar days of the sender, or instants; both count. " +
        "`category` can be repeated; it finds entries too, as `q` does.",
      query: listQuery(),
      answers: { 200: PageOf(Transaction()) },
      handle: listTransactions,
    }),

    "GET /transactions/{transaction_id}": endpoint({
      summary: "A transaction",
      description: "One's own, also a deleted one, and those of groups one is in.",
      path: { transaction_id: Id() },
      answers: { 200: Transaction() },
      problems: { 404: ["transaction_not_found"] },
      handle: async ({ caller, path, unit: { sql } }) => {
        const [transaction] = await sql<RecordedTransaction[]>`
          select ${transactionColumns(sql)}
          from transactions
          where transaction_id = ${path.transaction_id}
            and (
              user_id = ${caller.user_id}
              or deleted_at is null and group_id = any (${groupsOf(sql, caller.user_id)})
            )
        `;
        if (transaction === undefined) throw transactionNotFound();
        return ok(shown(transaction));
      },
    }),

    "PUT /transactions/{transaction_id}": endpoint({
      summary: "Change a transaction",
      description:
        "For its owner; sent whole, as for POST. What it did to balances is reversed, and what it does now applied, at once. " +
        "Left out, `transacted_at` stays. `approved: true` approves a pending one.",
      path: { transaction_id: Id() },
      body: NewTransaction(),
      answers: { 200: Transaction() },
      problems: {
        404: ["transaction_not_found", "balance_not_found"],
        409: ["transaction_deleted", "balance_deleted"],
        422: ["amount_out_of_range"],
      },
      current: ({ caller, path, unit }) => ownTransaction(unit.sql, path.transaction_id, caller.user_id),
      shown,
      handle: async ({ body, unit, current }) => {
        if (current.deleted_at !== null) {
          throw problem(409, "transaction_deleted", "This transaction is deleted. Restore it before you change it.");
        }
        const decide = (balances: Map<string, KnownBalance>) => recorded(body, balances, new Date(), current);
        const changed = await change(unit, current, decide, body);
        return unit.commit(ok(shown(changed.after)), changed.change);
      },
    }),

    "DELETE /transactions/{transaction_id}": endpoint({
      summary: "Delete a transaction",
      description: "For its owner. What it did to balances is reversed. It can be restored.",
      path: { transaction_id: Id() },
      answers: { 204: null },
      problems: { 404: ["transaction_not_found"], 409: ["balance_deleted"], 422: ["amount_out_of_range"] },
      current: async ({ caller, path, unit }) => {
        const transaction = await ownTransaction(unit.sql, path.transaction_id, caller.user_id);
        if (transaction.deleted_at !== null) throw transactionNotFound();
        return transaction;
      },
      shown,
      handle: async ({ unit, current }) => {
        const changed = await change(unit, current, () => deleted(current, new Date()));
        return unit.commit(noContent(), changed.change);
      },
    }),

    "POST /transactions/{transaction_id}/restore": endpoint({
      summary: "Restore a deleted transaction",
      description: "For its owner. What it did to balances is applied again.",
      path: { transaction_id: Id() },
      answers: { 200: Transaction() },
      problems: {
        404: ["transaction_not_found"],
        409: ["transaction_not_deleted", "balance_deleted"],
        422: ["amount_out_of_range"],
      },
      handle: async ({ caller, path, unit }) => {
        const current = await ownTransaction(unit.sql, path.transaction_id, caller.user_id);
        if (current.deleted_at === null) {
          throw problem(409, "transaction_not_deleted", "This transaction is not deleted.");
        }
        const changed = await change(unit, current, () => restored(current, new Date()));
        return unit.commit(ok(shown(changed.after)), changed.change);
      },
    }),
  };
};
