import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadProgram } from "../../local/program/load";
import { LOAD_TIMEOUT } from "./graphs";

/** Each fixture is a program of its own, at fault in one way. */
describe("a program that is wrong", function () {
  this.timeout(LOAD_TIMEOUT);
  let workFolder: string;
  before(async () => {
    workFolder = await mkdtemp(join(tmpdir(), "ahorro-program-"));
  });
  after(() => rm(workFolder, { recursive: true, force: true }));

  const load = (fixture: string) =>
    loadProgram({ stack: "local", workFolder, programFile: join(__dirname, "fixtures", `${fixture}.ts`) });

  it("with a function that cannot be serialized fails, naming the function and what it captured", async () => {
    await assert.rejects(load("unserializable"), (error: Error) => {
      assert.match(error.message, /stack "local"/);
      assert.match(error.message, /The code of function "broken" cannot be packaged/);
      assert.match(error.message, /locale/);
      assert.doesNotMatch(error.message, /function "fine"/);
      return true;
    });
  });

  it("with a route declared twice fails, naming the route and both functions", async () => {
    await assert.rejects(
      load("route-twice"),
      /The route "GET \/things" is declared twice: by the function "first" and by the function "second"/,
    );
  });

  it("with a resource declared twice fails as it would in Pulumi's engine", async () => {
    await assert.rejects(load("resource-twice"), /"logs" of type aws:cloudwatch\/logGroup:LogGroup is declared twice/);
  });

  it("that asks AWS something without a local answer fails, naming the question", async () => {
    await assert.rejects(load("unknown-call"), /aws:index\/getPartition:getPartition.*CALLS/);
  });

  it("that asks AWS something through no provider of its own fails, as the stacks have it", async () => {
    await assert.rejects(
      load("call-without-provider"),
      /aws:index\/getCallerIdentity:getCallerIdentity.*without a provider.*give it a parent/,
    );
  });

  it("that throws fails with the line of the TypeScript source", async () => {
    await assert.rejects(load("throws"), /the wish was not granted[\s\S]*fixtures\/throws\.ts:7:/);
  });

  it("for a stack that does not exist says which file is missing", async () => {
    await assert.rejects(loadProgram({ stack: "nowhere", workFolder }), /no stack "nowhere": .*Pulumi\.nowhere\.yaml/);
  });
});
