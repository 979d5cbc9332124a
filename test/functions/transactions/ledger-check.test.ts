import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Connection, Fragment } from "../../../functions/runtime/postgres";
import {
  type LedgerCheckEvent,
  type LedgerCheckOptions,
  ledgerCheck,
} from "../../../functions/transactions/ledger-check";
import { eventually } from "../../support/eventually";
import { type InstanceReply, transactionConnections, transactionInstances } from "../../support/instances";
import { newBalance, newSaver, newTransaction } from "../../support/ledger";
import { withoutErrors } from "../../support/quiet";
import { stack } from "../../support/stack";

/** Somebody with transactions of each kind; `since` comes before all of their balances. */
async function newHistory() {
  const anchor = await newSaver();
  const since = [anchor.wallet, anchor.savings, anchor.dollars].sort().at(-1) ?? "";
  const saver = await newSaver();
  const { user, wallet: from_balance_id, savings, dollars } = saver;
  const record = async (more: Record<string, unknown>) =>
    (await newTransaction(user, { from_balance_id, ...more })).transaction_id;
  const transactions = {
    expense: await record({ amount: "3.10" }),
    income: await record({ type: "income", amount: "7.25" }),
    movement: await record({ type: "movement", amount: "4", to_balance_id: savings }),
    exchange: await record({ type: "movement", amount: "5", to_amount: "6.50", to_balance_id: dollars }),
    pending: await record({ amount: "8", approved: false }),
    deleted: await record({ amount: "9" }),
  };
  await user.delete(`/transactions/${transactions.deleted}`);
  const closed = await newBalance(user, { opening_amount: "5" });
  await user.delete(`/balances/${closed.balance_id}`);
  return { ...saver, closed: closed.balance_id, since, transactions };
}

/** Has the function check the ledger, through its bundle. Answers what it answers, and the balances that it has named in its log. */
async function check(after: string) {
  const { lambda, logged } = await stack();
  const before = logged.length;
  const answer = await lambda.invoke("ahorro-local-ledger-check", { after } satisfies LedgerCheckEvent);
  assert.ok(answer.ok, JSON.stringify(answer));
  const lines = () => logged.slice(before).filter(({ source }) => source.includes("ledger-check"));
  // Metrics are written last.
  await eventually(
    "the end of the check",
    () => lines().some(({ line }) => line.includes('"LedgerChecks"')) || undefined,
  );
  const named = lines().flatMap(
    ({ line }) => line.match(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g) ?? [],
  );
  return { result: answer.payload as { checked: number; different: number; complete: boolean }, named, lines: lines() };
}

