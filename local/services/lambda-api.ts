import type { LambdaHost } from "../lambda";
import { EVENT_LIMIT } from "../lambda/errors";
import type { AwsService } from "./aws-endpoint";

/** `POST /2015-03-31/functions/{FunctionName}/invocations` (AWS Lambda API Reference, "Invoke"). */
const INVOCATIONS = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/;

/** The part of the Lambda API that functions use among themselves: to hand an event to another one. */
export const lambdaApi =
  (host: () => LambdaHost): AwsService =>
  async ({ method, url, headers, body }) => {
    const name = INVOCATIONS.exec(url.pathname)?.[1];
    if (method !== "POST" || name === undefined || headers["x-amz-invocation-type"] !== "Event") {
      const message = `${method} ${url.pathname} of the Lambda API is not emulated on this machine; Invoke of events is.`;
      return { status: 404, error: "UnknownOperationException", message };
    }
    const functionName = decodeURIComponent(name);
    if (!host().has(functionName)) {
      return { status: 404, error: "ResourceNotFoundException", message: `Function not found: ${functionName}` };
    }
    if (body.length > EVENT_LIMIT) {
      const message = `${body.length} bytes are more than the ${EVENT_LIMIT} of an event invocation.`;
      return { status: 413, error: "RequestTooLargeException", message };
    }
    let event: unknown;
    try {
      event = JSON.parse(body.toString("utf8") || "null");
    } catch {
      return { status: 400, error: "InvalidRequestContentException", message: "The body is not JSON." };
    }
    host().invokeAsync(functionName, event);
    return { status: 202 };
  };
