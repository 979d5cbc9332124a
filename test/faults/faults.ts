import { setTimeout as sleep } from "node:timers/promises";
import type { Mishap } from "./effects";
import type { Random } from "./random";
import type { Death, Relay } from "./relays";
import type { Service } from "./service";
import { commitOffsets } from "./topic";
import { within } from "./until";
import { PARTITIONS, type World } from "./world";

/** Answers whether it came about: whatever was to be broken was there, and broke. */
type Fault = (world: World, service: Service, random: Random) => Promise<boolean>;

/** How long a fault may take to come about, before it is given up. */
const PATIENCE_MS = 2_500;

const happens = async (event: Promise<unknown>): Promise<boolean> =>
  (await within(
    PATIENCE_MS,
    event.then(() => true),
  )) ?? false;

/** An instance that has nothing to do. */
async function idleRelay({ relays }: Service): Promise<Relay | undefined> {
  await relays.complete();
  const deadline = performance.now() + PATIENCE_MS;
  for (; performance.now() < deadline; await sleep(5)) {
    const [relay] = relays.idle();
    if (relay !== undefined) return relay;
  }
  return undefined;
}

/** Has an instance at work end itself with SIGKILL at a certain point; kills one from outside when none gets there. */
const killed =
  (at: Death["at"], mostMs: number): Fault =>
  async (_world, { relays }, random) => {
    await relays.complete();
    void relays.call();
    const working = relays.all().filter(({ busy }) => busy);
    const death = { at, afterMs: random.between(0, mostMs) };
    for (const relay of working) relay.doom(death);
    const cameAbout = await happens(Promise.race(working.map(({ ended }) => ended)));
    for (const relay of working) relay.doom(null);
    if (!cameAbout) working[0]?.signal("SIGKILL");
    return cameAbout;
  };

const callSeveral: Fault = async (_world, { relays }) => {
  await relays.complete();
  const called = relays.idle().map((relay) => relay.call());
  return called.length > 1;
};

/**
 * An instance stands still while its connection to the database breaks, so that others take over; then it goes on, as if nothing had
 * happened, with what it had read before.
 */
const freeze: Fault = async ({ toDatabase }, service, random) => {
  const { relays } = service;
  await relays.complete();
  void relays.call();
  await sleep(random.between(0, 60));
  const working = relays.all().filter(({ busy }) => busy);
  if (working.length === 0) return false;
  const frozen = random.one(working);
  frozen.signal("SIGSTOP");
  for (const link of toDatabase.links(databaseOpening(service))) link.cut("end");
  await sleep(random.between(50, 300));
  frozen.signal("SIGCONT");
  return true;
};

/** What the startup message of its relays' connections has in it. */
const databaseOpening = ({ name }: Service): string => `database\0${name}\0`;

type Client = "relay" | "consumer" | "database";

const linksOf = ({ toBroker, toDatabase }: World, service: Service, client: Client) => {
  if (client === "database") return toDatabase.links(databaseOpening(service));
  return toBroker.links(client === "relay" ? service.relayClient : service.consumerClient);
};

/** Relays hold a connection to the database only now and then. */
async function someLinks(world: World, service: Service, client: Client) {
  const deadline = performance.now() + PATIENCE_MS;
  for (; performance.now() < deadline; await sleep(3)) {
    const links = linksOf(world, service, client);
    if (links.length > 0) return links;
  }
  return [];
}

const cut =
  (client: Client): Fault =>
  async (world, service, random) => {
    const links = random.some(await someLinks(world, service, client), random.between(1, 3));
    for (const link of links) link.cut(random.one(["end", "reset"]));
    return links.length > 0;
  };

/** Goes on in the background: other faults happen meanwhile. */
const delay =
  (client: Client): Fault =>
  async (world, service, random) => {
    const links = await someLinks(world, service, client);
    for (const link of links) link.hold();
    setTimeout(
      () => {
        for (const link of links) link.release();
      },
      random.between(20, 400),
    );
    return links.length > 0;
  };

/** The server does what it is asked, but nobody gets to know, or gets but a part of the answer. */
const loseAnswer =
  (client: Client): Fault =>
  async (world, service, random) => {
    const links = await someLinks(world, service, client);
    const share = random.one([0, 0.5]);
    return links.length > 0 && happens(Promise.race(links.map((link) => link.loseNextAnswer(share))));
  };

/**
 * The broker takes what a relay sends, the answer is lost, and the broker stays out of reach until the relay has used up its attempts:
 * it fails, and does not know that it had succeeded.
 */
const cutOff: Fault = async (world, service) => {
  const links = await someLinks(world, service, "relay");
  const { toBroker } = world;
  const { relays, relayClient } = service;
  if (links.length === 0 || !(await happens(Promise.race(links.map((link) => link.loseNextAnswer()))))) return false;
  const before = relays.failures();
  const allow = toBroker.refuse(relayClient);
  for (const link of toBroker.links(relayClient)) link.cut("reset");
  const deadline = performance.now() + 2 * PATIENCE_MS;
  while (relays.failures() === before && performance.now() < deadline) await sleep(10);
  allow();
  return relays.failures() > before;
};

