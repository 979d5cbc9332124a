import "../../local/program/stub-arborist";
import assert from "node:assert/strict";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { readConfig } from "../../components/config";
import { localConfig } from "../../local/program/local-config";
import { PROJECT_FOLDER, stackConfig } from "../../local/program/stack-config";

/** Changes to a stack's configuration: `part.key` → value; null takes the key away. */
type Changes = Record<string, unknown>;

const id = "0a1b2c3d-0a1b-2c3d-4e5f-0a1b2c3d4e5f";
const connectionArn = `arn:aws:codeconnections:eu-west-1:123456789012:connection/${id}`;
const state = { bucket: "ahorro-state", keyArn: `arn:aws:kms:eu-west-1:123456789012:key/${id}` };

/** What cannot be, in which stack, and what the message must say: the key, why, and what to do. */
const IMPOSSIBLE: [stack: string, changes: Changes, message: RegExp][] = [
  [
    "prod",
    { "events.broker": "none", "alarms.consumerLagEvents": undefined },
    /"ahorro:events\.broker".*without a broker.*Set it to "serverless" or/,
  ],
  ["prod", { "database.deletionProtection": false }, /"ahorro:database\.deletionProtection".*Set it to true/],
  ["prod", { "identity.deletionProtection": false }, /"ahorro:identity\.deletionProtection"/],
  ["prod", { "categories.deletionProtection": false }, /"ahorro:categories\.deletionProtection"/],
  ["prod", { "events.deletionProtection": false }, /"ahorro:events\.deletionProtection"/],
  ["prod", { "lake.deletionProtection": false }, /"ahorro:lake\.deletionProtection"/],
  ["prod", { "database.backupRetentionDays": 7 }, /"ahorro:database\.backupRetentionDays".*Set it to 35/],
  ["prod", { "database.instances": 1 }, /"ahorro:database\.instances".*Set it to 2/],
  [
    "prod",
    { "database.minCapacity": 0, "database.autoPauseSeconds": 300, "events.sweep": "rate(1 hour)" },
    /"ahorro:database\.minCapacity".*Set it to 0\.5 or more/,
  ],
  ["prod", { "database.ownKey": false }, /"ahorro:database\.ownKey".*cannot be changed later/],
  ["prod", { "logs.retentionDays": 30 }, /"ahorro:logs\.retentionDays".*90/],
  ["prod", { "api.corsOrigins": ["http://localhost:5173"] }, /"ahorro:api\.corsOrigins".*Remove those/],
  ["prod", { "network.awsAccess": "ipv6" }, /"ahorro:network\.awsAccess".*Set it to "endpoints"/],
  ["staging", { "network.awsAccess": "ipv6" }, /"ahorro:network\.awsAccess".*pollers.*or events\.broker to "none"/],
  ["dev", { "network.natGateways": "Single" }, /"ahorro:network\.awsAccess".*NAT.*Set network\.natGateways to "None"/],
  ["staging", { "identity.passwordSignIn": true }, /"ahorro:identity\.passwordSignIn".*Set it to false/],
  ["dev", { "events.sweep": "rate(5 minutes)" }, /"ahorro:events\.sweep".*before it has paused.*Sweep less often/],
  ["dev", { "events.sweep": "rate(4 minutes)" }, /"ahorro:events\.sweep"/],
  [
    "dev",
    { "ledger.check": "rate(1 hour)", "database.autoPauseSeconds": 3600 },
    /"ahorro:ledger\.check".*before it has paused.*Check less often/,
  ],
  ["dev", { "alarms.consumerLagEvents": 10 }, /"ahorro:alarms\.consumerLagEvents".*without a broker.*Remove it/],
  [
    "staging",
    { "alarms.relayLagSeconds": 60, "events.sweep": "rate(1 day)" },
    /"ahorro:alarms\.relayLagSeconds".*12 hours/,
  ],
  ["prod", { "alarms.mails": [] }, /"ahorro:alarms\.mails".*Add an address/],
  ["prod", { "alarms.ledger": false }, /"ahorro:alarms\.ledger".*Set it to true/],
  ["prod", { "alarms.deadLetters": false }, /"ahorro:alarms\.deadLetters".*Set it to true/],
  ...[
    "apiErrorPercent",
    "apiLatencyMs",
    "relayLagSeconds",
    "consumerLagEvents",
    "databaseCapacityPercent",
    "monthlyBudget",
  ].map((alarm): [string, Changes, RegExp] => [
    "prod",
    { [`alarms.${alarm}`]: undefined },
    new RegExp(`"ahorro:alarms\\.${alarm}".*nobody would be told.*Set it`),
  ]),
  ["dev", { "rates.feedUrl": "http://ecb.example" }, /"ahorro:rates\.feedUrl".*Use https/],
  [
    "dev",
    {
      "delivery.github": { repository: "a/b" },
      "delivery.pipeline": { repository: "a/b", branch: "main", connectionArn },
      "delivery.state": state,
    },
    /"ahorro:delivery\.pipeline".*at the same time.*Remove one of them/,
  ],
  ["dev", { "domain.name": "app.a.example" }, /"ahorro:domain\.zone".*is missing.*Set it to the public hosted zone/],
  [
    "prod",
    { "domain.zone": null },
    /"ahorro:domain\.zone".*is missing: certificates.*Set it to the public hosted zone in Route 53/,
  ],
  ["prod", { "domain.name": null }, /"ahorro:domain\.name".*is missing.*Set it to the host name of the web app/],
  ["dev", { "domain.zone": "a.example" }, /"ahorro:domain\.name".*is missing.*or remove the others/],
  ["prod", { "domain.name": "app.notahorro.example" }, /"ahorro:domain\.name".*is not in the zone/],
  ["prod", { "domain.api": "ahorro.example.org" }, /"ahorro:domain\.api".*is not in the zone/],
  ["prod", { "domain.api": "app.ahorro.example" }, /"ahorro:domain\.api".*is the name of the web app already/],
  ["staging", { "edge.originKeys": [] }, /"ahorro:edge\.originKeys".*would refuse everything.*Set it to \[1\]/],
  ["prod", { "edge.originRequired": false }, /"ahorro:edge\.originRequired".*past the firewall.*Set it to true/],
  ["prod", { "edge.firewall": null }, /"ahorro:edge\.firewall".*is missing.*Set edge\.firewall\.requestsPerAddress/],
];