describe("The check of the ledger", () => {
  it("finds nothing where all is well", async () => {
    const { since } = await newHistory();
    const { result, named, lines } = await check(since);
    assert.deepEqual([result.different, result.complete, named], [0, true, []]);
    assert.ok(result.checked >= 4);
    const metrics = lines.flatMap(({ line }) =>
      line.includes("_aws") ? JSON.parse(line.slice(line.indexOf("{"))) : [],
    );
    assert.deepEqual(
      metrics.map(({ _aws, ...values }) => [
        _aws.CloudWatchMetrics[0].Namespace,
        _aws.CloudWatchMetrics[0].Dimensions,
        values,
      ]),
      [
        ["ahorro-local", [["database"]], { database: "transactions", LedgerDifferences: 0 }],
        ["ahorro-local", [["database"]], { database: "transactions", LedgerBalances: result.checked }],
        ["ahorro-local", [["database"]], { database: "transactions", LedgerChecks: 1 }],
      ],
    );
  });

  it("finds every kind of difference, and names the balances", async () => {
    const { transactions: sql } = await stack();
    const { since, wallet, savings, dollars, closed, transactions } = await newHistory();
    const { expense, income, movement, exchange, pending, deleted } = transactions;
    const ofTransaction = (id: string, change: Fragment, undo: Fragment) =>
      [change, undo].map((set) => sql`update transactions set ${set} where transaction_id = ${id}`);
    const ofBalance = (id: string, change: Fragment, undo: Fragment) =>
      [change, undo].map((set) => sql`update balances set ${set} where balance_id = ${id}`);
    const more = () => sql`amount = amount + 0.01`;
    const less = () => sql`amount = amount - 0.01`;
    const planted: [string, Fragment[], string[]][] = [
      ["an expense", ofTransaction(expense, more(), less()), [wallet]],
      ["an income", ofTransaction(income, more(), less()), [wallet]],
      ["a movement", ofTransaction(movement, more(), less()), [wallet, savings]],
      ["what an exchange takes", ofTransaction(exchange, more(), less()), [wallet]],
      [
        "what an exchange gives",
        ofTransaction(exchange, sql`to_amount = to_amount + 0.01`, sql`to_amount = to_amount - 0.01`),
        [dollars],
      ],
      [
        "a movement that goes elsewhere",
        ofTransaction(movement, sql`to_balance_id = ${closed}`, sql`to_balance_id = ${savings}`),
        [savings, closed],
      ],
      [
        "an expense that becomes an income",
        ofTransaction(expense, sql`type = 'income'`, sql`type = 'expense'`),
        [wallet],
      ],
      ["a pending one", ofTransaction(pending, sql`approved_at = now()`, sql`approved_at = null`), [wallet]],
      ["a deleted one", ofTransaction(deleted, sql`deleted_at = null`, sql`deleted_at = now()`), [wallet]],
      [
        "one that is deleted only now",
        ofTransaction(income, sql`deleted_at = now()`, sql`deleted_at = null`),
        [wallet],
      ],
      ["an amount", ofBalance(savings, more(), less()), [savings]],
      [
        "an opening amount",
        ofBalance(dollars, sql`opening_amount = opening_amount - 1`, sql`opening_amount = opening_amount + 1`),
        [dollars],
      ],
      ["a closed balance", ofBalance(closed, more(), less()), [closed]],
    ];
    for (const [what, [change, undo], balances] of planted) {
      await change;
      const { result, named } = await check(since);
      assert.deepEqual([named, result.different], [balances.toSorted(), balances.length], what);
      await undo;
    }
    assert.deepEqual((await check(since)).named, []);
  });

  it("finds nothing any more once a balance is mended as the runbook says", async () => {
    const { transactions: sql } = await stack();
    const { since, wallet, savings, dollars, transactions } = await newHistory();
    const runbook = readFileSync(join(__dirname, "../../../docs/runbook.md"), "utf8");
    const [, mend = ""] = /^begin;\n(.+?)^commit;/ms.exec(runbook) ?? [];
    assert.match(mend, /^update balances/m);
    await sql`update balances set amount = amount * 2 + 1 where balance_id in ${sql([wallet, savings, dollars])}`;
    await sql`update transactions set amount = 4.5 where transaction_id = ${transactions.movement}`;
    assert.equal((await check(since)).result.different, 3);
    for (const id of [wallet, savings, dollars]) {
      await sql.begin((sql) => sql.unsafe(mend.replaceAll("…", id)));
    }
    assert.equal((await check(since)).result.different, 0);
  });

  it("claims nothing of who is being erased", async () => {
    const { transactions: sql } = await stack();
    const { since, user, transactions } = await newHistory();
    await sql`delete from transactions where transaction_id = ${transactions.expense}`;
    assert.equal((await check(since)).result.different, 1);
    await sql`insert into erased_users (user_id) values (${user.user_id})`;
    assert.equal((await check(since)).result.different, 0);
  });
});

