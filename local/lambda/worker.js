/**
 * One Lambda instance: what AWS's Node.js 24 runtime interface client does, inside a worker thread. Plain JavaScript, so
 * that a cold start costs the function's own code and nothing else.
 *
 * Behaviour after github.com/aws/aws-lambda-nodejs-runtime-interface-client, version 4 (the one of nodejs24.x): handler
 * look-up, error shapes, no callback handlers. One difference: an answer is sent at once, not one event loop turn later,
 * which would cost more than all else here; a stray rejection of that same turn ends the instance just after its answer.
 *
 * @typedef {{ directory: string, handler: string, context: object }} Settings
 * @typedef {{ errorType: string, errorMessage: string, trace: string[] }} InvocationError
 * @typedef {{ requestId: string, deadline: number, event: string, clientContext: string | undefined }} Invocation
 */

const { existsSync, statSync } = require("node:fs");
const Module = require("node:module");
const path = require("node:path");
const { parentPort, workerData } = require("node:worker_threads");

/** @type {Settings} */
const settings = workerData;

/** @param {"stdout" | "stderr"} stream */
function forwardWrites(stream) {
  // Messages arrive in order and survive an exit of the thread; the built-in pipe promises neither.
  process[stream].write = (chunk, encoding, callback) => {
    const text = typeof chunk === "string" ? chunk : Buffer.from(chunk).toString("utf8");
    parentPort.postMessage({ type: "log", stream, text });
    const done = typeof encoding === "function" ? encoding : callback;
    if (typeof done === "function") process.nextTick(done);
    return true;
  };
}

function behaveAsTaskRoot() {
  process.cwd = () => settings.directory;
  // On Lambda a package that is not in the archive cannot be found; here it could be, in a folder further up.
  const lookup = Module._nodeModulePaths;
  Module._nodeModulePaths = (from) => lookup(from).filter((folder) => folder.startsWith(settings.directory + path.sep));
}

/**
 * @param {string} errorType
 * @param {string} message
 * @param {string} [stack]
 */
function runtimeError(errorType, message, stack) {
  const error = new Error(message);
  error.name = errorType;
  if (stack !== undefined) error.stack = stack;
  return error;
}

/** @returns {InvocationError} */
function describe(error) {
  try {
    if (error instanceof Error) {
      const trace = typeof error.stack === "string" ? error.stack.split("\n") : [];
      return { errorType: String(error.name), errorMessage: String(error.message), trace };
    }
    return { errorType: typeof error, errorMessage: String(error), trace: [] };
  } catch {
    return { errorType: "handled", errorMessage: "The thrown value could not be read.", trace: [] };
  }
}

/** @param {string} file path without extension */
async function load(file) {
  try {
    for (const extension of ["", ".js", ".mjs", ".cjs"]) {
      const candidate = file + extension;
      if (!existsSync(candidate) || !statSync(candidate).isFile()) continue;
      return extension === ".mjs" ? await import(candidate) : require(candidate);
    }
    return require(file);
  } catch (error) {
    if (error instanceof SyntaxError) throw runtimeError("Runtime.UserCodeSyntaxError", String(error), error.stack);
    if (error instanceof Error && error.code === "MODULE_NOT_FOUND") {
      throw runtimeError("Runtime.ImportModuleError", String(error));
    }
    throw error;
  }
}

/** @returns {Promise<(event: unknown, context: object) => unknown>} */
async function findHandler() {
  const name = path.basename(settings.handler);
  const dot = name.indexOf(".");
  if (dot < 1 || settings.handler.includes("..")) {
    throw runtimeError("Runtime.MalformedHandlerName", `'${settings.handler}' is not a valid handler name.`);
  }
  const loaded = await load(path.resolve(settings.directory, path.dirname(settings.handler), name.slice(0, dot)));
  const within = (container) =>
    name
      .slice(dot + 1)
      .split(".")
      .reduce((value, key) => (value && typeof value === "object" ? value[key] : undefined), container);
  const handler = within(loaded) ?? within(loaded?.default);
  if (typeof handler !== "function") {
    const problem = handler === undefined ? "is undefined or not exported" : "is not a function";
    throw runtimeError("Runtime.HandlerNotFound", `${settings.handler} ${problem}`);
  }
  if (handler.length >= 3) {
    throw runtimeError(
      "Runtime.CallbackHandlerDeprecated",
      "ERROR: AWS Lambda has removed support for callback-based function handlers starting with Node.js 24. " +
        "You need to modify this function to use a supported handler signature to use Node.js 24 or later. " +
        "For more information see https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html.",
    );
  }
  return handler;
}

/** @param {unknown} value */
function serialize(value) {
  try {
    return JSON.stringify(value === undefined ? null : value) ?? "null";
  } catch {
    throw runtimeError("Runtime.JSONStringifyError", "Unable to stringify response body");
  }
}

/**
 * @param {(event: unknown, context: object) => unknown} handler
 * @param {Invocation} invocation
 */
async function run(handler, { requestId, deadline, event, clientContext }) {
  let answer;
  try {
    const context = {
      ...settings.context,
      awsRequestId: requestId,
      clientContext: clientContext === undefined ? undefined : JSON.parse(clientContext),
      identity: undefined,
      getRemainingTimeInMillis: () => deadline - Date.now(),
    };
    const result = await handler(JSON.parse(event), context);
    answer = { type: "answer", payload: serialize(result) };
  } catch (error) {
    answer = { type: "error", error: describe(error) };
  }
  parentPort.postMessage(answer);
}

forwardWrites("stdout");
forwardWrites("stderr");
behaveAsTaskRoot();
findHandler().then(
  (handler) => {
    parentPort.on("message", (invocation) => run(handler, invocation));
    parentPort.postMessage({ type: "ready" });
  },
  (error) => parentPort.postMessage({ type: "init-failed", error: describe(error) }),
);