/** What is not refused, so that the rules say no more than they should. */
const POSSIBLE: [stack: string, changes: Changes][] = [
  ["prod", { "events.broker": "provisioned" }],
  ["staging", { "events.broker": "none", "alarms.consumerLagEvents": undefined }],
  ["staging", { "database.deletionProtection": false, "logs.retentionDays": 1 }],
  ["staging", { "alarms.relayLagSeconds": 60, "events.sweep": "rate(12 hours)" }],
  ["dev", { "ledger.check": "rate(2 hours)", "database.autoPauseSeconds": 3600 }],
  ["staging", { "network.awsAccess": "ipv6", "events.broker": "none", "alarms.consumerLagEvents": undefined }],
  ["prod", { "delivery.github": { repository: "a/b" }, "delivery.state": state }],
  ["dev", { "delivery.pipeline": { repository: "a/b", branch: "main", connectionArn }, "delivery.state": state }],
  ["prod", { "domain.name": "ahorro.example", "domain.api": "a.b.ahorro.example" }],
  ["prod", { "domain.api": null }],
  ["prod", { "domain.name": null, "domain.zone": null, "domain.api": null }],
  ["prod", { "edge.originKeys": [8, 7] }],
  ["staging", { "edge.firewall": null, "edge.originRequired": false }],
  ["dev", { "edge.originKeys": [1] }],
  ["dev", { "network.awsAccess": "endpoints", "network.natGateways": "Single" }],
  ["dev", { "events.sweep": "rate(6 minutes)" }],
  ["local", { "identity.passwordSignIn": true, "rates.feedUrl": "http://127.0.0.1:1" }],
];

/** Registered resources while a program runs under mocks. */
let registered: string[] = [];

function configure(stack: string, changes: Changes): void {
  const config = stack === "local" ? localConfig() : stackConfig(stack);
  for (const [path, value] of Object.entries(changes)) {
    const [part = "", key = ""] = path.split(".");
    const name = `ahorro:${part}`;
    config[name] = JSON.stringify({ ...JSON.parse(config[name] ?? "{}"), [key]: value ?? undefined });
  }
  pulumi.runtime.setAllConfig(config);
}

const mocks = (stack: string) =>
  pulumi.runtime.setMocks(
    {
      newResource: ({ type, name }) => {
        registered.push(type);
        return { id: name, state: {} };
      },
      call: () => ({}),
    },
    "ahorro",
    stack,
  );

describe("configuration that cannot be, though each value of it can", () => {
  after(() => pulumi.runtime.setAllConfig({}));

  for (const [stack, changes, message] of IMPOSSIBLE) {
    it(`in ${stack} is refused: ${JSON.stringify(changes)}`, async () => {
      await mocks(stack);
      configure(stack, changes);
      assert.throws(readConfig, (error: Error) => {
        assert.ok(pulumi.RunError.isInstance(error));
        assert.match(error.message, message);
        assert.match(error.message, new RegExp(`, in Pulumi\\.${stack}\\.yaml`));
        assert.equal(error.message.split("\n").length, 1);
        return true;
      });
    });
  }

  for (const [stack, changes] of POSSIBLE) {
    it(`in ${stack} may be: ${JSON.stringify(changes)}`, async () => {
      await mocks(stack);
      configure(stack, changes);
      assert.doesNotThrow(readConfig);
    });
  }

  it("is told all at once", async () => {
    await mocks("prod");
    configure("prod", { "events.broker": "none", "alarms.consumerLagEvents": undefined, "database.instances": 1 });
    assert.deepEqual(keysTold(), ["ahorro:database.instances", "ahorro:events.broker"]);
    configure("prod", { "logs.retentionDays": 8, "logs.color": "red", "web.priceClass": "cheap" });
    assert.deepEqual(keysTold(), ["ahorro:logs.color", "ahorro:logs.retentionDays", "ahorro:web.priceClass"]);
  });

  /** The keys that the message names, line by line. */
  function keysTold(): string[] {
    try {
      readConfig();
    } catch (error) {
      const lines = error instanceof Error ? error.message.split("\n") : [];
      return lines.map((line) => /^The configuration key "([^"]+)"/.exec(line)?.[1] ?? line).sort();
    }
    return [];
  }
});

describe("a program with a configuration that is wrong", () => {
  after(() => pulumi.runtime.setAllConfig({}));

  for (const [what, stack, changes] of [
    ["a typo", "dev", { "logs.retentionDay": 7 }],
    ["an impossible combination", "prod", { "events.broker": "none" }],
    ["a domain without a zone", "staging", { "domain.zone": null }],
  ] as const) {
    it(`stops at ${what} before any resource is registered`, async () => {
      await mocks(stack);
      configure(stack, changes);
      registered = [];
      assert.throws(() => require(join(PROJECT_FOLDER, "index.ts")), /configuration key/);
      await pulumi.runtime.disconnect();
      assert.deepEqual(registered, []);
    });
  }
});
