import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { demoRates } from "../../../functions/demo/rates";
import type { Rates } from "../../../functions/rates/feed";
import { ratesLoader } from "../../../functions/rates/loader";
import type { WriteRates } from "../../../functions/rates/writer";
import { dayRates, feedOf } from "./documents";

/** A Wednesday, 17:30 in Frankfurt. */
const NOW = Date.parse("2026-11-25T16:30:00Z");

describe("The loader of exchange rates", () => {
  let server: Server;
  let url: string;
  let asked: string[];
  let answers: Record<string, (() => { status?: number; body?: string | Buffer; location?: string }) | undefined>;
  before(async () => {
    server = createServer((request, response) => {
      const file = (request.url ?? "").replace("/stats/", "");
      asked.push(file);
      const { status = 200, body = "", location } = answers[file]?.() ?? { status: 404 };
      response.writeHead(status, { "content-type": "text/xml", ...(location && { location }) }).end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/stats`;
  });
  beforeEach(() => {
    asked = [];
    answers = {};
  });
  after(() => server.close());

  /** A writer that remembers. */
  const table = (known: string[] = []) => {
    const written: Rates[] = [];
    const days = new Set(known);
    const write: WriteRates = async ({ rates = {} }) => {
      if (Object.keys(rates).length > 0) written.push(rates);
      for (const day of Object.keys(rates)) days.add(day);
      return { last_day: [...days].sort().at(-1) ?? null, written: Object.keys(rates).length };
    };
    return { write, written };
  };
  const load = (write: WriteRates, now = NOW) => ratesLoader({ url, write, now: () => now })();

  const DOCUMENTS: [lastDay: string | null, file: string | undefined, why: string][] = [
    ["2026-11-24", "eurofxref-daily.xml", "when today is missing"],
    ["2026-11-23", "eurofxref-hist-90d.xml", "when a day was missed"],
    ["2026-09-10", "eurofxref-hist-90d.xml", "when weeks were missed"],
    ["2026-08-20", "eurofxref-hist.xml", "when more was missed than that"],
    [null, "eurofxref-hist.xml", "at first"],
    ["2026-11-25", undefined, "when nothing is missing"],
  ];
  for (const [lastDay, file, why] of DOCUMENTS) {
    it(`asks for ${file ?? "nothing"} ${why}`, async () => {
      if (file) answers[file] = () => ({ body: feedOf({ "2026-11-25": dayRates() }) });
      const { write, written } = table(lastDay === null ? [] : [lastDay]);
      const result = await load(write);
      assert.deepEqual(asked, file ? [file] : []);
      assert.deepEqual(written, file ? [{ "2026-11-25": dayRates() }] : []);
      assert.equal(result.last_day, "2026-11-25");
    });
  }

  it("does not miss a day on Mondays, nor look for one at weekends", async () => {
    answers["eurofxref-daily.xml"] = () => ({ body: feedOf({ "2026-11-23": dayRates() }) });
    await load(table(["2026-11-20"]).write, Date.parse("2026-11-23T16:00:00Z"));
    await load(table(["2026-11-20"]).write, Date.parse("2026-11-22T16:00:00Z"));
    assert.deepEqual(asked, ["eurofxref-daily.xml"]);
  });

  it("reckons by Frankfurt's calendar", async () => {
    answers["eurofxref-daily.xml"] = () => ({ body: feedOf({ "2026-11-26": dayRates() }) });
    const result = await load(table(["2026-11-25"]).write, Date.parse("2026-11-25T23:30:00Z"));
    assert.equal(result.last_day, "2026-11-26");
  });

  it("writes a long history in parts, the oldest first", async () => {
    const rates: Rates = {};
    for (let time = Date.parse("2018-01-01"); time < NOW; time += 86_400_000) {
      rates[new Date(time).toISOString().slice(0, 10)] = dayRates();
    }
    answers["eurofxref-hist.xml"] = () => ({ body: feedOf(rates) });
    const { write, written } = table();
    const result = await load(write);
    assert.deepEqual(Object.assign({}, ...written), rates);
    assert.deepEqual(result, { written: Object.keys(rates).length, last_day: "2026-11-25" });
    assert.ok(written.length >= 4);
    for (const part of written) assert.ok(JSON.stringify(part).length < 1_000_000);
    const firsts = written.map((part) => Object.keys(part)[0] ?? "");
    assert.deepEqual(firsts, [...firsts].sort());
  });

  it("takes the demo's rates for rates, too", async () => {
    const rates = demoRates(new Date(NOW));
    answers["eurofxref-hist.xml"] = () => ({ body: feedOf(rates) });
    const { write, written } = table();
    await load(write);
    assert.deepEqual(Object.assign({}, ...written), rates);
  });

  it("writes nothing of what it cannot use, and fails, so that it is tried again", async () => {
    const failures: [answer: () => { status?: number; body?: string | Buffer; location?: string }, reason: RegExp][] = [
      [() => ({ status: 503 }), /eurofxref-daily\.xml was answered 503/],
      [() => ({ status: 302, location: "/stats/elsewhere.xml" }), /fetch failed|redirect/],
      [() => ({ body: "<html>" }), /not XML/],
      [() => ({ body: feedOf({ "2026-11-25": dayRates() }).slice(0, -30) }), /not XML/],
      [() => ({ body: Buffer.from([0x3c, 0xff, 0xfe]) }), /encoded data was not valid|utf-8/i],
      [() => ({ body: Buffer.alloc(33 * 2 ** 20, " ") }), /larger than 33554432 bytes/],
      [() => ({ body: feedOf({ "2026-11-26": dayRates() }) }), /still to come/],
    ];
    for (const [answer, reason] of failures) {
      answers["eurofxref-daily.xml"] = answer;
      const { write, written } = table(["2026-11-24"]);
      await assert.rejects(load(write), reason);
      assert.deepEqual(written, []);
    }
  });
});
