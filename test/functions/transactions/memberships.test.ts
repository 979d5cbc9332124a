import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import fc from "fast-check";
import type { CloudEvent } from "../../../functions/runtime/consumer";
import type { Connection } from "../../../functions/runtime/postgres";
import { transactionsConsumer } from "../../../functions/transactions/consumer";
import { assertProblem, join, newGroup, newUser, type User } from "../../support/api";
import { deadLetters } from "../../support/dead-letters";
import { cloudEvent, deliver, eventsOf, mskEvent } from "../../support/events";
import { transactionConnections } from "../../support/instances";
import { stack } from "../../support/stack";

const CONSUMER = "transactions-consumer";

const membersOf = async (groupId: string): Promise<string[]> => {
  const { transactions } = await stack();
  const rows = await transactions`select user_id from group_members where group_id = ${groupId} order by user_id`;
  return rows.map(({ user_id }) => user_id);
};

const ids = (...users: { user_id: string }[]) => users.map(({ user_id }) => user_id).sort();

const openBalance = async (user: User, groupId: string) => {
  const body = { name: "Cash", currency: "EUR", opening_amount: "10", group_id: groupId };
  return (await user.post(`/balances/${user.user_id}`, body)).body;
};

describe("Memberships in the transactions database", () => {
  it("follow the events of a group: who joins sees its balances, who leaves no longer does", async () => {
    const [owner, guest] = await Promise.all([newUser("Olga"), newUser("Gus")]);
    const { group_id } = (await owner.post("/groups", { name: "Family" })).body;
    await deliver(CONSUMER, ...(await eventsOf("users", group_id)));
    const balance = await openBalance(owner, group_id);
    assertProblem(await guest.get(`/balances/${group_id}`), 404, "balance_not_found");

    await join(owner, group_id, guest);
    await deliver(CONSUMER, ...(await eventsOf("users", group_id)));
    assert.deepEqual((await guest.get(`/balances/${group_id}`)).body.items, [balance]);
    assert.deepEqual(await membersOf(group_id), ids(owner, guest));

    await guest.delete(`/groups/${group_id}/members/${guest.user_id}`);
    const [left] = (await eventsOf("users", group_id)).slice(-1);
    assert.equal(left?.type, "UserLeftGroup");
    await deliver(CONSUMER, left as CloudEvent);
    assertProblem(await guest.get(`/balances/${group_id}`), 404, "balance_not_found");
    assertProblem(await guest.get(`/balances/${balance.balance_id}`), 404, "balance_not_found");
    assert.deepEqual((await owner.get(`/balances/${group_id}`)).body.items, [balance]);
  });

  it("of a deleted group are gone for good; its balances stay with their owners, and are seen by nobody else", async () => {
    const { group_id, owner, admin, member } = await newGroup();
    const history = await eventsOf("users", group_id);
    await deliver(CONSUMER, ...history);
    const balance = await openBalance(member, group_id);
    const spent = { type: "expense", amount: "1", from_balance_id: balance.balance_id };
    const { transaction_id } = (await member.post("/transactions", spent)).body;
    assert.equal((await admin.get(`/transactions/${transaction_id}`)).status, 200);

    await owner.delete(`/groups/${group_id}`);
    const [deleted] = (await eventsOf("users", group_id)).slice(-1);
    assert.equal(deleted?.type, "GroupDeleted");
    await deliver(CONSUMER, deleted as CloudEvent);
    await deliver(CONSUMER, ...history, deleted as CloudEvent);
    assert.deepEqual(await membersOf(group_id), []);

    assertProblem(await admin.get(`/balances/${balance.balance_id}`), 404, "balance_not_found");
    assertProblem(await admin.get(`/transactions/${transaction_id}`), 404, "transaction_not_found");
    assertProblem(await admin.get(`/balances/${group_id}`), 404, "balance_not_found");
    const [kept] = (await member.get(`/balances/${member.user_id}`)).body.items;
    assert.deepEqual([kept.balance_id, kept.group_id, kept.amount], [balance.balance_id, group_id, "9.00"]);
    assert.equal((await member.post("/transactions", spent)).status, 201);
    assertProblem(
      await owner.post(`/balances/${owner.user_id}`, { name: "New", currency: "EUR", group_id }),
      404,
      "group_not_found",
    );
  });

  it("set aside events that are not as expected, naming them", async () => {
    const group_id = randomUUID();
    for (const [data, where] of [
      [{ group_id, version: 1, members: null }, "members"],
      [{ group_id, version: "1", members: [] }, "version"],
      [{ group_id, version: 1, members: [{ user_id: "me" }] }, "members.0.user_id"],
    ] as const) {
      const event = cloudEvent("GroupUpdated", group_id, data);
      await deliver(CONSUMER, event);
      const [letter] = await deadLetters({ group: "transactions" }, event.id);
      assert.equal(letter?.reason, "contract_broken");
      assert.ok(letter?.error.startsWith(`Error: The GroupUpdated ${event.id} is not as expected: data.${where}: `));
    }
  });

  describe("end in the newest state", () => {
    let connections: Connection[];
    before(async () => {
      connections = await transactionConnections("transactions_consumer", 3);
    });
    after(() => Promise.all(connections.map((connection) => connection.end())));

    /** What happens to a group after it was founded: somebody comes or goes, is invited, the group is renamed. */
    const step = fc.oneof(
      fc.record({ toggle: fc.integer({ min: 1, max: 4 }) }),
      fc.constant("invite" as const),
      fc.constant("rename" as const),
    );
    const history = fc.record({ steps: fc.array(step, { maxLength: 12 }), deleted: fc.boolean() });

    /** The events of that history as the users service tells them, and who is in the group in the end. */
    const tell = ({
      steps,
      deleted,
    }: {
      steps: (typeof step extends fc.Arbitrary<infer S> ? S : never)[];
      deleted: boolean;
    }) => {
      const group_id = randomUUID();
      const people = Array.from({ length: 5 }, () => randomUUID());
      const members = new Set([people[0]]);
      let version = 1;
      const event = (type: string) => {
        const joined_at = "2026-11-22T09:30:00.000Z";
        const all = [...members].map((user_id) => ({ user_id, role: "member", joined_at }));
        return cloudEvent(type, group_id, { group_id, version, members: all });
      };
      const events = [event("GroupCreated")];
      for (const what of steps) {
        if (what === "invite") {
          events.push(event("UserInvitedGroup"));
          continue;
        }
        version += 1;
        if (what === "rename") {
          events.push(event("GroupUpdated"));
          continue;
        }
        const person = people[what.toggle];
        const left = members.delete(person);
        if (!left) members.add(person);
        events.push(event(left ? "UserLeftGroup" : "UserJoinedGroup"));
      }
      if (deleted) events.push(event("GroupDeleted"));
      return { group_id, events, members: deleted ? [] : [...members].sort() };
    };

    it("whatever the order in which events come, how often, and to how many consumers at once", async function () {
      this.timeout(120_000);
      await fc.assert(
        fc.asyncProperty(history, fc.infiniteStream(fc.nat()), async (past, random) => {
          const { group_id, events, members } = tell(past);
          const draw = (below: number) => Number(random.next().value) % below;
          // Each at least once, some again, in any order, dealt out to three consumers.
          const deliveries = [...events, ...events.filter(() => draw(2) === 0)]
            .map((event) => ({ event, at: draw(1_000_000), to: draw(3) }))
            .sort((a, b) => a.at - b.at);
          await Promise.all(
            connections.map((connection, index) =>
              transactionsConsumer(connection)(
                mskEvent(deliveries.filter(({ to }) => to === index).map(({ event }) => event)),
              ),
            ),
          );
          assert.deepEqual(await membersOf(group_id), members);
        }),
        { numRuns: 150, interruptAfterTimeLimit: 60_000, markInterruptAsFailure: false },
      );
    });
  });
});
