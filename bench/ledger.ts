import postgres from "postgres";
import { created } from "../functions/runtime/answer";
import { responseOf } from "../functions/runtime/response";
import { statementWork } from "../functions/runtime/statement-work";
import { recorded } from "../functions/transactions/ledger";
import { record } from "../functions/transactions/record";
import { balanceMemory } from "../functions/transactions/store";
import type { Endpoints } from "../local/stack";
import { untilConsumed, whileNothingIsPublished } from "./backbone";
import { type Figure, figure, median } from "./figures";
import { openBalance, ownerOfMany } from "./fill";
import { load, medianLatency, ROUNDS, SECONDS, type Visitor, visitor } from "./http";

const PAGE = 50;

/** The ledger: recording, importing and listing transactions; listing at a million rows. */
export async function benchLedger(endpoints: Endpoints): Promise<Figure[]> {
  const ana = await visitor(endpoints);
  const expenses: Expense[] = [];
  for (let n = 0; n < CONNECTIONS; n += 1) expenses.push(expenseOn(await openBalance(ana)));
  const few = await whileNothingIsPublished(endpoints, () => benchWrites(endpoints, ana, expenses));
  const busy: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    busy.push((await creates(endpoints, ana, expenses)).requests.average);
    await untilConsumed(endpoints);
  }
  // Somebody else than who wrote: with exactly these transactions.
  const hugo = await ownerOfMany(endpoints);
  const many = await whileNothingIsPublished(endpoints, async () => {
    const rates: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1)
      rates.push((await creates(endpoints, ana, expenses)).requests.average);
    return rates;
  });
  return [
    ...few.figures,
    figure("POST /transactions, while relay and consumers take them", "/s", busy),
    figure("POST /transactions, 1M rows of 9,000 users, against few", "×", [median(many) / median(few.rates)], {
      relation: "≥",
      value: 0.8,
    }),
    ...(await benchReads(endpoints, hugo)),
  ];
}

const CONNECTIONS = 10;

const expenseOn = (from_balance_id: string) => ({
  type: "expense",
  amount: "1.00",
  from_balance_id,
  description: "Bread",
});
type Expense = ReturnType<typeof expenseOn>;

const creates = (endpoints: Endpoints, { token }: Visitor, bodies: Expense[]) =>
  load(`${endpoints.api}/transactions`, token, { connections: CONNECTIONS, bodies });

/** Each connection writes on a balance of its own, as people do; and, to show what that costs, all of them on one. */
async function benchWrites(endpoints: Endpoints, ana: Visitor, expenses: Expense[]) {
  const one = expenses.slice(0, 1);
  const imports = expenses.map((expense) => ({
    items: Array.from({ length: 1000 }, (_, index) => ({ ...expense, description: `Item ${index}` })),
  }));
  await creates(endpoints, ana, expenses);
  const rates: number[] = [];
  const tails: number[] = [];
  const direct: number[] = [];
  const onOne: number[] = [];
  const directOnOne: number[] = [];
  const batches: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const ten = await creates(endpoints, ana, expenses);
    rates.push(ten.requests.average);
    tails.push(ten.latency.p99);
    direct.push(await directRate(endpoints, ana.userId, expenses));
    onOne.push((await creates(endpoints, ana, one)).requests.average);
    directOnOne.push(await directRate(endpoints, ana.userId, one));
    const batch = await load(`${endpoints.api}/transactions/batch`, ana.token, { connections: 2, bodies: imports });
    batches.push((batch.requests.total * 1000) / batch.duration);
  }
  const ratios = rates.map((rate, round) => rate / (direct[round] ?? Number.NaN));
  const figures = [
    figure("POST /transactions, 10 connections", "/s", rates, { relation: "≥", value: 800 }),
    figure("POST /transactions, 10 connections, p99", "ms", tails, { relation: "≤", value: 30 }),
    figure("  the same SQL by postgres.js alone, 10 connections", "/s", direct),
    figure("  ratio of the two", "×", ratios, { relation: "≥", value: 0.5 }),
    figure("  all on one balance", "/s", onOne),
    figure("  all on one balance, the same SQL alone", "/s", directOnOne),
    figure("POST /transactions/batch, 1,000 items, 2 connections", "/s", batches, { relation: "≥", value: 8000 }),
  ];
  return { rates, figures };
}

