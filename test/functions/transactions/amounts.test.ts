import assert from "node:assert/strict";
import { assertProblem, newUser, type Reply, type User } from "../../support/api";
import { assertInvariant, balanceOf, newBalance, newTransaction, pathsOf, refused, stored } from "../../support/ledger";

const most = "9999999999999999.99";

/** Amounts as they are written in JSON, and what is recorded; undefined: 422. */
const amounts: [json: string, recorded: string | undefined][] = [
  ['"12.50"', "12.50"],
  ["12.5", "12.50"],
  ['"12.5"', "12.50"],
  ["12", "12.00"],
  ['"0.01"', "0.01"],
  ["0.01", "0.01"],
  ["0.3", "0.30"],
  ["1.10", "1.10"],
  // Binary fractions that are not what they seem: 1.005, 8.2 × 100 and the like never happen to amounts.
  ["8.20", "8.20"],
  ["1.15", "1.15"],
  ["4.35", "4.35"],
  ["90071992547409.93", "90071992547409.93"],
  ["9007199254740993", "9007199254740993.00"],
  ["9007199254740993.01", "9007199254740993.01"],
  ["999999999999999.99", "999999999999999.99"],
  [most, most],
  [`"${most}"`, most],
  ["9999999999999999", "9999999999999999.00"],
  ["0", undefined],
  ['"0"', undefined],
  ['"0.00"', undefined],
  ["-0", undefined],
  ["-0.0", undefined],
  ["-1", undefined],
  ['"-1"', undefined],
  ["-12.50", undefined],
  ["12.345", undefined],
  ["12.340", undefined],
  ['"12.345"', undefined],
  ["0.001", undefined],
  ["0.30000000000000004", undefined],
  ["12.340000000000000001", undefined],
  ["1e3", undefined],
  ["1E2", undefined],
  ["1e-1", undefined],
  ["1.0e+2", undefined],
  ["1e400", undefined],
  ['"1e3"', undefined],
  ['"1E2"', undefined],
  ["10000000000000000", undefined],
  ['"10000000000000000"', undefined],
  ["10000000000000000.00", undefined],
  ["9999999999999999.999", undefined],
  ["123456789012345678901234567890", undefined],
  ['"NaN"', undefined],
  ['"Infinity"', undefined],
  ['"-Infinity"', undefined],
  ['"+5"', undefined],
  ['" 5"', undefined],
  ['"5 "', undefined],
  ['"5\\n"', undefined],
  ['"\\u00005"', undefined],
  ['"5."', undefined],
  ['".5"', undefined],
  ['"05"', undefined],
  ['"00.50"', undefined],
  ['"0x10"', undefined],
  ['"1_000"', undefined],
  ['"1,000.00"', undefined],
  ['"1,5"', undefined],
  ['"１２"', undefined],
  ['"٣"', undefined],
  ['"12€"', undefined],
  ['""', undefined],
  ["true", undefined],
  ["false", undefined],
  ["null", undefined],
  ["[]", undefined],
  ["[12]", undefined],
  ['["12"]', undefined],
  ["{}", undefined],
  ['{"value":12}', undefined],
];

/** What is no JSON at all. */
const malformed = [
  "NaN",
  "Infinity",
  "-Infinity",
  "+5",
  "5.",
  ".5",
  "05",
  "-",
  "1e",
  "0x10",
  "1_000",
  "12,5",
  "undefined",
];

