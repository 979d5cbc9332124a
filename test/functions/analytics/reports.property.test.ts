import assert from "node:assert/strict";
import fc from "fast-check";
import type postgres from "postgres";
import { analyticsConsumer } from "../../../functions/analytics/consumer";
import { type Interval, plusDays } from "../../../functions/analytics/range";
import type { CloudEvent } from "../../../functions/runtime/consumer";
import type { Connection } from "../../../functions/runtime/postgres";
import { mskEvent } from "../../support/events";
import { connectionsTo, type Instance, reportInstance, transactionInstances } from "../../support/instances";
import { stack } from "../../support/stack";
import { currencies, day, type History, history, type Past, play } from "./history";
import {
  type By,
  cashFlow,
  type Ledger,
  type NaiveReport,
  netWorth,
  type Rate,
  readLedger,
  restricted,
  spending,
  trends,
} from "./naive";

/**
 * Random histories, recorded in the ledger; their events taken in by three consumers at once, again and again and in any order; and then
 * every report compared with what the ledger's rows add up to. `REPORT_HISTORIES` sets how many; a failure prints its seed.
 */
const HISTORIES = Number(process.env.REPORT_HISTORIES ?? 40);

const question = fc.record({
  scope: fc.constantFrom("self" as const, "group" as const, "other" as const, "other in group" as const),
  from: day,
  days: fc.constantFrom(0, 1, 6, 30, 58, 365, 700),
  interval: fc.constantFrom<Interval>("day", "week", "month", "quarter", "year"),
  by: fc.constantFrom<By>("category", "balance", "user"),
  type: fc.constantFrom("expense" as const, "income" as const),
  limit: fc.constantFrom(1, 2, 50),
  display: fc.constantFrom(undefined, ...currencies),
});
type Question = typeof question extends fc.Arbitrary<infer Q> ? Q : never;

/** Rates that divide without a rest. Of CUP there are none before 2024-12-30 and after 2025-11-01, of KMF only now and then. */
const perEuro: Record<string, { day: string; rate: string }[]> = {
  CUP: [
    { day: "2024-12-30", rate: "1.25" },
    { day: "2025-01-03", rate: "1.6" },
    ...Array.from({ length: 40 }, (_, week) => ({
      day: plusDays("2025-01-08", week * 7),
      rate: week % 2 ? "2" : "1.25",
    })),
  ],
  KMF: [
    { day: "2024-12-29", rate: "0.5" },
    { day: "2025-03-28", rate: "5" },
    { day: "2025-12-31", rate: "0.5" },
  ],
};

const ratePerEuro = (currency: string, on: string): number | undefined => {
  if (currency === "EUR") return 1;
  const known = (perEuro[currency] ?? []).filter(({ day }) => day <= on && plusDays(day, 7) >= on);
  return known.length === 0 ? undefined : Number(known.at(-1)?.rate);
};

/** In hundred-millionths; exact, as all of these rates are. */
const rateTo =
  (display: string): Rate =>
  (currency, on) => {
    const [target, held] = [ratePerEuro(display, on), ratePerEuro(currency, on)];
    return target === undefined || held === undefined ? undefined : BigInt(Math.round((target / held) * 1e8));
  };

describe("Reports, after random histories", function () {
  this.timeout(Math.max(120_000, HISTORIES * 3000));
  let ledger: postgres.Sql;
  let [writer, reader]: Instance[] = [];
  let consumers: Connection[];

  before(async () => {
    const running = await stack();
    ledger = running.transactions;
    for (const [currency, rates] of Object.entries(perEuro)) {
      for (const { day, rate } of rates) {
        await running.analytics`
          insert into rates (currency, day, per_eur) values (${currency}, ${day}, ${rate}) on conflict do nothing
        `;
      }
    }
    [writer] = await transactionInstances(1);
    reader = await reportInstance();
    consumers = await connectionsTo("analytics", "analytics_consumer", 3);
  });
  after(() => Promise.all([writer?.stop(), reader?.stop(), ...consumers.map((connection) => connection.end())]));

  /** Each event at least once, some again, in any order, dealt out to consumers, some at a time. */
  const deliver = (events: CloudEvent[], draw: (below: number) => number) => {
    const deliveries = [...events, ...events.filter(() => draw(2) === 0)]
      .map((event) => ({ event, at: draw(1_000_000), to: draw(3) }))
      .sort((a, b) => a.at - b.at);
    return Promise.all(
      consumers.map(async (connection, index) => {
        const consume = analyticsConsumer(connection);
        const mine = deliveries.filter(({ to }) => to === index).map(({ event }) => event);
        while (mine.length > 0) await consume(mskEvent(mine.splice(0, 1 + draw(7))));
      }),
    );
  };

  it(`are what the ledger adds up to, however its events came (${HISTORIES} histories)`, async () => {
    const checked = fc.asyncProperty(
      history,
      fc.array(question, { minLength: 6, maxLength: 12 }),
      fc.infiniteStream(fc.nat()),
      async (operations: History, questions, random) => {
        const past = await play(writer as Instance, operations);
        await deliver(past.events, (below) => Number(random.next().value) % below);
        const all = await readLedger(ledger, past.users);
        for (const asked of questions) await assertReports(reader as Instance, past, all, asked);
      },
    );
    await fc.assert(checked, { numRuns: HISTORIES, endOnFailure: true });
  });
});

async function assertReports(reader: Instance, past: Past, all: Ledger, asked: Question): Promise<void> {
  const { by, type, limit, interval } = asked;
  const [me, other] = past.users;
  const query: Record<string, string> = { from: asked.from, to: plusDays(asked.from, asked.days) };
  if (asked.scope.includes("group")) query.group_id = past.groupId;
  if (asked.scope.startsWith("other")) query.user_id = other;
  if (asked.display !== undefined) query.display_currency = asked.display;
  const seen = restricted(all, ({ user_id, group_id }) =>
    asked.scope === "self"
      ? user_id === me
      : group_id === past.groupId && (asked.scope === "group" || user_id === other),
  );
  const display = asked.display === undefined ? undefined : { currency: asked.display, rate: rateTo(asked.display) };
  const range = { from: query.from ?? "", to: query.to ?? "" };
  const compare = async (route: string, more: Record<string, string>, { items, unconverted }: NaiveReport) => {
    const path = `/analytics/${route}?${new URLSearchParams({ ...query, ...more })}`;
    const { status, body } = await reader.send(me, `GET /analytics/${route}`, path);
    assert.equal(status, 200, JSON.stringify(body));
    const expected = { items, ...(display === undefined ? {} : { unconverted }), next_cursor: null };
    assert.deepEqual(body, expected, path);
  };
  await compare("cash-flow", { interval }, cashFlow(seen, range, interval, display));
  await compare("spending", { by, type, limit: String(limit) }, spending(seen, range, { by, type, limit }, display));
  await compare("trends", { by, type, interval }, trends(seen, range, { by, type, interval }, display));
  await compare("net-worth", { interval }, netWorth(seen, all, range, interval, display));
}
