/** Uses of categories by transactions: as events, and what the scores must be by the textbook. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { categoriesConsumer } from "../../../functions/categories/consumer";
import { newCategory } from "../../../functions/categories/items";
import { toUnits } from "../../../functions/categories/score";
import { addCategory, readCategories } from "../../../functions/categories/store";
import type { CloudEvent } from "../../../functions/runtime/consumer";
import type { Table } from "../../../functions/runtime/dynamodb";
import { mskEvent } from "../../support/events";

export const halfLifeDays = 30;
export const DAY = 86_400_000;
export const START = Date.UTC(2026, 5, 1);

/** The state of a transaction that matters here. */
export interface Use {
  /** Index into the user's categories. */
  categories: number[];
  /** Days after START. */
  day: number;
  approved: boolean;
  deleted: boolean;
}

export const instant = (day: number) => new Date(START + day * DAY).toISOString();

export const dataOf = (userId: string, transactionId: string, version: number, use: Use, ids: string[]) => ({
  transaction_id: transactionId,
  user_id: userId,
  version,
  category_id: null,
  entries: use.categories.map((index) => ({
    entry_id: randomUUID(),
    description: null,
    amount: "1.00",
    category_id: ids[index],
  })),
  approved_at: use.approved ? instant(use.day) : null,
  deleted_at: use.deleted ? instant(use.day) : null,
  transacted_at: instant(use.day),
  created_at: instant(400),
  amount: "1.00",
});

export const deliver = (table: Table, ...events: CloudEvent[]): Promise<void> =>
  categoriesConsumer({ table, halfLifeDays })(mskEvent(events));

/** As Lambda does: again until it succeeds. */
export async function deliverUntilDone(table: Table, event: CloudEvent): Promise<void> {
  for (let attempt = 1; attempt <= 20; attempt += 1) {
    try {
      return await deliver(table, event);
    } catch (error) {
      assert.match(String(error), /Another run has counted|died/);
    }
  }
  assert.fail("not done after 20 deliveries");
}

/** A user with some categories of their own. */
export async function newCategories(table: Table, count: number) {
  const user_id = randomUUID();
  const ids: string[] = Array.from({ length: count }, () => randomUUID());
  for (const [index, category_id] of ids.entries()) {
    const item = newCategory(table, { user_id, category_id, name: `Category ${index}`, type: "expense", icon: "home" });
    assert.ok(await addCategory(table, item));
  }
  return { user_id, ids };
}

/** The textbook's score at a time: at each use, what there was decays to that moment, and 1 is added. */
export function textbook(uses: Use[], category: number, at: number): number {
  let score = 0;
  let last = 0;
  const days = uses
    .filter(({ approved, deleted, categories }) => approved && !deleted && categories.includes(category))
    .map(({ day }) => day)
    .sort((a, b) => a - b);
  for (const day of days) {
    score = score * 2 ** (-(day - last) / halfLifeDays) + 1;
    last = day;
  }
  return score * 2 ** (-(at - last) / halfLifeDays);
}

export const scoresOf = async (table: Table, userId: string): Promise<Record<string, bigint>> =>
  Object.fromEntries(
    (await readCategories(table, userId)).map(({ category_id, score }) => [category_id, toUnits(score.toString())]),
  );

/** What a category is worth with these uses: sums of weights are exact, so must be the scores. */
export async function expectExact(table: Table, userId: string, ids: string[], uses: Use[]): Promise<void> {
  const scores = await scoresOf(table, userId);
  const end = 200;
  for (const [index, id] of ids.entries()) {
    const expected = textbook(uses, index, end);
    const stored = Number(scores[id]) / 1e9 / 2 ** ((START + end * DAY - Date.UTC(2026, 0, 1)) / DAY / halfLifeDays);
    assert.ok(Math.abs(stored - expected) <= 1e-9 * (1 + expected), `category ${index}: ${stored}, not ${expected}`);
    if (expected === 0) assert.equal(scores[id], 0n);
  }
}

/** Nothing half done is left: no intents, no tokens, no reservations, no frozen items. */
export async function expectAtRest(table: Table, userId: string): Promise<void> {
  const items = await table.query({ keyCondition: "user_id = :user", values: { ":user": userId } });
  for (const item of items) {
    for (const attribute of ["pending", "inflight", "move", "reservation"]) {
      assert.equal(item[attribute], undefined, `${item["type#name"]} has ${attribute}`);
    }
  }
}
