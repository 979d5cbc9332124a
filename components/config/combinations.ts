import { PRODUCTION } from "../production";
import { secondsOf } from "../rate";
import type { Problem } from "./problems";
import type { Settings } from "./schemas";

/** A combination of settings that cannot work, or must not be. */
export interface Combination {
  /** The key that is named, below `ahorro:`. */
  key: string;
  /** Whether it is there. */
  wrong: (settings: Settings) => boolean;
  /** What is wrong with the key's value, and why. */
  what: string;
  remedy: string;
}

/** Wherever AWS is deployed to. */
export const ANYWHERE: Combination[] = [
  {
    key: "identity.passwordSignIn",
    wrong: ({ identity }) => identity.passwordSignIn,
    what: "is for the local stack only: passwords would be sent, where SRP proves that one knows them",
    remedy: "Set it to false",
  },
  {
    key: "events.sweep",
    wrong: ({ database, events }) =>
      database.autoPauseSeconds !== undefined && secondsOf(events.sweep) <= database.autoPauseSeconds,
    what: "wakes the database before it has paused (database.autoPauseSeconds), so that it never does and is paid for all the time",
    remedy: "Sweep less often, or set database.minCapacity above 0",
  },
  {
    key: "ledger.check",
    wrong: ({ database, ledger }) =>
      database.autoPauseSeconds !== undefined && secondsOf(ledger.check) <= database.autoPauseSeconds,
    what: "wakes the database before it has paused (database.autoPauseSeconds), so that it never does and is paid for all the time",
    remedy: "Check less often, or set database.minCapacity above 0",
  },
  {
    key: "alarms.consumerLagEvents",
    wrong: ({ alarms, events }) => alarms.consumerLagEvents !== undefined && events.broker === "none",
    what: "watches what waits in topics, which there are none of without a broker (events.broker)",
    remedy: "Remove it: what consumers fail with is watched by alarms.deadLetters",
  },
  {
    key: "alarms.relayLagSeconds",
    // An alarm looks back for a day at most, and must find two sweeps there.
    wrong: ({ alarms, events }) => alarms.relayLagSeconds !== undefined && secondsOf(events.sweep) > 43_200,
    what: "is measured by sweeps (events.sweep), and would ring whenever there was none for a day",
    remedy: "Remove it, or sweep every 12 hours at least",
  },
  {
    key: "network.awsAccess",
    wrong: ({ network, events }) => network.awsAccess === "ipv6" && events.broker !== "none",
    what: 'must not be "ipv6" with a broker: Lambda\'s pollers of Kafka call Lambda and STS by IPv4',
    remedy: 'Set it to "endpoints", or events.broker to "none"',
  },
  {
    key: "network.awsAccess",
    wrong: ({ network }) => network.awsAccess === "ipv6" && network.natGateways !== "None",
    what: 'must not be "ipv6" with NAT gateways, which lead to AWS already',
    remedy: 'Set network.natGateways to "None"',
  },
  {
    key: "rates.feedUrl",
    wrong: ({ rates }) => rates.feedUrl?.startsWith("http:") === true,
    what: "would fetch exchange rates without TLS",
    remedy: "Use https",
  },
  {
    key: "delivery.pipeline",
    wrong: ({ delivery }) => delivery.github !== undefined && delivery.pipeline !== undefined,
    what: "would deploy each push at the same time as GitHub's workflows do (delivery.github)",
    remedy: "Remove one of them",
  },
  {
    key: "domain.zone",
    wrong: ({ domain: { name, zone, api } }) => zone === undefined && (name !== undefined || api !== undefined),
    what: "is missing: certificates and addresses of domain.name and domain.api are records of a zone",
    remedy: "Set it to the public hosted zone in Route 53 that the names are in, or remove the names",
  },
  {
    key: "domain.name",
    wrong: ({ domain: { name, zone, api } }) => name === undefined && (zone !== undefined || api !== undefined),
    what: "is missing: without a name of the web app, domain.zone and domain.api say nothing",
    remedy: "Set it to the host name of the web app, or remove the others",
  },
  ...(["name", "api"] as const).map((key) => ({
    key: `domain.${key}`,
    wrong: ({ domain: { zone, [key]: host } }: Settings) =>
      zone !== undefined && host !== undefined && host !== zone && !host.endsWith(`.${zone}`),
    what: "is not in the zone that domain.zone names",
    remedy: "Set one of them so that it is",
  })),
  {
    key: "domain.api",
    wrong: ({ domain: { name, api } }) => api !== undefined && api === name,
    what: "is the name of the web app already",
    remedy: "Set it to another name, or remove it: the API is below /api of the web app anyway",
  },
  {
    key: "edge.originKeys",
    wrong: ({ edge }) => edge.originRequired && edge.originKeys.length === 0,
    what: "is empty, and edge.originRequired is true: the API would refuse everything",
    remedy: "Set it to [1], or edge.originRequired to false",
  },
];

