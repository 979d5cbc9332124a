import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { lastResults, measured, processorSeconds } from "../../bench/measured";
import { demandOf } from "../../bench/scaling/demand";
import { idealFor } from "../../bench/scaling/ideal";
import { effective, meanWait, turnedAway, waiting, waitOf } from "../../bench/scaling/queue";
import { withFigures } from "../../bench/scaling/report";
import { saturationOf } from "../../bench/scaling/saturation";
import { connectionsOf, STAGES } from "../../bench/scaling/stages";
import { copes, lineOf, mixed, most, type Station } from "../../bench/scaling/station";

/** The same random numbers each time (mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

interface World {
  servers: number;
  arrivals: number;
  seconds: number;
  requests: number;
}

/** Requests one by one, each to the server that is free first. `patient` ones wait, others go when none is free. */
function simulate({ servers, arrivals, seconds, requests }: World, patient: boolean) {
  const random = randomNumbers(7);
  const exponential = (mean: number) => -mean * Math.log(1 - random());
  const freeAt = new Float64Array(servers);
  const waits: number[] = [];
  let now = 0;
  let gone = 0;
  for (let index = 0; index < requests; index++) {
    now += exponential(1 / arrivals);
    let first = 0;
    for (let other = 1; other < servers; other++) {
      if ((freeAt[other] ?? 0) < (freeAt[first] ?? 0)) first = other;
    }
    const start = Math.max(now, freeAt[first] ?? 0);
    if (!patient && start > now) {
      gone++;
      continue;
    }
    waits.push(start - now);
    freeAt[first] = start + exponential(seconds);
  }
  waits.sort((a, b) => a - b);
  return {
    mean: waits.reduce((sum, wait) => sum + wait, 0) / waits.length,
    of: (share: number) => waits[Math.floor(share * waits.length)] ?? 0,
    waited: waits.filter((wait) => wait > 0).length / waits.length,
    gone: gone / requests,
  };
}

const near = (actual: number, expected: number, share: number) =>
  assert.ok(Math.abs(actual - expected) <= Math.abs(expected) * share, `${actual} is not near ${expected}`);

describe("queues", () => {
  it("turn away and wait as the textbooks have it", () => {
    // One server: all that is under way when somebody comes.
    near(waiting(1, 0.7), 0.7, 1e-12);
    near(turnedAway(1, 1), 0.5, 1e-12);
    near(waiting(2, 1), 1 / 3, 1e-12);
    near(turnedAway(10, 5), 0.018385, 1e-4);
    near(waiting(10, 8), 0.40918, 1e-4);
    near(meanWait({ servers: 1, arrivals: 8, seconds: 0.1 }), 0.4, 1e-9);
    assert.equal(meanWait({ servers: 2, arrivals: 20, seconds: 0.1 }), Number.POSITIVE_INFINITY);
    assert.equal(waiting(2, 3), 1);
    assert.equal(waitOf(0.5, { servers: 1, arrivals: 1, seconds: 0.1 }), 0);
  });

  for (const [servers, load] of [
    [1, 0.6],
    [4, 3.2],
    [28, 24],
  ] as const) {
    it(`of ${servers} servers under ${load} erlangs wait as a simulation of single requests does`, () => {
      const queue = { servers, arrivals: load / 0.01, seconds: 0.01 };
      const seen = simulate({ ...queue, requests: 600_000 }, true);
      near(seen.mean, meanWait(queue), 0.06);
      near(seen.waited, waiting(servers, load), 0.04);
      near(seen.of(0.99), waitOf(0.99, queue), 0.06);
    });
  }

  it("turn away as a simulation does", () => {
    const seen = simulate({ servers: 20, arrivals: 16 / 0.03, seconds: 0.03, requests: 600_000 }, false);
    near(seen.gone, turnedAway(20, 16), 0.05);
  });

  it("have processors get in each other's way", () => {
    assert.equal(effective(0.5, 0.01), 0.5);
    assert.equal(effective(1, 0.01), 1);
    near(effective(64, 0.01), 64 / 1.63, 1e-12);
    assert.equal(effective(8, 0), 8);
  });
});

