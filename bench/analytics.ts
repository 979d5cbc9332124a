import { randomUUID } from "node:crypto";
import postgres from "postgres";
import { analyticsConsumer } from "../functions/analytics/consumer";
import { rebuildUser } from "../functions/analytics/rebuild";
import { demoFamily } from "../functions/demo/family";
import { connect } from "../functions/runtime/postgres";
import type { Endpoints } from "../local/stack";
import { type Figure, figure, median } from "./figures";
import { ROUNDS, type Visitor, visitor } from "./http";

/** Made-up transactions of others, beside those of whoever asks: with what bench/ledger.ts makes, a million in all. */
const OTHERS = 9_000;
const EACH = 100;
/** What somebody else has who asks the same. */
const FEW = 1_000;
const EVENTS = 24_000;
const BATCH = 100;
const SAMPLES = 200;

/** All within what bench/ledger.ts makes up; the second begins and ends in the middle of months and weeks. */
const YEAR = "from=2025-11-01&to=2026-10-31";
const ODD = "from=2025-11-12&to=2026-10-21";

const REPORTS = {
  "cash-flow by month": `cash-flow?${YEAR}`,
  "cash-flow by day": `cash-flow?${YEAR}&interval=day`,
  "cash-flow by month in dollars": `cash-flow?${YEAR}&display_currency=USD`,
  "spending by category": `spending?${YEAR}`,
  "spending by category, odd days": `spending?${ODD}`,
  "spending by balance": `spending?${YEAR}&by=balance`,
  "net-worth by month": `net-worth?${YEAR}`,
  "net-worth by day in dollars": `net-worth?${YEAR}&interval=day&display_currency=USD`,
  "trends by month": `trends?${YEAR}`,
  "trends by month, odd days": `trends?${ODD}`,
};

/** What has to read each day of each category: its cost grows with the days that have something to convert. */
const CONVERTED = {
  "spending by category in dollars": `spending?${YEAR}&display_currency=USD`,
  "trends by month in dollars": `trends?${YEAR}&display_currency=USD`,
};

/** Reports at a million transactions, against a thousand and against the ledger itself; and how fast events get there. */
export const benchAnalytics = async (endpoints: Endpoints): Promise<Figure[]> => [
  ...(await fillModel(endpoints)),
  ...(await measureReports(endpoints)),
  await benchProjection(endpoints),
];

const superuser = (endpoints: Endpoints, database: string) =>
  postgres(endpoints.postgres[database] ?? "", { max: 1, onnotice: () => undefined });

/** Makes the million. */
export async function fillModel(endpoints: Endpoints): Promise<Figure[]> {
  const [ana, emma] = [await visitor(endpoints), await visitor(endpoints, demoFamily[2].email)];
  const [model, ledger] = [superuser(endpoints, "analytics"), superuser(endpoints, "transactions")];
  try {
    const rebuilt = await fill(endpoints, model, ledger, ana);
    await recordFew(emma);
    await model`vacuum analyze`;
    return [rebuilt];
  } finally {
    await Promise.all([model.end(), ledger.end()]);
  }
}

/** Measures what `fillModel` has made. */
export async function measureReports(endpoints: Endpoints): Promise<Figure[]> {
  const [ana, emma] = [await visitor(endpoints), await visitor(endpoints, demoFamily[2].email)];
  const ledger = superuser(endpoints, "transactions");
  try {
    return [...(await benchReports(endpoints, ana, emma, ledger)), ...(await benchFreshness(emma))];
  } finally {
    await ledger.end();
  }
}

/** Connects in this process as functions do. */
function connectAs(endpoints: Endpoints, database: string, user: string) {
  const { hostname, port, password } = new URL(endpoints.postgres[database] ?? "");
  Object.assign(process.env, {
    DATABASE_HOST: hostname,
    DATABASE_PORT: port,
    DATABASE_NAME: database,
    DATABASE_USER: user,
    PGPASSWORD: password,
    PGSSLMODE: "disable",
  });
  return connect("bench");
}

