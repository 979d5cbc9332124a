/** Random histories of two people who share a group, recorded in the real ledger, and the events that they leave. */
import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { plusDays } from "../../../functions/analytics/range";
import type { CloudEvent } from "../../../functions/runtime/consumer";
import { cloudEvent, eventsOf } from "../../support/events";
import type { Instance } from "../../support/instances";
import { share } from "../../support/memberships";

/** In which the European Central Bank gives no rates: the tests give some of their own. The last has no cents. */
export const currencies = ["EUR", "CUP", "KMF"] as const;
const categories = ["00000000-0000-4000-8000-0000000000a1", "00000000-0000-4000-8000-0000000000a2", null];
/** Days around which most happens: leap days, turns of years and weeks, changes of clocks. */
const landmarks = ["2024-02-29", "2024-12-30", "2025-01-01", "2025-03-30", "2025-10-26", "2026-01-01", "2026-02-28"];

export const day = fc
  .tuple(fc.constantFrom(...landmarks), fc.oneof(fc.integer({ min: -3, max: 3 }), fc.integer({ min: -40, max: 40 })))
  .map(([landmark, days]) => plusDays(landmark, days));

const draft = fc.record({
  type: fc.constantFrom("expense" as const, "income" as const, "movement" as const),
  units: fc.integer({ min: 1, max: 9999 }),
  cents: fc.nat(99),
  from: fc.nat(5),
  to: fc.nat(5),
  category: fc.nat(2),
  entries: fc.array(fc.nat(2), { maxLength: 3 }),
  day,
  time: fc.constantFrom("00:00:00+14:00", "23:59:59-12:00", "12:00:00Z"),
  approved: fc.boolean(),
});
type Draft = typeof draft extends fc.Arbitrary<infer D> ? D : never;

const operation = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("create" as const), who: fc.nat(1), draft }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("update" as const), target: fc.nat(20), draft }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constantFrom("delete" as const, "restore" as const), target: fc.nat(20) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constantFrom("reopen" as const, "close" as const), balance: fc.nat(11) }),
  },
);
export const history = fc.array(operation, { minLength: 1, maxLength: 25 });
export type History = typeof history extends fc.Arbitrary<infer H> ? H : never;

export interface Past {
  users: [string, string];
  groupId: string;
  /** Of the users and of the group, in the order in which they happened. */
  events: CloudEvent[];
}

/** Plays a history through the API's own code, and tells what came of it. Some of what it tries is refused. */
export async function play(instance: Instance, operations: History): Promise<Past> {
  const users: [string, string] = [randomUUID(), randomUUID()];
  const groupId = randomUUID();
  await share(groupId, ...users.map((user_id) => ({ user_id })));
  const balances: { owner: string; id: string; currency: string }[] = [];
  for (const owner of users) {
    for (const [index, currency] of [...currencies, ...currencies].entries()) {
      const body = { name: "B", currency, opening_amount: "100", ...(index < 3 ? { group_id: groupId } : {}) };
      const { body: made } = await instance.send(owner, "POST /balances/{id}", `/balances/${owner}`, body);
      balances.push({ owner, id: made.balance_id, currency });
    }
  }
  const transactions: { owner: string; id: string }[] = [];
  const own = (owner: string) => balances.filter((balance) => balance.owner === owner);
  for (const each of operations) {
    if (each.kind === "create") {
      const owner = users[each.who] ?? "";
      const body = bodyOf(own(owner), each.draft);
      const { status, body: made } = await instance.send(owner, "POST /transactions", "/transactions", body);
      if (status === 201) transactions.push({ owner, id: made.transaction_id });
    } else if ("balance" in each) {
      const { owner, id } = balances[each.balance] ?? { owner: "", id: "" };
      const change = { name: "B", opening_amount: "-7" };
      if (each.kind === "close") await instance.send(owner, "DELETE /balances/{id}", `/balances/${id}`);
      else await instance.send(owner, "PUT /balances/{id}", `/balances/${id}`, change);
    } else {
      const target = transactions[each.target % Math.max(1, transactions.length)];
      if (target === undefined) continue;
      const path = `/transactions/${target.id}`;
      if (each.kind === "update") {
        const body = bodyOf(own(target.owner), each.draft);
        await instance.send(target.owner, "PUT /transactions/{transaction_id}", path, body);
      } else if (each.kind === "delete") {
        await instance.send(target.owner, "DELETE /transactions/{transaction_id}", path);
      } else {
        await instance.send(target.owner, "POST /transactions/{transaction_id}/restore", `${path}/restore`, {});
      }
    }
  }
  const joined_at = "2026-11-22T09:30:00.000Z";
  const members = users.map((user_id) => ({ user_id, role: "member", joined_at }));
  const group = cloudEvent("GroupCreated", groupId, { group_id: groupId, version: 1, members });
  return { users, groupId, events: [group, ...(await eventsOf("transactions", ...users))] };
}

function bodyOf(balances: { id: string; currency: string }[], draft: Draft): object {
  const [from, to] = [balances[draft.from], balances[draft.to]];
  const amountIn = (currency = "") =>
    `${draft.units}.${currency === "KMF" ? "00" : String(draft.cents).padStart(2, "0")}`;
  const amount = amountIn(from?.currency);
  const exchange = draft.type === "movement" && from?.currency !== to?.currency;
  return {
    type: draft.type,
    amount,
    from_balance_id: from?.id,
    ...(draft.type === "movement" ? { to_balance_id: to?.id } : {}),
    ...(exchange ? { to_amount: amountIn(to?.currency) } : {}),
    category_id: categories[draft.category],
    entries: entriesOf(draft, amount),
    transacted_at: `${draft.day}T${draft.time}`,
    approved: draft.approved,
  };
}

/** One unit for each entry but the first, which has the rest. */
const entriesOf = ({ entries, units }: Draft, amount: string): object[] => {
  if (entries.length === 0 || units <= entries.length) return [];
  const rest = `${units - entries.length + 1}${amount.slice(amount.indexOf("."))}`;
  return entries.map((category, index) => ({ amount: index === 0 ? rest : "1", category_id: categories[category] }));
};
