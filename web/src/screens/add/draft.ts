/** What is being recorded, as it stands on the screen; and what it comes to for the API. Pure. */
import type { NewTransaction, Transaction } from "../../api/types";
import { dayOf, momentOn } from "../../dates/days";
import { evaluate } from "../../money/calculator";
import { fromHundredths, toHundredths } from "../../money/decimal";

export type Type = NewTransaction["type"];

export interface EntryDraft {
  id: string;
  /** As typed; see `money/input.ts`. */
  amount: string;
  category_id: string | null;
  description: string;
}

export interface Draft {
  type: Type;
  /** What the pad shows: `12+3.50`. */
  input: string;
  fromId: string | undefined;
  toId: string | undefined;
  /** What arrives, where currencies differ; as the pad shows it. */
  toInput: string;
  categoryId: string | null;
  description: string;
  day: string;
  pending: boolean;
  /** Undefined unless it is split. */
  entries: EntryDraft[] | undefined;
}

let nextEntry = 1;
export const newEntry = (amount = "", category_id: string | null = null): EntryDraft => ({
  id: `entry-${nextEntry++}`,
  amount,
  category_id,
  description: "",
});

export const draftOfTransaction = (transaction: Transaction, editable: (amount: string) => string): Draft => ({
  type: transaction.type,
  input: transaction.amount.replace(/\.00$/, ""),
  fromId: transaction.from_balance_id,
  toId: transaction.to_balance_id ?? undefined,
  toInput: transaction.to_amount?.replace(/\.00$/, "") ?? "",
  categoryId: transaction.category_id,
  description: transaction.description ?? "",
  day: dayOf(new Date(transaction.transacted_at)),
  pending: transaction.approved_at === null,
  entries:
    transaction.entries.length === 0
      ? undefined
      : transaction.entries.map((entry) => ({
          ...newEntry(editable(entry.amount), entry.category_id),
          description: entry.description ?? "",
        })),
});

/** What is left of the amount for further entries; negative when they are too much. Undefined while an entry is no amount. */
export const remainderOf = (
  amount: string,
  entries: EntryDraft[],
  parse: (text: string) => string | undefined,
): string | undefined => {
  let left = toHundredths(amount);
  for (const entry of entries) {
    if (entry.amount.trim() === "") continue;
    const parsed = parse(entry.amount);
    if (parsed === undefined) return undefined;
    left -= toHundredths(parsed);
  }
  return fromHundredths(left);
};

/** What keeps a draft from being saved. */
export type Lack = "amount" | "balance" | "to_balance" | "to_amount" | "entries";

interface Known {
  currency: string;
  /** Of the balance a movement goes to. */
  toCurrency: string | undefined;
  parse: (text: string) => string | undefined;
  /** The moment it had before: kept, as long as the day stays. */
  before: Transaction | undefined;
}

export const bodyOfDraft = (draft: Draft, { currency, toCurrency, parse, before }: Known): NewTransaction | Lack => {
  const amount = evaluate(draft.input, currency);
  if (amount === undefined || toHundredths(amount) <= 0n) return "amount";
  if (draft.fromId === undefined) return "balance";
  const isMovement = draft.type === "movement";
  if (isMovement && (draft.toId === undefined || draft.toId === draft.fromId)) return "to_balance";
  const exchanges = isMovement && toCurrency !== undefined && toCurrency !== currency;
  const toAmount = exchanges ? evaluate(draft.toInput, toCurrency) : undefined;
  if (exchanges && (toAmount === undefined || toHundredths(toAmount) <= 0n)) return "to_amount";
  const filled = isMovement ? [] : (draft.entries ?? []).filter((entry) => entry.amount.trim() !== "");
  if (filled.length > 0 && remainderOf(amount, filled, parse) !== "0.00") return "entries";
  const stays = before !== undefined && dayOf(new Date(before.transacted_at)) === draft.day;
  return {
    type: draft.type,
    amount,
    from_balance_id: draft.fromId,
    to_balance_id: isMovement ? (draft.toId ?? null) : null,
    to_amount: toAmount ?? null,
    category_id: isMovement ? null : draft.categoryId,
    description: draft.description.trim() || null,
    entries: filled.map((entry) => ({
      amount: parse(entry.amount) ?? "0.00",
      category_id: entry.category_id,
      description: entry.description.trim() || null,
    })),
    transacted_at: stays ? before.transacted_at : momentOn(draft.day),
    approved: !draft.pending,
  };
};