describe("Amounts", () => {
  let user: User;
  let wallet: string;
  let recordedIn: string;
  before(async () => {
    user = await newUser();
    wallet = (await newBalance(user)).balance_id;
    // Pending transactions have no effect, so any amount fits.
    recordedIn = `"from_balance_id":"${wallet}","approved":false`;
  });

  const send = (raw: string): Promise<Reply> => user.request("POST", "/transactions", { raw });

  it("are taken to the cent as they are written, or refused, and then nothing is written", async () => {
    for (const [json, recorded] of amounts) {
      const raw = `{"type":"income","amount":${json},${recordedIn}}`;
      if (recorded === undefined) {
        assert.deepEqual(pathsOf(await refused(user, () => send(raw), 422, "invalid_body")), ["amount"], json);
      } else {
        const reply = await send(raw);
        assert.deepEqual([reply.status, reply.body.amount], [201, recorded], `${json}: ${reply.text}`);
        const read = await user.get(`/transactions/${reply.body.transaction_id}`);
        assert.deepEqual([read.body.amount, read.headers.get("etag")], [recorded, reply.headers.get("etag")], json);
      }
    }
  });

  it("that are no JSON make no body", async () => {
    for (const json of malformed) {
      await refused(user, () => send(`{"type":"income","amount":${json},${recordedIn}}`), 400, "malformed_body");
    }
  });

  it("are as exact in entries, in what arrives, in changes and in batches", async () => {
    const dollars = (await newBalance(user, { currency: "USD" })).balance_id;
    const entries = await send(
      `{"type":"income","amount":${most},${recordedIn},"entries":[{"amount":9999999999999999},{"amount":0.99}]}`,
    );
    assert.deepEqual(
      entries.body.entries.map(({ amount }: { amount: string }) => amount),
      ["9999999999999999.00", "0.99"],
    );
    const path = `/transactions/${entries.body.transaction_id}`;
    const movement = `"type":"movement","amount":1,${recordedIn},"to_balance_id":"${dollars}"`;
    const changed = await user.request("PUT", path, { raw: `{${movement},"to_amount":9007199254740993.01}` });
    assert.equal(changed.body.to_amount, "9007199254740993.01");
    for (const bad of ["0", "1.001", "1e3", '"x"']) {
      const problem = await refused(user, () => send(`{${movement},"to_amount":${bad}}`), 422, "invalid_body");
      assert.deepEqual(pathsOf(problem), ["to_amount"]);
    }
    const items = [most, "1e3", "9007199254740993"].map(
      (amount) => `{"type":"income","amount":${amount},${recordedIn}}`,
    );
    const batch = await user.request("POST", "/transactions/batch", { raw: `{"items":[${items.join(",")}]}` });
    assert.deepEqual(
      batch.body.items.map(({ transaction, problem }: Record<string, Record<string, unknown>>) =>
        transaction === undefined ? problem?.status : transaction.amount,
      ),
      [most, 422, "9007199254740993.00"],
    );
  });

  it("of holdings may be zero and below", async () => {
    const open = (json: string) =>
      user.request("POST", `/balances/${user.user_id}`, {
        raw: `{"name":"N","currency":"EUR","opening_amount":${json}}`,
      });
    for (const [json, recorded] of [
      ["0", "0.00"],
      ["-0", "0.00"],
      ['"-0.00"', "0.00"],
      ["-12.5", "-12.50"],
      [`-${most}`, `-${most}`],
      [`"-${most}"`, `-${most}`],
      ["-0.01", "-0.01"],
    ] as const) {
      assert.equal((await open(json)).body.opening_amount, recorded, json);
    }
    for (const json of ["-1e3", "-10000000000000000", '"--1"', '"-"', '"- 1"', "-1.001", "null", "true", "[]"]) {
      const problem = await refused(user, () => open(json), 422, "invalid_body");
      assert.deepEqual(pathsOf(problem), ["opening_amount"], json);
    }
  });
});

