import { client, everyPage, unwrap } from "../../api/client";
import { fetchMe } from "../../api/queries";
import { csvOf } from "./csv";

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

function save(name: string, type: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
