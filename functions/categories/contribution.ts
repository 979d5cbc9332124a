/**
 * Counts transactions into the scores of categories: each exactly once, in its newest version, though events are delivered again
 * and out of order, functions die between any two writes, and no write spans two items.
 *
 * Every transaction has an item of its own, `#transaction#<id>`: the version counted, and what it adds to which category. A
 * newer version is counted in four steps:
 *
 * 1. *intent*: the item is told the new version and the differences it makes (`pending`), if it still has the version
 *    that they were worked out from. Whoever finds an intent claims it, and carries it out before anything else.
 * 2. *add* each difference to its category, together with the intent's token in the set `inflight`, unless the token is
 *    there: so that an intent that is carried out again adds nothing twice.
 * 3. *commit*: the new version takes the place of the intent, unless another has claimed that meanwhile.
 * 4. *settle*: the tokens are taken out again, so that the sets stay small.
 *
 * After 4 the token could no longer keep away a function that had been stopped before 2 and wakes up now. Its fencing token does
 * (Kleppmann, "Designing Data-Intensive Applications", 8.4): each run gets a higher number than all before. An intent is
 * claimed by higher numbers only, and committed by the last claimant, so whoever still has it in hand has a lower number. A
 * category takes additions only from the highest it has seen; settling shuts out the run's own too, hence its belated retries.
 *
 * A category is known by its incarnation, not just its id. What was added to one that is deleted is gone with it, and is
 * not taken from another of the same id that is made later.
 */
import type { Item, Table } from "../runtime/dynamodb";
import { transient } from "../runtime/failures";
import { type Account, addFromCatalogue, beginCounting } from "./account";
import { catalogueCategories } from "./catalogue-categories";
import { type CategoryItem, keyOf } from "./items";
import { finishMove } from "./move";
import { toDecimal, toUnits } from "./score";
import { readCategories } from "./store";

/** What one version of a transaction is to add: weights in units, by category. */
export interface Contribution {
  user_id: string;
  transaction_id: string;
  version: number;
  weights: Record<string, bigint>;
}

/** What a transaction adds to a category. Nothing, as long as the user has no such category (`incarnation` is null). */
interface Part {
  category_id: string;
  incarnation: string | null;
  /** Decimal. */
  weight: string;
}

interface Change {
  incarnation: string;
  /** The category's sort key when the intent was made. */
  at: string;
  /** Decimal, negative to take back. */
  amount: string;
}

interface Intent {
  version: number;
  /** Of the run that has claimed it. */
  fence: number;
  parts: Part[];
  changes: Change[];
}

/** One run; it fails, to be repeated, when another with a higher fencing token has come meanwhile. */
interface Run {
  table: Table;
  userId: string;
  fence: number;
  token: string;
}

/** Counts a version of a transaction, unless it or a newer one is counted already. */
export const contribute = async (table: Table, contribution: Contribution): Promise<void> => {
  const { user_id, transaction_id, version } = contribution;
  const key = keyOf(user_id, `#transaction#${transaction_id}`);
  for (;;) {
    const account = await beginCounting(table, user_id);
    if (account === undefined) return;
    const run = (counted: number): Run => ({
      table,
      userId: user_id,
      fence: account.fence,
      token: `${transaction_id}/${counted}`,
    });
    const item = await table.get(key);
    if (item?.pending !== undefined) {
      const claimed = await claim(run(Number(item.pending.version)), key);
      if (claimed !== undefined) await carryOut(run(claimed.version), key, claimed);
      continue;
    }
    if (item !== undefined && Number(item.version) >= version) {
      return settleLeftovers(run(version), transaction_id, Number(item.version));
    }
    const intent = await intentFor(table, contribution, item?.parts ?? [], account);
    if (!(await write(table, key, item, intent))) continue;
    if (intent.changes.length > 0) await carryOut(run(version), key, intent);
    return;
  }
};

/** Takes over an intent that is there already; undefined when it is not any more. */
const claim = async ({ table, fence }: Run, key: Record<string, string>): Promise<Intent | undefined> => {
  const claimed = await table.update(key, {
    update: "set pending.fence = :fence",
    condition: "attribute_exists(pending) and pending.fence <= :fence",
    values: { ":fence": fence },
  });
  if (claimed === undefined) return undefined;
  const { version, parts, changes } = claimed.pending;
  return { version: Number(version), fence, parts, changes };
};

/** What turns the parts counted so far into those of this version. */
const intentFor = async (
  table: Table,
  { user_id, version, weights }: Contribution,
  before: Part[],
  { locale, fence }: Account,
): Promise<Intent> => {
  const uses = Object.entries(weights);
  if (uses.length === 0 && before.length === 0) return { version, fence, parts: [], changes: [] };
  const categories = await readCategories(table, user_id);
  const parts: Part[] = [];
  for (const [category_id, weight] of uses) {
    const known = categories.find((category) => category.category_id === category_id);
    const category = known ?? (await addListed(table, user_id, category_id, locale));
    if (known === undefined && category !== undefined) categories.push(category);
    parts.push({ category_id, incarnation: category?.incarnation ?? null, weight: toDecimal(weight) });
  }
  return { version, fence, parts, changes: changesBetween(before, parts, categories) };
};

