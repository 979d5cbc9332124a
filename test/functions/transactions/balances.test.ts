import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { encodeCursor } from "../../../functions/runtime/cursor";
import { personalGroupId } from "../../../functions/runtime/ids";
import { assertProblem, newUser, type Reply, type User } from "../../support/api";
import {
  assertInvariant,
  type BalanceBody,
  balanceOf,
  newBalance,
  newSharedGroup,
  newTransaction,
  readBalance,
  stored,
  tagOf,
} from "../../support/ledger";
import { share } from "../../support/memberships";

const names = (reply: Reply): string[] => reply.body.items.map(({ name }: BalanceBody) => name);

describe("Balances", () => {
  it("are opened in the personal group, at zero, unless told otherwise", async () => {
    const user = await newUser();
    const made = await user.post(`/balances/${user.user_id}`, { name: "  Wallet ", currency: "EUR" });
    assert.equal(made.status, 201);
    const { balance_id, created_at, updated_at, ...rest } = made.body;
    assert.deepEqual(rest, {
      user_id: user.user_id,
      group_id: personalGroupId(user.user_id),
      name: "Wallet",
      currency: "EUR",
      opening_amount: "0.00",
      amount: "0.00",
    });
    assert.match(balance_id, /^[\da-f]{8}-[\da-f]{4}-7/);
    assert.equal(created_at, updated_at);
    assert.equal(made.headers.get("location"), `/balances/${balance_id}`);
    const told = { name: "Loan", currency: "USD", opening_amount: "-1250.5", group_id: personalGroupId(user.user_id) };
    const loan = await newBalance(user, told);
    assert.deepEqual([loan.opening_amount, loan.amount, loan.group_id], ["-1250.50", "-1250.50", told.group_id]);
  });

  it("are opened for oneself only, and in groups one is in", async () => {
    const [{ group_id, owner }, stranger] = await Promise.all([newSharedGroup(), newUser()]);
    const body = { name: "Wallet", currency: "EUR" };
    assertProblem(await stranger.post(`/balances/${owner.user_id}`, body), 404, "user_not_found");
    for (const foreign of [group_id, personalGroupId(owner.user_id), randomUUID()]) {
      const reply = await stranger.post(`/balances/${stranger.user_id}`, { ...body, group_id: foreign });
      assertProblem(reply, 404, "group_not_found");
    }
    assert.deepEqual(await stored(stranger), { balances: [], rows: [], events: [] });
    assert.deepEqual(await stored(owner), { balances: [], rows: [], events: [] });
    assert.equal((await newBalance(owner, { group_id })).group_id, group_id);
  });

  it("are read one by one, with the ETag that they were made and changed with", async () => {
    const user = await newUser();
    const made = await user.post(`/balances/${user.user_id}`, { name: "Wallet", currency: "EUR" });
    const path = `/balances/${made.body.balance_id}`;
    const read = await user.get(path);
    assert.deepEqual(read.body, { items: [made.body], next_cursor: null });
    assert.equal(tagOf(read), tagOf(made));
    const unchanged = await user.get(path, { "if-none-match": tagOf(made) });
    assert.deepEqual([unchanged.status, unchanged.text, tagOf(unchanged)], [304, "", tagOf(made)]);
    const renamed = await user.put(path, { name: "Purse", opening_amount: 5 });
    assert.notEqual(tagOf(renamed), tagOf(made));
    const again = await user.get(path, { "if-none-match": tagOf(made) });
    assert.deepEqual([again.status, again.body.items, tagOf(again)], [200, [renamed.body], tagOf(renamed)]);
    assert.equal((await user.get(path.toUpperCase().replace("/BALANCES", "/balances"))).text, again.text);
    await newTransaction(user, { from_balance_id: made.body.balance_id });
    assert.notEqual(tagOf(await user.get(path)), tagOf(renamed));
  });

  it("of a user or a group are lists without a tag, the oldest first", async () => {
    const { group_id, owner, member } = await newSharedGroup();
    const first = await newBalance(owner, { name: "First" });
    const second = await newBalance(member, { name: "Second", group_id });
    const third = await newBalance(owner, { name: "Third", group_id });
    const own = await owner.get(`/balances/${owner.user_id}`);
    assert.deepEqual([own.body.items, tagOf(own)], [[first, third], ""]);
    for (const user of [owner, member]) {
      assert.deepEqual((await user.get(`/balances/${group_id}`)).body.items, [second, third]);
    }
    assert.deepEqual((await owner.get(`/balances/${member.user_id}`)).body.items, [second]);
    assert.deepEqual((await member.get(`/balances/${owner.user_id}`)).body.items, [third]);
    // A list that happens to hold one balance is not that balance.
    assert.equal(tagOf(await owner.get(`/balances/${member.user_id}`)), "");
  });

  it("are visible to those who are in their group now: joining shows them, leaving hides them", async () => {
    const [{ group_id, owner, member }, guest] = await Promise.all([newSharedGroup(), newUser()]);
    const shared = await newBalance(owner, { name: "Shared", group_id });
    const own = await newBalance(owner, { name: "Own" });
    const guests = await newBalance(guest, { name: "Guest's" });
    const paths = [shared.balance_id, group_id, owner.user_id].map((id) => `/balances/${id}`);
    for (const path of paths) assertProblem(await guest.get(path), 404, "balance_not_found");
    await share(group_id, owner, guest);
    for (const path of paths) {
      assert.deepEqual(names(await guest.get(path)), ["Shared"], path);
      assertProblem(await member.get(path), 404, "balance_not_found");
    }
    assertProblem(await guest.get(`/balances/${own.balance_id}`), 404, "balance_not_found");
    // In a group without balances there is an empty list: one knows these people.
    assert.deepEqual((await owner.get(`/balances/${guest.user_id}`)).body.items, []);
    const opened = await newBalance(guest, { name: "Of the guest", group_id });
    await share(group_id, owner);
    for (const path of paths) assertProblem(await guest.get(path), 404, "balance_not_found");
    // Who has left keeps what is theirs, hidden from the others or not.
    assert.deepEqual((await guest.get(`/balances/${guest.user_id}`)).body.items, [guests, opened]);
    assert.deepEqual((await guest.get(`/balances/${opened.balance_id}`)).body.items, [opened]);
    assert.deepEqual(names(await owner.get(`/balances/${group_id}`)), ["Shared", "Of the guest"]);
  });

  it("of nobody one knows are not found, of oneself they are none", async () => {
    const [user, stranger] = await Promise.all([newUser(), newUser()]);
    await newBalance(stranger);
    const ids = [stranger.user_id, personalGroupId(stranger.user_id), randomUUID()];
    const replies = await Promise.all(ids.map((id) => user.get(`/balances/${id}`)));
    for (const reply of replies) {
      assertProblem(reply, 404, "balance_not_found");
      assert.deepEqual(reply.body, replies[0]?.body);
    }
    for (const id of [user.user_id, personalGroupId(user.user_id)]) {
      assert.deepEqual((await user.get(`/balances/${id}`)).body, { items: [], next_cursor: null });
    }
  });

  it("are changed and closed by their owner only", async () => {
    const { group_id, owner, admin, member } = await newSharedGroup();
    const { balance_id } = await newBalance(owner, { group_id });
    const before = await stored(owner);
    for (const user of [admin, member]) {
      assert.equal((await user.get(`/balances/${balance_id}`)).status, 200);
      assertProblem(await user.put(`/balances/${balance_id}`, { name: "Mine" }), 404, "balance_not_found");
      assertProblem(await user.delete(`/balances/${balance_id}`), 404, "balance_not_found");
    }
    // The ids of a user and of a group are no balances to change.
    for (const id of [owner.user_id, group_id, randomUUID()]) {
      assertProblem(await owner.put(`/balances/${id}`, { name: "Mine" }), 404, "balance_not_found");
      assertProblem(await owner.delete(`/balances/${id}`), 404, "balance_not_found");
    }
    assert.deepEqual(await stored(owner), before);
  });

  it("move with their opening amount, by the difference", async () => {
    const user = await newUser();
    const { balance_id, created_at } = await newBalance(user, { opening_amount: "100.00" });
    await newTransaction(user, { from_balance_id: balance_id, amount: "30.25" });
    const change = async (body: Record<string, unknown>) => (await user.put(`/balances/${balance_id}`, body)).body;
    const renamed = await change({ name: "Renamed" });
    assert.deepEqual([renamed.name, renamed.opening_amount, renamed.amount], ["Renamed", "100.00", "69.75"]);
    assert.ok(renamed.updated_at > created_at);
    const raised = await change({ name: "Renamed", opening_amount: "100.30" });
    assert.deepEqual([raised.opening_amount, raised.amount], ["100.30", "70.05"]);
    const owed = await change({ name: "Renamed", opening_amount: -0.01 });
    assert.deepEqual([owed.opening_amount, owed.amount], ["-0.01", "-30.26"]);
    assert.deepEqual(await readBalance(user, balance_id), owed);
    await assertInvariant(user);
  });

  it("keep their currency, group and amount: these are no fields of a change", async () => {
    const user = await newUser();
    const { balance_id } = await newBalance(user);
    for (const field of ["currency", "group_id", "amount", "user_id"]) {
      const reply = await user.put(`/balances/${balance_id}`, { name: "N", [field]: "EUR" });
      assert.deepEqual(assertProblem(reply, 422, "invalid_body").errors, [
        { path: field, message: "is not a known field" },
      ]);
    }
  });

  it("honour If-Match, of which one of several racing changes is right", async () => {
    const user = await newUser();
    const made = await user.post(`/balances/${user.user_id}`, { name: "Wallet", currency: "EUR" });
    const path = `/balances/${made.body.balance_id}`;
    const stale = { "if-match": '"stale"' };
    assertProblem(await user.put(path, { name: "No" }, stale), 412, "stale");
    assertProblem(await user.delete(path, stale), 412, "stale");
    const put = await user.put(path, { name: "Yes" }, { "if-match": tagOf(made) });
    assert.equal(put.status, 200);
    // What changes the amount changes the tag.
    await newTransaction(user, { from_balance_id: made.body.balance_id });
    assertProblem(await user.put(path, { name: "No" }, { "if-match": tagOf(put) }), 412, "stale");
    for (let round = 0; round < 5; round += 1) {
      const now = { "if-match": tagOf(await user.get(path)) };
      const replies = await Promise.all(["A", "B", "C", "D"].map((name) => user.put(path, { name }, now)));
      assert.deepEqual(replies.map(({ status }) => status).sort(), [200, 412, 412, 412]);
    }
    const now = { "if-match": tagOf(await user.get(path)) };
    const [renamed, closed] = await Promise.all([user.put(path, { name: "Last" }, now), user.delete(path, now)]);
    assert.ok(
      (renamed.status === 200 && closed.status === 412) ||
        (closed.status === 204 && [404, 412].includes(renamed.status)),
      `${renamed.text} ${closed.text}`,
    );
  });

  it("are closed softly: out of every list, their transactions readable, nothing new on them", async () => {
    const user = await newUser();
    const [{ balance_id }, other] = [await newBalance(user), await newBalance(user, { name: "Other" })];
    const path = `/balances/${balance_id}`;
    const made = await newTransaction(user, { from_balance_id: balance_id });
    const moved = await newTransaction(user, {
      type: "movement",
      from_balance_id: other.balance_id,
      to_balance_id: balance_id,
    });
    const closed = await user.delete(path, { "if-match": tagOf(await user.get(path)) });
    assert.equal(closed.status, 204);
    assertProblem(await user.delete(path), 404, "balance_not_found");
    assertProblem(await user.get(path), 404, "balance_not_found");
    assertProblem(await user.put(path, { name: "N" }), 404, "balance_not_found");
    assert.deepEqual(names(await user.get(`/balances/${user.user_id}`)), ["Other"]);
    assert.deepEqual(names(await user.get(`/balances/${personalGroupId(user.user_id)}`)), ["Other"]);
    for (const transaction of [made, moved]) {
      assert.deepEqual((await user.get(`/transactions/${transaction.transaction_id}`)).body, transaction);
    }
    assert.deepEqual((await user.get(`/transactions?balance_id=${balance_id}`)).body.items, [moved, made]);
    const before = await stored(user);
    const expense = { type: "expense", amount: "1", from_balance_id: balance_id };
    const movement = { type: "movement", amount: "1", from_balance_id: other.balance_id, to_balance_id: balance_id };
    for (const body of [expense, { ...expense, approved: false }, { ...expense, type: "income" }, movement]) {
      assertProblem(await user.post("/transactions", body), 409, "balance_deleted");
    }
    assertProblem(await user.put(`/transactions/${made.transaction_id}`, expense), 409, "balance_deleted");
    assertProblem(
      await user.put(`/transactions/${made.transaction_id}`, { ...expense, from_balance_id: other.balance_id }),
      409,
      "balance_deleted",
    );
    assertProblem(await user.delete(`/transactions/${moved.transaction_id}`), 409, "balance_deleted");
    assert.deepEqual(await stored(user), before);
    assert.equal(await balanceOf(user, other.balance_id), "-10.00");
    await assertInvariant(user);
  });

  it("are paged, each once, while others are opened and closed", async () => {
    const user = await newUser();
    const made: string[] = [];
    for (let i = 0; i < 7; i += 1) made.push((await newBalance(user, { name: `Balance ${i}` })).balance_id);
    const seen: string[] = [];
    let cursor: string | null = "";
    while (cursor !== null) {
      const { body }: Reply = await user.get(`/balances/${user.user_id}?limit=2&cursor=${cursor}`);
      seen.push(...body.items.map(({ name }: BalanceBody) => name));
      cursor = body.next_cursor;
      if (seen.length === 2) await user.delete(`/balances/${made[1]}`);
      if (seen.length === 4) await newBalance(user, { name: "Balance 7" });
    }
    assert.deepEqual(
      seen,
      [0, 1, 2, 3, 4, 5, 6, 7].map((i) => `Balance ${i}`),
    );
  });

  it("take cursors of their own list and reader only", async () => {
    const { group_id, owner, member } = await newSharedGroup();
    for (const name of ["A", "B"]) await newBalance(owner, { name, group_id });
    const cursor: string = (await owner.get(`/balances/${group_id}?limit=1`)).body.next_cursor;
    const [key = "", sum = ""] = cursor.split(".");
    const moved = Buffer.from(JSON.stringify(["2020-01-01T00:00:00Z", group_id])).toString("base64url");
    const refused: [User, string][] = [
      [member, `/balances/${group_id}?cursor=${cursor}`],
      [owner, `/balances/${owner.user_id}?cursor=${cursor}`],
      [owner, `/transactions?cursor=${cursor}`],
      ...[`${moved}.${sum}`, key, `${key}.${sum}x`, "%00", "x".repeat(900)].map((bad): [User, string] => [
        owner,
        `/balances/${group_id}?cursor=${bad}`,
      ]),
    ];
    const scope = { route: "GET /balances/{id}", caller: owner, list: group_id };
    refused.push([owner, `/balances/${group_id}?cursor=${encodeCursor(scope, ["yesterday", group_id])}`]);
    for (const [user, path] of refused) assertProblem(await user.get(path), 400, "invalid_cursor");
    assert.deepEqual(names(await owner.get(`/balances/${group_id}?cursor=${cursor}`)), ["B"]);
  });

  it("hold whole amounts where the currency has no smaller unit", async () => {
    const user = await newUser();
    const open = (opening_amount: unknown) =>
      user.post(`/balances/${user.user_id}`, { name: "Yen", currency: "JPY", opening_amount });
    for (const amount of ["100.5", 0.01, "-1.99"]) {
      const { errors } = assertProblem(await open(amount), 422, "invalid_body");
      assert.deepEqual(errors, [
        { path: "opening_amount", message: "must be a whole amount: JPY has no smaller unit" },
      ]);
    }
    assert.deepEqual((await stored(user)).balances, []);
    const made = await open("100.00");
    assert.equal(made.body.amount, "100.00");
    const path = `/balances/${made.body.balance_id}`;
    const { errors } = assertProblem(await user.put(path, { name: "Yen", opening_amount: 1.5 }), 422, "invalid_body");
    assert.equal(errors[0].path, "opening_amount");
    assert.equal(await balanceOf(user, made.body.balance_id), "100.00");
  });

  it("hold up to 16 digits before the point, and refuse to overflow", async () => {
    const user = await newUser();
    const most = "9999999999999999.99";
    const { balance_id } = await newBalance(user, { opening_amount: most });
    assert.equal(await balanceOf(user, balance_id), most);
    const least = await newBalance(user, { opening_amount: `-${most}` });
    assert.equal(least.amount, `-${most}`);
    const { balance_id: id } = await newBalance(user, { opening_amount: "0" });
    await newTransaction(user, { type: "income", from_balance_id: id, amount: "0.01" });
    const before = await stored(user);
    const put = (opening_amount: string) => user.put(`/balances/${id}`, { name: "Wallet", opening_amount });
    assertProblem(await put(most), 422, "amount_out_of_range");
    assert.deepEqual(await stored(user), before);
    assert.equal((await put("9999999999999999.98")).body.amount, most);
    assert.equal((await put(`-${most}`)).body.amount, "-9999999999999999.98");
    await assertInvariant(user);
  });

  it("add up when opening amounts, transactions and names change at once", async () => {
    const user = await newUser();
    const { balance_id } = await newBalance(user);
    const replies = await Promise.all(
      Array.from({ length: 60 }, (_, i) =>
        i % 3 === 0
          ? user.put(`/balances/${balance_id}`, { name: `Name ${i}`, opening_amount: `${i}.00` })
          : user.post("/transactions", { type: "income", amount: "1.00", from_balance_id: balance_id }),
      ),
    );
    assert.deepEqual(
      replies.filter(({ status }) => ![200, 201].includes(status)).map(({ text }) => text),
      [],
    );
    const { amount, opening_amount } = await readBalance(user, balance_id);
    assert.equal(Number(amount) - Number(opening_amount), 40);
    await assertInvariant(user);
  });
});