/** Where families' money is. */
export const IN_PRODUCTION: Combination[] = [
  {
    key: "events.broker",
    wrong: ({ events }) => events.broker === "none",
    what: 'must not be "none" in production: without a broker, events are neither kept nor in order when a consumer is down',
    remedy: 'Set it to "serverless" or "provisioned"',
  },
  ...(["database", "identity", "categories", "events", "lake"] as const).map((part) => ({
    key: `${part}.deletionProtection`,
    wrong: (settings: Settings) => !settings[part].deletionProtection,
    what: "must be true in production: a wrong name in the program would delete what families have stored",
    remedy: "Set it to true",
  })),
  ...(
    [
      "apiErrorPercent",
      "apiLatencyMs",
      "relayLagSeconds",
      "consumerLagEvents",
      "databaseCapacityPercent",
      "monthlyBudget",
    ] as const
  ).map((alarm) => ({
    key: `alarms.${alarm}`,
    wrong: ({ alarms, events }: Settings) =>
      alarms[alarm] === undefined && !(alarm === "consumerLagEvents" && events.broker === "none"),
    what: "must be given in production: nobody would be told",
    remedy: "Set it",
  })),
  ...(["deadLetters", "ledger"] as const).map((alarm) => ({
    key: `alarms.${alarm}`,
    wrong: ({ alarms }: Settings) => !alarms[alarm],
    what: "must be true in production: nobody would be told",
    remedy: "Set it to true",
  })),
  {
    key: "alarms.mails",
    wrong: ({ alarms }) => alarms.mails.length === 0,
    what: "must name somebody in production: alarms would ring unheard",
    remedy: "Add an address",
  },
  {
    key: "database.backupRetentionDays",
    wrong: ({ database }) => database.backupRetentionDays < 35,
    what: "must be 35 in production, as long as Aurora can keep them",
    remedy: "Set it to 35",
  },
  {
    key: "database.instances",
    wrong: ({ database }) => database.instances < 2,
    what: "must be 2 at least in production: another one takes over when one fails, or its zone",
    remedy: "Set it to 2",
  },
  {
    key: "database.minCapacity",
    wrong: ({ database }) => database.minCapacity === 0,
    what: "must be above 0 in production: whoever comes first after a pause would wait for a quarter of a minute",
    remedy: "Set it to 0.5 or more, and remove database.autoPauseSeconds",
  },
  {
    key: "database.ownKey",
    wrong: ({ database }) => !database.ownKey,
    what: "must be true in production: snapshots under AWS's key cannot be copied to another account, and the key cannot be changed later",
    remedy: "Set it to true",
  },
  {
    key: "edge.firewall",
    wrong: ({ edge }) => edge.firewall === undefined,
    what: "is missing in production: nothing would stop floods and known attacks",
    remedy: "Set edge.firewall.requestsPerAddress",
  },
  {
    key: "edge.originRequired",
    wrong: ({ edge }) => !edge.originRequired,
    what: "must be true in production: who asks the API directly would be past the firewall",
    remedy: "Set it to true",
  },
  {
    key: "logs.retentionDays",
    wrong: ({ logs }) => logs.retentionDays < 90,
    what: "must be 90 at least in production: what happened is often asked months later",
    remedy: "Set it to 90 or more",
  },
  {
    key: "api.corsOrigins",
    wrong: ({ api }) => api.corsOrigins.some((origin) => origin.startsWith("http:")),
    what: "must have https origins only in production: others can be made up by whoever is in between",
    remedy: "Remove those that begin with http:",
  },
];

/** What is wrong with settings that are right one by one. The local stack may be anything. */
export function impossible(stack: string, settings: Settings): Problem[] {
  if (stack === "local") return [];
  return [...ANYWHERE, ...(stack === PRODUCTION ? IN_PRODUCTION : [])]
    .filter(({ wrong }) => wrong(settings))
    .map(({ key, what, remedy }) => ({ key, what, remedy }));
}
