import * as v from "valibot";
import { type Problem, problemDocument, problemOf } from "../runtime/problem";
import { bodyProblem } from "../runtime/validation";
import { type KnownBalance, type LedgerChange, recorded, runningAmounts, shown } from "./ledger";
import { type BatchResult, NewTransaction } from "./schemas";

type Result = BatchResult["items"][number];

export interface Judgement {
  /** What is recorded. */
  changes: LedgerChange[];
  /** One for each item, in order. */
  results: Result[];
  balances: Map<string, KnownBalance>;
}

/** Judges the items of a batch one after another, each by itself: what is wrong with one refuses that one only. */
export const judged = async (
  items: unknown[],
  readBalances: (ids: string[]) => Promise<Map<string, KnownBalance>>,
): Promise<Judgement> => {
  const schema = NewTransaction();
  const parsed = items.map((item) => v.safeParse(schema, item));
  const named = parsed.flatMap(({ success, output }) =>
    success ? [output.from_balance_id, output.to_balance_id] : [],
  );
  const balances = await readBalances([...new Set(named.filter((id) => id !== null))]);
  const running = runningAmounts(balances);
  const now = new Date();
  const changes: LedgerChange[] = [];
  const results = parsed.map((item, index): Result => {
    try {
      if (!item.success) throw bodyProblem(item.issues);
      const change = { before: undefined, after: recorded(item.output, balances, now) };
      running.add(change);
      changes.push(change);
      return { index, status: 201, transaction: shown(change.after) };
    } catch (error) {
      const refusal = problemOf(error);
      if (refusal === undefined) throw error;
      return { index, status: refusal.status, problem: documentOf(refusal) };
    }
  });
  return { changes, results, balances };
};

const documentOf = (refusal: Problem) => problemDocument(refusal) as Extract<Result, { problem: unknown }>["problem"];