/** Makes a category of the catalogue that the user has not got yet, or not any more; undefined for other ids. */
const addListed = async (
  table: Table,
  userId: string,
  categoryId: string,
  locale: string,
): Promise<CategoryItem | undefined> => {
  const listed = catalogueCategories().find(({ category_id }) => category_id === categoryId);
  return listed && addFromCatalogue(table, userId, listed, locale);
};

/** By category; those that are gone have taken with them what was added. */
const changesBetween = (before: Part[], now: Part[], categories: CategoryItem[]): Change[] =>
  categories.flatMap(({ incarnation, "type#name": at }) => {
    const sum = (parts: Part[]) =>
      parts
        .filter((part) => part.incarnation === incarnation)
        .reduce((units, { weight }) => units + toUnits(weight), 0n);
    const amount = sum(now) - sum(before);
    return amount === 0n ? [] : [{ incarnation, at, amount: toDecimal(amount) }];
  });

/** Step 1; or all of it, when nothing changes but the version. False when another was faster. */
const write = async (
  table: Table,
  key: Record<string, string>,
  seen: Item | undefined,
  { version, fence, parts, changes }: Intent,
): Promise<boolean> => {
  const untouched =
    seen === undefined ? "attribute_not_exists(user_id)" : "#version = :seen and attribute_not_exists(pending)";
  const written = await table.update(key, {
    condition: untouched,
    ...(changes.length > 0
      ? { update: "set pending = :intent", ...(seen && { names: { "#version": "version" } }) }
      : { update: "set #version = :version, parts = :parts", names: { "#version": "version" } }),
    values: {
      ...(seen && { ":seen": seen.version }),
      ...(changes.length > 0
        ? { ":intent": { version, fence, parts, changes } }
        : { ":version": version, ":parts": parts }),
    },
  });
  return written !== undefined;
};

/** Steps 2 to 4, from the beginning; harmless when some of it has been done before. */
const carryOut = async (run: Run, key: Record<string, string>, { version, parts, changes }: Intent): Promise<void> => {
  for (const change of changes) await add(run, change);
  const committed = await run.table.update(key, {
    update: "set #version = :version, parts = :parts remove pending",
    condition: "pending.#version = :version and pending.fence = :fence",
    names: { "#version": "version" },
    values: { ":version": version, ":parts": parts, ":fence": run.fence },
  });
  if (committed === undefined) throw superseded(run);
  for (const { incarnation, at } of changes) await settle(run, incarnation, at);
};

/** A category can be written to: it is the one that is meant, at rest, and nobody with a higher fencing token has been at it. */
const ours =
  "incarnation = :incarnation and attribute_not_exists(#move) and (attribute_not_exists(fence) or fence <= :fence)";

/** Step 2, for one category: nothing when it is done already, or the category is gone. */
const add = async (run: Run, change: Change): Promise<void> => {
  for (let at = change.at; ; ) {
    const added = await run.table.update(keyOf(run.userId, at), {
      update: "add score :amount, inflight :tokens set fence = :fence",
      condition: `${ours} and not contains(inflight, :token)`,
      names: { "#move": "move" },
      values: {
        ":amount": run.table.number(change.amount),
        ":tokens": new Set([run.token]),
        ":token": run.token,
        ":incarnation": change.incarnation,
        ":fence": run.fence,
      },
    });
    if (added !== undefined) return;
    const category = await locate(run, change.incarnation);
    if (category === undefined || category.inflight?.has(run.token)) return;
    at = category["type#name"];
  }
};

/** Step 4, for one category. */
const settle = async (run: Run, incarnation: string, wasAt: string): Promise<void> => {
  for (let at = wasAt; ; ) {
    const settled = await run.table.update(keyOf(run.userId, at), {
      update: "delete inflight :tokens set fence = :next",
      condition: ours,
      names: { "#move": "move" },
      values: {
        ":tokens": new Set([run.token]),
        ":incarnation": incarnation,
        ":fence": run.fence,
        ":next": run.fence + 1,
      },
    });
    if (settled !== undefined) return;
    const category = await locate(run, incarnation);
    if (category === undefined) return;
    at = category["type#name"];
  }
};

/** Where a category is now; undefined when it is gone. */
const locate = async (run: Run, incarnation: string): Promise<CategoryItem | undefined> => {
  for (;;) {
    const categories = await readCategories(run.table, run.userId);
    const category = categories.find((candidate) => candidate.incarnation === incarnation);
    if (category?.move === undefined) {
      if (Number(category?.fence ?? 0) <= run.fence) return category;
      throw superseded(run);
    }
    await finishMove(run.table, category);
  }
};

const superseded = ({ userId }: Run): Error =>
  transient(`Another run has counted for user ${userId} meanwhile; this one is to be repeated.`);

/** After a function that died between commit and settling: takes out the tokens of all versions that are committed. */
const settleLeftovers = async (run: Run, transactionId: string, committed: number): Promise<void> => {
  for (const category of await readCategories(run.table, run.userId)) {
    for (const token of category.inflight ?? []) {
      const [id, version] = token.split("/");
      if (id !== transactionId || Number(version) > committed) continue;
      const { fence } = (await beginCounting(run.table, run.userId)) ?? run;
      await settle({ ...run, fence, token }, category.incarnation, category["type#name"]);
    }
  }
};