describe("A balance that would overflow", () => {
  /** A user with a balance that can take another 0.01, and one that cannot lose as much. */
  const atTheEdge = async () => {
    const user = await newUser();
    const { balance_id: full } = await newBalance(user, { opening_amount: "9999999999999999.98" });
    const { balance_id: empty } = await newBalance(user, { opening_amount: `-${most}` });
    const { balance_id: wallet } = await newBalance(user);
    return { user, full, empty, wallet };
  };

  it("refuses what is recorded, from either side, and takes what just fits", async () => {
    const { user, full, empty, wallet } = await atTheEdge();
    const movement = { type: "movement", amount: "0.02" };
    for (const body of [
      { type: "income", amount: "0.02", from_balance_id: full },
      { type: "income", amount: most, from_balance_id: full },
      { type: "expense", amount: "0.01", from_balance_id: empty },
      { ...movement, from_balance_id: wallet, to_balance_id: full },
      { ...movement, from_balance_id: empty, to_balance_id: wallet },
    ]) {
      // The second time the balances are known already, and the statement itself is the judge.
      for (const _ of ["first", "second"]) {
        await refused(user, () => user.post("/transactions", body), 422, "amount_out_of_range");
      }
    }
    await newTransaction(user, { type: "income", amount: "0.01", from_balance_id: full });
    assert.equal(await balanceOf(user, full), most);
    await assertInvariant(user);
  });

  it("refuses a change, a deletion and a restoration", async () => {
    const { user, full, wallet } = await atTheEdge();
    const income = { type: "income", amount: "0.01", from_balance_id: full };
    const made = await newTransaction(user, income);
    const path = `/transactions/${made.transaction_id}`;
    await refused(user, () => user.put(path, { ...income, amount: "0.02" }), 422, "amount_out_of_range");
    const pending = await newTransaction(user, { ...income, approved: false });
    const approve = () => user.put(`/transactions/${pending.transaction_id}`, income);
    await refused(user, approve, 422, "amount_out_of_range");
    // Moved elsewhere, it makes room; there it stays.
    assert.equal((await user.put(path, { ...income, from_balance_id: wallet })).status, 200);
    assert.equal((await approve()).status, 200);
    await refused(user, () => user.put(path, income), 422, "amount_out_of_range");
    await user.delete(path);
    const spent = await newTransaction(user, { ...income, type: "expense" });
    const filled = await newTransaction(user, income);
    await refused(user, () => user.delete(`/transactions/${spent.transaction_id}`), 422, "amount_out_of_range");
    await user.delete(`/transactions/${filled.transaction_id}`);
    await user.delete(`/transactions/${spent.transaction_id}`);
    const restore = () => user.post(`/transactions/${filled.transaction_id}/restore`);
    await refused(user, restore, 422, "amount_out_of_range");
    await assertInvariant(user);
  });

  it("refuses items of a batch, one by one", async () => {
    const { user, full, wallet } = await atTheEdge();
    const income = (amount: string, from_balance_id = full) => ({ type: "income", amount, from_balance_id });
    const items = [
      income("0.02"),
      income("0.01"),
      income("0.01"),
      income("5", wallet),
      { ...income("1"), type: "expense" },
    ];
    for (const expected of [
      [422, 201, 422, 201, 201],
      [201, 201, 201, 201, 201],
    ]) {
      const reply = await user.post("/transactions/batch", { items });
      assert.deepEqual(
        reply.body.items.map(({ status }: { status: number }) => status),
        expected,
      );
      await assertInvariant(user);
    }
    assert.equal((await stored(user)).rows.length, 8);
  });

  it("refuses an item though a later one would make room, whatever an instance remembers", async () => {
    const { user, full } = await atTheEdge();
    // Known to the instance that serves next.
    await newTransaction(user, { from_balance_id: full, approved: false });
    const items = [
      { type: "income", amount: "0.02", from_balance_id: full },
      { type: "expense", amount: "1", from_balance_id: full },
    ];
    const reply = await user.post("/transactions/batch", { items });
    assert.deepEqual(
      reply.body.items.map(({ status }: { status: number }) => status),
      [422, 201],
    );
  });

  it("refuses one of two that fit each by itself", async () => {
    const { user, full } = await atTheEdge();
    const body = { type: "income", amount: "0.01", from_balance_id: full };
    const replies = await Promise.all([1, 2, 3, 4].map(() => user.post("/transactions", body)));
    assert.deepEqual(replies.map(({ status }) => status).sort(), [201, 422, 422, 422]);
    for (const reply of replies) if (reply.status === 422) assertProblem(reply, 422, "amount_out_of_range");
    assert.equal(await balanceOf(user, full), most);
  });
});