describe("The check of the ledger, page by page", () => {
  let sql: Connection;
  const told: [string, number][] = [];
  const handedOn: LedgerCheckEvent[] = [];
  const FOREVER = { getRemainingTimeInMillis: () => 900_000 };

  const newCheck = (more: Partial<LedgerCheckOptions> = {}) => {
    const check = ledgerCheck({
      sql,
      goOn: async (event) => {
        handedOn.push(event);
      },
      different: (count) => told.push(["different", count]),
      completed: (checked) => told.push(["checked", checked]),
      ...more,
    });
    return (event: LedgerCheckEvent, context: Parameters<typeof check>[1]) =>
      withoutErrors(() => check(event, context));
  };

  before(async () => {
    [sql] = (await transactionConnections("transactions_auditor", 1)) as [Connection];
  });
  beforeEach(() => {
    told.length = 0;
    handedOn.length = 0;
  });
  after(() => sql.end());

  it("looks at each balance once, however long pages are", async () => {
    const { transactions } = await stack();
    const { since, wallet } = await newHistory();
    const [{ count } = { count: 0 }] = await transactions<{ count: number }[]>`
      select count(*)::int from balances
      where balance_id > ${since} and not exists (select from erased_users e where e.user_id = balances.user_id)
    `;
    await transactions`update balances set amount = amount + 1 where balance_id = ${wallet}`;
    for (const pageSize of [1, 2, 3, count, count + 1]) {
      told.length = 0;
      const result = await newCheck({ pageSize })({ after: since }, FOREVER);
      assert.deepEqual(result, { checked: count, different: 1, complete: true }, `pages of ${pageSize}`);
      assert.deepEqual(told, [
        ["different", 1],
        ["checked", count],
      ]);
    }
    await transactions`update balances set amount = amount - 1 where balance_id = ${wallet}`;
  });

  it("goes on in another invocation when its time is over, and tells at once what it has found", async () => {
    const { transactions } = await stack();
    const { since, wallet, savings, dollars } = await newHistory();
    const [first = ""] = [wallet, savings, dollars].sort();
    await transactions`update balances set amount = amount + 1 where balance_id = ${first}`;
    const whole = await newCheck()({ after: since }, FOREVER);
    told.length = 0;
    const times = [900_000, 900_000, 0];
    const brief = { getRemainingTimeInMillis: () => times.shift() ?? 0 };
    assert.deepEqual(await newCheck({ pageSize: 1 })({ after: since }, brief), {
      checked: 1,
      different: 1,
      complete: false,
    });
    assert.deepEqual(told, [["different", 1]]);
    assert.deepEqual(handedOn, [{ after: first, checked: 1, different: 1 }]);
    assert.deepEqual(await newCheck()(handedOn[0] ?? {}, FOREVER), whole);
    await transactions`update balances set amount = amount - 1 where balance_id = ${first}`;
  });

  it("takes shorter pages where one takes too long", async () => {
    const { transactions } = await stack();
    const { since } = await newHistory();
    const whole = await newCheck()({ after: since }, FOREVER);
    const writer = await transactions.reserve();
    await writer`begin`;
    await writer`lock table transactions in access exclusive mode`;
    const result = newCheck({ pageSize: 16, patience: 200 })({ after: since }, FOREVER);
    // 16 and 4 are given up; the single balance is waited for.
    await new Promise((resolve) => setTimeout(resolve, 800));
    const [{ waiting } = { waiting: "" }] = await writer<{ waiting: string }[]>`
      select query as waiting from pg_stat_activity where usename = 'transactions_auditor' and wait_event_type = 'Lock'
    `;
    assert.match(waiting, /with page/);
    await writer`rollback`;
    writer.release();
    assert.deepEqual(await result, whole);
  });

  it("sees each change whole, while many are made", async () => {
    const { since, user, wallet, savings } = await newHistory();
    const [writer] = await transactionInstances(1);
    assert.ok(writer);
    let writing = true;
    let changes = 0;
    let rounds = 0;
    const writes = (async (): Promise<void> => {
      for (; writing; changes += 1) {
        const body = { type: "movement", amount: "1", from_balance_id: wallet, to_balance_id: savings };
        const reply: InstanceReply = await writer.send(user.user_id, "POST /transactions", "/transactions", body);
        assert.equal(reply.status, 201);
      }
    })();
    try {
      while (changes < 50) {
        rounds += 1;
        assert.equal((await newCheck({ pageSize: 2 })({ after: since }, FOREVER)).different, 0);
      }
    } finally {
      writing = false;
      await writes;
      await writer.stop();
    }
    assert.ok(rounds > 10, `the ledger was checked only ${rounds} times meanwhile`);
  });

  it("may see what it adds up, and nothing else, and change nothing", async () => {
    const refusedWith = (query: PromiseLike<unknown>) =>
      Promise.resolve(query).then(
        () => undefined,
        (error) => error.code,
      );
    for (const [table, column] of [
      ["balances", "name"],
      ["transactions", "description"],
      ["transactions", "user_id"],
      ["erased_users", "erased_at"],
      ["outbox", "id"],
      ["group_members", "user_id"],
      ["idempotency_keys", "key"],
    ] as const) {
      assert.equal(await refusedWith(sql`select ${sql(column)} from ${sql(table)}`), "42501", `${table}.${column}`);
    }
    for (const table of ["balances", "transactions", "erased_users"]) {
      assert.equal(await refusedWith(sql`delete from ${sql(table)}`), "42501");
    }
    assert.equal(await refusedWith(sql`update balances set amount = 0`), "42501");
  });
});
