import type { InvocationResult, LambdaHost } from "../lambda";
import { EVENT_LIMIT, SYNCHRONOUS_LIMIT } from "../lambda/errors";
import type { AwsResponse, AwsService } from "./aws-endpoint";

/** `POST /2015-03-31/functions/{FunctionName}/invocations` (AWS Lambda API Reference, "Invoke"). */
const INVOCATIONS = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/;

/** Largest event of each type of invocation, in bytes. */
const LIMITS: Record<string, number> = { Event: EVENT_LIMIT, RequestResponse: SYNCHRONOUS_LIMIT };

/** The part of the Lambda API that functions use among themselves, and people: to hand an event to one, or to wait for its answer. */
export const lambdaApi =
  (host: () => LambdaHost): AwsService =>
  async ({ method, url, headers, body }) => {
    const name = INVOCATIONS.exec(url.pathname)?.[1];
    const type = String(headers["x-amz-invocation-type"] ?? "RequestResponse");
    const limit = Object.hasOwn(LIMITS, type) ? LIMITS[type] : undefined;
    if (method !== "POST" || name === undefined || limit === undefined) {
      const message = `${method} ${url.pathname} of the Lambda API is not emulated on this machine; Invoke is, but for dry runs.`;
      return { status: 404, error: "UnknownOperationException", message };
    }
    const functionName = decodeURIComponent(name);
    if (!host().has(functionName)) {
      return { status: 404, error: "ResourceNotFoundException", message: `Function not found: ${functionName}` };
    }
    if (body.length > limit) {
      const message = `${body.length} bytes are more than the ${limit} of an invocation of the type ${type}.`;
      return { status: 413, error: "RequestTooLargeException", message };
    }
    let event: unknown;
    try {
      event = JSON.parse(body.toString("utf8") || "null");
    } catch {
      return { status: 400, error: "InvalidRequestContentException", message: "The body is not JSON." };
    }
    if (type === "RequestResponse") return answerOf(await host().invoke(functionName, event));
    host().invokeAsync(functionName, event);
    return { status: 202 };
  };

/**
 * What Lambda answers when a function has ended. An error of the function is an answer, too: 200 with a header that tells so, whether the
 * function threw it, or it ran out of time, or ended ("Invoke", FunctionError).
 */
const answerOf = (result: InvocationResult): AwsResponse => {
  if (result.ok) return { status: 200, body: result.payload };
  const { errorType, errorMessage } = result.error;
  if (result.reason === "throttled") return { status: 429, error: errorType, message: errorMessage };
  if (result.reason === "rejected") return { status: 500, error: errorType, message: errorMessage };
  return { status: 200, body: result.error, headers: { "x-amz-function-error": "Unhandled" } };
};