describe("scaling", () => {
  it("is as docs/scaling.md says; otherwise: npm run scaling", () => {
    const page = readFileSync(join(__dirname, "..", "..", "docs", "scaling.md"), "utf8");
    assert.equal(page, withFigures(page));
    assert.throws(() => withFigures("# Scaling"), /has no "<!-- figures/);
  });

  it("is worked out from what was measured, by name", () => {
    const results = lastResults();
    const { write, read, event } = processorSeconds(results);
    assert.ok(write > event && read > 0, "a write costs more than its event");
    // Figures in proportion to others have the same name under each of them.
    const alone = "  the same SQL by postgres.js alone, 10 connections";
    const [first, second] = results.figures.filter(({ name }) => name === alone);
    assert.equal(measured(results, alone, "/s", "POST /transactions, 10 connections"), second?.value);
    assert.equal(measured(results, alone, "/s"), first?.value);
    assert.throws(() => measured(results, "nothing", "/s"), /No figure "nothing"/);
    assert.throws(() => measured(results, alone, "/s", "nothing"), /No figure/);
  });

  it("is a quota, a pool or a line, each with its own limit", () => {
    const station = { name: "a", remedy: "b" };
    const demand = demandOf(1_000_000);
    const quota = (limit: number): Station => ({ ...station, kind: "quota", limit, load: ({ writes }) => writes });
    assert.equal(copes(quota(demand.writes / 0.8 + 1), demand), true);
    assert.equal(copes(quota(demand.writes / 0.8 - 1), demand), false);
    const pool = (places: number): Station => ({
      ...station,
      kind: "pool",
      places,
      load: ({ writes }) => ({ arrivals: writes, seconds: 1 }),
    });
    const places = Array.from({ length: 1_000 }, (_, index) => index).find((count) => copes(pool(count), demand)) ?? 0;
    assert.ok(turnedAway(places, demand.writes) <= 1e-4 && turnedAway(places - 1, demand.writes) > 1e-4);
    const line = (patience: number): Station => ({
      ...station,
      kind: "line",
      servers: 4,
      patience,
      load: ({ writes }) => ({ arrivals: writes, seconds: 3.6 / writes }),
    });
    const wait = waitOf(0.99, { servers: 4, arrivals: demand.writes, seconds: 3.6 / demand.writes });
    assert.equal(copes(line(wait * 1.01), demand), true);
    assert.equal(copes(line(wait * 0.99), demand), false);
  });

  it("has parts of processors count as slower ones", () => {
    assert.deepEqual(lineOf(0.5, { arrivals: 1, seconds: 0.1 }), { servers: 1, arrivals: 1, seconds: 0.2 });
    const two = lineOf(2.5, { arrivals: 1, seconds: 0.1 });
    assert.equal(two.servers, 2);
    near(two.seconds, 0.08, 1e-12);
  });

  it("mixes kinds of work by how long each takes", () => {
    const work = mixed({ arrivals: 3, seconds: 0.1 }, { arrivals: 1, seconds: 0.5 });
    assert.equal(work.arrivals, 4);
    near(work.seconds, 0.2, 1e-12);
    assert.deepEqual(mixed(), { arrivals: 0, seconds: 0 });
  });

  it("finds the most that is coped with", () => {
    near(
      most((count) => count <= 123_456, 1e9),
      123_456,
      0.001,
    );
    assert.equal(
      most(() => true, 1_000),
      1_000,
    );
    assert.ok(most((count) => count < 1, 1_000) <= 1);
  });

  it("has each stage cope with more than the one before, and with no more than its fullest part", () => {
    const saturations = STAGES.map(saturationOf);
    for (const [index, { stage, people, stations }] of saturations.entries()) {
      assert.ok(people > 2 * (saturations[index - 1]?.people ?? 0), stage.name);
      const demand = (share: number) => demandOf(people * share);
      for (const station of stage.stations) assert.ok(copes(station, demand(0.99)), `${stage.name}: ${station.name}`);
      assert.ok(stations[0] && !copes(stations[0].station, demand(1.01)), stage.name);
    }
  });

  it("knows how many connections PostgreSQL takes, by memory and by limits", () => {
    assert.deepEqual(
      [connectionsOf(0, 2), connectionsOf(0.5, 16), connectionsOf(1, 16), connectionsOf(4, 256)],
      [450, 2_000, 3_604, 5_000],
    );
  });

  it("needs more pieces of the seed's ideal for more people", () => {
    const [few, many] = [idealFor(100_000_000), idealFor(1_000_000_000)];
    for (const [index, { what, count }] of many.entries()) {
      assert.equal(few[index]?.what, what);
      assert.ok(count > (few[index]?.count ?? 0) && (few[index]?.count ?? 0) >= 1, what);
    }
  });
});