/** The statement of `POST /transactions`, sent from this process over ten connections, as fast as it goes. */
async function directRate(endpoints: Endpoints, userId: string, expenses: Expense[]): Promise<number> {
  let count = 0;
  const end = performance.now() + SECONDS * 1000;
  const worker = async (_: unknown, connection: number) => {
    const balanceId = expenses[connection % expenses.length]?.from_balance_id ?? "";
    const sql = postgres<Record<never, never>>(endpoints.postgres.transactions ?? "", { max: 1, fetch_types: false });
    const work = statementWork(sql);
    const readBalances = balanceMemory();
    const input = {
      type: "expense" as const,
      amount: "1.00",
      from_balance_id: balanceId,
      to_balance_id: null,
      to_amount: null,
      category_id: null,
      description: "Bread",
      entries: [],
      transacted_at: undefined,
      approved: true,
    };
    const request = { route: "", path: "", userId, rawBody: "", idempotencyKey: undefined };
    while (performance.now() < end) {
      await work.write(request, async (unit) => {
        const balances = await readBalances(unit, [balanceId], userId);
        const change = { before: undefined, after: recorded(input, balances, new Date()) };
        return responseOf(await unit.commit(created("", {}), record(sql, [change], balances)), "no-store");
      });
      count += 1;
    }
    await sql.end();
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, worker));
  return count / SECONDS;
}

async function benchReads(endpoints: Endpoints, reader: Visitor): Promise<Figure[]> {
  const list = `${endpoints.api}/transactions?limit=${PAGE}`;
  const last = await cursorOf(reader, 2000);
  const first: number[] = [];
  const deep: number[] = [];
  const balances: number[] = [];
  const perRound = SECONDS / 4;
  await medianLatency(list, reader.token, 1);
  for (let round = 0; round < ROUNDS; round += 1) {
    first.push(await medianLatency(list, reader.token, perRound));
    deep.push(await medianLatency(`${list}&cursor=${last}`, reader.token, perRound));
    balances.push(await medianLatency(`${endpoints.api}/balances/${reader.userId}`, reader.token, perRound));
  }
  const filtered: Figure[] = [];
  for (const [name, query] of Object.entries(FILTERS)) {
    const rounds: number[] = [];
    for (let round = 0; round < 3; round += 1)
      rounds.push(await medianLatency(`${list}&${query}`, reader.token, perRound));
    filtered.push(figure(`  filtered by ${name}`, "ms", rounds, { relation: "≤", value: 10 }));
  }
  return [
    figure("GET /transactions of 100k in 1M, first page, p50", "ms", first, { relation: "≤", value: 4 }),
    figure("  page 2,000 against the first", "×", [median(deep) / median(first)], { relation: "≤", value: 1.3 }),
    ...filtered,
    figure("GET /balances/{user}, p50", "ms", balances, { relation: "≤", value: 3 }),
  ];
}

const FILTERS = {
  type: "type=income",
  "a category": "category=00000000-0000-4000-8000-000000000007",
  "two categories": "category=00000000-0000-4000-8000-000000000007&category=00000000-0000-4000-8000-000000000008",
  "a common word": "q=coffee",
  "a rare word": "q=zanzibar",
  "a word that is not there": "q=unobtainium",
  "a day": "from=2026-03-01&to=2026-03-01",
  "a month": "from=2025-10-01&to=2025-10-31",
  "the least amount": "min_amount=199",
  "a narrow range of amounts": "min_amount=100&max_amount=100.05",
  "what is pending": "approved=false",
  "what has changed lately": "updated_since=2026-10-30T00:00:00Z",
  "amount, sorted by it": "sorted_by=amount&max_amount=50",
  "creation, oldest first": "sorted_by=created_at&order=asc",
  "last change": "sorted_by=updated_at",
};

/** The cursor of a page, reached as a client would: page by page. */
async function cursorOf(reader: Visitor, page: number): Promise<string> {
  let cursor = "";
  for (let number = 1; number < page; number += 1) {
    const { next_cursor } = await reader.request("GET", `/transactions?limit=${PAGE}${cursor && `&cursor=${cursor}`}`);
    cursor = encodeURIComponent(next_cursor);
  }
  return cursor;
}
