/**
 * Compares what the read model has of a user with what it should have, added up here from the ledger, one transaction after another and
 * by other means than the model's own.
 */
import { fromHundredths, toHundredths } from "../runtime/money";
import type { Connection, Sql } from "../runtime/postgres";
import { balanceStateOf, factOf, type LedgerTransaction } from "./fact";
import { readLedger, snapshot } from "./ledger";
import { type Grain, startOf } from "./range";

/** What a row holds, by what it is called: as text, to be compared. */
type Rows = Map<string, string>;

/** The first difference that is found, in words; undefined when there is none. */
export const differenceOf = async (
  { sql, ledger }: { sql: Connection; ledger: Connection },
  userId: string,
): Promise<string | undefined> => {
  const [expected, actual] = [await expectedOf(ledger, userId), await actualOf(sql, userId)];
  for (const [name, value] of expected) {
    if (actual.get(name) !== value) return `${name}: ${actual.get(name) ?? "missing"}, but should be ${value}`;
  }
  for (const [name, value] of actual) if (!expected.has(name)) return `${name}: ${value}, but should not be there`;
  return undefined;
};

const expectedOf = async (ledger: Connection, userId: string): Promise<Rows> => {
  const rows: Rows = new Map();
  const sums = new Map<string, { hundredths: bigint; count: number }>();
  const add = (name: string, hundredths: bigint) => {
    const sum = sums.get(name) ?? { hundredths: 0n, count: 0 };
    sums.set(name, { hundredths: sum.hundredths + hundredths, count: sum.count + 1 });
  };
  await readLedger(ledger, userId, {
    balances: (balances) => {
      for (const { balance_id, ...state } of balances.map(balanceStateOf))
        rows.set(`balance ${balance_id}`, textOf(state));
    },
    transactions: (transactions) => {
      for (const transaction of transactions) {
        rows.set(`fact ${transaction.transaction_id}`, String(transaction.version));
        addUp(transaction, add);
      }
    },
  });
  for (const [name, { hundredths, count }] of sums) rows.set(name, `${fromHundredths(hundredths)} of ${count}`);
  return rows;
};

const textOf = ({ version: _, ...state }: { version: number } & Record<string, unknown>): string =>
  JSON.stringify(Object.entries(state).sort());

/** What a transaction adds to which sum. */
const addUp = (transaction: LedgerTransaction, add: (name: string, hundredths: bigint) => void): void => {
  const { kind, day, group_id, currency, balance_id, amount, to_balance_id, to_amount, categories, parts } =
    factOf(transaction);
  if (kind === undefined || day === undefined || amount === undefined) return;
  const each = (grains: Grain[], name: string, hundredths: bigint) => {
    for (const grain of grains) add(`${name} of the ${grain} ${startOf(grain, day)}`, hundredths);
  };
  for (const [index, category] of (categories ?? []).entries()) {
    const name = `${kind} ${currency} in ${group_id} for ${category}`;
    each(["day", "week", "month", "year"], name, toHundredths(parts?.[index] ?? "0.00"));
  }
  const sign = kind === "movement" ? -1n : 1n;
  each(["day", "month", "year"], `${kind} on ${balance_id}`, sign * toHundredths(amount));
  if (to_balance_id && to_amount)
    each(["day", "month", "year"], `${kind} on ${to_balance_id}`, toHundredths(to_amount));
};

const actualOf = async (model: Connection, userId: string): Promise<Rows> => {
  const rows: Rows = new Map();
  await snapshot(model, async (sql) => {
    const balances = await sql<{ balance_id: string; version: number; closed_on: string | null }[]>`
      select balance_id, user_id, group_id, currency, opening_amount, closed_on::text, closing_amount, version::int
      from balances
      where user_id = ${userId}
    `;
    for (const { balance_id, ...state } of balances) rows.set(`balance ${balance_id}`, textOf(state));
    for await (const some of namedRows(sql, userId).cursor(1_000)) {
      for (const { name, value } of some) rows.set(name, value);
    }
  });
  return rows;
};

const namedRows = (sql: Sql, userId: string) => sql<{ name: string; value: string }[]>`
  select 'fact ' || transaction_id as name, version::text as value
  from facts
  where user_id = ${userId}
  union all
  select kind || ' ' || currency || ' in ' || group_id || ' for ' || coalesce(category_id::text, 'null') || ' of the ' || grain || ' '
    || period, round(amount, 2) || ' of ' || count
  from category_rollups
  where user_id = ${userId} and (amount <> 0 or count <> 0)
  union all
  select part.kind || ' on ' || balance_id || ' of the ' || grain || ' ' || period, round(part.amount, 2) || ' of ' || part.count
  from balance_rollups
  cross join lateral (
    values ('income', income, incomes), ('expense', expense, expenses), ('movement', moved, movements)
  ) as part (kind, amount, count)
  where (part.amount <> 0 or part.count <> 0) and balance_id in (
    select balance_id from balances where user_id = ${userId}
    union
    select balance_id from facts where user_id = ${userId}
    union
    select to_balance_id from facts where user_id = ${userId}
  )
`;
