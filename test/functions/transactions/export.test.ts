import assert from "node:assert/strict";
import { parse } from "csv-parse/sync";
import type { Objects } from "../../../functions/runtime/bucket";
import type { HttpEvent } from "../../../functions/runtime/dispatch";
import { exporter } from "../../../functions/transactions/exporter";
import { renderings } from "../../../functions/transactions/rendering";
import { assertProblem, newUser, type User } from "../../support/api";
import { memoryBucket } from "../../support/bucket";
import { transactionConnections } from "../../support/instances";
import { newBalance, newSharedGroup, newTransaction, repeatPending } from "../../support/ledger";
import { stack } from "../../support/stack";

const HEADER =
  "transaction_id,user_id,group_id,type,amount,currency,from_balance_id,to_balance_id,to_amount,category_id,description," +
  "entries,approved_at,transacted_at,created_at,updated_at,deleted_at";

/** The lines of a CSV file by column, read by another library than the one that wrote them. */
const linesOf = (text: string): Record<string, string>[] => parse(text, { columns: true });

/** All that a list gives, page by page. */
async function listed(user: User, filters: string): Promise<Record<string, unknown>[]> {
  const items: Record<string, unknown>[] = [];
  let cursor = "";
  do {
    const { body } = await user.get(`/transactions?limit=200&${filters}${cursor && `&cursor=${cursor}`}`);
    items.push(...body.items);
    cursor = body.next_cursor ?? "";
  } while (cursor !== "");
  return items;
}