const refuseDatabase: Fault = async ({ toDatabase }, service, random) => {
  const allow = toDatabase.refuse(databaseOpening(service));
  const relay = await idleRelay(service);
  const answer = relay && (await within(PATIENCE_MS, relay.call()));
  await sleep(random.between(0, 100));
  allow();
  return answer?.ok === false;
};

/** Has the consuming function fail, or die, at a certain point. */
const consumer =
  (how: Mishap["how"], at: Mishap["at"], mostMs = 0): Fault =>
  async (_world, { effects }, random) => {
    const cameAbout = await happens(effects.plan({ how, at, afterMs: random.between(0, mostMs) }));
    if (!cameAbout) effects.heal();
    return cameAbout;
  };

/** Other partitions go on, so that events overtake each other. */
const stall: Fault = (_world, { effects }, random) =>
  happens(Promise.race(Array.from({ length: PARTITIONS }, (_, it) => effects.stall(it, random.between(50, 400)))));

/** Sets the consumer group back by some records, in some partitions. */
const redeliver: Fault = async ({ brokerPort }, service, random) => {
  const { admin, topic, group } = service;
  return service.whileNotConsuming(async () => {
    // A member whose farewell got lost is there until its session ends; the offsets of a group are its members' to set.
    const { groups } = await admin.describeGroups([group]);
    if (groups.some(({ members }) => members.length > 0)) return false;
    const [committed] = await admin.fetchOffsets({ groupId: group, topics: [topic] });
    const partitions = random
      .some(committed?.partitions ?? [], random.between(1, PARTITIONS))
      .map(({ partition, offset }): [number, number] => [
        partition,
        Math.max(0, Number(offset) - random.between(1, 60)),
      ]);
    await commitOffsets(brokerPort, group, topic, partitions);
    return true;
  });
};

const done = async (work: Promise<void>): Promise<boolean> => {
  await work;
  return true;
};

/** Each kind of fault, and how often it is chosen, relative to the others. */
export const FAULTS: Record<string, { weight: number; inject: Fault }> = {
  "relay killed before it publishes": { weight: 10, inject: killed("before-publish", 0) },
  "relay killed while it publishes": { weight: 14, inject: killed("in-publish", 8) },
  "relay killed between publishing and forgetting": { weight: 28, inject: killed("after-publish", 0) },
  "relay killed while it forgets": { weight: 12, inject: killed("in-forget", 4) },
  "relay killed after it has forgotten": { weight: 8, inject: killed("after-forget", 0) },
  "relay killed at any time": { weight: 14, inject: killed("any-time", 150) },
  "relay frozen, and overtaken": { weight: 10, inject: freeze },
  "several relays called at once": { weight: 8, inject: callSeveral },
  "relay's connections to the broker broken": { weight: 12, inject: cut("relay") },
  "relay's connections to the broker delayed": { weight: 6, inject: delay("relay") },
  "an answer of the broker to the relay lost": { weight: 8, inject: loseAnswer("relay") },
  "relay cut off from the broker after publishing": { weight: 3, inject: cutOff },
  "consumer's connections broken": { weight: 12, inject: cut("consumer") },
  "consumer's connections delayed": { weight: 6, inject: delay("consumer") },
  "an answer of the broker to the consumer lost": { weight: 6, inject: loseAnswer("consumer") },
  "relay's connections to PostgreSQL broken": { weight: 12, inject: cut("database") },
  "relay's connections to PostgreSQL delayed": { weight: 6, inject: delay("database") },
  "an answer of PostgreSQL to the relay lost": { weight: 8, inject: loseAnswer("database") },
  "PostgreSQL out of reach for the relay": { weight: 2, inject: refuseDatabase },
  "consumer killed mid-batch": { weight: 12, inject: consumer("killed", "midway") },
  "consumer killed while it has an effect": { weight: 6, inject: consumer("killed", "in-effect", 3) },
  "consumer killed after it did everything": { weight: 6, inject: consumer("killed", "after") },
  "consumer failed before it did anything": { weight: 4, inject: consumer("failed", "before") },
  "consumer failed mid-batch": { weight: 8, inject: consumer("failed", "midway") },
  "consumer failed after it did everything": { weight: 4, inject: consumer("failed", "after") },
  "a partition held up": { weight: 6, inject: stall },
  "consumer group set back": { weight: 6, inject: redeliver },
  "broker restarted": { weight: 5, inject: ({ broker }) => done(broker.restart()) },
  "broker killed": { weight: 5, inject: ({ broker }) => done(broker.kill()) },
  "PostgreSQL stopped at once, and restarted": { weight: 4, inject: (world) => done(world.crashDatabase()) },
};

/** Kinds of faults in random order, as often as their weights say; endless. */
export function* dealFaults(random: Random): Generator<string, never> {
  const deck = Object.entries(FAULTS).flatMap(([kind, { weight }]) => Array.from({ length: weight }, () => kind));
  for (;;) yield* random.some(deck, deck.length);
}