/** The consumer's own code, from records of Kafka to what is committed, in the batches in which Lambda hands them over. */
export async function benchProjection(endpoints: Endpoints): Promise<Figure> {
  const connections = Array.from({ length: 4 }, () => connectAs(endpoints, "analytics", "analytics_consumer"));
  const rates: number[] = [];
  try {
    const consumers = connections.map(analyticsConsumer);
    for (let round = 0; round <= 3; round += 1) {
      const batches = Array.from({ length: EVENTS / BATCH }, batchOf);
      const started = performance.now();
      await Promise.all(
        consumers.map(async (consume) => {
          for (let batch = batches.pop(); batch !== undefined; batch = batches.pop()) await consume(batch);
        }),
      );
      // The first warms up.
      if (round > 0) rates.push((EVENTS / (performance.now() - started)) * 1000);
    }
  } finally {
    await Promise.all(connections.map((connection) => connection.end()));
  }
  return figure(`Projection of transactions of ${OTHERS} users, batches of ${BATCH}, 4 instances`, "/s", rates, {
    relation: "≥",
    value: 3000,
  });
}

const people = Array.from({ length: OTHERS }, () => ({
  user: randomUUID(),
  group: randomUUID(),
  balance: randomUUID(),
}));

/** Events of one partition: new transactions of many, on any of 500 days, in any of 60 categories. */
function batchOf() {
  const records = Array.from({ length: BATCH }, (_, offset) => {
    const { user, group, balance } = people[Math.floor(Math.random() * OTHERS)] ?? { user: "", group: "", balance: "" };
    const at = new Date(Date.UTC(2026, 9, 31) - Math.floor(Math.random() * 500) * 86_400_000).toISOString();
    const event = {
      specversion: "1.0",
      id: randomUUID(),
      source: "/ahorro/transactions",
      type: "TransactionCreated",
      subject: user,
      time: at,
      datacontenttype: "application/json",
      data: {
        transaction_id: randomUUID(),
        user_id: user,
        group_id: group,
        type: Math.random() < 0.1 ? "income" : "expense",
        amount: `${Math.floor(Math.random() * 200)}.50`,
        currency: "EUR",
        from_balance_id: balance,
        to_balance_id: null,
        to_amount: null,
        to_currency: null,
        category_id: categoryId(Math.floor(Math.random() * 60)),
        description: "Bread",
        entries: [],
        approved_at: at,
        transacted_at: at,
        transacted_on: at.slice(0, 10),
        created_at: at,
        updated_at: at,
        deleted_at: null,
        version: 1,
      },
    };
    const [key, value] = [user, JSON.stringify(event)].map((text) => Buffer.from(text).toString("base64"));
    return {
      topic: "ahorro.transactions",
      partition: 0,
      offset,
      timestamp: 0,
      timestampType: "CREATE_TIME" as const,
      key: key ?? "",
      value: value ?? "",
      headers: [],
    };
  });
  return { records: { "ahorro.transactions-0": records } };
}

