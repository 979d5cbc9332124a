import "../../local/program/stub-arborist";
import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { readConfig } from "../../components/config";
import { localConfig } from "../../local/program/local-config";
import { stackConfig } from "../../local/program/stack-config";

const database = {
  clusters: "shared",
  minCapacity: 1,
  maxCapacity: 2,
  instances: 1,
  backupRetentionDays: 1,
  ownKey: false,
  deletionProtection: false,
};

const keyArn = "arn:aws:kms:eu-west-1:123456789012:key/0a1b2c3d-0a1b-2c3d-4e5f-0a1b2c3d4e5f";

/** What is wrong with it, the values that make it so, and what the message must say. */
const WRONG: [string, Record<string, string>, RegExp][] = [
  [
    "an unknown key",
    { "ahorro:databse": "{}" },
    /"ahorro:databse".*is not known; did you mean "ahorro:database"\? Known are: ahorro:network, .*Correct or remove it, in Pulumi\.local\.yaml/,
  ],
  [
    "an unknown field",
    { "ahorro:logs": '{"retentionDays":7,"colour":"red"}' },
    /"ahorro:logs\.colour".*is not known\. Known are: retentionDays\. Correct or remove it, in Pulumi\.local\.yaml/,
  ],
  [
    "a misspelt field",
    { "ahorro:database": JSON.stringify({ ...database, deletionProtecton: true }) },
    /"ahorro:database\.deletionProtecton".*did you mean "deletionProtection"\?/,
  ],
  [
    "a misspelt field of a field",
    { "ahorro:edge": JSON.stringify({ firewall: { requestPerAddress: 100 }, originKeys: [], originRequired: false }) },
    /"ahorro:edge\.firewall\.requestPerAddress".*did you mean "requestsPerAddress"\? Known are: requestsPerAddress/,
  ],
  [
    "a firewall that lets hardly anybody through",
    { "ahorro:edge": JSON.stringify({ firewall: { requestsPerAddress: 9 }, originKeys: [], originRequired: false }) },
    /"ahorro:edge\.firewall\.requestsPerAddress"/,
  ],
  [
    "three keys of the distribution",
    { "ahorro:edge": '{"originKeys":[3,2,1],"originRequired":true}' },
    /"ahorro:edge\.originKeys".*must be two at most/,
  ],
  [
    "the same key of the distribution twice",
    { "ahorro:edge": '{"originKeys":[1,1],"originRequired":true}' },
    /"ahorro:edge\.originKeys".*must be different from each other/,
  ],
  [
    "a missing field",
    { "ahorro:logs": "{}" },
    /"ahorro:logs\.retentionDays".*is missing.*pulumi config set --path 'ahorro:logs\.retentionDays'/,
  ],
  [
    "somebody who deploys and does not know where the state is",
    { "ahorro:delivery": '{"github":{"repository":"a/b"}}' },
    /"ahorro:delivery\.state".*goes with github or pipeline/,
  ],
  [
    "a state that nobody needs to know",
    { "ahorro:delivery": `{"state":{"bucket":"state","keyArn":"${keyArn}"}}` },
    /"ahorro:delivery\.state".*only with them/,
  ],
  [
    "a repository without its owner",
    { "ahorro:delivery": `{"github":{"repository":"ahorro"},"state":{"bucket":"state","keyArn":"${keyArn}"}}` },
    /"ahorro:delivery\.github\.repository".*such as owner\/name/,
  ],
  [
    "the connection's ARN under another name",
    { "ahorro:delivery": '{"pipeline":{"repository":"a/b","branch":"main","connection":"x"}}' },
    /"ahorro:delivery\.pipeline\.connection".*did you mean "connectionArn"\?/,
  ],
  ["a list instead of an object", { "ahorro:logs": "7" }, /"ahorro:logs".*not an object but "7"/],
  [
    "a retention that CloudWatch does not know",
    { "ahorro:logs": '{"retentionDays":8}' },
    /"ahorro:logs\.retentionDays"/,
  ],
  ["an unknown region", { "aws:region": "eu-wset-1" }, /"aws:region".*"eu-wset-1" is not an AWS region/],
  [
    "auto-pause where nothing pauses",
    { "ahorro:database": JSON.stringify({ ...database, autoPauseSeconds: 600 }) },
    /"ahorro:database\.autoPauseSeconds".*goes with minCapacity 0, and only with it/,
  ],
  [
    "a pausing cluster without auto-pause",
    { "ahorro:database": JSON.stringify({ ...database, minCapacity: 0 }) },
    /"ahorro:database\.autoPauseSeconds".*goes with minCapacity 0/,
  ],
  [
    "capacities the wrong way round",
    { "ahorro:database": JSON.stringify({ ...database, minCapacity: 4 }) },
    /"ahorro:database\.minCapacity".*must not exceed maxCapacity/,
  ],
  [
    "an origin with a path",
    { "ahorro:api": '{"requestsPerSecond":1,"burst":1,"corsOrigins":["https://a.example/b"]}' },
    /"ahorro:api\.corsOrigins\.0".*must be an origin/,
  ],
  [
    "scores that fade within a day",
    { "ahorro:categories": '{"halfLifeDays":1,"deletionProtection":false}' },
    /"ahorro:categories\.halfLifeDays"/,
  ],
  [
    "a sender outside its mail identity",
    { "ahorro:mail": '{"identity":"ahorro.example","from":"no-reply@notahorro.example"}' },
    /"ahorro:mail\.from".*must be the identity, or an address of its domain/,
  ],
  [
    "a mail identity with a name in it",
    { "ahorro:mail": '{"identity":"Ahorro <a@ahorro.example>","from":"a@ahorro.example"}' },
    /"ahorro:mail\.identity".*must be a domain or an e-mail address/,
  ],
  [
    "a web address with a slash at its end",
    { "ahorro:mail": '{"identity":"ahorro.example","from":"a@ahorro.example","webUrl":"https://a.example/"}' },
    /"ahorro:mail\.webUrl".*must be an origin/,
  ],
  [
    "a price class that there is not",
    { "ahorro:web": '{"priceClass":"PriceClass_300"}' },
    /"ahorro:web\.priceClass".*"PriceClass_100" \| "PriceClass_200" \| "PriceClass_All"/,
  ],
  [
    "a lake that forgets within the year that its questions look back",
    { "ahorro:lake": '{"keepDays":365,"scanLimitGb":1,"deletionProtection":false}' },
    /"ahorro:lake\.keepDays"/,
  ],
  [
    "a domain with a scheme",
    { "ahorro:domain": JSON.stringify({ name: "https://a.example", zone: "a.example" }) },
    /"ahorro:domain\.name".*must be a host name, such as app\.example\.com/,
  ],
  [
    "a broker that there is not",
    { "ahorro:events": '{"broker":"rabbit","sweep":"rate(1 minute)","deletionProtection":false}' },
    /"ahorro:events\.broker".*"serverless" \| "provisioned" \| "none"/,
  ],
  ...["rate(1 minutes)", "rate(5 minute)", "rate(0 minutes)", "rate(1.5 hours)", "cron(0 3 * * ? *)", ""].map(
    (sweep): [string, Record<string, string>, RegExp] => [
      `a sweep at "${sweep}"`,
      { "ahorro:events": JSON.stringify({ broker: "none", sweep, deletionProtection: false }) },
      /"ahorro:events\.sweep".*must be a rate, such as rate\(5 minutes\)/,
    ],
  ),
  ...["rate(30 minutes)", "rate(25 hours)", "rate(4 days)", "rate(1 hours)"].map(
    (check): [string, Record<string, string>, RegExp] => [
      `a check of the ledger at "${check}"`,
      { "ahorro:ledger": JSON.stringify({ check }) },
      /"ahorro:ledger\.check".*must be a rate from rate\(1 hour\) to rate\(3 days\)/,
    ],
  ),
  ["text instead of an object", { "ahorro:api": "fast" }, /"ahorro:api".*not an object but "fast"/],
];

