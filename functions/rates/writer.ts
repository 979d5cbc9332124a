import type { Connection } from "../runtime/postgres";
import type { Rates } from "./feed";

/** Writes rates, if there are any, and answers the last day that rates are there of: null when there are none. */
export type WriteRates = (event: { rates?: Rates }) => Promise<{ last_day: string | null; written: number }>;

/** Can be repeated: what is there already stays; what the ECB has corrected is corrected. */
export const ratesWriter =
  (sql: Connection): WriteRates =>
  async ({ rates = {} }) => {
    const rows = Object.entries(rates).flatMap(([day, currencies]) =>
      Object.entries(currencies).map(([currency, per_eur]) => ({ currency, day, per_eur })),
    );
    const { count } =
      rows.length === 0
        ? { count: 0 }
        : await sql`
            insert into rates (currency, day, per_eur)
            select currency, day, per_eur
            from json_to_recordset(${JSON.stringify(rows)}::text::json) as new (currency text, day date, per_eur numeric)
            on conflict (currency, day) do update set per_eur = excluded.per_eur
            where rates.per_eur <> excluded.per_eur
          `;
    const [last] = await sql<[{ day: string | null }]>`select max(day)::text as day from rates`;
    return { last_day: last.day, written: count };
  };
