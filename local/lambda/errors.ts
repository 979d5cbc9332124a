import type { FailureReason, InvocationError, InvocationResult } from "./types";

/** Largest event or answer of a synchronous invocation, in bytes (6 MB). Source: "Lambda quotas". */
export const SYNCHRONOUS_LIMIT = 6_291_556;
/** Largest event of an event invocation, in bytes (1 MB). Source: "Lambda quotas". */
export const EVENT_LIMIT = 1_048_576;

/** A failed result. */
export const failure = (reason: FailureReason, error: InvocationError): InvocationResult => ({
  ok: false,
  reason,
  error,
});

const errorOf = (errorType: string, errorMessage: string): InvocationError => ({ errorType, errorMessage, trace: [] });

/** Messages worded as Lambda words them, so that what people look up leads to AWS's own pages. */
export const errors = {
  notFound: (name: string, known: string[]) =>
    errorOf(
      "ResourceNotFoundException",
      `Function not found: ${name}. Declared functions: ${known.join(", ") || "none"}`,
    ),
  closed: () => errorOf("ServiceException", "The Lambda host is shutting down."),
  throttled: () => errorOf("TooManyRequestsException", "Rate Exceeded."),
  unserializableEvent: (cause: unknown) =>
    errorOf("InvalidRequestContentException", `Could not serialize the event as JSON: ${String(cause)}`),
  requestTooLarge: (bytes: number, type: string, limit: number) =>
    errorOf(
      "RequestEntityTooLargeException",
      `${bytes} byte payload is too large for the ${type} invocation type (limit ${limit} bytes)`,
    ),
  responseTooLarge: () =>
    errorOf(
      "Function.ResponseSizeTooLarge",
      `Response payload size exceeded maximum allowed payload size (${SYNCHRONOUS_LIMIT} bytes).`,
    ),
  timedOut: (requestId: string, seconds: number) =>
    errorOf("Sandbox.Timedout", `RequestId: ${requestId} Error: Task timed out after ${seconds.toFixed(2)} seconds`),
  exited: (requestId: string, detail: string) =>
    errorOf("Runtime.ExitError", `RequestId: ${requestId} Error: ${detail}`),
};

/** Whether a text takes more than `limit` bytes as UTF-8; counts only when its length leaves that open. */
export const exceeds = (text: string, limit: number): boolean =>
  text.length * 3 > limit && Buffer.byteLength(text) > limit;
