import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { PROJECT_FOLDER } from "../../local/program/stack-config";
import { EXPENDABLE_TABLES } from "../../policy/rules/recovery";
import { type Identities, STATEFUL, statefulOf } from "../../policy/stateful";
import { graphOf, LOAD_TIMEOUT } from "../infrastructure/graphs";

const DEPLOYED = ["dev", "staging", "prod"] as const;

const known = (stack: string): Identities =>
  JSON.parse(readFileSync(join(PROJECT_FOLDER, "policy", "stateful", `${stack}.json`), "utf8"));

/** Prod's resources of stateful types that may be deleted or replaced, each with the reason. */
const REPLACEABLE: Record<string, string> = {
  ...Object.fromEntries(
    Object.entries(EXPENDABLE_TABLES).map(([name, why]) => [`aws:dynamodb/table:Table ${name}`, why]),
  ),
  "aws:s3/bucket:Bucket exports": "What is in it can be asked for again, and is gone after a day anyway",
  "aws:s3/bucket:Bucket web": "What is in it is built anew by each deployment",
  "aws:s3/bucket:Bucket web-logs":
    "What is in it tells of requests, is read when something is wrong, and ends by itself",
  "aws:sesv2/emailIdentity:EmailIdentity mail": "A name; to verify it again takes a DNS record",
  "aws:rds/subnetGroup:SubnetGroup database": "AWS refuses to delete it while the cluster is in it",
  "awsx:ec2:Vpc network": "AWS refuses to delete it while the cluster is in it",
};

describe("stateful resources", function () {
  this.timeout(LOAD_TIMEOUT);

  for (const stack of DEPLOYED) {
    it(`of ${stack} are what they were, by type and name and by what they would be replaced for`, async () => {
      const { resources } = await graphOf(stack);
      assert.deepEqual(
        statefulOf(resources),
        known(stack),
        "Pulumi would delete what is there, and make another. Give it an alias or take the change back; if it is meant: npm run stateful:accept",
      );
    });
  }

  it("of prod are guarded by Pulumi, and left in AWS when the program no longer has them", async () => {
    const { resources } = await graphOf("prod");
    const unguarded = resources
      .filter(({ type }) => STATEFUL[type] !== undefined)
      .filter(({ protect, retainOnDelete }) => !(protect && retainOnDelete))
      .map(({ type, name }) => `${type} ${name}`);
    assert.deepEqual(unguarded.sort(), Object.keys(REPLACEABLE).sort());
  });

  it("of dev may be deleted", async () => {
    const { resources } = await graphOf("dev");
    for (const { name, protect, retainOnDelete, type } of resources) {
      if (STATEFUL[type] !== undefined) assert.deepEqual([protect, retainOnDelete], [false, undefined], name);
    }
  });

  const component = (type: string) => ({ urn: `urn:${type}`, type, name: "component", inputs: {} });
  const table = (name: string, inputs: object = {}, parent = "ahorro:storage:Table") => [
    component(parent),
    {
      urn: `urn:${name}`,
      type: "aws:dynamodb/table:Table",
      name,
      inputs: { name: `ahorro-${name}`, hashKey: "id", ...inputs },
      parent: `urn:${parent}`,
    },
  ];

  it("are known by the types of all around them", () => {
    const [inner, own] = table("categories");
    assert.ok(inner && own);
    const outer = component("ahorro:categories:CategoriesService");
    assert.deepEqual(Object.keys(statefulOf([outer, { ...inner, parent: outer.urn }, own])), [
      "ahorro:categories:CategoriesService$ahorro:storage:Table$aws:dynamodb/table:Table::categories",
    ]);
  });

  for (const [what, changed] of Object.entries({
    "another name": table("labels"),
    "another component around it": table("categories", {}, "ahorro:storage:Tables"),
    "another key": table("categories", { hashKey: "user_id" }),
    "another index": table("categories", { localSecondaryIndexes: [] }),
  })) {
    it(`are told apart by ${what}`, () => {
      assert.notDeepEqual(statefulOf(changed), statefulOf(table("categories")));
    });
  }

  it("may change in what nothing is replaced for, and come in another order", () => {
    const changed = table("categories", { ttl: { enabled: true }, billingMode: "PROVISIONED" });
    const before = statefulOf([...table("categories"), ...table("notes")]);
    const after = statefulOf([...table("notes"), ...changed]);
    assert.deepEqual(after, before);
    assert.deepEqual(Object.keys(after), Object.keys(before));
  });
});
