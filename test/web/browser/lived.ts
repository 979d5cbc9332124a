import assert from "node:assert/strict";
import { type Client, join, newUser, type User } from "../../support/api";
import { eventually } from "../../support/eventually";
import type { Props } from "./scenes";

const DAY = 86_400_000;
const daysAgo = (days: number): string => new Date(Date.now() - days * DAY).toISOString();

/** Somebody with a group, three balances in two currencies, and all kinds of transactions: enough for every screen to have something to show. */
export async function lived(locale: string): Promise<User> {
  const [me, other] = [await newUser("Ramona Quiroga"), await newUser("Teo Quiroga")];
  await me.put("/users/me", { name: "Ramona Quiroga", locale, default_currency: "EUR", time_zone: "Europe/Madrid" });
  const { group_id } = await made(me.post("/groups", { name: "Los Quiroga" }));
  await join(me, String(group_id), other);
  const categories = await eventually("categories by event", async () => {
    const { items } = (await me.get(`/categories/${me.user_id}?type=expense`)).body;
    return items.length > 9 ? (items as { category_id: string }[]).map(({ category_id }) => category_id) : undefined;
  });
  const balance = (who: User, body: object) => made(who.post(`/balances/${who.user_id}`, body));
  const purse = await balance(me, { name: "Monedero", currency: "EUR", opening_amount: "5000" });
  const dollars = await balance(me, { name: "Dólares", currency: "USD", opening_amount: "20", group_id });
  const account = await balance(me, { name: "Cuenta común", currency: "EUR", opening_amount: "-50", group_id });
  const from_balance_id = purse.balance_id;
  const expenses = Array.from({ length: 24 }, (_, index) => ({
    type: "expense",
    amount: `${11 + ((index * 37) % 90)}.${10 + index}`,
    from_balance_id: index % 3 === 0 ? account.balance_id : from_balance_id,
    category_id: categories[index % 8],
    description: index % 4 === 0 ? null : `Recibo ${index}`,
    transacted_at: daysAgo(index * 3),
    approved: index !== 1,
  }));
  const items = [
    ...expenses,
    { type: "income", amount: "2100.50", from_balance_id, description: "Nómina", transacted_at: daysAgo(20) },
    {
      type: "movement",
      amount: "200",
      from_balance_id,
      to_balance_id: dollars.balance_id,
      to_amount: "221.5",
      description: "Cambio",
      transacted_at: daysAgo(4),
    },
    {
      type: "expense",
      amount: "45.30",
      from_balance_id,
      description: "Mercado",
      transacted_at: daysAgo(1),
      entries: [
        { amount: "40.10", description: "Fruta", category_id: categories[0] },
        { amount: "5.20", description: null, category_id: categories[3] },
      ],
    },
  ];
  const answer = await made(me.post("/transactions/batch", { items }));
  const refused = (answer.items as { status: number }[]).filter(({ status }) => status !== 201);
  assert.deepEqual(refused, []);
  return me;
}

async function made(answer: ReturnType<Client["post"]>): Promise<Record<string, unknown>> {
  const { status, text, body } = await answer;
  assert.ok(status < 300, `${status} ${text}`);
  return body;
}

/** What the scenes show, found among somebody's things. */
export async function propsOf(me: Pick<Client, "get">): Promise<Props> {
  const groups: { group_id: string; personal: boolean }[] = (await me.get("/groups")).body.items;
  const all: { transaction_id: string; type: string; to_amount: string | null; entries: unknown[] }[] = (
    await me.get("/transactions?limit=200")
  ).body.items;
  const id = (found: { transaction_id: string } | undefined): string => {
    assert.ok(found, "There is no such transaction to show.");
    return found.transaction_id;
  };
  return {
    group: groups.find(({ personal }) => !personal)?.group_id ?? "",
    plain: id(all.find(({ type, entries }) => type === "expense" && entries.length === 0)),
    split: id(all.find(({ entries }) => entries.length > 0)),
    exchange: id(all.find(({ to_amount }) => to_amount !== null)),
  };
}
