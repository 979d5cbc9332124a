import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { relay } from "../../functions/outbox/relay";
import { kafkaPublisher } from "../../functions/runtime/kafka";
import { type Connection, connect, isUnavailable } from "../../functions/runtime/postgres";
import { startPostgres } from "../../local/services/postgres";
import { startBroker } from "../local/services/kafka/support";
import { removeFolder, temporaryFolder } from "../local/services/temporary";
import { databaseEnvironment } from "./database";
import { startProxy } from "./proxy";
import { readTopic } from "./topic";
import { within } from "./until";
import { clientOf } from "./world";

describe("connections that break under the relay", () => {
  const environment = { ...process.env };
  const stops: (() => unknown)[] = [];
  afterEach(async () => {
    process.env = { ...environment };
    for (const stop of stops.splice(0).reverse()) await stop();
  });

  it("do not have the broker take other events for those of a send that failed", async () => {
    const proxy = await startProxy(() => broker.port);
    const broker = await startBroker({ advertised: { host: "127.0.0.1", port: proxy.port } });
    stops.push(broker.close, proxy.close);
    broker.ensureTopic("t", 1);
    Object.assign(process.env, { KAFKA_BROKERS: `127.0.0.1:${proxy.port}`, KAFKA_SECURITY: "none" });
    const publisher = kafkaPublisher("relay");
    const publish = (id: string) =>
      publisher.publish("t", [{ key: "k", value: JSON.stringify({ id, subject: "k" }), headers: { ce_id: id } }]);

    await publish("first");
    const lost = Promise.all(proxy.links("relay").map((link) => link.loseNextAnswer()));
    const failed = assert.rejects(publish("second"));
    await lost;
    const allow = proxy.refuse("relay");
    await failed;
    allow();
    await publish("third");
    await publish("fourth");

    const kafka = clientOf(proxy.port);
    const admin = kafka.admin();
    await admin.connect();
    stops.push(() => admin.disconnect());
    const published = await readTopic(kafka, admin, "t");
    assert.deepEqual(
      published.map(({ id }) => id),
      ["first", "second", "third", "fourth"],
    );
  });

  const startDatabase = async () => {
    const folder = temporaryFolder();
    stops.push(() => removeFolder(folder));
    const postgres = await startPostgres({ dataFolder: folder, port: 0, password: "faults", log: () => {} });
    stops.push(postgres.stop);
    const proxy = await startProxy(postgres.port);
    stops.push(proxy.close);
    Object.assign(process.env, databaseEnvironment(proxy.port, "postgres", "relay"), {
      DATABASE_USER: "postgres",
      PGPASSWORD: "faults",
    });
    return proxy;
  };

  it("do not keep a relay that can no longer reach PostgreSQL from ending", async () => {
    const proxy = await startDatabase();
    const breaking = (sql: Connection): Connection =>
      new Proxy(sql, {
        apply(target, self, args) {
          if (String(args[0]).includes("advisory_lock")) for (const link of proxy.links()) void link.loseNextAnswer();
          return Reflect.apply(target, self, args);
        },
      });
    const open = async () => {
      const sql = connect("relay");
      await sql`select`;
      return breaking(sql);
    };
    const connection = await open();
    const run = relay({
      connect: () => connection,
      publish: async () => {},
      afterwards: "delete",
      buried: () => {},
      aged: () => {},
    });
    const failed = assert.rejects(run({}, { getRemainingTimeInMillis: () => 60_000 }), { code: "CONNECTION_CLOSED" });
    assert.ok(
      await within(
        10_000,
        failed.then(() => true),
      ),
      "The relay has not ended.",
    );
  });

  for (const how of ["end", "reset"] as const) {
    it(`fail the transaction under way, and nothing else (${how})`, async () => {
      const proxy = await startDatabase();
      const sql = connect("api");
      stops.push(() => sql.end({ timeout: 0 }));
      await sql`create table written (by text)`;
      const inFlight = sql.begin(async (transaction) => {
        await transaction`insert into written (by) values ('in flight')`;
        const sleeping = transaction`select pg_sleep(10)`.execute();
        for (const link of proxy.links()) link.cut(how);
        await sleeping;
      });
      await assert.rejects(inFlight, isUnavailable);

      const [begun, resting] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      const idle = sql.begin(async (transaction) => {
        await transaction`insert into written (by) values ('idle')`;
        begun.resolve();
        await resting.promise;
        await transaction`insert into written (by) values ('too late')`;
      });
      await begun.promise;
      for (const link of proxy.links()) link.cut(how);
      await assert.rejects(idle, isUnavailable);
      await sql.begin(async (transaction) => {
        await transaction`insert into written (by) values ('next')`;
        resting.resolve();
        await sleep(20);
      });
      assert.deepEqual([...(await sql`select by from written`)], [{ by: "next" }]);
    });
  }

  it("do not leave a connection behind that nobody can use", async () => {
    const proxy = await startDatabase();
    const sql = connect("api");
    stops.push(() => sql.end({ timeout: 0 }));
    const work = async (rounds: number) => {
      for (let round = 0; round < rounds; round++) await Promise.all([sql`select 1`, sql`select ${"x"}::text`]);
    };
    for (let round = 0; round < 60; round++) {
      await work(1); // one that breaks while it is being made is made again, unnoticed
      const broken = work(1_000_000).then(
        () => "",
        () => "broken",
      );
      await sleep(round % 7);
      for (const link of proxy.links()) link.cut(round % 2 === 0 ? "end" : "reset");
      assert.equal(await within(5_000, broken), "broken", `round ${round}: a statement hangs`);
      await sleep(5); // until the socket is closed, it is still used, and fails
      assert.ok(
        await within(
          5_000,
          work(1).then(() => true),
        ),
        `round ${round}: the next statement hangs`,
      );
    }
  });
});