describe("configuration", () => {
  before(async () => {
    await pulumi.runtime.setMocks(
      { newResource: ({ name }) => ({ id: name, state: {} }), call: () => ({}) },
      "ahorro",
      "local",
    );
  });
  after(() => pulumi.runtime.setAllConfig({}));

  it("of every stack is complete and consistent", () => {
    for (const config of [...["dev", "staging", "prod"].map(stackConfig), localConfig()]) {
      pulumi.runtime.setAllConfig(config);
      assert.equal(readConfig().region, "eu-west-1");
    }
  });

  it("lets the development database pause and guards the production database", () => {
    pulumi.runtime.setAllConfig(stackConfig("dev"));
    assert.equal(readConfig().database.minCapacity, 0);
    pulumi.runtime.setAllConfig(stackConfig("prod"));
    assert.ok(readConfig().database.deletionProtection);
  });

  it("takes a domain or a single address to send mail from, and where its links lead", () => {
    for (const mail of [
      { identity: "ahorro.example", from: "no-reply@ahorro.example" },
      { identity: "me@ahorro.example", from: "me@ahorro.example", webUrl: "https://app.ahorro.example" },
    ]) {
      pulumi.runtime.setAllConfig({ ...localConfig(), "ahorro:mail": JSON.stringify(mail) });
      assert.deepEqual(readConfig().mail, mail);
    }
  });

  it("takes host names of one's own", () => {
    const value = { name: "app.ahorro.example", zone: "ahorro.example", api: "api.ahorro.example" };
    pulumi.runtime.setAllConfig({ ...localConfig(), "ahorro:domain": JSON.stringify(value) });
    assert.deepEqual(readConfig().domain, value);
  });

  for (const sweep of [
    "rate(1 minute)",
    "rate(1 hour)",
    "rate(1 day)",
    "rate(2 minutes)",
    "rate(12 hours)",
    "rate(30 days)",
  ]) {
    it(`takes a sweep at ${sweep}`, () => {
      pulumi.runtime.setAllConfig({
        ...localConfig(),
        "ahorro:events": JSON.stringify({ broker: "none", sweep, deletionProtection: false }),
      });
      assert.deepEqual(readConfig().events, { broker: "none", sweep, deletionProtection: false });
    });
  }

  for (const [what, values, message] of WRONG) {
    it(`with ${what} is refused, naming the key and what to do`, () => {
      pulumi.runtime.setAllConfig({ ...localConfig(), ...values });
      assert.throws(readConfig, message);
    });
  }

  it("without a part of it is refused", () => {
    const { "ahorro:network": _, ...config } = localConfig();
    pulumi.runtime.setAllConfig(config);
    assert.throws(readConfig, /"ahorro:network".*is missing/);
  });
});
