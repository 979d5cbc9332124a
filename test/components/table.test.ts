import "../../local/program/stub-arborist";
import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { Table, tableVariable } from "../../components/table";

const resolved = <T>(output: pulumi.Input<T>): Promise<T> =>
  new Promise((resolve) => pulumi.output(output).apply((value) => resolve(value as T)));

describe("Table", () => {
  before(async () => {
    await pulumi.runtime.setMocks(
      {
        newResource: ({ inputs }) => ({ id: inputs.name, state: { ...inputs, arn: `arn:of:${inputs.name}` } }),
        call: () => ({}),
      },
      "ahorro",
      "test",
    );
  });

  const key = { name: "id", type: "S" } as const;

  it("links its name, and the rights on it and its indexes, to read or to write as well", async () => {
    const table = new Table("spending-limits", {
      hashKey: key,
      localIndexes: { by_day: { name: "day", type: "N" } },
      deletionProtection: false,
    });
    const read = await resolved(pulumi.output(table.link("read")));
    assert.deepEqual(read, {
      environment: { SPENDING_LIMITS_TABLE: "ahorro-test-spending-limits" },
      statements: [
        {
          Sid: "UseTable",
          Effect: "Allow",
          Action: ["dynamodb:GetItem", "dynamodb:Query"],
          Resource: "arn:of:ahorro-test-spending-limits",
        },
        {
          Sid: "QueryIndexes",
          Effect: "Allow",
          Action: ["dynamodb:Query"],
          Resource: ["arn:of:ahorro-test-spending-limits/index/by_day"],
        },
      ],
    });
    const write = await resolved(pulumi.output(table.link("readWrite")));
    assert.deepEqual(write.statements[0]?.Action, [
      "dynamodb:GetItem",
      "dynamodb:Query",
      "dynamodb:DeleteItem",
      "dynamodb:PutItem",
      "dynamodb:UpdateItem",
    ]);
  });

  it("has just the attributes that are keys, and no index it was not given", async () => {
    const { table } = new Table("plain", { hashKey: key, rangeKey: key, deletionProtection: false });
    assert.deepEqual(await resolved(table.attributes), [{ name: "id", type: "S" }]);
    assert.equal(await resolved(table.localSecondaryIndexes), undefined);
    assert.equal(await resolved(table.ttl), undefined);
    const links = new Table("bare", { hashKey: key, deletionProtection: false }).link("read");
    assert.equal(links.statements.length, 1);
  });

  it("has a name that makes a variable's", () => {
    assert.equal(tableVariable("categories"), "CATEGORIES_TABLE");
    for (const name of ["Categories", "a_b", "", "-a", "a--b", "1a"])
      assert.throws(() => tableVariable(name), /cannot be/);
  });
});
