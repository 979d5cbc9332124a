/** What a list of transactions is limited to: the query of `GET /transactions`, without paging. */
import { dayOf } from "../dates/days";
import { compare } from "../money/decimal";
import type { Transaction } from "./types";

export interface Filters {
  user_id?: string;
  group_id?: string;
  balance_id?: string;
  type?: "expense" | "income" | "movement";
  category?: string[];
  from?: string;
  to?: string;
  min_amount?: string;
  max_amount?: string;
  q?: string;
  approved?: boolean;
  sorted_by?: "transacted_at" | "amount";
}

const TEXTS = ["user_id", "group_id", "balance_id", "from", "to", "min_amount", "max_amount", "q"] as const;

/** Filters as the address of the page holds them. What makes no sense is left out. */
export const filtersOfSearch = (search: string): Filters => {
  const query = new URLSearchParams(search);
  const filters: Filters = {};
  for (const name of TEXTS) {
    const value = query.get(name);
    if (value) filters[name] = value;
  }
  const type = query.get("type");
  if (type === "expense" || type === "income" || type === "movement") filters.type = type;
  const category = query.getAll("category").filter(Boolean);
  if (category.length > 0) filters.category = category;
  const approved = query.get("approved");
  if (approved === "true" || approved === "false") filters.approved = approved === "true";
  if (query.get("sorted_by") === "amount") filters.sorted_by = "amount";
  return filters;
};

export const searchOfFilters = (filters: Filters): string => {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(filters)) {
    for (const one of Array.isArray(value) ? value : [value])
      if (one !== undefined && one !== "") query.append(name, String(one));
  }
  return query.toString();
};

/** Whether a transaction would be in the list; of words, those in its own texts. */
export const matches = (transaction: Transaction, filters: Filters): boolean => {
  const day = dayOf(new Date(transaction.transacted_at));
  const ids = [transaction.category_id, ...transaction.entries.map(({ category_id }) => category_id)];
  const texts = [transaction.description, ...transaction.entries.map(({ description }) => description)];
  return (
    (filters.user_id === undefined || transaction.user_id === filters.user_id) &&
    (filters.group_id === undefined || transaction.group_id === filters.group_id) &&
    (filters.balance_id === undefined ||
      [transaction.from_balance_id, transaction.to_balance_id].includes(filters.balance_id)) &&
    (filters.type === undefined || transaction.type === filters.type) &&
    (filters.category === undefined || filters.category.some((id) => ids.includes(id))) &&
    (filters.from === undefined || day >= filters.from) &&
    (filters.to === undefined || day <= filters.to) &&
    (filters.min_amount === undefined || compare(transaction.amount, filters.min_amount) >= 0) &&
    (filters.max_amount === undefined || compare(transaction.amount, filters.max_amount) <= 0) &&
    (filters.approved === undefined || (transaction.approved_at !== null) === filters.approved) &&
    (filters.q === undefined || texts.some((text) => text !== null && plain(text).includes(plain(filters.q ?? ""))))
  );
};

/** Without accents and capitals, as the API searches. */
const plain = (text: string): string => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
