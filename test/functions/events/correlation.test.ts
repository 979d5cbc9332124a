import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { consumer } from "../../../functions/runtime/consumer";
import { poison, transient } from "../../../functions/runtime/failures";
import { newUser, type Reply } from "../../support/api";
import { cloudEvent, mskEvent } from "../../support/events";
import { eventually } from "../../support/eventually";
import { newBalance, outbox } from "../../support/ledger";
import { stack, withEvents } from "../../support/stack";
import { readTopics } from "../../support/topics";

const requestOf = ({ headers }: Reply): string => headers.get("apigw-requestid") ?? "";

describe("The id of a request", () => {
  it("goes with its events from the outbox over the broker", () =>
    readTopics(["ahorro.users", "ahorro.transactions"], (published) =>
      withEvents(async () => {
        const user = await newUser();
        const group = await user.post("/groups", { name: "Family" });
        const { balance_id } = await newBalance(user);
        const expense = await user.post("/transactions", { type: "expense", amount: "3", from_balance_id: balance_id });
        const ids = { GroupCreated: requestOf(group), TransactionCreated: requestOf(expense) };
        assert.notEqual(ids.GroupCreated, ids.TransactionCreated);
        for (const [type, id] of Object.entries(ids)) {
          assert.match(id, /^[\w-]{15}=$/);
          await eventually(`the ${type}`, () =>
            published.find(({ event }) => event?.correlationid === id && event.type === type),
          );
        }
      }),
    ));

  it("is told by consumers with each event, handled, waiting or set aside", async () => {
    const lines: unknown[] = [];
    const { debug, warn, error } = console;
    console.debug = console.warn = console.error = (line: unknown) => lines.push(line);
    const event = { ...cloudEvent("GroupDeleted", randomUUID(), {}), correlationid: "a-request" };
    const outcomes = [undefined, transient("down"), poison("handler_failed", "no good")];
    try {
      const handle = async () => {
        const failure = outcomes.shift();
        if (failure !== undefined) throw failure;
      };
      const consume = consumer({ GroupDeleted: handle }, async () => {});
      await consume(mskEvent([event]));
      assert.deepEqual(lines, []);
      outcomes.unshift(undefined);
      process.env.AWS_LAMBDA_LOG_LEVEL = "DEBUG";
      await consume(mskEvent([event]));
      await assert.rejects(consume(mskEvent([event])));
      await consume(mskEvent([event]));
    } finally {
      Object.assign(console, { debug, warn, error });
      delete process.env.AWS_LAMBDA_LOG_LEVEL;
    }
    const about = { event_id: event.id, event_type: "GroupDeleted", correlation_id: "a-request" };
    assert.deepEqual(
      lines.map((line) => {
        const { message, event_id, event_type, correlation_id } = line as Record<string, unknown>;
        return { message, event_id, event_type, correlation_id };
      }),
      ["A record was handled", "A record waits", "A record could not be handled"].map((message) => ({
        message,
        ...about,
      })),
    );
  });

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
