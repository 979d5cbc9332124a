import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import postgres from "postgres";
import { demoRates, refresh } from "../../../functions/demo/rates";
import { ratesLoader } from "../../../functions/rates/loader";
import type { WriteRates } from "../../../functions/rates/writer";
import { caller } from "../../../functions/runtime/invoke";
import { stack } from "../../support/stack";
import { dayRates, feedOf } from "./documents";

/** The deployed bundles, on the database of the running stack. All reports share the table: it is left as it was found, empty. */
describe("Exchange rates in the database", () => {
  let sql: postgres.Sql;
  before(async () => {
    sql = postgres((await stack()).endpoints.postgres.analytics ?? "", { max: 1, onnotice: () => undefined });
    await sql`delete from rates`;
  });
  afterEach(() => sql`delete from rates`);
  after(() => sql.end());

  const invoke = async (name: string, event: unknown) => {
    const result = await (await stack()).lambda.invoke(`ahorro-local-${name}`, event);
    if (!result.ok) throw new Error(result.error.errorMessage);
    return result.payload;
  };
  const ratesOf = (day: string) => sql`
    select currency, per_eur from rates where day = ${day} order by currency
  `;
  const rows = (rates: Record<string, string>) =>
    Object.entries(rates)
      .map(([currency, per_eur]) => ({ currency, per_eur }))
      .sort((a, b) => (a.currency < b.currency ? -1 : 1));

  it("are written digit by digit, once, and corrected", async () => {
    assert.deepEqual(await invoke("rates-writer", {}), { last_day: null, written: 0 });
    const rates = { "2026-11-23": dayRates({ USD: "1.0800" }), "2026-11-24": dayRates() };
    const count = Object.keys(dayRates()).length;
    assert.deepEqual(await invoke("rates-writer", { rates }), { last_day: "2026-11-24", written: 2 * count });
    assert.deepEqual([...(await ratesOf("2026-11-23"))], rows(dayRates({ USD: "1.0800" })));
    assert.deepEqual(await invoke("rates-writer", { rates }), { last_day: "2026-11-24", written: 0 });
    const corrected = { "2026-11-23": dayRates({ USD: "1.0801" }) };
    assert.deepEqual(await invoke("rates-writer", { rates: corrected }), { last_day: "2026-11-24", written: 1 });
    assert.deepEqual([...(await ratesOf("2026-11-23"))], rows(corrected["2026-11-23"]));
  });

  it("are refused when they are none, and nothing of them is written", async () => {
    const rates = { "2026-11-23": dayRates(), "2026-11-24": { USD: "-1" } };
    await assert.rejects(invoke("rates-writer", { rates }), /rates_per_eur_check/);
    assert.equal((await sql`select from rates`).length, 0);
  });

  it("are not fetched from anywhere while no source is configured", async () => {
    await assert.rejects(invoke("rates-loader", {}), /No source of exchange rates is configured/);
  });

  it("come from a feed through the Lambda API, and are there as the feed has them", async () => {
    const rates = { "2026-11-23": dayRates(), "2026-11-24": dayRates({ USD: "1.2345" }) };
    const feed = createServer((_, response) => response.end(feedOf(rates)));
    await new Promise<void>((resolve) => feed.listen(0, "127.0.0.1", resolve));
    const environment: Record<string, string> = {
      AWS_ENDPOINT_URL: (await stack()).endpoints.s3.endpoint,
      AWS_REGION: "eu-west-1",
      AWS_ACCESS_KEY_ID: "test",
      AWS_SECRET_ACCESS_KEY: "test",
    };
    const before = Object.keys(environment).map((name) => [name, process.env[name]] as const);
    Object.assign(process.env, environment);
    try {
      const call = caller();
      const load = ratesLoader({
        url: `http://127.0.0.1:${(feed.address() as AddressInfo).port}`,
        write: (event) => call("ahorro-local-rates-writer", event) as ReturnType<WriteRates>,
        now: () => Date.parse("2026-11-24T18:00:00Z"),
      });
      const written = 2 * Object.keys(dayRates()).length;
      assert.deepEqual(await load(), { written, last_day: "2026-11-24" });
      assert.deepEqual([...(await ratesOf("2026-11-24"))], rows(rates["2026-11-24"]));
      await assert.rejects(
        call("ahorro-local-rates-writer", { rates: { x: { USD: "1" } } }),
        /ahorro-local-rates-writer failed: .*invalid input syntax for type date/,
      );
      await assert.rejects(call("ahorro-local-nobody", {}), /Lambda answered 404/);
    } finally {
      for (const [name, value] of before) {
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
      feed.close();
    }
  });

  it("may be read by reports, and written by nobody else", async () => {
    const granted = await sql`
      select grantee, string_agg(privilege_type, ', ' order by privilege_type) as privileges
      from information_schema.role_table_grants
      where table_name = 'rates' and grantee <> 'analytics_migrator'
      group by grantee
      order by grantee
    `;
    assert.deepEqual(
      [...granted],
      [
        { grantee: "analytics_api", privileges: "SELECT" },
        { grantee: "analytics_loader", privileges: "INSERT, SELECT, UPDATE" },
      ],
    );
  });

  it("of the demo reach up to today at every start", async () => {
    const today = new Date();
    await refresh({ invoke }, today);
    const [found] =
      await sql`select count(distinct currency)::int as currencies, max(day)::text as last, min(day)::text as first from rates`;
    const days = Object.keys(demoRates(today)).sort();
    assert.deepEqual({ ...found }, { currencies: 29, last: days.at(-1), first: days[0] });
  });
});