const categoryId = (number: number): string => `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;

/** Takes Ana's ledger over by a rebuild, and makes up others' facts; the roll-ups are the model's own work. */
async function fill(endpoints: Endpoints, model: postgres.Sql, ledger: postgres.Sql, ana: Visitor): Promise<Figure> {
  await model`
    insert into rates (currency, day, per_eur)
    select 'USD', day, 1.05 + extract(doy from day) / 5000 from generate_series(date '2025-10-01', '2026-11-30', '1 day') as day
    on conflict do nothing
  `;
  await model`
    create temporary table somebody as
    select n, gen_random_uuid() as user_id, gen_random_uuid() as group_id, gen_random_uuid() as balance_id
    from generate_series(1, ${OTHERS}::int) as n
  `;
  await model`insert into balances select balance_id, user_id, group_id, 'EUR', 0, null, null, 1 from somebody`;
  for (let part = 0; part < 30; part += 1) {
    await model`
      with made as (
        insert into facts
        select gen_random_uuid(), user_id, 1, date '2026-10-31' - (random() * 480)::int,
          case when m % 10 = 0 then 'income' else 'expense' end, group_id, 'EUR', balance_id, 12.50, null, null,
          array[('00000000-0000-4000-8000-' || lpad((m * 31 % 60)::text, 12, '0'))::uuid], array[12.50]
        from somebody, generate_series(1, ${EACH}::int) as m
        where n % 30 = ${part}
        returning facts
      ), all_made as (
        select array_agg(made.facts) as facts from made
      )
      select add_to_categories(facts, '{}'), add_to_balances(facts, '{}') from all_made
    `;
  }
  const [counted] = await ledger<{ count: number }[]>`
    select count(*)::int from transactions where user_id = ${ana.userId}
  `;
  const databases = {
    sql: connectAs(endpoints, "analytics", "analytics_consumer"),
    ledger: connectAs(endpoints, "transactions", "transactions_copier"),
  };
  const started = performance.now();
  await rebuildUser(databases, ana.userId);
  const rate = ((counted?.count ?? 0) / (performance.now() - started)) * 1000;
  await Promise.all([databases.sql.end(), databases.ledger.end()]);
  return figure(`Rebuild of one user with ${counted?.count} transactions`, "/s", [rate]);
}

/** A thousand transactions over the same days and categories, by the API; done when reports know them. */
async function recordFew(emma: Visitor): Promise<void> {
  const balance = { name: "Bench", currency: "EUR" };
  const { balance_id } = await emma.request("POST", `/balances/${emma.userId}`, balance);
  const items = Array.from({ length: FEW }, (_, n) => ({
    type: n % 10 === 0 ? "income" : "expense",
    amount: "12.50",
    from_balance_id: balance_id,
    category_id: categoryId((n * 31) % 60),
    transacted_at: new Date(Date.UTC(2026, 9, 31, 12) - Math.floor((n * 480) / FEW) * 86_400_000).toISOString(),
  }));
  await emma.request("POST", "/transactions/batch", { items });
  const deadline = Date.now() + 30_000;
  while ((await countOf(emma, balance_id)) < FEW) {
    if (Date.now() > deadline) throw new Error("After 30 s reports do not know what was recorded.");
  }
}

/** How many transactions of a balance reports know of. */
async function countOf(visitor: Visitor, balanceId: string): Promise<number> {
  const path = "/analytics/spending?by=balance&from=2025-06-01&to=2026-12-31&limit=200";
  let count = 0;
  for (const type of ["income", "expense"]) {
    const { items } = await visitor.request("GET", `${path}&type=${type}`);
    count += items.find(({ key }: { key: string }) => key === balanceId)?.count ?? 0;
  }
  return count;
}

async function benchReports({ api }: Endpoints, ana: Visitor, emma: Visitor, ledger: postgres.Sql): Promise<Figure[]> {
  const figures: Figure[] = [];
  const measured = new Map<string, number>();
  for (const [name, path] of Object.entries({ ...REPORTS, ...CONVERTED })) {
    const [p50, p99, few, ratios]: number[][] = [[], [], [], []];
    for (let round = 0; round < ROUNDS; round += 1) {
      const many = await latencies(`${api}/analytics/${path}`, ana.token);
      const same = await latencies(`${api}/analytics/${path}`, emma.token);
      p50?.push(quantile(many, 0.5));
      p99?.push(quantile(many, 0.99));
      few?.push(quantile(same, 0.5));
      ratios?.push(quantile(many, 0.5) / quantile(same, 0.5));
    }
    const limited = name in REPORTS;
    const limit = (value: number) => (limited ? ({ relation: "≤", value } as const) : undefined);
    measured.set(name, median(p50 ?? []));
    figures.push(
      figure(`GET ${name}, 100k of 1M, p50`, "ms", p50 ?? [], limit(8)),
      figure("  p99", "ms", p99 ?? [], limit(25)),
      figure("  against 1k", "×", ratios ?? [], limit(1.5)),
    );
  }
  for (const [name, query] of Object.entries(direct(ledger, ana.userId))) {
    const rounds: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const started = performance.now();
      await query();
      rounds.push((performance.now() - started) / (measured.get(name) ?? Number.NaN));
    }
    figures.push(figure(`  ${name}: GROUP BY over the ledger, against it`, "×", rounds, { relation: "≥", value: 10 }));
  }
  return figures;
}

/** Ms of each of some requests, one after another, for about a quarter of a second. */
async function latencies(url: string, token: string): Promise<number[]> {
  const times: number[] = [];
  for (const end = performance.now() + 250; performance.now() < end || times.length < 30; ) {
    const started = performance.now();
    const response = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
    await response.text();
    if (!response.ok) throw new Error(`${response.status}: ${url}`);
    times.push(performance.now() - started);
  }
  return times.sort((a, b) => a - b);
}

const quantile = (sorted: number[], part: number): number => sorted[Math.floor(sorted.length * part)] ?? Number.NaN;

/** The same questions, asked of the ledger by SQL alone. */
const direct = (ledger: postgres.Sql, userId: string): Record<string, () => Promise<unknown>> => {
  const own = ledger`
    from transactions
    where user_id = ${userId} and approved_at is not null and deleted_at is null
      and transacted_on between '2025-11-01' and '2026-10-31'
  `;
  return {
    "cash-flow by month": async () =>
      ledger`
        select date_trunc('month', transacted_on), currency, sum(amount) filter (where type = 'income'),
          sum(amount) filter (where type = 'expense'), count(*) filter (where type <> 'movement')
        ${own}
        group by 1, 2
      `,
    "spending by category": async () =>
      ledger`select category_id, currency, sum(amount), count(*) ${own} and type = 'expense' group by 1, 2`,
    "trends by month": async () =>
      ledger`
        select date_trunc('month', transacted_on), category_id, currency, sum(amount) ${own} and type = 'expense' group by 1, 2, 3
      `,
    "net-worth by month": async () =>
      ledger`
        select date_trunc('month', day), currency, sum(sum(effect)) over (partition by currency order by date_trunc('month', day))
        from (
          select transacted_on as day, currency, case when type = 'income' then amount else -amount end as effect
          from transactions
          where user_id = ${userId} and approved_at is not null and deleted_at is null
          union all
          select transacted_on, coalesce(to_currency, currency), coalesce(to_amount, amount)
          from transactions
          where user_id = ${userId} and approved_at is not null and deleted_at is null and to_balance_id is not null
        ) as effects
        group by 1, 2
      `,
  };
};

/** From the answer to `POST /transactions` until a report knows of it, over and over. */
async function benchFreshness(emma: Visitor): Promise<Figure[]> {
  const opened = { name: "Fresh", currency: "EUR" };
  const { balance_id } = await emma.request("POST", `/balances/${emma.userId}`, opened);
  const path = "/analytics/spending?by=balance&from=2026-10-01&to=2026-10-01&limit=200";
  const times: number[] = [];
  for (let sample = 1; sample <= SAMPLES; sample += 1) {
    await emma.request("POST", "/transactions", {
      type: "expense",
      amount: "1",
      from_balance_id: balance_id,
      transacted_at: "2026-10-01T12:00:00Z",
    });
    const committed = performance.now();
    for (;;) {
      const { items } = await emma.request("GET", path);
      if (items.find(({ key }: { key: string }) => key === balance_id)?.count === sample) break;
      if (performance.now() - committed > 10_000) throw new Error("After 10 s a report does not know of an expense.");
    }
    times.push(performance.now() - committed);
  }
  times.sort((a, b) => a - b);
  return [
    figure("Committed → in a report, p50", "ms", [quantile(times, 0.5)]),
    figure("  p99", "ms", [quantile(times, 0.99)], { relation: "≤", value: 300 }),
  ];
}
