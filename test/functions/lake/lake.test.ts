import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { command, lakeFolder } from "../../../functions/lake/command";
import { openLake } from "../../../functions/lake/duckdb";
import { readQueries } from "../../../functions/lake/queries";
import { streamsOf } from "../../../local/services/firehose";
import { newGroup, newUser } from "../../support/api";
import { deliver, eventsOf } from "../../support/events";
import { eventually } from "../../support/eventually";
import { newBalance, newTransaction } from "../../support/ledger";
import { stack, withEvents } from "../../support/stack";

const CONSUMER = "lake-consumer";
const folder = async () => lakeFolder((await stack()).endpoints.s3.folder);

/** What the stack's lake answers. */
const ask = async (sql: string): Promise<(string | null)[][]> => {
  const lake = await openLake(await folder());
  try {
    return (await lake.query(sql)).rows;
  } finally {
    lake.close();
  }
};

/** All files of a folder and those below it, as texts. */
const textsIn = (root: string): string[] =>
  readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"));

describe("The lake", () => {
  it("knows what was done through the API, once all of it has travelled", () =>
    withEvents(async () => {
      const { group_id, owner, admin, member } = await newGroup();
      const balance = await eventually("the group known to the ledger", async () => {
        const reply = await owner.post(`/balances/${owner.user_id}`, { name: "House", currency: "EUR", group_id });
        return reply.status === 201 ? reply.body : undefined;
      });
      const transaction = await newTransaction(owner, { from_balance_id: balance.balance_id, amount: "12.5" });
      const left = await member.delete(`/groups/${group_id}/members/${member.user_id}`);
      assert.equal(left.status, 204, left.text);
      const rows = await eventually("all of it in the lake", async () => {
        const found = await ask(`
          select event_type, user_id, members from user_events where group_id = '${group_id}'
          union all
          select event_type, user_id, null from transaction_events where group_id = '${group_id}'`);
        return found.length === 8 ? found.map(String).sort() : undefined;
      });
      assert.deepEqual(
        rows,
        [
          `BalanceCreated,${owner.user_id},`,
          `GroupCreated,${owner.user_id},1`,
          `TransactionCreated,${owner.user_id},`,
          `UserInvitedGroup,${owner.user_id},1`,
          `UserInvitedGroup,${owner.user_id},2`,
          `UserJoinedGroup,${admin.user_id},2`,
          `UserJoinedGroup,${member.user_id},3`,
          `UserLeftGroup,${member.user_id},2`,
        ].sort(),
      );
      const [amount] = await ask(`
        select amount, currency, kind, personal, approved, transacted_on, day, happened_at
        from transaction_events where transaction_id = '${transaction.transaction_id}'`);
      const today = new Date().toISOString().slice(0, 10);
      assert.deepEqual(amount?.slice(0, 6), [
        "12.50",
        "EUR",
        "expense",
        "false",
        "true",
        transaction.transacted_at.slice(0, 10),
      ]);
      assert.deepEqual([amount?.[6], amount?.[7]?.slice(0, 10)], [today, today]);
    }));

  it("has a row more for an event that comes again, with the same id", async () => {
    const user = await newUser();
    const events = await eventsOf("users", user.user_id);
    await deliver(CONSUMER, ...events);
    await deliver(CONSUMER, ...events);
    const [counts] = await ask(
      `select count(*), count(distinct event_id) from user_events where user_id = '${user.user_id}' and group_id is null`,
    );
    assert.deepEqual(counts, ["2", "1"]);
  });

  it("holds nothing that people have typed, nor what lets anybody in", async () => {
    const [ana, luis] = [await newUser("Zenobia Quijano"), await newUser()];
    const { group_id } = (await ana.post("/groups", { name: "Xanadu" })).body;
    const invite = await ana.post(`/groups/${group_id}/invites`, { email: luis.email });
    const wallet = await newBalance(ana, { name: "Piggybank", opening_amount: "987654.32" });
    const typed = { description: "Quixotic", entries: [{ amount: "10", description: "Zwieback" }] };
    await newTransaction(ana, { from_balance_id: wallet.balance_id, ...typed });
    await ana.delete("/users/me");
    const ids = [ana.user_id, group_id];
    const events = [...(await eventsOf("users", ...ids)), ...(await eventsOf("transactions", ...ids))];
    await deliver(CONSUMER, ...events);
    const secrets = [ana.email, luis.email, invite.body.invite_code];
    secrets.push("Zenobia", "Xanadu", "Piggybank", "987654.32", "Quixotic", "Zwieback");
    const told = JSON.stringify(events);
    for (const secret of secrets) assert.ok(told.includes(secret), `${secret} is not in the events: nothing is proved`);
    const written = textsIn(await folder()).join("\n");
    assert.ok(written.includes(ana.user_id));
    for (const secret of secrets) assert.ok(!written.includes(secret), secret);
  });

  it("is written with the columns that the program declares, for each table", async () => {
    const { graph } = await stack();
    for (const { columns, prefix } of streamsOf(graph)) {
      const table = prefix.split("/")[0] ?? "";
      const lines = textsIn(join(await folder(), table)).flatMap((text) => text.trimEnd().split("\n"));
      assert.ok(lines.length > 0, table);
      for (const line of lines) assert.deepEqual(Object.keys(JSON.parse(line)), Object.keys(columns));
    }
    assert.ok(!readdirSync(await folder()).includes("errors"));
  });

  it("answers all saved questions over what the API has told", async () => {
    for (const { name, sql } of readQueries()) await assert.doesNotReject(ask(sql), name);
    const [[people] = []] = await ask(
      "select count(distinct user_id) from user_events where event_type = 'UserCreated'",
    );
    assert.ok(Number(people) > 0);
  });
});

describe("npm run lake", () => {
  it("asks all saved questions, some of them, or any other", async () => {
    const at = await folder();
    const all = await command([], () => at);
    for (const { title } of readQueries()) assert.ok(all.includes(title), title);
    const one = await command(["currencies"], () => at);
    assert.match(
      one,
      /^Currencies used \(currencies\)\n.+\n\ncurrency +people +families +transactions +average_expense\n─+ /,
    );
    assert.ok(!one.includes("Retention"));
    assert.equal(
      await command(["--sql", "select name, 1.5 as n from categories where name = 'Groceries'"], () => at),
      "name         n\n─────────  ───\nGroceries  1.5",
    );
    assert.match(await command(["--list"]), /^weekly-active-families +Weekly active families\n/);
  });

  it("says what is wrong: an unknown question, wrong SQL, no lake", async () => {
    const at = await folder();
    await assert.rejects(
      command(["everything"], () => at),
      /There is no saved question "everything".*--list/s,
    );
    await assert.rejects(
      command(["--all"], () => at),
      /--all.*--list/s,
    );
    await assert.rejects(
      command(["--sql", "select nothing"], () => at),
      /nothing/,
    );
    assert.throws(() => lakeFolder("/nowhere"), /There is no lake on this machine yet/);
  });
});
