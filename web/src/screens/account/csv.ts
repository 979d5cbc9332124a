import type { Transaction } from "../../api/types";

/** RFC 4180, with a line for each entry of a split transaction. */
export const csvOf = (
  transactions: Transaction[],
  names: { balances: Map<string, string>; categories: Map<string, string> },
): string => {
  const head = [
    "date",
    "type",
    "amount",
    "currency",
    "category",
    "description",
    "from",
    "to",
    "to_amount",
    "pending",
    "transaction_id",
  ];
  const lines = transactions.flatMap((one) => {
    const parts = one.entries.length > 0 ? one.entries : [one];
    return parts.map((part) => [
      one.transacted_at,
      one.type,
      part.amount,
      one.currency,
      names.categories.get(part.category_id ?? "") ?? "",
      part.description ?? one.description ?? "",
      names.balances.get(one.from_balance_id) ?? "",
      names.balances.get(one.to_balance_id ?? "") ?? "",
      one.to_amount ?? "",
      one.approved_at === null ? "yes" : "",
      one.transaction_id,
    ]);
  });
  return [head, ...lines].map((line) => `${line.map(cell).join(",")}\r\n`).join("");
};

/** Quoted where needed; a text that a spreadsheet would take for a formula is kept from being one. */
const cell = (text: string): string => {
  const safe = /^[=+@\t\r]|^-(?!\d)/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};
