import assert from "node:assert/strict";
import { readQueries } from "../../../functions/lake/queries";
import { complaints } from "./dialect";

/** What DuckDB would run, and what is to be said of it. */
const FOREIGN: [sql: string, complaint: RegExp][] = [
  ["select count_if(personal) from user_events", /count_if\(\): not a function of both/],
  ["select approx_percentile(members, 0) from user_events", /approx_percentile\(\)/],
  ["select strftime(happened_at, '%Y') from user_events", /strftime\(\)/],
  ["select list_distinct(category_ids) from transaction_events", /list_distinct\(\)/],
  ["select members / 2 from user_events", /divides what was not cast to double/],
  ["select sum(members) / count(*) as mean from user_events", /divides what was not cast to double/],
  ["select date_trunc('month', happened_at) from user_events", /truncates to something else/],
  ["select date_diff('week', happened_at, happened_at) from user_events", /counts something else/],
  ["select date_diff('day', happened_at, cast(happened_at as date)) from user_events", /counts something else/],
  ["select cast(members as varchar) from user_events", /makes text of something else/],
  ["select cast(amount as decimal(10, 4)) from transaction_events", /another decimal/],
  ["select cast(amount as float) from transaction_events", /float: not a type of both/],
  ["select happened_at - interval '1' month from user_events", /an interval not in days/],
  ["select happened_at - interval 7 day from user_events", /an interval not in days/],
  ["select current_date - 7 from user_events", /adds something else than an interval/],
  ["select amount::date from transaction_events", /:: not a sign of both/],
  ['select "user_id" from user_events', /": not a sign of both/],
  ["select user_id from user_events where user_id != ''", /!: not a sign of both/],
  ["select category_ids[1] from transaction_events", /\[: not a sign of both/],
  ["select * from user_events", /a star/],
  ["select user_id from user_events group by all qualify 1 = 1", /qualify: neither/],
  ["select user_id from user_events where role ilike 'a'", /ilike: neither/],
  ["select user_id from users", /users: neither/],
  ["select email from user_events", /email: neither/],
  ["select user_id as end from user_events", /end: a name that Trino reserves/],
  ["with values as (select user_id from user_events) select user_id from user_events", /values: a name that Trino/],
  ["SELECT user_id from user_events", /SELECT: not in lower case/],
];

describe("The dialect of the saved questions", () => {
  for (const { name, sql } of readQueries()) {
    it(`${name} is of Athena and DuckDB alike`, () => assert.deepEqual(complaints(sql), []));

    it(`${name} reads no more days of transactions than it needs`, () => {
      const reads = sql.split(/\b(?:from|join) transaction_events\b/).length - 1;
      const limited = sql.match(
        /\bday >= cast\(cast\(date_trunc\('week', current_date\) - interval '\d+' day as date\) as varchar\)/g,
      );
      assert.equal(limited?.length ?? 0, reads);
    });
  }

  for (const [sql, complaint] of FOREIGN) {
    it(`has not: ${sql}`, () => assert.match(complaints(sql).join("\n"), complaint));
  }
});
