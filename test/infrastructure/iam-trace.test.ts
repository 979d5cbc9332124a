import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Graph, resourcesOf } from "../../local/program/graph";
import { allowing, list, type Statement } from "../../policy/documents";
import { DEPLOYED, graphOf, LOAD_TIMEOUT, resource } from "./graphs";
import { misfit } from "./iam-facts";
import { CALLS, calls, SERVICE, type Traced, UNCALLED } from "./iam-signals";

const FUNCTION = "aws:lambda/function:Function";
const ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy";
const STREAM = "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream";

const tracedOf = (graph: Graph): [Traced, Statement[]][] =>
  resourcesOf(graph, FUNCTION).map((declared) => [
    { graph, declared, code: readFileSync(join(declared.inputs.code.directory, "__index.js"), "utf8") },
    allowing(resource(graph, ROLE_POLICY, declared.name).inputs.policy),
  ]);

/** What of a delivery stream has Firehose need a statement of its role. */
// biome-ignore lint/suspicious/noExplicitAny: inputs of any provider's resource
const OF_STREAMS: Record<string, (destination: any) => boolean> = {
  ReadSchema: (to) => to.dataFormatConversionConfiguration?.schemaConfiguration?.tableName !== undefined,
  WriteFiles: (to) => to.prefix !== undefined && to.errorOutputPrefix !== undefined,
  FindFiles: (to) => to.bucketArn !== undefined,
  TellErrors: (to) => to.cloudwatchLoggingOptions?.enabled === true,
};

/** Statements of a function that nothing of it needs: action by action. */
const needless = ([traced, statements]: [Traced, Statement[]]): string[] =>
  statements.flatMap(({ Sid = "", Action }) => {
    if (SERVICE[Sid]?.(traced)) return [];
    return list(Action)
      .filter((action) => !calls(traced, action))
      .map((action) => `${traced.declared.name}: ${Sid} allows ${action}, which nothing there calls for`);
  });

/** What a function's code calls for and its role does not allow. */
const refused = ([traced, statements]: [Traced, Statement[]]): string[] => {
  const allowed = new Set(statements.flatMap(({ Action }) => list(Action)));
  return Object.keys(CALLS)
    .filter((action) => calls(traced, action) && !allowed.has(action))
    .filter((action) => !isUncalled(traced, action))
    .map((action) => `${traced.declared.name} calls for ${action}, and may not`);
};

const isUncalled = (traced: Traced, action: string): boolean =>
  UNCALLED.some(([names, known, , when]) => known === action && names.test(traced.declared.name) && when(traced));

for (const stack of DEPLOYED) {
  describe(`the rights of ${stack}`, function () {
    this.timeout(LOAD_TIMEOUT);
    let graph: Graph;
    let functions: [Traced, Statement[]][];
    before(async () => {
      graph = await graphOf(stack);
      functions = tracedOf(graph);
    });

    it("are those of functions and of delivery streams, each with one policy", () => {
      const owners = [...resourcesOf(graph, FUNCTION), ...resourcesOf(graph, STREAM)].map(({ name }) => name);
      assert.deepEqual(
        resourcesOf(graph, ROLE_POLICY)
          .map(({ name }) => name)
          .sort(),
        owners.sort(),
      );
      assert.deepEqual(resourcesOf(graph, "aws:iam/policy:Policy"), []);
    });

    it("are needed, action by action: by the function's code, or by Lambda for what is declared", () => {
      assert.deepEqual(functions.flatMap(needless), []);
    });

    it("are all that the functions' code calls for", () => {
      assert.deepEqual(functions.flatMap(refused), []);
    });

    it("are needed by delivery streams for what is declared", () => {
      for (const { name, inputs } of resourcesOf(graph, STREAM)) {
        const statements = allowing(resource(graph, ROLE_POLICY, name).inputs.policy);
        assert.deepEqual(statements.map(({ Sid }) => Sid).sort(), Object.keys(OF_STREAMS).sort());
        for (const { Sid = "" } of statements)
          assert.ok(OF_STREAMS[Sid]?.(inputs.extendedS3Configuration), `${name}: ${Sid}`);
      }
    });

    it("are actions that AWS has, on resources that they take", async () => {
      const wrong: string[] = [];
      for (const { name, inputs } of resourcesOf(graph, ROLE_POLICY)) {
        for (const { Action, Resource } of allowing(inputs.policy)) {
          for (const action of list(Action)) {
            const message = await misfit(action, list(Resource));
            // EC2's make network interfaces before there is one to name: see UNSCOPED_ACTIONS.
            if (message !== undefined && !action.startsWith("ec2:")) wrong.push(`${name}: ${message}`);
          }
        }
      }
      assert.deepEqual(wrong, []);
    });
  });
}

describe("tracing rights", function () {
  this.timeout(LOAD_TIMEOUT);
  let functions: [Traced, Statement[]][];
  const named = (name: string) => functions.find(([{ declared }]) => declared.name === name) ?? assert.fail(name);
  before(async () => {
    functions = (await Promise.all(DEPLOYED.map((stack) => graphOf(stack)))).flatMap(tracedOf);
  });

  it("finds an action that no code calls for", () => {
    const [traced, statements] = named("lake-consumer");
    const more: Statement = { Sid: "UseTable", Effect: "Allow", Action: ["dynamodb:PutItem"], Resource: "arn:…" };
    assert.equal(needless([traced, [...statements, more]]).length, 1);
    const idle: Statement = { Sid: "KeepFailed", Effect: "Allow", Action: ["sqs:SendMessage"], Resource: "arn:…" };
    assert.equal(needless([named("users-api")[0], [idle]]).length, 1);
  });

  it("finds a call that no statement allows", () => {
    for (const [name, sid] of [
      ["lake-consumer", "PutRows"],
      ["users-api", "ConnectToDatabase"],
      ["exports-job", "CallSources"],
      ["identity-consumer", "DeleteUsers"],
      ["events-topics", "UseTopics"],
    ] as const) {
      const [traced, statements] = named(name);
      const fewer = statements.filter(({ Sid }) => Sid !== sid);
      assert.notEqual(fewer.length, statements.length, name);
      assert.ok(refused([traced, fewer]).length > 0, name);
    }
  });

  it("knows no call that no function makes, and no exception that none needs", () => {
    const silent = Object.keys(CALLS).filter((action) => !functions.some(([traced]) => calls(traced, action)));
    assert.deepEqual(silent, []);
    const idle = UNCALLED.filter(
      ([names, action, , when]) =>
        !functions.some(
          ([traced, statements]) =>
            names.test(traced.declared.name) &&
            when(traced) &&
            calls(traced, action) &&
            !statements.some(({ Action }) => list(Action).includes(action)),
        ),
    );
    assert.deepEqual(
      idle.map(([names, action]) => `${names} ${action}`),
      [],
    );
  });
});
