import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { newUser, type Reply } from "../../support/api";
import { eventually } from "../../support/eventually";
import { newBalance, outbox } from "../../support/ledger";
import { stack, withEvents } from "../../support/stack";
import { readTopics } from "../../support/topics";

const requestOf = ({ headers }: Reply): string => headers.get("apigw-requestid") ?? "";

/** Lines that functions have written about a request, with their source. */
async function told(correlationId: string): Promise<{ source: string; line: string }[]> {
  const { logged } = await stack();
  return logged.filter(({ line }) => line.includes(correlationId));
}

describe("The id of a request", () => {
  it("goes with its events from the outbox over the broker to all who handle them, and into their logs", () =>
    readTopics(["ahorro.users", "ahorro.transactions"], (published) =>
      withEvents(async () => {
        const user = await newUser();
        const group = await user.post("/groups", { name: "Family" });
        const { balance_id } = await newBalance(user);
        const expense = await user.post("/transactions", { type: "expense", amount: "3", from_balance_id: balance_id });
        const ids = { GroupCreated: requestOf(group), TransactionCreated: requestOf(expense) };
        assert.notEqual(ids.GroupCreated, ids.TransactionCreated);
        const consumers = {
          GroupCreated: ["analytics", "lake", "transactions"],
          TransactionCreated: ["analytics", "categories", "lake"],
        };
        for (const [type, id] of Object.entries(ids)) {
          assert.match(id, /^[\w-]{15}=$/);
          const event = await eventually(`the ${type}`, () =>
            published.find(({ event }) => event?.correlationid === id && event.type === type),
          );
          for (const consumer of consumers[type as keyof typeof consumers]) {
            await eventually(`${consumer} about the ${type}`, async () =>
              (await told(id)).some(
                ({ source, line }) => source.includes(`${consumer}-consumer`) || line.includes(event.event.id),
              )
                ? true
                : undefined,
            );
          }
        }
      }),
    ));

  it("stands in the outbox, whichever way an event is written", async () => {
    const user = await newUser();
    const opened = await user.post(`/balances/${user.user_id}`, { name: "Wallet", currency: "EUR" });
    const { balance_id } = opened.body;
    const renamed = await user.put(`/balances/${balance_id}`, { name: "Purse" });
    const spent = await user.post("/transactions", { type: "expense", amount: "1", from_balance_id: balance_id });
    const removed = await user.delete(`/transactions/${spent.body.transaction_id}`);
    assert.deepEqual(
      (await outbox(user)).map(({ payload }) => [payload.type, payload.correlationid]),
      [
        ["BalanceCreated", requestOf(opened)],
        ["BalanceUpdated", requestOf(renamed)],
        ["TransactionCreated", requestOf(spent)],
        ["TransactionDeleted", requestOf(removed)],
      ],
    );
  });

  it("is told with an event that nobody can handle", async () => {
    const { lambda } = await stack();
    const id = randomUUID();
    const event = { specversion: "1.0", id, type: "GroupCreated", correlationid: "a-request", subject: "x", data: {} };
    const record = {
      topic: "ahorro.users",
      partition: 0,
      offset: 7,
      timestamp: Date.now(),
      timestampType: "CREATE_TIME",
      key: "",
      value: Buffer.from(JSON.stringify(event)).toString("base64"),
      headers: [],
    };
    await lambda.invoke("ahorro-local-transactions-consumer", { records: { "ahorro.users-0": [record] } });
    await eventually("the line", async () => {
      const { logged } = await stack();
      const text = logged.map(({ line }) => line).join("\n");
      const at = text.indexOf(id);
      return at >= 0 && text.slice(at - 400, at + 400).includes("a-request") ? true : undefined;
    });
  });
});
