/** The reports of the analytics service, typed by hand until its routes are in the OpenAPI document. */
import { loadConfig } from "../app/config";
import type { Interval } from "../dates/periods";
import { send } from "./client";
import { problemOfResponse } from "./problem";

export type By = "category" | "balance" | "user";

export interface ReportQuery {
  from: string;
  to: string;
  group_id?: string;
  user_id?: string;
}

export interface CashFlow {
  period_start: string;
  currency: string;
  income: string;
  expense: string;
  net: string;
  count: number;
}

export interface Spending {
  key: string | null;
  currency: string;
  amount: string;
  /** 0 to 1, four decimals. */
  share: string;
  count: number;
}

export interface NetWorth {
  period_start: string;
  currency: string;
  amount: string;
}

export interface Trend {
  period_start: string;
  key: string | null;
  currency: string;
  amount: string;
}

interface Reports {
  "cash-flow": { query: ReportQuery & { interval: Interval }; item: CashFlow };
  spending: { query: ReportQuery & { by: By; type?: "expense" | "income"; limit?: number }; item: Spending };
  "net-worth": { query: ReportQuery & { interval: Interval }; item: NetWorth };
  trends: { query: ReportQuery & { by: By; interval: Interval; type?: "expense" | "income" }; item: Trend };
}

export async function fetchReport<Name extends keyof Reports>(
  name: Name,
  query: Reports[Name]["query"],
): Promise<Reports[Name]["item"][]> {
  await loadConfig();
  const search = new URLSearchParams(
    Object.entries(query).map(([key, value]): [string, string] => [key, String(value)]),
  );
  const response = await send(new Request(`/analytics/${name}?${search}`));
  const body: unknown = await response.json().catch(() => undefined);
  if (!response.ok) throw problemOfResponse(response, body);
  return (body as { items: Reports[Name]["item"][] }).items;
}
