/**
 * @pulumi/pulumi loads npm's dependency resolver with itself, to find the packages a `CallbackFunction` uploads. This program bundles
 * its functions itself and never asks, while loading the resolver takes longer than all the rest; so it is replaced before
 * @pulumi/pulumi is imported, by something that says so if it is ever called.
 */
import Module from "node:module";
import { dirname } from "node:path";

const requirePulumi = Module.createRequire(dirname(require.resolve("@pulumi/pulumi/package.json")));
const path = requirePulumi.resolve("@npmcli/arborist");
const stub = new Module(path);
stub.filename = path;
stub.loaded = true;
stub.exports = class Arborist {
  constructor() {
    throw new Error("aws.lambda.CallbackFunction is not supported by the local stack: use the Lambda component.");
  }
};
require.cache[path] = stub;
