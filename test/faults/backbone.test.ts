/**
 * The event backbone under faults: the real relays in processes of their own, on a real PostgreSQL with the real migrations, the local
 * broker and the host of event source mappings. Faults come one after the other while writers write; then everything must come to
 * rest with nothing lost, nothing made up, nothing out of order, and every effect exactly once.
 *
 * `FAULTS` sets how many. The seed of the faults is printed; `FAULT_SEED` repeats it (what is done to whom; how it meets with the rest
 * is up to the machine).
 */
import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { assertTruth, everyRelayServes, untilRecovered } from "./checks";
import { dealFaults, FAULTS } from "./faults";
import { within } from "./until";
import { startWorld, type World } from "./world";

const SEED = Number(process.env.FAULT_SEED ?? randomInt(2 ** 32));
const COUNT = Number(process.env.FAULTS ?? 200);
const FAULTS_PER_ROUND = 50;
/** However slow the machine is. */
const INJECTED_WITHIN_MS = 30_000;

describe(`the event backbone under faults (FAULT_SEED=${SEED})`, function () {
  this.bail(true);
  let world: World;
  let kinds: Generator<string, never>;
  /** By kind: how many came about, and ms that all attempts took. */
  const tally = new Map<string, { count: number; ms: number }>();

  before(async () => {
    world = await startWorld(SEED);
    kinds = dealFaults(world.random);
  });
  afterEach(function () {
    if (this.currentTest?.isPassed()) return;
    console.log(`FAULT_SEED=${SEED}. The last that happened:\n${world.logged.slice(-150).join("\n")}`);
  });
  after(async () => {
    await world?.stop();
    const lines = [...tally]
      .sort(([, a], [, b]) => b.count - a.count)
      .map(([kind, { count, ms }]) => `${String(count).padStart(6)} ${kind} (${Math.round(ms / count)} ms each)`);
    console.log(lines.join("\n"));
  });

  for (let from = 1; from <= COUNT; from += FAULTS_PER_ROUND) {
    const to = Math.min(COUNT, from + FAULTS_PER_ROUND - 1);
    it(`loses, doubles and reorders nothing: faults ${from} to ${to}`, async () => {
      for (const { writers } of world.services) writers.resume();
      await injectFaults(to - from + 1);
      await recover();
      assert.deepEqual(world.crashes, []);
      for (const service of world.services) {
        const { committed, published, rolledBack } = await assertTruth(service, world.kafka);
        world.logged.push(`${service.name}: ${committed} committed, ${published} published, ${rolledBack} rolled back`);
        assert.ok(rolledBack > 0 && published > committed, "There was no rollback, or nothing was published again.");
      }
    });
  }

  async function injectFaults(count: number): Promise<void> {
    for (let injected = 0, tries = 0; injected < count; tries++) {
      assert.ok(tries < 2 * count, `Of ${tries} faults only ${injected} came about.`);
      const kind = kinds.next().value;
      const service = world.random.one(world.services);
      const started = performance.now();
      const inject = FAULTS[kind]?.inject(world, service, world.random.fork()) ?? Promise.resolve(false);
      const cameAbout = await within(INJECTED_WITHIN_MS, inject);
      assert.ok(cameAbout !== undefined, `${service.name}: ${kind}: hangs.`);
      const ms = Math.round(performance.now() - started);
      world.logged.push(`${new Date().toISOString()} ${service.name}: ${kind}${cameAbout ? "" : ": not"} (${ms} ms)`);
      const sofar = tally.get(kind) ?? { count: 0, ms: 0 };
      tally.set(kind, { count: sofar.count + (cameAbout ? 1 : 0), ms: sofar.ms + ms });
      if (cameAbout) injected++;
    }
  }

  async function recover(): Promise<void> {
    await Promise.all(world.services.map(({ writers }) => writers.pause()));
    const started = performance.now();
    for (const { effects } of world.services) effects.heal();
    world.toBroker.heal();
    world.toDatabase.heal();
    await Promise.all(world.services.map(untilRecovered));
    await Promise.all(world.services.map(everyRelayServes));
    await Promise.all(world.services.map(untilRecovered));
    const recovery = tally.get("recovery") ?? { count: 0, ms: 0 };
    tally.set("recovery", { count: recovery.count + 1, ms: recovery.ms + performance.now() - started });
  }
});
