import assert from "node:assert/strict";
import { openLake } from "../../../functions/lake/duckdb";
import { queryOf, readQueries } from "../../../functions/lake/queries";
import type { CloudEvent } from "../../../functions/runtime/consumer";
import { removeFolder, temporaryFolder } from "../../local/services/temporary";
import { takeIn } from "../../support/lake";
import { history, week } from "./history";

/** What the questions' answers are for that history, worked out by hand: columns, then rows. */
const ANSWERS: Record<string, (string | null)[][]> = {
  "weekly-active-families": [
    ["week", "active_families", "active_people", "transactions"],
    [week(2), "2", "2", "3"],
    [week(3), "1", "3", "4"],
    [week(5), "1", "1", "1"],
    [week(6), "1", "1", "2"],
  ],
  "sign-ups-and-activation": [
    ["week", "sign_ups", "activated", "activation_rate"],
    [week(3), "1", "0", "0"],
    [week(5), "1", "0", "0"],
    [week(6), "2", "2", "1"],
  ],
  invitations: [
    ["week", "sent", "accepted", "acceptance_rate", "days_until_accepted"],
    [week(5), "1", "1", "1", "14"],
    [week(6), "2", "1", "0.5", "2"],
  ],
  "transactions-per-family": [
    ["week", "families", "transactions", "transactions_per_family", "most_transactions", "people_per_family"],
    [week(2), "2", "3", "1.5", "2", "1"],
    [week(3), "1", "4", "4", "4", "3"],
    [week(5), "1", "1", "1", "1", "1"],
    [week(6), "1", "1", "1", "1", "1"],
  ],
  retention: [
    ["cohort", "people", "weeks_later", "active", "retention"],
    [week(5), "1", "2", "1", "1"],
    [week(6), "2", "0", "1", "0.5"],
    [week(6), "2", "1", "1", "0.5"],
    [week(6), "2", "3", "2", "1"],
    [week(6), "2", "4", "2", "1"],
  ],
  "shared-families": [
    ["members", "families", "share", "share_of_shared"],
    ["1", "1", "0.5", "0.5"],
    ["2", "1", "0.5", "0.5"],
  ],
  currencies: [
    ["currency", "people", "families", "transactions", "average_expense"],
    ["EUR", "2", "2", "8", "25.25"],
    ["USD", "1", "1", "1", "5"],
  ],
  "currency-exchanges": [
    ["from_currency", "to_currency", "movements", "people", "amount", "to_amount", "average_rate"],
    ["EUR", "USD", "2", "2", "150.00", "164.00", "1.0933"],
  ],
  categories: [
    ["category", "kind", "transactions", "people"],
    ["(none)", "expense", "3", "2"],
    ["Groceries", "expense", "2", "2"],
    ["Restaurants", "expense", "2", "2"],
    ["(their own)", "income", "1", "1"],
  ],
  "deleted-accounts": [
    ["week", "deleted", "quiet_before", "days_with_us", "accounts_at_end"],
    [week(1), "2", "1", "20", "2"],
    [week(3), "0", "0", null, "4"],
    [week(5), "0", "0", null, "3"],
    [week(6), "0", "0", null, "2"],
  ],
};

const DAY_MS = 86_400_000;

/** Events in batches, each delivered on a day of its own. */
type Deliveries = CloudEvent[][];
const HISTORIES: Record<string, () => Deliveries> = {
  "delivered once": () => [history],
  "each delivered twice, on another day and the other way round": () => [history, [...history].reverse()],
  "delivered piece by piece, and pieces again": () => {
    const pieces = Array.from({ length: Math.ceil(history.length / 5) }, (_, i) => history.slice(i * 5, i * 5 + 5));
    return [...pieces, ...pieces.slice(2, 5), history.slice(3, 11)];
  },
};

describe("The saved questions", () => {
  it("are ten, each with a title, a description, and no more than Athena takes of either", () => {
    const queries = readQueries();
    assert.deepEqual(queries.map(({ name }) => name).sort(), Object.keys(ANSWERS).sort());
    assert.equal(queries.length, 10);
    for (const { title, description } of queries) {
      assert.ok(title.length <= 128 && !title.endsWith("."), title);
      assert.ok(description.length > 50 && description.length <= 1024 && description.endsWith("."), title);
    }
    assert.equal(new Set(queries.map(({ title }) => title)).size, 10);
  });

  it("are refused without a title, a description or a name", () => {
    const good = "-- Title\n-- What it means.\nselect 1\n";
    assert.deepEqual(queryOf("01-some-name.sql", good), {
      name: "some-name",
      title: "Title",
      description: "What it means.",
      sql: "select 1",
    });
    for (const [file, text] of [
      ["some-name.sql", good],
      ["01-Name.sql", good],
      ["01-name.sql", "-- Title\nselect 1"],
      ["01-name.sql", "select 1"],
    ] as const) {
      assert.throws(() => queryOf(file, text), /a saved query is called like 01-name\.sql/);
    }
  });

  for (const [title, deliveries] of Object.entries(HISTORIES)) {
    describe(`of a history ${title}`, () => {
      const folder = temporaryFolder();
      before(async () => {
        const batches = deliveries();
        const start = Date.now() - batches.length * DAY_MS;
        for (const [index, batch] of batches.entries()) {
          await takeIn(folder, batch, new Date(start + index * DAY_MS));
        }
      });
      after(() => removeFolder(folder));

      for (const { name, sql } of readQueries()) {
        it(`${name} is answered right`, async () => {
          const lake = await openLake(folder);
          try {
            const { columns, rows } = await lake.query(sql);
            assert.deepEqual([columns, ...rows], ANSWERS[name]);
          } finally {
            lake.close();
          }
        });
      }
    });
  }

  it("have answers without rows where nothing happened, and where nothing is yet", async () => {
    const folder = temporaryFolder();
    try {
      const lake = await openLake(folder);
      for (const { name, sql } of readQueries()) assert.deepEqual((await lake.query(sql)).rows, [], name);
      lake.close();
    } finally {
      removeFolder(folder);
    }
  });
});
