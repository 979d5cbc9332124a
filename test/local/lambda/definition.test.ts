import assert from "node:assert/strict";
import { functionsOf } from "../../../local/lambda";
import type { Graph, Resource } from "../../../local/program/graph";
import { arnOf } from "./functions";

const graphOf = (inputs: Resource["inputs"]): Graph => {
  const type = "aws:lambda/function:Function";
  const all = { code: { directory: "/archive" }, handler: "__index.handler", ...inputs };
  const outputs = { ...all, name: "users-1a2b", arn: arnOf("users-1a2b") };
  return {
    stack: "local",
    resources: [{ urn: `urn:${type}::users`, type, name: "users", inputs: all, outputs }],
    outputs: {},
  };
};

describe("function definitions", () => {
  const base = { name: "users-1a2b", arn: arnOf("users-1a2b"), directory: "/archive", handler: "__index.handler" };

  it("are read from the program's resources", () => {
    const environment = { variables: { A: "1" } };
    const settings = { environment, memorySize: 512, timeout: 15, reservedConcurrentExecutions: 2 };
    assert.deepEqual(functionsOf(graphOf(settings)), [
      { ...base, environment: { A: "1" }, memoryMb: 512, timeoutSeconds: 15, reservedConcurrency: 2 },
    ]);
  });

  it("have Lambda's defaults; -1 is no reservation", () => {
    assert.deepEqual(functionsOf(graphOf({ reservedConcurrentExecutions: -1 })), [
      { ...base, environment: {}, memoryMb: 128, timeoutSeconds: 3 },
    ]);
  });

  it("need an archive and a handler", () => {
    assert.throws(() => functionsOf(graphOf({ code: undefined })), /"users" has no code archive/);
    assert.throws(() => functionsOf(graphOf({ handler: undefined })), /"users" has no handler/);
  });
});