describe("GET /transactions/export", () => {
  it("gives a line for each transaction, with all its fields", async () => {
    const user = await newUser();
    const wallet = await newBalance(user);
    const dollars = await newBalance(user, { currency: "USD" });
    const made = [
      await newTransaction(user, {
        from_balance_id: wallet.balance_id,
        description: 'Bread, "fresh"\u00a0ñ 🥖',
        entries: [
          { amount: "4.00", description: "=SUM(A1)" },
          { amount: "6.00", description: null },
        ],
      }),
      await newTransaction(user, {
        type: "movement",
        from_balance_id: wallet.balance_id,
        to_balance_id: dollars.balance_id,
        to_amount: "11.00",
      }),
      await newTransaction(user, { type: "income", from_balance_id: wallet.balance_id, approved: false }),
    ].reverse();
    const reply = await user.get("/transactions/export?format=csv");
    assert.equal(reply.status, 200);
    assert.equal(reply.headers.get("content-type"), "text/csv; charset=utf-8");
    assert.equal(reply.headers.get("content-disposition"), 'attachment; filename="transactions.csv"');
    assert.equal(reply.text.split("\r\n")[0], HEADER);
    assert.ok(reply.text.endsWith("\r\n") && !reply.text.replaceAll("\r\n", "").includes("\n"));
    const expected = made.map((transaction) =>
      Object.fromEntries(
        Object.entries(transaction).map(([key, value]) => [
          key,
          value === null ? "" : typeof value === "string" ? value : JSON.stringify(value),
        ]),
      ),
    );
    assert.deepEqual(linesOf(reply.text), expected);
    assert.deepEqual((await user.get("/transactions/export")).text, reply.text);
    const json = await user.get("/transactions/export?format=json");
    assert.equal(json.headers.get("content-disposition"), 'attachment; filename="transactions.json"');
    assert.deepEqual(json.body, { items: made, next_cursor: null });
  });

  it("gives an empty file where there is nothing", async () => {
    const user = await newUser();
    assert.equal((await user.get("/transactions/export?format=csv")).text, `${HEADER}\r\n`);
    assert.deepEqual((await user.get("/transactions/export?format=json")).body, { items: [], next_cursor: null });
  });

  it("lets no text become a formula in a spreadsheet", async () => {
    const user = await newUser();
    const { balance_id } = await newBalance(user);
    const texts = ["=HYPERLINK(1)", "+1", "-1", "@SUM(A1)", "＝1", "harmless = 1", "'quoted"];
    for (const description of texts) await newTransaction(user, { from_balance_id: balance_id, description });
    const cells = linesOf((await user.get("/transactions/export?format=csv")).text).map(
      ({ description }) => description,
    );
    assert.deepEqual(cells.reverse(), ["'=HYPERLINK(1)", "'+1", "'-1", "'@SUM(A1)", "'＝1", "harmless = 1", "'quoted"]);
    for (const { amount } of linesOf((await user.get("/transactions/export")).text)) assert.equal(amount, "10.00");
  });

  it("takes the filters and orders of the list, and gives what it gives", async () => {
    const { owner, member, group_id } = await newSharedGroup();
    const wallet = await newBalance(owner, { group_id });
    const other = await newBalance(owner, { currency: "USD" });
    const items = Array.from({ length: 1203 }, (_, index) => ({
      type: index % 3 === 0 ? "income" : "expense",
      amount: `${(index % 37) + 1}.00`,
      from_balance_id: index % 2 === 0 ? wallet.balance_id : other.balance_id,
      description: index % 5 === 0 ? "Café" : `Item ${index}`,
      transacted_at: `2026-0${(index % 9) + 1}-15T12:00:00+02:00`,
      approved: index % 11 !== 0,
    }));
    for (const part of [items.slice(0, 1000), items.slice(1000)]) {
      assert.equal((await owner.post("/transactions/batch", { items: part })).status, 207);
    }
    const { transaction_id } = await newTransaction(owner, { from_balance_id: wallet.balance_id });
    await owner.delete(`/transactions/${transaction_id}`);
    const cases: [user: User, filters: string, least: number][] = [
      [owner, "", 1203],
      [owner, "include_deleted=true", 1204],
      [owner, "sorted_by=amount&order=asc", 1203],
      [owner, "sorted_by=created_at", 1203],
      [owner, "type=income&approved=false", 30],
      [owner, "from=2026-02-01&to=2026-03-31&q=cafe", 40],
      [owner, "min_amount=5&max_amount=6", 60],
      [owner, `balance_id=${wallet.balance_id}`, 602],
      [owner, `balance_id=${wallet.balance_id}&sorted_by=amount`, 602],
      [member, `group_id=${group_id}`, 602],
      [member, `user_id=${owner.user_id}`, 602],
    ];
    for (const [user, filters, least] of cases) {
      const expected = await listed(user, filters);
      assert.ok(expected.length >= least, `${filters}: ${expected.length}`);
      const json = await user.get(`/transactions/export?format=json&${filters}`);
      assert.deepEqual(json.body.items, expected, filters);
      const csv = await user.get(`/transactions/export?format=csv&${filters}`);
      assert.deepEqual(
        linesOf(csv.text).map((line) => line.transaction_id),
        expected.map((item) => item.transaction_id),
        filters,
      );
    }
  });

  it("shows nobody else's", async () => {
    const [user, stranger] = await Promise.all([newUser(), newUser()]);
    const { balance_id } = await newBalance(user);
    await newTransaction(user, { from_balance_id: balance_id });
    for (const filters of [`user_id=${user.user_id}`, `balance_id=${balance_id}`]) {
      const { body } = await stranger.get(`/transactions/export?format=json&${filters}`);
      assert.deepEqual(body.items, [], filters);
    }
  });

  it("refuses what the list refuses, and other formats", async () => {
    const user = await newUser();
    for (const query of [
      "format=xml",
      "format=",
      "limit=10",
      "cursor=x",
      "from=2026-02-30",
      "from=2026-02-02&to=2026-02-01",
    ]) {
      assertProblem(await user.get(`/transactions/export?${query}`), 400, "invalid_query");
    }
  });

  /** Somebody with so many transactions that a file of them is larger than an answer can be. */
  const newHoarder = async () => {
    const user = await newUser();
    const { balance_id } = await newBalance(user);
    const entries = Array.from({ length: 10 }, (_, index) => ({
      amount: "1.00",
      description: `${index}${'"ñ'.repeat(200)}`,
    }));
    await repeatPending(await newTransaction(user, { from_balance_id: balance_id, entries, approved: false }), 2999);
    return user;
  };

  it("puts a large file where a link leads to it: a client that follows gets the whole", async () => {
    const user = await newHoarder();
    for (const format of ["csv", "json"]) {
      const reply = await user.get(`/transactions/export?format=${format}`);
      assert.equal(reply.status, 303, reply.text.slice(0, 300));
      const location = new URL(reply.headers.get("location") ?? "");
      assert.equal(location.searchParams.get("X-Amz-Expires"), "300");
      assert.ok(location.pathname.includes(`/${user.user_id}/transactions-`));
      const { endpoints } = await stack();
      const followed = await fetch(`${endpoints.api}/transactions/export?format=${format}`, {
        headers: { authorization: `Bearer ${user.token}` },
      });
      assert.equal(followed.status, 200);
      assert.match(followed.headers.get("content-type") ?? "", format === "csv" ? /^text\/csv/ : /^application\/json/);
      const disposition = `attachment; filename="transactions.${format}"`;
      assert.equal(followed.headers.get("content-disposition"), disposition);
      const text = await followed.text();
      const ids = format === "csv" ? linesOf(text) : JSON.parse(text).items;
      assert.equal(new Set(ids.map((row: { transaction_id: string }) => row.transaction_id)).size, 3000);
    }
  });

  it("gives up before the API does, says what to do, and leaves nothing behind", async () => {
    const user = await newHoarder();
    const [sql] = await transactionConnections("transactions_exporter", 1);
    assert.ok(sql);
    const { bucket, objects } = memoryBucket();
    const { now } = Date;
    let began = false;
    // Time flies as soon as parts go to the bucket.
    const write: Objects["write"] = (...args) => {
      began = true;
      return bucket.write(...args);
    };
    const handle = exporter({ sql, bucket: { ...bucket, write }, renderings: renderings() });
    const event = {
      routeKey: "GET /transactions/export",
      rawPath: "/transactions/export",
      headers: {},
      requestContext: { http: { method: "GET" }, authorizer: { lambda: { sub: user.user_id, exp: 2 ** 40 } } },
    } as unknown as HttpEvent;
    try {
      Date.now = () => now() + (began ? 26_000 : 0);
      const response = (await handle(event)) as { statusCode: number; body: string };
      assert.ok(began);
      assert.deepEqual([response.statusCode, JSON.parse(response.body).code], [422, "export_too_large"]);
      assert.deepEqual([...objects.keys()], []);
      const [left] =
        await sql`select count(*)::int from pg_locks where pid = pg_backend_pid() and locktype = 'relation' and relation = 'transactions'::regclass`;
      assert.equal(left?.count, 0);
    } finally {
      Date.now = now;
      await sql.end();
    }
  });
});
