/** A small history that a person can follow: four people, what they share, and what they record, over six weeks. */
import { randomUUID } from "node:crypto";
import catalogue from "../../../functions/categories/catalogue.json";
import type { CloudEvent } from "../../../functions/runtime/consumer";
import { personalGroupId } from "../../../functions/runtime/ids";
import { cloudEvent } from "../../support/events";

const DAY_MS = 86_400_000;
const DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/** The Monday so many weeks before this one. */
export const week = (ago: number): string => mondayOf(ago).toISOString().slice(0, 10);

const mondayOf = (ago: number): Date => {
  const today = Math.floor(Date.now() / DAY_MS);
  // 1970 began on a Thursday.
  return new Date((today - ((today + 3) % 7) - 7 * ago) * DAY_MS);
};

/** `6 Tue`: ten in the morning of the Tuesday six weeks before this week's. */
const instant = (when: string): string => {
  const [ago, day = ""] = when.split(" ");
  return new Date(mondayOf(Number(ago)).getTime() + DAYS.indexOf(day) * DAY_MS + 10 * 3_600_000).toISOString();
};

const event = (when: string, type: string, subject: string, data: Record<string, unknown>): CloudEvent => ({
  ...cloudEvent(type, subject, data),
  time: instant(when),
});

const [ana, luis, emma, noah] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()];
const [casa, piso, playa, brief] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()];
const category = (name: string) => catalogue.items.find((item) => item.name === name)?.category_id ?? "";
const [GROCERIES, RESTAURANTS, OWN] = [category("Groceries"), category("Restaurants"), randomUUID()];

const signUp = (when: string, user_id: string) => [
  event(when, "UserCreated", user_id, { user_id }),
  group(when, "GroupCreated", personalGroupId(user_id), 1, [user_id], { personal: true }),
];
const leave = (when: string, user_id: string) => event(when, "UserDeleted", user_id, { user_id });

const group = (
  when: string,
  type: string,
  group_id: string,
  version: number,
  members: string[],
  more: Record<string, unknown> = {},
) =>
  event(when, type, group_id, {
    ...{ group_id, version, owner_id: members[0], personal: false },
    members: members.map((user_id, index) => ({
      ...{ user_id, role: index === 0 ? "owner" : "member" },
      joined_at: instant(when),
    })),
    ...more,
  });

const record = (
  when: string,
  user_id: string,
  group_id: string,
  [type, amount, currency]: [string, string, string],
  more: Record<string, unknown> = {},
) => {
  const transaction_id = randomUUID();
  return event(when, "TransactionCreated", user_id, {
    ...{ transaction_id, user_id, group_id, type, amount, currency, version: 1, category_id: null, entries: [] },
    ...{ approved_at: instant(when), to_balance_id: null, to_amount: null, to_currency: null },
    ...more,
  });
};

const entry = (amount: string, category_id: string) => ({
  entry_id: randomUUID(),
  description: "x",
  amount,
  category_id,
});
const [toLuis, toNobody, toEmma] = [randomUUID(), randomUUID(), randomUUID()];

const first = record("6 Tue", ana, casa, ["expense", "10.00", "EUR"], { category_id: GROCERIES });

/** What happened, in the order in which it did. */
export const history: CloudEvent[] = [
  ...signUp("6 Mon", ana),
  group("6 Mon", "GroupCreated", casa, 1, [ana]),
  group("6 Tue", "UserInvitedGroup", casa, 1, [ana], { invite_id: toLuis, inviter_id: ana }),
  group("6 Wed", "UserInvitedGroup", casa, 1, [ana], { invite_id: toNobody, inviter_id: ana }),
  first,
  ...signUp("6 Wed", luis),
  group("6 Thu", "UserJoinedGroup", casa, 2, [ana, luis], { invite_id: toLuis, user_id: luis }),
  record("6 Fri", ana, personalGroupId(ana), ["expense", "20.50", "EUR"]),
  // Six days after he came.
  record("5 Tue", luis, casa, ["income", "1000.00", "EUR"], { category_id: OWN }),
  ...signUp("5 Tue", emma),
  group("5 Wed", "UserInvitedGroup", casa, 2, [ana, luis], { invite_id: toEmma, inviter_id: luis }),
  // As things are after a change: not another transaction.
  event("5 Wed", "TransactionUpdated", ana, { ...first.data, amount: "12.00", version: 2, previous: first.data }),
  group("4 Mon", "GroupCreated", brief, 1, [ana]),
  group("4 Tue", "GroupDeleted", brief, 1, [ana]),
  record("3 Mon", ana, casa, ["movement", "100.00", "EUR"], { to_amount: "110.00", to_currency: "USD" }),
  record("3 Mon", luis, casa, ["movement", "50.00", "EUR"], { to_amount: "54.00", to_currency: "USD" }),
  record("3 Mon", ana, casa, ["movement", "7.00", "EUR"], { to_currency: "EUR" }),
  group("3 Wed", "UserJoinedGroup", casa, 3, [ana, luis, emma], { invite_id: toEmma, user_id: emma }),
  // Two weeks and two days after she came.
  record("3 Thu", emma, casa, ["expense", "5.00", "USD"], {
    category_id: RESTAURANTS,
    entries: [entry("2.00", GROCERIES), { ...entry("3.00", ""), category_id: null }],
  }),
  ...signUp("3 Fri", noah),
  group("3 Sat", "GroupCreated", piso, 1, [noah]),
  // Pending.
  record("2 Tue", ana, casa, ["expense", "99.00", "EUR"], { approved_at: null, category_id: RESTAURANTS }),
  group("2 Tue", "GroupCreated", playa, 1, [luis]),
  record("2 Wed", luis, playa, ["expense", "30.00", "EUR"]),
  record("2 Thu", luis, playa, ["expense", "40.50", "EUR"]),
  group("2 Fri", "UserLeftGroup", casa, 4, [ana, luis], { user_id: emma, by: emma }),
  group("1 Tue", "GroupDeleted", piso, 1, [noah]),
  leave("1 Tue", noah),
  leave("1 Wed", emma),
];
