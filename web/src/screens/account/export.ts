import { client, everyPage, type Transaction, unwrap } from "../../api/client";
import { fetchMe } from "../../api/queries";

/** One's own data as two files: everything as JSON, and the transactions as a table that spreadsheets open. */
export async function exportEverything(userId: string): Promise<void> {
  const paged = (cursor: string | undefined) => ({ limit: 200, ...(cursor && { cursor }) });
  const [user, balances, categories, transactions] = await Promise.all([
    fetchMe(),
    everyPage((cursor) =>
      unwrap(client.GET("/balances/{id}", { params: { path: { id: userId }, query: paged(cursor) } })),
    ),
    everyPage((cursor) =>
      unwrap(client.GET("/categories/{user_id}", { params: { path: { user_id: userId }, query: paged(cursor) } })),
    ),
    everyPage((cursor) =>
      unwrap(client.GET("/transactions", { params: { query: { order: "asc", ...paged(cursor) } } })),
    ),
  ]);
  const names = {
    balances: new Map(balances.map(({ balance_id, name }) => [balance_id, name])),
    categories: new Map(categories.map(({ category_id, name }) => [category_id, name])),
  };
  const everything = { exported_at: new Date().toISOString(), user, balances, categories, transactions };
  save("ahorro.json", "application/json", JSON.stringify(everything, null, 2));
  save("ahorro-transactions.csv", "text/csv", csvOf(transactions, names));
}

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

function save(name: string, type: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
