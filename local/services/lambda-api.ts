import type { LambdaHost } from "../lambda";
import { EVENT_LIMIT, SYNCHRONOUS_LIMIT } from "../lambda/errors";
import type { AwsResponse, AwsService } from "./aws-endpoint";

/** `POST /2015-03-31/functions/{FunctionName}/invocations` (AWS Lambda API Reference, "Invoke"). */
const INVOCATIONS = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/;

/** The part of the Lambda API that functions use among themselves: to hand an event to another one, or to call it and wait. */
export const lambdaApi =
  (host: () => LambdaHost): AwsService =>
  async ({ method, url, headers, body }) => {
    const name = INVOCATIONS.exec(url.pathname)?.[1];
    // The type that Lambda assumes when none is given.
    const type = headers["x-amz-invocation-type"] ?? "RequestResponse";
    const limit = { Event: EVENT_LIMIT, RequestResponse: SYNCHRONOUS_LIMIT }[String(type)];
    if (method !== "POST" || name === undefined || limit === undefined) {
      const message = `${method} ${url.pathname} of the Lambda API is not emulated on this machine; Invoke is.`;
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
    if (type === "RequestResponse") return call(host(), functionName, event);
    host().invokeAsync(functionName, event);
    return { status: 202 };
  };

/** Whatever a function does, the call of it has succeeded: what it threw is told in a header and in the body. */
async function call(host: LambdaHost, functionName: string, event: unknown): Promise<AwsResponse> {
  const result = await host.invoke(functionName, event);
  if (result.ok) return { status: 200, body: result.payload };
  const { errorMessage } = result.error;
  if (result.reason === "throttled") return { status: 429, error: "TooManyRequestsException", message: errorMessage };
  if (result.reason === "rejected") return { status: 500, error: "ServiceException", message: errorMessage };
  return { status: 200, body: result.error, headers: { "x-amz-function-error": "Unhandled" } };
}
