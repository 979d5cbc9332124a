import { createContext, Script } from "node:vm";

/** A request as CloudFront Functions see it ("CloudFront Functions event structure"). Names of headers are in lower case. */
export interface EdgeRequest {
  method: string;
  /** Path, as it was sent. */
  uri: string;
  querystring: Record<string, EdgeValue>;
  headers: Record<string, EdgeValue>;
  cookies: Record<string, EdgeValue>;
}

export interface EdgeValue {
  value: string;
  multiValue?: { value: string }[];
}

/** An answer that a function gives in the origin's stead. */
export interface EdgeResponse {
  statusCode: number;
  statusDescription?: string;
  headers?: Record<string, EdgeValue>;
  body?: string | { encoding: "text" | "base64"; data: string };
}

export interface EdgeContext {
  distributionId: string;
  distributionDomainName: string;
  requestId: string;
  /** Address of the client. */
  ip: string;
}

/** Runs for one request. @throws Error with what went wrong in the function, or in what it returned. */
export type EdgeFunction = (request: EdgeRequest, context: EdgeContext) => EdgeRequest | EdgeResponse;

/** CloudFront allows a good deal less, but does not wait for other processes of a laptop. */
const TIMEOUT_MS = 250;
/** Quota "Maximum function size". */
const MAX_CODE_BYTES = 10_240;

/**
 * Readies a CloudFront Function: its code runs in a context of its own, which has JavaScript's own objects and `console`, and nothing of
 * Node.js; no code can be made from text. Events and results cross as JSON. The language is this Node's, which is more than
 * CloudFront's: that the functions keep to less is for tests to see.
 *
 * @throws Error naming the function whose code does not compile, has no `handler` or is too large.
 */
export function createEdgeFunction({ name, code }: { name: string; code: string }): EdgeFunction {
  if (Buffer.byteLength(code) > MAX_CODE_BYTES) {
    throw new Error(
      `The CloudFront function "${name}" has more than the ${MAX_CODE_BYTES} bytes that CloudFront takes.`,
    );
  }
  const context = createContext(
    { console: { log: () => undefined } },
    { name, codeGeneration: { strings: false, wasm: false }, microtaskMode: "afterEvaluate" },
  );
  try {
    new Script(code, { filename: `${name}.js` }).runInContext(context, { timeout: TIMEOUT_MS });
    const found = new Script("typeof handler").runInContext(context);
    if (found !== "function") throw new Error("it has no function called handler");
  } catch (error) {
    throw new Error(`The CloudFront function "${name}" cannot be run: ${messageOf(error)}.`);
  }
  return (request, { ip, ...others }) => {
    const event = { version: "1.0", context: { ...others, eventType: "viewer-request" }, viewer: { ip }, request };
    const call = new Script(`JSON.stringify(handler(JSON.parse(${JSON.stringify(JSON.stringify(event))})))`);
    const result: unknown = call.runInContext(context, { timeout: TIMEOUT_MS });
    const returned: unknown = typeof result === "string" ? JSON.parse(result) : undefined;
    if (isRequest(returned) || isResponse(returned)) return returned;
    throw new Error(`it returned neither a request nor a response but ${String(result)}`);
  };
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;

const isRequest = (value: unknown): value is EdgeRequest =>
  isObject(value) && typeof value.uri === "string" && value.uri.startsWith("/") && isObject(value.headers);

const isResponse = (value: unknown): value is EdgeResponse =>
  isObject(value) && typeof value.statusCode === "number" && value.statusCode >= 200 && value.statusCode <= 599;

const messageOf = (error: unknown): string =>
  isObject(error) && typeof error.message === "string" ? error.message : String(error);
