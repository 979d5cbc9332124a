import assert from "node:assert/strict";
import { type Contract, currentContracts, typeNames } from "../../../functions/events/contracts";
import { exampleOf } from "../../../functions/events/examples";
import { eventTypes } from "../../../functions/events/types";
import { lakeConsumer } from "../../../functions/lake/consumer";
import { lakeTables, type TableName } from "../../../functions/lake/tables";
import { personalGroupId } from "../../../functions/runtime/ids";
import { cloudEvent, mskEvent } from "../../support/events";
import { withoutErrors } from "../../support/quiet";

const contracts = currentContracts();

/** What the lake keeps of events: parsed rows by table. */
const rowsOf = async (...events: ReturnType<typeof cloudEvent>[]) => {
  const rows: Record<TableName, Record<string, unknown>[]> = { user_events: [], transaction_events: [] };
  await lakeConsumer(async (table, lines) => {
    rows[table].push(...lines.map((line) => JSON.parse(line)));
  })(mskEvent(events));
  return rows;
};

/** Values by type of column, in the form in which Firehose's deserializer reads them. */
const FORMS: Record<string, (value: unknown) => boolean> = {
  bigint: Number.isSafeInteger,
  boolean: (value) => typeof value === "boolean",
  timestamp: (value) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(String(value)),
  string: (value) => typeof value === "string" && isImpersonal(value),
  "array<string>": (value) => Array.isArray(value) && value.every((each) => UUID.test(String(each))),
};
const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

/** Ids, amounts, days, currencies, and words of lists: nothing that somebody can have typed. */
const isImpersonal = (text: string): boolean =>
  [UUID, /^-?\d+\.\d\d$/, /^\d{4}-\d\d-\d\d$/, /^[A-Z]{3}$/, /^(expense|income|movement|admin|member)$/].some((form) =>
    form.test(text),
  ) || typeNames.some((type) => type === text);

const MARK = "Zanzibar";

/** An event in which all that somebody types holds a mark. */
const marked = (type: keyof typeof eventTypes) => {
  const { data } = exampleOf(contracts[type] as Contract);
  const typed = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(typed);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([field, its]) =>
        /name|email|description|code|locale|time_zone/.test(field) ? [field, `${MARK} ${its}`] : [field, typed(its)],
      ),
    );
  };
  return cloudEvent(type, String(data[eventTypes[type].key]), typed(data) as Record<string, unknown>);
};

describe("Rows of the lake", () => {
  for (const type of typeNames) {
    const topic = eventTypes[type].topic;
    const [table, { columns }] =
      topic === "ahorro.users"
        ? (["user_events", lakeTables.user_events] as const)
        : (["transaction_events", lakeTables.transaction_events] as const);

    it(`of ${type} have the columns of ${table}, in its types, and nothing that somebody has typed`, async () => {
      const event = marked(type);
      assert.ok(type === "UserDeleted" || JSON.stringify(event).includes(MARK) || type.startsWith("Transaction"));
      const rows = await rowsOf(event);
      assert.deepEqual(
        Object.keys(rows).filter((name) => rows[name as TableName].length > 0),
        [table],
      );
      const [row = {}, ...more] = rows[table];
      assert.deepEqual(more, []);
      assert.deepEqual(Object.keys(row), Object.keys(columns));
      for (const [column, value] of Object.entries(row)) {
        const { type: columnType } = columns[column as keyof typeof columns];
        assert.ok(value === null || FORMS[columnType]?.(value), `${column}: ${value}`);
      }
      assert.ok(!JSON.stringify(row).includes(MARK));
      assert.deepEqual([row.event_id, row.event_type, row.happened_at], [event.id, type, event.time]);
    });
  }

  it("say of transactions whether they are in the user's own group, and of which categories their entries are", async () => {
    const user_id = "36c43189-0698-478c-ae9e-457e7ef8856f";
    const [food, rent] = ["00000000-0000-4000-8000-0000000000f1", "00000000-0000-4000-8000-0000000000f2"];
    const entry = (category_id: string | null) => ({ entry_id: food, description: null, amount: "1.00", category_id });
    const transaction = (data: Record<string, unknown>) =>
      cloudEvent("TransactionCreated", user_id, { user_id, ...data });
    const { transaction_events: rows } = await rowsOf(
      transaction({ group_id: personalGroupId(user_id), category_id: food, entries: [] }),
      transaction({ category_id: food, entries: [entry(rent), entry(null), entry(rent)] }),
      transaction({ category_id: null, entries: [entry(null)], approved_at: null }),
      transaction({ category_id: null, entries: [] }),
    );
    assert.deepEqual(
      rows.map(({ personal, category_ids }) => [personal, category_ids]),
      [
        [true, [food]],
        [false, [rent, food]],
        [false, []],
        [false, []],
      ],
    );
    assert.deepEqual([rows[0]?.approved, rows[2]?.approved], [true, false]);
  });

  it("of good events are put also when another is not, which fails as everywhere", async () => {
    const put: string[] = [];
    const consume = lakeConsumer(async (_, lines) => {
      put.push(...lines);
    });
    const [good, bad] = [cloudEvent("UserCreated", "36c43189-0698-478c-ae9e-457e7ef8856f", {}), marked("UserCreated")];
    delete process.env.DEAD_LETTERS_FUNCTION;
    await withoutErrors(() =>
      assert.rejects(consume(mskEvent([{ ...bad, data: {} }, good])), /UserCreated .* is not as expected/),
    );
    assert.deepEqual(
      put.map((line) => JSON.parse(line).event_id),
      [good.id],
    );
  });

  it("that cannot be put fail the invocation, and are not put with the next one", async () => {
    const put: string[] = [];
    let broken = true;
    const consume = lakeConsumer(async (_, lines) => {
      if (broken) throw Object.assign(new Error("down"), { name: "ServiceUnavailableException" });
      put.push(...lines);
    });
    const [first, second] = [marked("UserCreated"), marked("UserUpdated")];
    await assert.rejects(consume(mskEvent([first])), /down/);
    broken = false;
    await consume(mskEvent([second]));
    assert.deepEqual(
      put.map((line) => JSON.parse(line).event_id),
      [second.id],
    );
  });
});
